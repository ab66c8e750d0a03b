"""A string in a place nobody declared -> whether somebody's words stand in it.

Ids, types, settings and addresses are one word or two; what is said in several words is content wherever a service puts
it, and counts like a declared text (law 2).
"""

import re

_WORD = re.compile(r"(?<!\S)[(«\"'“]?[^\W\d_]{2,}(?:['’-][^\W\d_]+)*[)»\"'”.,;:!?…]*(?!\S)")
_WORDS = 3


def words(text: str) -> bool:
    """True when at least three whole words stand between spaces."""
    if " " not in text and "\n" not in text and "\t" not in text and "\u00a0" not in text:
        return False
    found = _WORD.finditer(text)
    return all(next(found, None) is not None for _ in range(_WORDS))
