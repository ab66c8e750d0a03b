"""A text and a table of fingerprints of confidential documents (keyed hashes) -> the stretches that were copied.

A fingerprint is the hash of eight words in a row; of six neighbours the table keeps the smallest (winnowing), so any
thirteen words copied as they are, whatever the case, accents and punctuation, are found.
"""

from collections.abc import Iterator, Sequence

from guard.detect.exact import tokens
from guard.rules.hashed import Hasher, Numbers
from guard.rules.schema import Table

SHINGLE = 8
"""Words of a fingerprint."""
WINDOW = 6
"""Neighbours of which one is kept."""
_GAP = 30
"""Words between two fingerprints of one stretch: what an editor changed, and what the table did not keep."""


def shingles(words: Sequence[str], hasher: Hasher) -> list[int]:
    """The hash of each eight words in a row."""
    return [hasher(" ".join(words[at : at + SHINGLE])) for at in range(len(words) - SHINGLE + 1)]


def winnowed(hashes: Sequence[int]) -> set[int]:
    """The smallest hash of each window."""
    return {min(hashes[at : at + WINDOW]) for at in range(max(1, len(hashes) - WINDOW + 1))} if hashes else set()


class Documents:
    """One table, ready to look up."""

    def __init__(self, table: Table, hasher: Hasher) -> None:
        self._hash = hasher
        self._known = Numbers(table.known)

    def find(self, text: str) -> Iterator[tuple[int, int]]:
        """Spans of what was copied."""
        words = tokens(text)
        hashes = shingles([word for word, _, _ in words], self._hash)
        stretch: tuple[int, int] | None = None
        for first in (at for at, value in enumerate(hashes) if value in self._known):
            last = first + SHINGLE - 1
            if stretch is not None and first - stretch[1] <= _GAP:
                stretch = stretch[0], last
                continue
            if stretch is not None:
                yield words[stretch[0]][1], words[stretch[1]][2]
            stretch = first, last
        if stretch is not None:
            yield words[stretch[0]][1], words[stretch[1]][2]
