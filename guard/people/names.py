"""What a source says -> names of users and groups that can stand in rules and events.

The law it keeps: nobody becomes someone else (law 4). `unknown` is nobody's name, and no name is shortened or repaired
into another one: what cannot stand as it is, is no name.
"""

import unicodedata
from collections.abc import Iterable

UNKNOWN = "unknown"
LONGEST = 256
"""Characters of a name."""
_MOST = 1000
"""Groups of one person; a directory that says more says nothing usable, and the rest is left out."""


def name(text: str) -> str | None:
    """A name in Unicode's composed form; None when it is empty, too long, reserved, or has characters nobody sees."""
    text = unicodedata.normalize("NFC", text)
    if not text or len(text) > LONGEST or text != text.strip() or text.casefold() == UNKNOWN:
        return None
    if any(unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp") for char in text):
        return None
    return text


def names(texts: Iterable[str]) -> tuple[str, ...]:
    """Those that are names, each once, sorted."""
    return tuple(sorted({found for text in texts if (found := name(text)) is not None})[:_MOST])
