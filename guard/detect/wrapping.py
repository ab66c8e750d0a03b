"""A text -> the keys in it that a terminal or a mailer broke into lines of one width, each as one line again.

Keys and tokens are longer than a line. A key's beginning proves it; what stands on the next lines of such a block is
the rest of it, even where the first line alone would pass for a whole key.
"""

import re

from guard.detect.views import Draft, View, fast

_KEYISH = r"[A-Za-z0-9_+/=.~-]"
_BREAK = r"\\?\r?\n[ \t]{0,16}"
_BLOCK = fast(rf"{_KEYISH}{{16,}}(?:{_BREAK}{_KEYISH}{{16,}})*{_BREAK}{_KEYISH}+")
_PIECE = re.compile(rf"{_KEYISH}+")
_REST = re.compile(r"(?![A-Z]?[a-z]+[.]?$)[A-Za-z0-9_+/.~-]+=*")
"""What goes on in the next line: no word, and no assignment."""
_ENDED = re.compile(r"[\"'`,;)}\]]*[ \t]*(?:\r?\n|\Z)")
_NARROWEST = 32
"""Characters of the narrowest line that something is broken at."""
_MOST = 64
"""Lines of one key: a longer block is a file's."""


def unwrapped(view: View) -> View | None:
    """The blocks, one a line; None when there are none."""
    if "\n" not in view.text:
        return None
    draft = Draft(view)
    for start, end in _BLOCK(view.shadow()):
        pieces = _broken(view.text, [match.span() for match in _PIECE.finditer(view.text, start, end)])
        for piece in pieces:
            draft.copy(*piece)
        if pieces:
            draft.part()
    return draft.view() if draft.length else None


def _broken(text: str, pieces: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The lines of one value: all but the last as wide as the first with what stands before it; else none."""
    said = [text[start:end] for start, end in pieces]
    if not _REST.fullmatch(said[-1]) or not _ENDED.match(text, pieces[-1][1]):
        pieces, said = pieces[:-1], said[:-1]
    if not 2 <= len(pieces) <= _MOST or not all(map(_REST.fullmatch, said[1:])):
        return []
    width = len(said[1])
    first = pieces[0][1] - text.rfind("\n", 0, pieces[0][0]) - 1
    if len(pieces) == 2:
        return pieces if first >= max(width, _NARROWEST) and _mixed(said[1]) else []
    even = all(len(piece) == width for piece in said[1:-1]) and len(said[-1]) <= width
    return pieces if even and first >= width >= _NARROWEST else []


def _mixed(said: str) -> bool:
    return any(map(str.isdigit, said)) and any(map(str.isupper, said)) and any(map(str.islower, said))
