"""A string in a place nobody declared -> whether it is content, or one of the ids, types, settings and addresses of a
protocol.

What is said in several words is content wherever a service puts it, and counts like a declared text (law 2). No id
looks like the address or telephone number of a person: that one counts too, where nobody signs in with it (`contact`).
"""

import re

_WORD = re.compile(r"(?<!\S)[(«\"'“]?[^\W\d_]{2,}(?:['’-][^\W\d_]+)*[)»\"'”.,;:!?…]*(?!\S)")
_WORDS = 3
_MAILBOX = re.compile(r"[^\s@](?:@|%40)[^\s@]+\.[^\W\d_]{2}")
_DIALLED = re.compile(r"\s*(?:\+|\(|(?=\d+[\s.-]+\d+[\s.-]))[\d\s().+-]{8,24}")
"""A number as people write one to call it: groups of digits, or a plus before them."""


def words(text: str) -> bool:
    """True when at least three whole words stand between spaces."""
    if " " not in text and "\n" not in text and "\t" not in text and "\u00a0" not in text:
        return False
    found = _WORD.finditer(text)
    return all(next(found, None) is not None for _ in range(_WORDS))


def contact(text: str) -> bool:
    """True when a mail address stands in it, or it is a telephone number."""
    return _MAILBOX.search(text) is not None or _DIALLED.fullmatch(text) is not None
