"""Which number stands for which value: for one actor, once, and for good."""

import stat
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.errors import StoreError
from guard.redact.vault import Vault, canonical, key
from guard.terms import Actor

ANA, BOB = Actor("ana", ("hr",)), Actor("bob", ("it",))
MAIL = "EMAIL_ADDRESS"


@pytest.fixture
def vault() -> Iterator[Vault]:
    with closing(Vault("sqlite://", bytes(32))) as made:
        yield made


@pytest.mark.parametrize(
    ("one", "other", "separators", "exact", "same"),
    [
        pytest.param("FR76 3000 6000", "fr7630006000", "-", False, True, id="spaces and case"),
        pytest.param("AB 12 34 56 C", "ab123456c", " ", False, True, id="spaces alone"),
        pytest.param("1 11 1980", "11 1 1980", "", False, False, id="days and months"),
        pytest.param("1 23rd Street", "12 3rd Street", "", False, False, id="house numbers"),
        pytest.param("Jean\u00a0Dupont", "JEAN DUPONT", "", False, True, id="no-break space"),
        pytest.param("06.12.34.56.78", "06 12-34 56 78", ".-", False, True, id="separators"),
        pytest.param("1.23.4.5", "12.3.4.5", "", False, False, id="dots that mean something"),
        pytest.param("a.b@x.fr", "ab@x.fr", "", False, False, id="dots of an address"),
        pytest.param("sk-AbC", "sk-aBc", "", True, False, id="case that means something"),
        pytest.param("１２３", "123", "", False, True, id="full-width digits"),
        pytest.param("12\u200b3", "123", "", False, True, id="invisible characters"),
        pytest.param("Jean \n Dupont", "Jean Dupont", "", False, True, id="more space between words"),
        pytest.param("Al Bertin", "Albertin", "", False, False, id="space that makes two words"),
        pytest.param("STRAUSS", "strauß", "", False, True, id="capitals of a letter that has none"),
        pytest.param("192.168.1.10", "192.168.11.0", "", False, False, id="addresses of machines"),
    ],
)
def test_two_spellings_are_one_value_when_only_their_form_differs(
    one: str, other: str, separators: str, exact: bool, same: bool
) -> None:
    plain = canonical(one, separators, case_sensitive=exact)

    assert (plain == canonical(other, separators, case_sensitive=exact)) is same


def test_numbers_are_given_in_order_and_kept(vault: Vault) -> None:
    assert vault.numbers(ANA, [(MAIL, "a"), (MAIL, "b"), ("PERSON", "a"), (MAIL, "a")]) == [1, 2, 1, 1]
    assert vault.numbers(ANA, [(MAIL, "c"), (MAIL, "b")]) == [3, 2]


def test_actors_do_not_share(vault: Vault) -> None:
    assert vault.numbers(ANA, [(MAIL, "a"), (MAIL, "b")]) == [1, 2]
    assert vault.numbers(BOB, [(MAIL, "b")]) == [1]
    odd = [Actor(f"x{half}") for half in ("\ud800", "\ud801", "?")]
    assert [vault.numbers(actor, [(MAIL, actor.user)]) for actor in odd] == [[1], [1], [1]]
    unknown = [Actor(address="10.0.0.1"), Actor(address="10.0.0.2")]
    assert [vault.numbers(actor, [(MAIL, actor.address or "")]) for actor in unknown] == [[1], [1]]


@given(st.lists(st.sampled_from("abcdef"), max_size=20))
def test_one_value_one_number_whatever_the_order(values: list[str]) -> None:
    with closing(Vault("sqlite://", bytes(32))) as vault:
        seen: dict[str, int] = {}
        for value in values:
            [number] = vault.numbers(ANA, [(MAIL, value)])
            assert seen.setdefault(value, number) == number
        assert len(set(seen.values())) == len(seen)


