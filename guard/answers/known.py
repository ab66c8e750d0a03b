"""What a reader sent -> whether a value of the answer is news to them."""

import re
from collections import deque
from collections.abc import Iterable, Mapping

from guard.redact.placeholders import Token

_DIGITS = 6
"""Letters and digits of the shortest number that is known however it is spaced."""
_LONGEST = 64
"""And of the longest."""
_LONG = 20_000
"""Characters."""
_SENT = 200_000
"""Characters of what was sent on a socket that are remembered."""


class Known:
    """What a reader sent: texts, the last ones of a socket, and values that placeholders stand for."""

    def __init__(self, values: Mapping[Token, str], texts: Iterable[str] = ()) -> None:
        """`values` may grow later."""
        self.values = values
        self._texts = deque(texts)
        self._words: str | None = None
        """The texts as they are compared, a line each."""

    @property
    def long(self) -> bool:
        """True when looking takes so long that it is not for the event loop."""
        return sum(map(len, self._texts)) > _LONG

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
        words = self._words
        plain, tight = _plain(value), squeezed(value)
        if any(plain == _plain(sent) for sent in self.values.values()):
            return True
        if _DIGITS <= len(tight) <= _LONGEST and any(letter.isdecimal() for letter in tight) and _spelled(tight, words):
            return True
        at = words.find(plain) if plain else -1
        while at > 0:
            if not (words[at - 1].isalnum() or words[at + len(plain)].isalnum()):
                return True
            at = words.find(plain, at + 1)
        return False


def _spelled(tight: str, words: str) -> bool:
    """Whether whole words of one line say it, side by side: a part of a longer number is another number."""
    letters = r"(?:[^\w\n]|_)*".join(map(re.escape, tight))
    return re.search(rf"(?<![^\W_]){letters}(?![^\W_])", words) is not None


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def squeezed(text: str) -> str:
    """A text's letters and digits alone, whatever their case."""
    return "".join(letter for letter in text.casefold() if letter.isalnum())
