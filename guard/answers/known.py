"""What a reader sent -> whether a value of the answer is news to them."""

import re
from collections import deque
from collections.abc import Iterable, Mapping
from itertools import accumulate

from guard.redact.placeholders import Token

_WORD = re.compile(r"[^\W_]+")
_DIGITS = 6
"""Letters and digits of the shortest number that is known however it is spaced."""
_SENT = 200_000
"""Characters of what was sent on a socket that are remembered."""


class Known:
    """What a reader sent: texts, the last ones of a socket, and values that placeholders stand for."""

    def __init__(self, values: Mapping[Token, str], texts: Iterable[str] = ()) -> None:
        """`values` may grow later."""
        self.values = values
        self._texts = deque(texts)
        self._words: str | None = None
        self._squeezed = ""
        self._borders: frozenset[int] = frozenset()
        """Where a word begins or ends in what is squeezed."""

    def add(self, texts: Iterable[str]) -> None:
        """They sent more; what is long ago is forgotten."""
        self._texts += texts
        self._words = None
        size = sum(map(len, self._texts))
        while size > _SENT and len(self._texts) > 1:
            size -= len(self._texts.popleft())

    def holds(self, value: str) -> bool:
        """True when the value stands in one of the texts, whatever its case and spaces."""
        if self._words is None:
            self._words = "\n".join(["", *map(_plain, self._texts), ""])
            pieces = [word for text in self._texts for word in (*_WORD.findall(text.casefold()), "\n")]
            self._squeezed = "".join(pieces)
            self._borders = frozenset(accumulate(map(len, pieces), initial=0))
        words = self._words
        plain, tight = _plain(value), squeezed(value)
        if any(plain == _plain(sent) for sent in self.values.values()):
            return True
        if len(tight) >= _DIGITS and any(letter.isdecimal() for letter in tight) and self._stands(tight):
            return True
        at = words.find(plain) if plain else -1
        while at > 0:
            if not (words[at - 1].isalnum() or words[at + len(plain)].isalnum()):
                return True
            at = words.find(plain, at + 1)
        return False

    def _stands(self, tight: str) -> bool:
        """Whether whole words, side by side, say it: a part of a longer number is another number."""
        at = self._squeezed.find(tight)
        while at >= 0:
            if {at, at + len(tight)} <= self._borders:
                return True
            at = self._squeezed.find(tight, at + 1)
        return False


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def squeezed(text: str) -> str:
    """A text's letters and digits alone, whatever their case."""
    return "".join(letter for letter in text.casefold() if letter.isalnum())