def test_a_number_is_not_given_again_after_a_restart(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'guard.db'}"
    with closing(Vault(url, bytes(32))) as first:
        assert first.numbers(ANA, [(MAIL, "a"), (MAIL, "b")]) == [1, 2]
    with closing(Vault(url, bytes(32))) as second:
        assert second.numbers(ANA, [(MAIL, "c"), (MAIL, "b")]) == [3, 2]


def test_a_store_is_not_opened_with_another_key(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'guard.db'}"
    Vault(url, bytes(32)).close()
    with pytest.raises(StoreError, match=r"vault\.key"):
        Vault(url, bytes([1]) * 32)


def test_a_typed_number_is_never_given(vault: Vault) -> None:
    assert vault.burn(ANA, [(MAIL, 1), (MAIL, 3)]) == set()
    assert vault.numbers(ANA, [(MAIL, "a"), (MAIL, "b"), (MAIL, "c")]) == [2, 4, 5]
    assert vault.burn(ANA, [(MAIL, 1), (MAIL, 2), (MAIL, 999_999_999)]) == {(MAIL, 2)}
    assert vault.numbers(ANA, [(MAIL, "d")]) == [6]


def test_thousands_of_typed_numbers_and_values_are_kept(vault: Vault) -> None:
    vault.numbers(ANA, [(MAIL, "a")])
    assert vault.burn(ANA, [(MAIL, n) for n in range(1, 3001)]) == {(MAIL, 1)}
    assert vault.numbers(ANA, [(MAIL, f"v{n}") for n in range(1200)]) == list(range(3001, 4201))
    assert vault.numbers(ANA, [(MAIL, f"v{n}") for n in range(1200)]) == list(range(3001, 4201))


def test_threads_get_one_number_each(tmp_path: Path) -> None:
    given_out: list[int] = []
    with closing(Vault(f"sqlite:///{tmp_path / 'guard.db'}", bytes(32))) as vault:

        def work(name: int) -> None:
            for n in range(10):
                given_out.extend(vault.numbers(ANA, [(MAIL, f"{name}-{n}")]))

        threads = [threading.Thread(target=work, args=(name,)) for name in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert sorted(given_out) == list(range(1, 41))


def test_two_vaults_on_one_store_never_give_one_number_twice(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'guard.db'}"
    with closing(Vault(url, bytes(32))) as one, closing(Vault(url, bytes(32))) as other:
        numbers = [vault.numbers(ANA, [(MAIL, f"{n}-{vault is one}")])[0] for n in range(10) for vault in (one, other)]

    assert sorted(numbers) == list(range(1, 21))


def test_neither_values_nor_people_are_in_the_store(tmp_path: Path) -> None:
    secret = "sophie.lefevre@exemple.fr"
    with closing(Vault(f"sqlite:///{tmp_path / 'guard.db'}", bytes(32))) as vault:
        vault.numbers(Actor("canary-user"), [(MAIL, secret)])

    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert secret.encode() not in stored
    assert b"canary-user" not in stored


def test_a_store_that_fails_says_so_without_the_value(tmp_path: Path) -> None:
    with closing(Vault(f"sqlite:///{tmp_path / 'guard.db'}", bytes(32))) as vault:
        (tmp_path / "guard.db").write_bytes(b"not a database" * 100)
        with pytest.raises(StoreError) as raised:
            vault.numbers(ANA, [(MAIL, "sophie.lefevre@exemple.fr")])

    assert "sophie" not in str(raised.value) + repr(raised.value.__cause__)


def test_the_key_is_made_once_and_is_the_guards_alone(tmp_path: Path) -> None:
    path = tmp_path / "state" / "vault.key"
    made = key(path)

    assert len(made) == 32
    assert key(path) == made
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_damaged_key_is_refused(tmp_path: Path) -> None:
    (tmp_path / "vault.key").write_bytes(b"short")
    with pytest.raises(StoreError, match=r"vault\.key"):
        key(tmp_path / "vault.key")
