"""A text with tables in it -> a view of their cells, each behind its column's heading, as a reader takes them.

In a table the word that says what a number is stands once, far above it. The view says it again before each cell, and
parts the cells (`APART`), so that a cell is read with its own heading alone. Tables are lines of cells (comma,
semicolon, tab or bar, RFC 4180's quotes) below a line of headings, and rows of SQL's INSERT behind its column names.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from guard.detect.views import Draft, View

APART = "\x1e"
"""Between two cells of the view: the record separator of ASCII, which ends what stands near a value."""
MARKS = ";\t|,"
"""What parts cells."""
HEADING = 64
"""Characters of the longest heading."""
_SHORTEST, _LONGEST = 4, 200
"""Characters of a cell that may hold an identifier."""
_CODE = 8
"""Characters of the shortest code in capitals."""
_DIGITS = 3
"""Digits that such a cell has at least, and a heading has not."""
_CELL = {mark: re.compile(rf'"(?:[^"]|"")*"|[^{re.escape(mark)}]+') for mark in MARKS}
_AROUND = " \"'*`\t\r\n"
"""What stands around the words of a cell or heading."""
_RULE = re.compile(r"[|:+\s-]*--[|:+\s-]*")
"""A line that only parts other lines, such as the headings from the rest."""
_INSERT = re.compile(
    r"\binsert\s{1,9}into\s{1,9}[^\s(]{1,80}\s{0,9}\(([^()]{3,2000})\)\s{0,9}values\s{0,9}(?=\()", re.I
)
_TUPLE = re.compile(r"\(((?:'(?:[^']|'')*'|[^()']|\([^()']*\))*)\)\s{0,9},?\s{0,9}")
_ITEM = re.compile(r"\s*(?:'(?:[^']|'')*'|[^,'(]+(?:\([^()']*\))?)")

type Cell = tuple[int, int]
"""Where it stands: characters, end excluded."""


def columns(view: View) -> View | None:
    """The cells of a text's tables that may hold identifiers, with their headings; None when there are none."""
    draft = Draft(view)
    for headings, cells in (*_lined(view.text), *_inserted(view.text)):
        for heading, (start, end) in zip(headings, cells, strict=True):
            said = view.text[start:end]
            start, end = end - len(said.lstrip(_AROUND)), start + len(said.rstrip(_AROUND))
            if heading and _SHORTEST <= end - start <= _LONGEST and _telling(view.text[start:end]):
                # a heading stands for nothing, so that what is found is a cell's own
                draft.add(f"{heading}: ", start, start, 0)
                draft.copy(start, end)
                draft.add(f"\n{APART}", end - 1, end, 0)
    return draft.view() if draft.length else None


def row(line: str, mark: str) -> list[Cell]:
    """Where the cells of a line are; an empty one takes its place too."""
    cells = []
    body = line.rstrip("\r\n")
    at = len(body) - len(body.lstrip(" |")) if mark == "|" else 0
    while at <= len(body):
        found = _CELL[mark].match(body, at)
        stop = body.find(mark, found.end() if found else at)
        stop = len(body) if stop < 0 else stop
        cells.append((at, stop))
        at = stop + 1
    return cells


def _lined(text: str) -> Iterator[tuple[Sequence[str], Sequence[Cell]]]:
    """The rows of tables that are lines, with their headings."""
    marks = [mark for mark in MARKS if mark in text]
    if not marks or "\n" not in text:
        return
    mark, headings = "", list[str]()
    for (_, before), (begun, line) in pairwise(_lines(text)):
        if mark and mark not in line:
            mark = ""
        if not mark and (mark := _parting(before, line, marks)):
            headings = [_words(before[start:end]) for start, end in row(before, mark)]
        if mark and line.count(mark) >= len(headings) - 1:
            cells = row(line, mark)
            if len(cells) == len(headings):
                yield headings, [(begun + start, begun + end) for start, end in cells]


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines that say something, or are empty, and where they begin."""
    at = 0
    for line in text.splitlines(keepends=True):
        if not _RULE.fullmatch(line):
            yield at, line
        at += len(line)


def _parting(before: str, line: str, marks: Sequence[str]) -> str:
    """What parts the cells of a line of headings and of the line below; empty when they are no such lines."""
    for mark in marks:
        if 0 < before.count(mark) <= line.count(mark) and _titles(before, mark):
            return mark
    return ""


def _titles(line: str, mark: str) -> bool:
    """Whether a line's cells may be headings."""
    cells = [line[start:end].strip(_AROUND) for start, end in row(line, mark)]
    named = [cell for cell in cells if any(map(str.isalpha, cell))]
    return 2 * len(named) > len(cells) and all(len(cell) <= HEADING and _figures(cell) < _DIGITS for cell in cells)


def _words(heading: str) -> str:
    return heading.strip(_AROUND) if any(map(str.isalpha, heading)) else ""


def _inserted(text: str) -> Iterator[tuple[Sequence[str], Sequence[Cell]]]:
    """The rows of SQL's INSERT, with the names of their columns."""
    if "insert" not in text.lower():  # a tenth of the time of the expression
        return
    for insert in _INSERT.finditer(text):
        names = [_words(name)[:HEADING] for name in insert[1].split(",")]
        at = insert.end()
        while (values := _TUPLE.match(text, at)) is not None:
            cells = [item.span() for item in _ITEM.finditer(text, *values.span(1))]
            if len(cells) == len(names):
                yield names, cells
            at = values.end()


def _telling(cell: str) -> bool:
    return _figures(cell) >= _DIGITS or (len(cell) >= _CODE and cell.isalnum() and cell.isupper())


def _figures(text: str) -> int:
    return sum(map(str.isdigit, text))
