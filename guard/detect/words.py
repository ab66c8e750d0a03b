"""Words of rule files and of prompts in one plain form, so that case and accents never decide.

`plain` keeps one character for each character, so that positions in a text and in its plain form are the same.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterable

import re2

_WORD = re.compile(r"[^\W_]+")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_MARK = re.compile("[\u0300-\u036f]")
_ACCENTED = re.compile(r"[^\W\d_][\u0300-\u036f]{1,4}")
"""A letter and the marks on it. A few: putting a long run of marks in order takes quadratic time."""


_FEW = 40
"""Different characters beyond ASCII in a text of a Latin script."""


class _Plain(dict[int, int]):
    """Each character's plain one, worked out once."""

    def __missing__(self, code: int) -> int:
        base = unicodedata.normalize("NFD", chr(code))[0].lower()
        # what has no single plain character stays as it is
        self[code] = ord(base) if len(base) == 1 else code
        return self[code]


_PLAIN = _Plain({ord("_"): ord(" ")})


def plain(text: str) -> str:
    """Lower case without accents, character for character; an underscore parts words as a space does."""
    if not text.isascii():
        foreign = [char for char in set(text) if not char.isascii()]
        if len(foreign) > _FEW:
            return text.translate(_PLAIN)
        for char in foreign:  # several times faster than a translation
            text = text.replace(char, chr(_PLAIN[ord(char)]))
    return text.lower().replace("_", " ")


def composed(text: str) -> tuple[str, Callable[[int], int]]:
    """Text with each letter and its accents as one character, and the way from a position in it to one in `text`."""
    if text.isascii() or not _MARK.search(text):
        return text, lambda at: at
    pieces: list[str] = []
    here, there = [0], [0]
    for match in _ACCENTED.finditer(text):
        letter = unicodedata.normalize("NFC", match.group())
        pieces += [text[there[-1] : match.start()], letter]
        here.append(here[-1] + match.start() - there[-1] + len(letter))
        there.append(match.end())
    if not pieces:
        return text, lambda at: at

    def back(at: int) -> int:
        piece = bisect_right(here, at) - 1
        return there[piece] + at - here[piece]

    return "".join([*pieces, text[there[-1] :]]), back


def phrase(entry: str) -> str:
    """A word or phrase of a rule file as a regular expression over plain text: whole words, * for any ending."""
    words = re.findall(r"[\w*]+", plain(entry))
    if not _WORD.search(entry):
        return r"(?!)"
    return r"\b" + r"\W+".join(re.escape(word).replace(r"\*", r"\w*") for word in words) + r"\b"


def any_of(entries: Iterable[str]) -> re.Pattern[str] | None:
    """One expression for all entries of a list; None for an empty list."""
    found = sorted({phrase(entry) for entry in entries if _WORD.search(entry)})
    # one border before all of them: where none of their letters stands next, none of them is tried
    return re.compile(rf"\b(?:{'|'.join(regex.removeprefix(r'\b') for regex in found)})") if found else None


def any_of_wider(entries: Iterable[str]) -> "re2._Regexp[bytes] | None":
    """An RE2 expression over UTF-8 that matches wherever `any_of` does; RE2's word borders are ASCII: it has none."""
    found = sorted({phrase(entry) for entry in entries if _WORD.search(entry)})
    wider = (regex.replace(r"\b", "").replace(r"\w*", r"\S*") for regex in found)
    return re2.compile("|".join(wider).encode()) if found else None


def field_words(name: str) -> str:
    """The words of a field's name: `customerIban`, `customer_iban` and `customer-iban` are two words."""
    return plain(_HUMP.sub(" ", name))
