"""Segments -> Seams: texts in which values split over neighbouring segments stand together, and what is found in them.

A seam is analysed like a segment nobody declared: only proven values count, and of those only what lies on both sides
of a border. Such a value becomes one finding for each part; redaction gives each part a placeholder of its own, so that
both are hidden and the answer gets each back. Each segment adds at most 2 × `_REACH` characters to the work.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from guard.terms import Finding, Role, Segment

BORDER = "\x1f"
"""Between two segments' texts: the unit separator of ASCII, which the views take for a separator."""
_REACH = 64
"""Characters of each neighbour that count."""
_MANY, _STRIDE = 32, 16
"""Short segments in one seam, and from one seam to the next: fixed from the start, so that history stays the same."""
_LAST = re.compile(r"[\w+/=.,;:-]{1,64}\W?\Z")
_FIRST = re.compile(r"\W?[\w+/=.,;:-]{1,64}")


@dataclass(frozen=True, slots=True)
class Seam:
    """A text put together, and where its parts come from."""

    segment: Segment
    parts: tuple[tuple[int, int, int, int], ...]
    """Index of a segment, start in it, start and end in the seam."""

    def spread(self, findings: Sequence[Finding]) -> Iterator[Finding]:
        """One finding for each part of each value that lies on both sides of a border."""
        for finding in findings:
            touched = [part for part in self.parts if part[2] < finding.end and finding.start < part[3]]
            if not finding.proven or len(touched) < 2:
                continue
            for index, there, start, end in touched:
                first, last = max(start, finding.start), min(end, finding.end)
                yield replace(finding, segment=index, start=there + first - start, end=there + last - start)


def seams(segments: Sequence[Segment]) -> list[Seam]:
    """The seams of a prompt: between declared texts, and between the other values beside each other."""
    values = [index for index, segment in enumerate(segments) if segment.where.startswith("body:")]
    declared = [index for index in values if segments[index].declared]
    others = [index for index in values if not segments[index].declared]
    found = [seam for group in (declared, others) for seam in _chains(segments, group)]
    return list({seam.segment.text: seam for seam in found}.values())


def _chains(segments: Sequence[Segment], group: Sequence[int]) -> Iterator[Seam]:
    """Runs of neighbours: a long segment ends one with its beginning and begins the next with its end."""
    chain: list[int] = []
    for index in group:
        chain.append(index)
        if len(segments[index].text) > _REACH:
            yield from _windows(segments, chain)
            chain = [index]
    yield from _windows(segments, chain)


def _windows(segments: Sequence[Segment], chain: Sequence[int]) -> Iterator[Seam]:
    for at in range(0, max(len(chain) - _STRIDE, 1), _STRIDE):
        window = chain[at : at + _MANY]
        if len(window) > 1 and any(_fits(segments[a].text, segments[b].text) for a, b in pairwise(window)):
            yield _seam(segments, window)


def _fits(before: str, after: str) -> bool:
    """Whether a value could run over this border: digits in what meets there."""
    last, first = _LAST.search(before[-_REACH:]), _FIRST.match(after[:_REACH])
    if last is None or first is None:
        return False
    return any(char.isdigit() for char in last.group() + first.group())


def _seam(segments: Sequence[Segment], window: Sequence[int]) -> Seam:
    texts: list[str] = []
    parts: list[tuple[int, int, int, int]] = []
    at = 0
    for place, index in enumerate(window):
        text, there = segments[index].text, 0
        if len(text) > _REACH and place == 0:
            there = len(text) - _REACH
            text = text[there:]
        text = text[:_REACH]
        parts.append((index, there, at, at + len(text)))
        texts.append(text)
        at += len(text) + len(BORDER)
    where = f"seam:{segments[window[0]].where}"
    return Seam(Segment(where, Role.OTHER, BORDER.join(texts), declared=False), tuple(parts))
