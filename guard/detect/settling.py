"""Findings that may lie over each other -> one finding for each stretch of a text."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import replace

from guard.terms import Finding

_SPACED = " \t\n\r,;:.()<>[]\"'-–—"
_WORD = re.compile(r"[^\W\d_]{2}")


def settled(findings: Iterable[Finding]) -> list[Finding]:
    """One finding for each stretch of text: the best label, the whole span, the highest classification."""
    groups: list[list[Finding]] = []
    end = -1
    for finding in sorted(findings, key=lambda f: (f.start, f.end)):
        if groups and finding.start < end:
            groups[-1].append(finding)
        else:
            groups.append([finding])
        end = max(end, finding.end)
    return [_merged(group) for group in groups]


def fitted(findings: list[Finding], names: list[Finding], text: str) -> list[Finding]:
    """Findings, and names where there is room: what a pattern found keeps its label; the same entity is one value.

    The findings are settled: in order, none over another.
    """
    if not names:
        return findings
    starts, ends = [finding.start for finding in findings], [finding.end for finding in findings]
    same: list[Finding] = []
    for name in names:
        first = bisect_right(ends, name.start)
        others = findings[first : bisect_left(starts, name.end, first)]
        if all(other.entity == name.entity for other in others):
            same.append(name)
            continue
        at = name.start
        for start, end in [*((other.start, other.end) for other in others), (name.end, name.end)]:
            part = text[at : max(at, start)]
            first = at + len(part) - len(part.lstrip(_SPACED))
            if _WORD.search(part):
                same.append(replace(name, start=first, end=first + len(part.strip(_SPACED))))
            at = max(at, end)
    return settled([*findings, *same])


def _merged(group: list[Finding]) -> Finding:
    if len(group) == 1:
        return group[0]
    start, end = min(f.start for f in group), max(f.end for f in group)
    # a proof over all of it says more than one over a part: an account's number may hold a card's
    whole = any(f.proven and (f.start, f.end) == (start, end) for f in group)
    rivals = [f for f in group if (f.start, f.end) == (start, end)] if whole else group
    best = min(rivals, key=lambda f: (not f.proven, -f.score, f.start - f.end, f.rule))
    highest = max((finding.classification for finding in group), key=lambda level: level.rank)
    return replace(best, start=start, end=end, classification=highest)
