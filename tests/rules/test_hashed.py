"""Files of keyed hashes: what they hold, what they never hold, and which are turned down."""

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.errors import RulesError
from guard.rules import hashed
from guard.rules.hashed import Hasher, Numbers, key_at, made_key, packed, read, written
from guard.rules.schema import Table

KEY = bytes(range(32))
HASHES = st.sets(st.integers(0, 2**64 - 1), max_size=40).map(sorted)


def table(kind: str = "exact", **parts: bytes) -> Table:
    data = {"check": Hasher(KEY).check, "known": b"", "begun": b"", "together": b"", "rows": b""} | parts
    return Table.model_validate({"kind": kind, **data})


# --- the hash


def test_one_text_has_one_hash_of_64_bits_under_one_key() -> None:
    one = Hasher(KEY)

    assert one("Grandjean") == Hasher(KEY)("Grandjean") != one("grandjean")
    assert 0 <= one("Grandjean") < 2**64


def test_another_key_makes_other_hashes_and_another_check() -> None:
    one, other = Hasher(KEY), Hasher(bytes(32))

    assert one("Grandjean") != other("Grandjean")
    assert one.check != other.check


@given(st.text(st.characters()))
def test_whatever_the_text_it_has_a_hash(text: str) -> None:
    assert 0 <= Hasher(KEY)(text) < 2**64


def test_half_a_surrogate_pair_has_a_hash() -> None:
    assert Hasher(KEY)("\ud800") != Hasher(KEY)("\udfff")


# --- sorted numbers


@given(HASHES, st.integers(0, 2**64 - 1))
def test_a_number_is_known_when_it_was_packed_and_only_then(numbers: list[int], other: int) -> None:
    found = Numbers(packed(numbers))

    assert len(found) == len(numbers)
    assert all(number in found for number in numbers)
    assert (other in found) == (other in numbers)


@given(st.lists(st.integers(0, 50), max_size=40).map(sorted), st.integers(0, 51))
def test_a_number_stands_at_each_of_its_places(numbers: list[int], number: int) -> None:
    found = Numbers(packed(numbers))

    assert [found[at] for at in found.at(number)] == [number] * numbers.count(number)


def test_the_greatest_hash_can_be_looked_up() -> None:
    found = Numbers(packed([2**64 - 1]))

    assert 2**64 - 1 in found
    assert 0 not in found


def test_numbers_lie_in_the_file_with_the_least_byte_first() -> None:
    assert packed([1, 2**63]) == b"\1" + bytes(7) + bytes(7) + b"\x80"
    assert packed([1], "I") == b"\1\0\0\0"


# --- the file


@pytest.mark.parametrize(("suffix", "kind"), [(".edm", "exact"), (".fp", "documents")])
def test_a_table_that_was_written_reads_as_it_was(suffix: str, kind: str) -> None:
    whole = table(kind, known=packed([1, 2]), begun=packed([3]), together=packed([4, 4]), rows=packed([7, 8], "I"))

    assert read("f", written(whole).encode(), suffix) == whole


@given(HASHES, HASHES, HASHES)
def test_every_table_reads_as_it_was(known: list[int], begun: list[int], together: list[int]) -> None:
    rows = packed(range(len(together)), "I")
    whole = table(known=packed(known), begun=packed(begun), together=packed(together), rows=rows)

    assert read("f", written(whole).encode(), ".edm") == whole


GOOD = written(table(known=packed([1, 2])))
BAD = {
    "nothing": b"",
    "the clear values": b"nom;ville\nGrandjean;Lyon\n",
    "not ASCII": GOOD.replace("prompt", "prömpt").encode(),
    "bytes": b"\x00\xff\xfe",
    "another head": GOOD.replace("prompt-guard", "other-guard").encode(),
    "another kind": GOOD.replace("exact", "documents").encode(),
    "another version": GOOD.replace("exact 1", "exact 2").encode(),
    "a part is missing": GOOD.replace("begun ", "begin ").encode(),
    "no base64": GOOD.replace("known ", "known !").encode(),
    "three words in a line": GOOD.replace("known ", "known more ").encode(),
    "half a number": written(table(known=b"1234567")).encode(),
    "half a beginning": written(table(begun=b"123")).encode(),
    "rows without values": written(table(rows=packed([1], "I"))).encode(),
    "values without rows": written(table(together=packed([1]))).encode(),
    "cut in the middle": GOOD[: len(GOOD) // 2].encode(),
}


@pytest.mark.parametrize("content", BAD.values(), ids=BAD)
def test_what_is_no_such_file_is_a_problem_of_that_file(content: bytes) -> None:
    with pytest.raises(RulesError) as caught:
        read("lists/a.edm", content, ".edm")

    assert [(problem.path, problem.code) for problem in caught.value.problems] == [("lists/a.edm", "R322")]
    assert "Grandjean" not in str(caught.value)


def test_a_longer_file_than_the_limit_is_turned_down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hashed, "MAX_BYTES", len(GOOD) - 1)

    with pytest.raises(RulesError):
        read("f", GOOD.encode(), ".edm")


@given(st.binary(max_size=200), st.sampled_from([".edm", ".fp"]))
def test_whatever_the_bytes_they_are_a_table_or_a_problem(content: bytes, suffix: str) -> None:
    with pytest.raises(RulesError):
        read("f", content, suffix)


@given(st.integers(0, len(GOOD) - 1), st.binary(min_size=1, max_size=1))
def test_a_changed_byte_never_makes_a_crash(at: int, byte: bytes) -> None:
    content = GOOD.encode()[:at] + byte + GOOD.encode()[at + 1 :]
    try:
        found = read("f", content, ".edm")
    except RulesError:
        return
    assert len(found.known) % 8 == 0


# --- the key


def test_a_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "new" / "lists.key"

    assert made_key(path) == made_key(path) == key_at(path)
    assert (stat.S_IMODE(path.stat().st_mode), stat.S_IMODE(path.parent.stat().st_mode)) == (0o600, 0o700)
    assert len(key_at(path)) == 32


def test_two_keys_are_not_the_same(tmp_path: Path) -> None:
    assert made_key(tmp_path / "a") != made_key(tmp_path / "b")


KEYS = {
    "short": "00" * 31,
    "long": "00" * 33,
    "empty": "",
    "no hexadecimal": "zz" * 32,
    "not ASCII": "é" * 64,
}


@pytest.mark.parametrize("text", KEYS.values(), ids=KEYS)
def test_what_is_no_key_is_a_problem_that_does_not_show_it(tmp_path: Path, text: str) -> None:
    path = tmp_path / "lists.key"
    path.write_text(text, "utf-8")

    for get in (key_at, made_key):
        with pytest.raises(RulesError) as caught:
            get(path)
        assert [problem.code for problem in caught.value.problems] == ["R321"]
        assert not text or text not in str(caught.value)
    assert path.read_text("utf-8") == text


def test_no_key_at_all_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(RulesError):
        key_at(tmp_path / "none")
