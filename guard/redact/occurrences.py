"""Values that are hidden once -> the other places where they stand: what is hidden anywhere is hidden everywhere.

A rule may know a value by what stands beside it (« Mme Lefèvre », "SIREN 732 829 320"); the same value stands alone a
line later. Found word for word, as written or in capitals, in text the service's rule file declares.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import batched

import re2

_BATCH = 500
"""Values in one expression."""
_SHORTEST = 2
_SPACE = r"[\s\x{A0}\x{202F}]+"


def occurrences[T](text: str, values: Mapping[str, T]) -> Iterator[tuple[int, int, T]]:
    """(start, end, what `values` says) of each whole-word occurrence, in characters; `values`: spelling -> anything."""
    text = text.encode("utf-8", "replace").decode()  # a lone surrogate is one character either way
    for expression, known in _expressions(values):
        for match in expression.finditer(text):
            start, end = match.span()
            if not (_word(text, start - 1) or _word(text, end)):
                yield start, end, known[" ".join(match.group().split())]


def _word(text: str, at: int) -> bool:
    return 0 <= at < len(text) and (text[at].isalnum() or text[at] == "_")


def _expressions[T](values: Mapping[str, T]) -> Iterator[tuple["re2._Regexp[str]", dict[str, T]]]:
    spellings: dict[str, T] = {}
    for value, meaning in values.items():
        plain = " ".join(value.split())
        if len(plain) >= _SHORTEST and _word(plain, 0) and _word(plain, len(plain) - 1):
            spellings.setdefault(plain, meaning)
            spellings.setdefault(plain.upper(), meaning)
    for group in batched(sorted(spellings, key=lambda spelling: (-len(spelling), spelling)), _BATCH, strict=False):
        yield _compiled(group), {spelling: spellings[spelling] for spelling in group}


def _compiled(spellings: Sequence[str]) -> "re2._Regexp[str]":
    options = re2.Options()
    options.log_errors = False
    options.max_mem = 64 << 20
    return re2.compile("|".join(_SPACE.join(map(re2.escape, spelling.split())) for spelling in spellings), options)
