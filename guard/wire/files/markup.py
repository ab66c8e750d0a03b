"""HTML or XML text -> stretches of it as they are written, and back with some changed.

Tags stay in the text, so attributes, comments and scripts are read where they stand. The text is cut only at comments
and at tags that stand inside a line (`FR76 <b>3000</b>`): a value can be split there, and the detect stage joins
neighbours again. Where it is cut does not depend on what the text says, so an edit moves no border.
"""

import re
from collections.abc import Mapping

from guard.wire.document import splice

MOST = 1500
"""Cuts in one text; one with more is a single stretch."""
_INLINE = (
    "a|abbr|b|bdi|bdo|big|cite|code|data|del|em|font|i|ins|kbd|mark|q|s|samp|small|span|strike|strong|sub|sup|tt|u"
    "|var|wbr"
)
_TAGS = re.compile(
    rf"\s?(?:<!--.{{0,500}}?-->|</?(?:[a-z]\w*:)?(?:{_INLINE})(?:\s[^<>]*)?/?>)"
    r"(?:<!--.{0,500}?-->|</?[a-z][^<>]*>|\s)*",
    re.IGNORECASE | re.DOTALL,
)
"""With the space around, which may be all that separates the halves of a value, and the tags that follow at once."""

type Stretch = tuple[int, int]


def stretches(text: str) -> tuple[list[Stretch], list[Stretch]]:
    """Where the texts stand, in order, and where the tags that cut them stand."""
    tags = [match.span() for match in _TAGS.finditer(text)]
    if len(tags) > MOST:
        tags = []
    starts, ends = [0, *(end for _, end in tags)], [*(start for start, _ in tags), len(text)]
    return list(zip(starts, ends, strict=True)), tags


def read(text: str) -> list[tuple[str, str]]:
    """(where, text) of each stretch: `text/0`, …, then `tags/0`, …"""
    return [(where, text[start:end]) for where, (start, end) in _places(text)]


def write(text: str, edits: Mapping[str, str]) -> str:
    """The text with some stretches changed."""
    return splice(text, [(start, end, edits[where]) for where, (start, end) in _places(text) if where in edits])


def _places(text: str) -> list[tuple[str, Stretch]]:
    texts, tags = stretches(text)
    return [(f"text/{n}", span) for n, span in enumerate(texts)] + [(f"tags/{n}", span) for n, span in enumerate(tags)]
