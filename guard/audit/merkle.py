"""Lines of a log -> the root of a Merkle tree over them, and proofs that one line is among them (RFC 9162 §2.1).

A leaf is a whole line, its newline included. The tree is kept as the roots of its full subtrees only, so a log of any
length costs a few hundred bytes; a proof needs all leaf hashes again.
"""

import hashlib
from collections.abc import Sequence

EMPTY = hashlib.sha256().digest()
"""Root of a tree without leaves (§2.1.1)."""


def leaf(line: bytes) -> bytes:
    """Hash of one line, 32 bytes."""
    return hashlib.sha256(b"\0" + line).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()


class Tree:
    """A tree that grows at its end."""

    __slots__ = ("_peaks", "size")

    def __init__(self) -> None:
        self.size = 0
        """Leaves in it."""
        self._peaks: list[bytes] = []
        """Roots of the full subtrees, the largest first: one for each bit of the size."""

    def add(self, line: bytes) -> None:
        """One more leaf."""
        top = leaf(line)
        size = self.size
        while size & 1:
            top = _node(self._peaks.pop(), top)
            size >>= 1
        self._peaks.append(top)
        self.size += 1

    def root(self) -> bytes:
        """32 bytes that no other list of lines has."""
        if not self._peaks:
            return EMPTY
        top = self._peaks[-1]
        for peak in self._peaks[-2::-1]:
            top = _node(peak, top)
        return top


def path(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The hashes that lead from one leaf to the root, the nearest first (§2.1.3.1). `leaves` are hashes."""
    if not 0 <= index < len(leaves):
        raise IndexError("no such leaf")
    if len(leaves) == 1:
        return []
    half = _half(len(leaves))
    if index < half:
        return [*path(leaves[:half], index), _root(leaves[half:])]
    return [*path(leaves[half:], index - half), _root(leaves[:half])]


def _half(size: int) -> int:
    """The largest power of two below the size."""
    return 1 << (size - 1).bit_length() - 1


def _root(leaves: Sequence[bytes]) -> bytes:
    level = list(leaves)
    while len(level) > 1:
        pairs = [_node(left, right) for left, right in zip(level[::2], level[1::2], strict=False)]
        level = [*pairs, level[-1]] if len(level) % 2 else pairs
    return level[0]


def led(line_hash: bytes, index: int, size: int, hashes: Sequence[bytes]) -> bytes | None:
    """The root that a path leads to from a leaf (§2.1.3.2); None when the path does not fit the tree's size."""
    if not 0 <= index < size:
        return None
    at, last, top = index, size - 1, line_hash
    for sibling in hashes:
        if last == 0:
            return None
        if at & 1 or at == last:
            top = _node(sibling, top)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            top = _node(top, sibling)
        at, last = at >> 1, last >> 1
    return top if last == 0 else None
