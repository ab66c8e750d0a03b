"""Any string -> one that is safe in a log, a terminal and a web page.

Names come from directories and certificates that others fill in. A control character, a direction mark or half a
surrogate pair in one of them could forge a line, colour a terminal or break the encoder; each becomes U+FFFD.
"""

import unicodedata
from collections.abc import Iterable

LENGTH = 256
"""Longest string in an event, in characters."""
ITEMS = 64
"""Longest list in an event."""
_REPLACED = "�"
_CUT = "…"


def printable(text: str, length: int = LENGTH) -> str:
    """The text without anything invisible but spaces, cut to `length` characters."""
    short = text if len(text) <= length else text[: length - 1] + _CUT
    if short.isprintable():
        return short
    return "".join(char if char.isprintable() or unicodedata.category(char) == "Zs" else _REPLACED for char in short)


def printables(texts: Iterable[str]) -> list[str]:
    """The first 64 of them."""
    return [printable(text) for _, text in zip(range(ITEMS), texts, strict=False)]
