"""A text -> its Readings: what it says once masks are off, blobs decoded, what was taken apart put together again, and
the cells of tables beside their headings.

Ordinary prose has none: each kind begins with a cheap look at whether there is anything to undo, and no text is given
out twice. What is left under too many layers is said, so that nobody takes the text for clean.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from guard.detect.columns import columns
from guard.detect.decode import Budget, Spent, decoded
from guard.detect.joins import BORDER
from guard.detect.runs import Lines, concatenations, lines, turned
from guard.detect.unmasking import uncovered, unmasked
from guard.detect.views import View, changed, plainly
from guard.detect.wrapping import unwrapped

CAUSE = "disguise-budget"
"""Why a text is uninspectable when its layers never end."""
_NONE = 3
"""No check is that hard: only what its beginning proves counts."""
_DEPTH = 3
"""Blobs in blobs."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a text."""

    view: View = field(repr=False)
    proven: bool
    """Only proven values count in it."""
    lines: Lines | None = None
    """The lines of the view, when only whole ones count."""
    names: bool = True
    """Names of people and places are looked for in it."""
    least: int = 0
    """How hard to come by a check must be (guard.detect.runs.strength) for a value to count in it."""


@dataclass(frozen=True, slots=True)
class Readings:
    """All of them."""

    each: tuple[Reading, ...] = ()
    complete: bool = True
    """False when there was more than the budget allows."""


def readings(text: str) -> Readings:
    """The readings of a text other than the plain one."""
    plain = plainly(text)
    bare, complete = unmasked(text)
    found = [Reading(bare, proven=False)] if bare is not None else []
    sources = [plain, bare] if bare is not None else [plain]
    strings = [made.view for view in sources if (made := concatenations(view)) is not None]
    try:
        for view, whole in _blobs([*sources, *strings], Budget.of(text)):
            complete = complete and whole
            found.append(Reading(view, proven=True))
    except Spent:
        complete = False
    for view in [plain, *(reading.view for reading in found)]:
        for made in (lines(view), turned(view)):
            if made is not None:
                found.append(Reading(made.view, proven=True, lines=made))
    found += [Reading(keys, proven=True, least=_NONE) for view in sources if (keys := unwrapped(view)) is not None]
    if BORDER in text:  # a value in groups may go on in the next segment
        borders = ((match.start(), match.end(), " ", 1) for match in re.finditer(BORDER, text))
        found.append(Reading(changed(plain, borders), proven=True, least=1))
    found += [Reading(cells, proven=False, names=False) for view in sources if (cells := columns(view)) is not None]
    return Readings(tuple(_new(text, found)), complete)


def _blobs(level: list[View], budget: Budget) -> Iterator[tuple[View, bool]]:
    """What blobs say, blobs in blobs included. Spent when they go deeper than that."""
    for _ in range(_DEPTH):
        below = [inner for view in level if (inner := decoded(view, budget)) is not None]
        bare = [uncovered(view) for view in below]
        yield from bare
        level = [view for view, _ in bare]
    if any(decoded(view, budget) is not None for view in level):
        raise Spent


def _new(text: str, found: list[Reading]) -> Iterator[Reading]:
    """Without what was read before."""
    seen = {text.strip()}
    for reading in found:
        said = reading.view.text.strip()
        if said and said not in seen:
            seen.add(said)
            yield reading
