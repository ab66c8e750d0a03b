"""A text and a table of the company's own values (keyed hashes) -> where those values stand.

Words and numbers of the text are hashed and looked up; the values themselves are nowhere in this process. A chain of
words goes on only while the table says that a value begins so, which keeps it to about one hash a word.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from guard.detect.words import plain
from guard.rules.hashed import Hasher, Numbers
from guard.rules.schema import Table

WORDS = 12
"""Words of the longest value."""
_TOKEN = re.compile(r"\w+")
_GAP = 3
"""Characters between two words of one value."""
_NUMBER = 40
"""Characters of the longest number."""
_START = 5
"""Characters of a number that tell whether a known one begins so; a number has as many digits at least."""
NEAR = 200
"""Characters between two values of one row."""

type Token = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class _Hit:
    start: int
    end: int
    hash: int


def tokens(text: str) -> list[Token]:
    """Plain words and where they stand."""
    return [(m.group(), m.start(), m.end()) for m in _TOKEN.finditer(plain(text))]


def keys(value: str) -> list[str]:
    """What is hashed of a value, shortest beginning first, the last being the whole; empty when it has no words."""
    words = [word for word, _, _ in tokens(unicodedata.normalize("NFKC", value))]
    compact = "".join(words)
    if number(compact):
        return [f"#{compact[:_START]}", f"#{compact}"]
    return [" ".join(words[: count + 1]) for count in range(len(words))]


def number(compact: str) -> bool:
    """Whether a value is a number (an IBAN, a telephone, a date): spaces and signs in it do not count."""
    digits = sum(char.isdigit() for char in compact)
    return digits >= _START and digits * 2 >= len(compact)


class Exact:
    """One table, ready to look up."""

    def __init__(self, table: Table, hasher: Hasher) -> None:
        self._hash = hasher
        self._known, self._begun = Numbers(table.known), Numbers(table.begun)
        self._together, self._rows = Numbers(table.together), Numbers(table.rows, "I")

    def find(self, text: str) -> Iterator[tuple[int, int]]:
        """Spans of values that count alone, and of those that stand near another of their row."""
        words = tokens(text)
        hits = [*self._phrases(words), *self._numbers(words)]
        for hit in hits:
            if hit.hash in self._known:
                yield hit.start, hit.end
        if len(self._together):
            yield from self._pairs(sorted((hit for hit in hits if hit.hash in self._together), key=_place))

    def _phrases(self, words: Sequence[Token]) -> Iterator[_Hit]:
        seen: dict[str, tuple[int, bool]] = {}
        for first, (_, start, end) in enumerate(words):
            key = ""
            for at in range(first, min(first + WORDS, len(words))):
                word, begin, stop = words[at]
                if begin - end > _GAP:
                    break
                key, end = f"{key} {word}" if key else word, stop
                if key not in seen:
                    value = self._hash(key)
                    seen[key] = value, value in self._begun
                value, goes_on = seen[key]
                if value in self._known or value in self._together:
                    yield _Hit(start, end, value)
                if not goes_on:
                    break

    def _numbers(self, words: Sequence[Token]) -> Iterator[_Hit]:
        seen: dict[str, bool] = {}
        for first, (word, start, end) in enumerate(words):
            after = words[first + 1][0] if first + 1 < len(words) else ""
            if not any(char.isdigit() for char in word + after):
                continue
            compact, begun = "", False
            for at in range(first, min(first + _NUMBER, len(words))):
                word, begin, stop = words[at]
                if begin - end > _GAP or len(compact) + len(word) > _NUMBER:
                    break
                compact, end = compact + word, stop
                if len(compact) < _START:
                    continue
                if not begun:
                    start_of = compact[:_START]
                    if start_of not in seen:
                        seen[start_of] = self._hash(f"#{start_of}") in self._begun
                    begun = seen[start_of]
                if not begun:
                    break
                value = self._hash(f"#{compact}")
                if value in self._known or value in self._together:
                    yield _Hit(start, end, value)

    def _pairs(self, hits: Sequence[_Hit]) -> Iterator[tuple[int, int]]:
        rows: dict[int, frozenset[int]] = {}
        same: dict[tuple[int, int], bool] = {}
        for one, hit in enumerate(hits):
            for other in hits[one + 1 :]:
                if other.start - hit.end > NEAR:
                    break
                pair = hit.hash, other.hash
                if other.start < hit.end or hit.hash == other.hash:
                    continue
                if pair not in same:
                    for value in pair:
                        if value not in rows:
                            rows[value] = frozenset(self._rows[at] for at in self._together.at(value))
                    same[pair] = not rows[hit.hash].isdisjoint(rows[other.hash])
                if same[pair]:
                    yield hit.start, hit.end
                    yield other.start, other.end


def _place(hit: _Hit) -> tuple[int, int]:
    return hit.start, hit.end
