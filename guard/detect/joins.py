"""Segments -> Windows, and their Seams: texts in which values split over neighbouring segments stand together.

A seam is analysed like a segment nobody declared: only proven values count, and of those only what lies on both sides
of a border. Such a value becomes one finding for each part; redaction gives each part a placeholder of its own, so that
both are hidden and the answer gets each back. Each segment adds at most 2 × `_REACH` characters to the work.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

from guard.terms import Finding, Role, Segment

BORDER = "\x1f"
"""Between two segments' texts: the unit separator of ASCII, which the views take for a separator."""
_PAIRS = frozenset({"form", "query"})
"""Places of names and values, of which the values are read together."""
_REACH = 64
"""Characters of each neighbour that count."""
_MANY, _STRIDE = 32, 16
"""Short segments in one seam, and from one seam to the next: fixed from the start, so that history stays the same."""
_DIGIT = re.compile(r"\d")
_LAST = re.compile(r"[\w+/=.,;:-]{1,64}\W?\Z")
_FIRST = re.compile(r"\W?[\w+/=.,;:-]{1,64}")


type Window = tuple[int, ...]
"""Indices of segments that stand beside each other."""


@dataclass(frozen=True, slots=True)
class Seam:
    """A text put together, and where its parts come from."""

    segment: Segment
    parts: tuple[tuple[int, int, int], ...]
    """For each segment of a window: start in it, start and end in the seam."""

    def spread(self, findings: Sequence[Finding]) -> Iterator[Finding]:
        """One finding for each part of each value that lies on both sides of a border; `segment` says which part."""
        for finding in findings:
            touched = [
                (n, *part) for n, part in enumerate(self.parts) if part[1] < finding.end and finding.start < part[2]
            ]
            if not finding.proven or len(touched) < 2:
                continue
            for number, there, start, end in touched:
                first, last = max(start, finding.start), min(end, finding.end)
                yield replace(finding, segment=number, start=there + first - start, end=there + last - start)


def windows(segments: Sequence[Segment]) -> Iterator[Window]:
    """Where values may run on: neighbours among declared texts, and among other values of the same place; and short
    ones of both kinds, for half a number may read like words, those without a digit between them left out.

    No long text is looked at, so that this costs next to nothing for a long history.
    """
    groups: dict[tuple[str, bool], list[int]] = {}
    places: dict[str, list[int]] = {}
    for index, segment in enumerate(segments):
        place, _, inner = segment.where.partition(":")
        if place == "body" or (place in _PAIRS and inner.endswith("/value")):
            groups.setdefault((place, segment.declared), []).append(index)
            places.setdefault(place, []).append(index)
    for group in groups.values():
        yield from _chains(segments, group)
    for place, group in places.items():
        if (place, False) in groups:
            yield from _numbers(segments, group)


def _numbers(segments: Sequence[Segment], group: Sequence[int]) -> Iterator[Window]:
    """Those with a digit in each run of short neighbours."""
    for short, run in groupby(group, lambda index: len(segments[index].text) <= _REACH):
        chain = list(run) if short else []
        digits = [index for index in chain if _DIGIT.search(segments[index].text)]
        if len(digits) > 1 and (len(digits) < len(chain) or len({segments[at].declared for at in digits}) > 1):
            yield from _cut(digits)


def _chains(segments: Sequence[Segment], group: Sequence[int]) -> Iterator[Window]:
    """Runs of neighbours: a long segment ends one with its beginning and begins the next with its end."""
    chain: list[int] = []
    for index in group:
        chain.append(index)
        if len(segments[index].text) > _REACH:
            yield from _cut(chain)
            chain = [index]
    yield from _cut(chain)


def _cut(chain: Sequence[int]) -> Iterator[Window]:
    if len(chain) == 2:
        yield chain[0], chain[1]
        return
    for at in range(0, max(len(chain) - _STRIDE, 1), _STRIDE):
        window = tuple(chain[at : at + _MANY])
        if len(window) > 1:
            yield window


def joined(segments: Sequence[Segment], window: Window) -> Seam | None:
    """The seam of a window; None when no value can run over a border in it."""
    if any(_fits(segments[a].text, segments[b].text) for a, b in pairwise(window)):
        return _seam(segments, window)
    return None


def _fits(before: str, after: str) -> bool:
    """Whether a value could run over this border: digits in what meets there."""
    last, first = _LAST.search(before[-_REACH:]), _FIRST.match(after[:_REACH])
    if last is None or first is None:
        return False
    return any(char.isdigit() for char in last.group() + first.group())


def _seam(segments: Sequence[Segment], window: Window) -> Seam:
    texts: list[str] = []
    parts: list[tuple[int, int, int]] = []
    at = 0
    for place, index in enumerate(window):
        text, there = segments[index].text, 0
        if len(text) > _REACH and place == 0:
            there = len(text) - _REACH
            text = text[there:]
        text = text[:_REACH]
        parts.append((there, at, at + len(text)))
        texts.append(text)
        at += len(text) + len(BORDER)
    where = f"seam:{segments[window[0]].where}"
    return Seam(Segment(where, Role.OTHER, BORDER.join(texts), declared=False), tuple(parts))
