"""A text and changes to it -> another text that knows, for each of its characters, where it stood (a View).

A view maps a span back to the whole stretch of the first text that it was made of, so that redaction removes all of a
disguise. A view of a view maps through both.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator

import re2


class View:
    """A text made of pieces of another; `span` leads back to the text that everything began with."""

    __slots__ = ("_below", "_here", "_there", "text")

    def __init__(self, text: str, here: list[int], there: list[tuple[int, int, int]], below: "View | None") -> None:
        self.text = text
        self._here = here
        """Where each piece begins."""
        self._there = there
        """Start, end and step of each piece in the text below. Step n: each character stands for n; 0: the piece is one
        whole; -1: it is read backwards."""
        self._below = below

    def span(self, start: int, end: int) -> tuple[int, int]:
        """What the characters from start to end (excluded, more than start) were, in the first text."""
        if self._here:
            first, last = self._place(start), self._place(end - 1)
            start, end = min(first[0], last[0]), max(first[1], last[1])
        return self._below.span(start, end) if self._below is not None else (start, end)

    def shadow(self) -> bytes:
        """A byte for each character, `?` for what is not ASCII: what `fast` expressions look at."""
        return self.text.encode("ascii", "replace")

    def _place(self, at: int) -> tuple[int, int]:
        piece = bisect_right(self._here, at) - 1
        start, end, step = self._there[piece]
        offset = at - self._here[piece]
        if step > 0:
            return start + offset * step, start + (offset + 1) * step
        return (end - offset - 1, end - offset) if step < 0 else (start, end)


type Fast = Callable[[bytes], Iterator[tuple[int, int]]]


def fast(pattern: str) -> Fast:
    """An expression (RE2: linear time) over shadows, giving the spans of its group `value`, or of its matches."""
    regex = re2.compile(pattern.encode())
    group = regex.groupindex.get(b"value", 0)
    return lambda shadow: (match.span(group) for match in regex.finditer(shadow))


def plainly(text: str) -> View:
    """A text as it is."""
    return View(text, [], [], None)


class Draft:
    """A view in the making."""

    def __init__(self, below: View) -> None:
        self._below = below
        self._texts: list[str] = []
        self._here: list[int] = []
        self._there: list[tuple[int, int, int]] = []
        self.length = 0
        """Characters so far."""

    def add(self, text: str, start: int, end: int, step: int) -> None:
        """A piece that stands for the text below from start to end."""
        if text:
            self._texts.append(text)
            self._here.append(self.length)
            self._there.append((start, end, step))
            self.length += len(text)

    def copy(self, start: int, end: int) -> None:
        """A stretch of the text below, unchanged."""
        self.add(self._below.text[start:end], start, end, 1)

    def mirror(self, start: int, end: int) -> None:
        """A stretch of the text below, backwards."""
        self.add(self._below.text[start:end][::-1], start, end, -1)

    def part(self) -> None:
        """A line end that stands for nothing, so that nothing is found across it."""
        last = self._there[-1][1] if self._there else 1
        self.add("\n", last - 1, last, 0)

    def view(self) -> View:
        """What was made."""
        return View("".join(self._texts), self._here or [0], self._there or [(0, 0, 0)], self._below)


type Change = tuple[int, int, str, int]
"""Start and end in the text, what stands there instead, and its step."""


def changed(view: View, changes: Iterable[Change]) -> View:
    """A view with some stretches replaced; they come in order and do not overlap."""
    draft = Draft(view)
    last = 0
    for start, end, text, step in changes:
        draft.copy(last, start)
        draft.add(text, start, end, step)
        last = end
    draft.copy(last, len(view.text))
    return draft.view()


def excerpts(view: View, places: Iterator[tuple[int, int]]) -> View:
    """The lines that hold these places, each with the lines beside it."""
    text = view.text
    draft = Draft(view)
    first = last = line = 0
    for start, end in places:
        if end < line:
            continue
        begin = text.rfind("\n", 0, max(text.rfind("\n", 0, start), 0)) + 1
        if begin > last and last > first:
            draft.copy(first, last)
            draft.part()
            first = begin
        elif begin > last:
            first = begin
        line = _line_end(text, end)
        last = max(last, _line_end(text, line))
    draft.copy(first, last)
    return draft.view()


def _line_end(text: str, at: int) -> int:
    return text.find("\n", at) + 1 or len(text)
