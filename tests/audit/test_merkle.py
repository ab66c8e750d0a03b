"""The tree against RFC 9162's own recursive definition."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.audit import merkle

LINES = st.lists(st.binary(max_size=8), min_size=1, max_size=70)


def head(lines: list[bytes]) -> bytes:
    """MTH of §2.1.1, as it is written there."""
    if not lines:
        return hashlib.sha256().digest()
    if len(lines) == 1:
        return hashlib.sha256(b"\0" + lines[0]).digest()
    half = 1
    while half * 2 < len(lines):
        half *= 2
    return hashlib.sha256(b"\1" + head(lines[:half]) + head(lines[half:])).digest()


def grown(lines: list[bytes]) -> merkle.Tree:
    tree = merkle.Tree()
    for line in lines:
        tree.add(line)
    return tree


def test_the_empty_tree_is_the_hash_of_nothing() -> None:
    assert merkle.Tree().root() == head([])


@given(LINES)
def test_the_root_is_the_one_of_the_definition(lines: list[bytes]) -> None:
    tree = grown(lines)

    assert (tree.size, tree.root()) == (len(lines), head(lines))


@given(LINES, st.data())
def test_each_line_is_proven(lines: list[bytes], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(lines) - 1))
    hashes = merkle.path([merkle.leaf(line) for line in lines], index)

    assert merkle.led(merkle.leaf(lines[index]), index, len(lines), hashes) == head(lines)


@given(LINES, st.data())
def test_no_other_line_place_or_size_is(lines: list[bytes], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(lines) - 1))
    hashes = merkle.path([merkle.leaf(line) for line in lines], index)
    leaf = merkle.leaf(lines[index])

    assert merkle.led(merkle.leaf(lines[index] + b"!"), index, len(lines), hashes) != head(lines)
    assert merkle.led(leaf, index, len(lines), [*hashes, leaf]) is None
    assert merkle.led(leaf, len(lines), len(lines), hashes) is None
    if hashes:
        assert merkle.led(leaf, index, len(lines), hashes[:-1]) is None
        assert merkle.led(leaf, index ^ 1, len(lines), hashes) != head(lines) or lines[index] in (
            lines[:index] + lines[index + 1 :]
        )


def test_there_is_no_path_for_a_line_that_is_not_there() -> None:
    with pytest.raises(IndexError):
        merkle.path([merkle.leaf(b"a")], 1)
