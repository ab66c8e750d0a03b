import re
import stat
from pathlib import Path

import pytest

from guard.audit.identity import Identity, Mode, read
from guard.errors import StoreError
from guard.terms import Actor

KEY = bytes(range(32))
ANA = Actor("ana", ("hr",), "address", "10.20.31.7")


def identity(mode: Mode, folder: Path, key: bytes = KEY) -> Identity:
    return Identity(mode, key, folder / "identities" / "names.jsonl")


def test_in_clear_nothing_changes(tmp_path: Path) -> None:
    assert identity("clear", tmp_path).shown(ANA) is ANA


@pytest.mark.parametrize("mode", ["keyed", "split"])
def test_a_pseudonym_stands_for_name_and_address_and_groups_stay(mode: Mode, tmp_path: Path) -> None:
    shown = identity(mode, tmp_path).shown(ANA)

    assert re.fullmatch(r"u:[A-Za-z0-9_-]{16}", shown.user)
    assert (shown.address, shown.groups, shown.source) == (None, ("hr",), "address")


def test_it_is_the_same_each_time_and_another_with_another_key(tmp_path: Path) -> None:
    first, again = (identity("keyed", tmp_path).shown(ANA).user for _ in range(2))

    assert first == again == identity("split", tmp_path).shown(ANA).user
    assert first != identity("keyed", tmp_path, bytes(32)).shown(ANA).user


def test_those_without_a_name_are_told_apart_by_their_address(tmp_path: Path) -> None:
    shown = [identity("keyed", tmp_path).shown(Actor(address=address)).user for address in ("10.0.0.1", "10.0.0.2")]

    assert len(set(shown)) == 2
    assert identity("keyed", tmp_path).shown(Actor()) == Actor()


def test_split_keeps_who_is_who_once_and_for_few(tmp_path: Path) -> None:
    for _ in range(2):
        naming = identity("split", tmp_path)
        pseudonym = {naming.shown(ANA).user for _ in range(2)}.pop()
    names = tmp_path / "identities" / "names.jsonl"

    assert read(names).keys() == {pseudonym}
    assert read(names)[pseudonym]["user"] == "ana"
    assert len(names.read_bytes().split()) == 1
    assert stat.S_IMODE(names.stat().st_mode) == 0o600


def test_keyed_keeps_nobodys_name(tmp_path: Path) -> None:
    identity("keyed", tmp_path).shown(ANA)

    assert list(tmp_path.iterdir()) == []


def test_a_torn_line_costs_one_name_only(tmp_path: Path) -> None:
    naming = identity("split", tmp_path)
    naming.shown(ANA)
    names = tmp_path / "identities" / "names.jsonl"
    with names.open("ab") as file:
        file.write(b'{"pseudonym":"u:to')
    bob = identity("split", tmp_path).shown(Actor("bob")).user

    assert len(read(names)) == 2
    assert read(names)[bob]["user"] == "bob"


def test_a_name_that_cannot_be_kept_is_not_shown_either(tmp_path: Path) -> None:
    (tmp_path / "identities").touch()

    with pytest.raises(StoreError, match="names cannot be"):
        identity("split", tmp_path).shown(ANA)
