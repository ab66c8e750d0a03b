"""An entry of a use's words -> its form.

A trailing `*` is any ending of a word, `|` parts wordings of which one stands there, `(…)` holds such wordings together
(an empty one: it may be left out), and `...` stands for up to GAP other words. Words are letters and digits; what else
stands there parts them.
"""

import re
from collections.abc import Iterable, Sequence

ANY = "..."
"""The piece that stands for up to GAP words."""
GAP = 6
"""Words that `...` may stand for."""
_PIECE = re.compile(r"[()|]|\.\.\.|[^\W_]+\*?|\*")

type Wording = tuple[str | Choice, ...]
"""Words, ANY and choices, one after the other."""
type Choice = tuple[Wording, ...]
"""Wordings of which one stands there."""


def parse(entry: str) -> Choice:
    """The wordings of an entry, its words as it writes them; ValueError, in words, for one that says nothing.

    No wording may be empty, and none begins or ends with ANY.
    """
    pieces = _PIECE.findall(entry)
    found, at = _choice(pieces, 0)
    if at < len(pieces):
        raise ValueError("a parenthesis closes that none opens")
    if any(_open(wording) or _open(_turned(wording)) for wording in found):
        raise ValueError("no word begins or ends it")
    return found


def _choice(pieces: Sequence[str], at: int) -> tuple[Choice, int]:
    """The wordings from a place on, and where they end: at a `)` or behind the last piece."""
    found: list[Wording] = []
    wording: list[str | Choice] = []
    while at < len(pieces) and pieces[at] != ")":
        piece = pieces[at]
        at += 1
        if piece == "|":
            found.append(tuple(wording))
            wording = []
        elif piece == "(":
            inner, at = _choice(pieces, at)
            if at == len(pieces):
                raise ValueError("a parenthesis does not close")
            at += 1
            wording.append(inner)
        elif piece == "*":
            raise ValueError("`*` ends a word, and here is none")
        else:
            wording.append(piece)
    return (*found, tuple(wording)), at


def _open(wording: Iterable[str | Choice]) -> bool:
    """Whether a wording can be empty or begin with ANY."""
    for piece in wording:
        if isinstance(piece, str):
            return piece == ANY
        if any(inner and _open(inner) for inner in piece):
            return True
        if () not in piece:
            return False
    return True


def _turned(wording: Wording) -> Wording:
    return tuple(
        piece if isinstance(piece, str) else tuple(_turned(inner) for inner in piece) for piece in reversed(wording)
    )
