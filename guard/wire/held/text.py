"""One text of an answer, as far as it has come -> up to where it can be decided on, and what of it leaves."""

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field

from guard.wire.answer import Kind

CONTEXT = 400
"""Characters before what is decided on that are shown with it: words nearby, and the first half of a value."""
MARGIN = 100
"""Characters behind the end of a sentence that must be there before it is decided on."""
WINDOW = 4000
"""Characters without the end of a sentence after which what is there is decided on all the same."""
HEAD = 40
"""Characters by which a text is known again when it is said once more."""
PATIENCE = 1000
"""Events of other texts that a text with no end in sight keeps waiting."""
_STEP = 80
"""New characters of a text that is looked at again."""
_END = re.compile(r"[.!?…][)\]\"'»”]*\s+|\n+")
_SPACE = re.compile(r"\s+")
_ALL = sys.maxsize

type Span = tuple[int, int, str]
"""Start and end in a text, in characters, and what stands there instead."""


@dataclass(slots=True, eq=False)
class Text:
    """One text of an answer, as far as it has come. Positions count from its beginning."""

    kind: Kind = "text"
    declared: bool = True
    """False for what is no prose as far as we know: an id, a name of a field."""
    editable: bool = True
    hint: str = field(default="", repr=False)
    ended: bool = False
    flowing: bool = True
    """False for a leaf by itself."""
    again: bool = False
    """True when each event says it whole once more."""
    decided: int = 0
    """Characters before this one are decided on."""
    head: str = field(default="", repr=False)
    """How it begins, as the service wrote it."""
    _text: str = field(default="", repr=False)
    last: int = 0
    """Number of the event with its last piece."""
    _base: int = 0
    """Characters that are forgotten."""
    _tried: int = 0
    _spans: list[Span] = field(default_factory=list, repr=False)

    @property
    def total(self) -> int:
        """Characters so far."""
        return self._base + len(self._text)

    @property
    def since(self) -> int:
        """Where the view of it begins."""
        return max(self._base, self.decided - CONTEXT)

    @property
    def view(self) -> str:
        """What is not decided on yet, behind what helps to understand it."""
        return self._text[self.since - self._base :]

    def ready(self, *, quiet: bool) -> int:
        """Up to where it can be decided on now; `quiet`: nothing more has come for a while."""
        if self.ended or not self.flowing:
            return self.total
        if not quiet and self.total - max(self._tried, self.decided) < _STEP:
            return self.decided
        limit = self.total if quiet else self.total - MARGIN
        waiting = self._text[self.decided - self._base : limit - self._base]
        if ends := [match.end() for match in _END.finditer(waiting)]:
            return self.decided + ends[-1]
        if not self.full:
            return self.decided
        spaces = [match.end() for match in _SPACE.finditer(waiting)]
        return self.decided + (spaces[-1] if spaces else len(waiting))

    @property
    def over(self) -> bool:
        """True when no more of it comes, and all is decided on."""
        return self.ended and self.decided >= self.total

    @property
    def full(self) -> bool:
        """True when it cannot wait any more."""
        return self.total - self.decided > WINDOW

    def settle(self, end: int, spans: Sequence[Span] = ()) -> None:
        """Decided on up to `end`, with these changes between what was decided and there."""
        self._tried = self.total
        self.decided = max(self.decided, end)
        self._spans += [span for span in spans if span[0] < span[1]]
        if not self.again and (forget := self.decided - CONTEXT - self._base) > 0:
            self._text, self._base = self._text[forget:], self._base + forget

    def withhold(self, instead: str) -> None:
        """Nothing more of it leaves; `instead` stands in its place."""
        start = min(self.decided, self.total)
        self._spans = [(first, min(last, start), new) for first, last, new in self._spans if first < start]
        self._spans.append((start, _ALL, instead))
        self._text, self._base = "", self.total
        self.decided = _ALL

    @property
    def withheld(self) -> bool:
        """True when nothing more of it leaves."""
        return self.decided == _ALL

    def grow(self, text: str) -> tuple[int, int]:
        """One more piece; where it stands."""
        start = self.total
        if len(self.head) < HEAD:
            self.head += text[: HEAD - len(self.head)]
        if self.withheld:
            self._base += len(text)
        else:
            self._text += text
        return start, self.total

    def extends(self, text: str) -> bool:
        """True when a text is this one and more."""
        return self.again and text.startswith(self._text)

    def shown(self, start: int, end: int, piece: str) -> str:
        """A piece as it leaves."""
        out: list[str] = []
        at = start
        for first, last, new in self._spans:
            if last <= at or first >= end:
                continue
            if first >= at:
                out += [piece[at - start : first - start], new]
            at = min(last, end)
        return "".join([*out, piece[at - start :]])

    def left(self, end: int) -> None:
        """Everything before `end` has left: what was changed there is not needed any more."""
        if not self.again:
            self._spans = [span for span in self._spans if span[1] > end]
