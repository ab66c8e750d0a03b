from pathlib import Path

import pytest
from argon2 import PasswordHasher
from argon2.low_level import Type

from guard.errors import PeopleError
from guard.people import passwords
from guard.people.passwords import Passwords, hashed
from guard.terms import Actor

QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("people") / "passwords"
    path.write_text(f"# people\ncamille:{QUICK.hash('s3cret')}\nsacha:{QUICK.hash('other')}\n")
    return path


def test_a_password_is_its_users_and_nobody_elses(file: Path) -> None:
    found = Passwords.read(file)
    assert found.check("camille", "s3cret") == Actor("camille", (), "password")
    for user, password in [("sacha", "s3cret"), ("camille", "S3cret"), ("Camille", "s3cret"), ("nobody", "s3cret")]:
        assert found.check(user, password) is None
    assert "camille" in found
    assert "nobody" not in found


def test_a_user_there_is_none_of_costs_a_hash_all_the_same(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    class Counting:
        def verify(self, *given: str) -> bool:
            asked.append(given)
            return QUICK.verify(*given)

    found = Passwords.read(file)
    monkeypatch.setattr(passwords, "_HASHER", Counting())
    found.check("nobody", "x")
    assert len(asked) == 1


def test_the_password_of_nobody_is_nobodys() -> None:
    assert Passwords({}).check("", "") is None


def test_a_line_that_was_made_is_read(tmp_path: Path) -> None:
    (tmp_path / "f").write_text(hashed("zoé", "p:ass") + "\n")
    assert Passwords.read(tmp_path / "f").check("zoé", "p:ass")


@pytest.mark.parametrize("user", ["", "a:b", "#a", "unknown", " a"])
def test_no_line_is_made_for_what_is_no_name(user: str) -> None:
    with pytest.raises(PeopleError):
        hashed(user, "x")


WRONG = {
    "no hash": "camille",
    "clear": "camille:s3cret",
    "another kind": f"camille:{PasswordHasher(1, 8, 1, type=Type.I).hash('x')}",
    "endless": "camille:" + QUICK.hash("x").replace("m=8", "m=4194304"),
    "reserved": f"unknown:{QUICK.hash('x')}",
    "twice": f"camille:{QUICK.hash('x')}\ncamille:{QUICK.hash('y')}",
}


@pytest.mark.parametrize("name", WRONG)
def test_a_line_that_is_none_is_refused_without_being_quoted(name: str, tmp_path: Path) -> None:
    (tmp_path / "f").write_text(WRONG[name] + "\n")
    with pytest.raises(PeopleError) as caught:
        Passwords.read(tmp_path / "f")
    assert "camille" not in str(caught.value)
    assert "$" not in str(caught.value)
