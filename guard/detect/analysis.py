"""What the detect stage gives, and how the analyses of a prompt's segments make one; no analyzer is needed for it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from guard.detect.joins import Window
from guard.detect.language import LIMIT, guess
from guard.terms import Finding, Lang, Role, Segment, Use

_BEFORE = 40
"""Segments before a request in which what it points to may stand: a message has four to eight, its keys among them."""


@dataclass(frozen=True, slots=True)
class Analysis:
    """What was found in some segments."""

    findings: tuple[Finding, ...] = ()
    uses: tuple[Use, ...] = ()
    lang: Lang | None = None
    uninspectable: tuple[str, ...] = ()
    """Why some of it could not be read, as in `Prompt.uninspectable`."""
    nlp: str = ""
    """The pipelines that looked for names."""


@dataclass(frozen=True, slots=True)
class Halves:
    """What one segment has of uses that another completes ("Here are twelve CVs." and then "Rank them.")."""

    asked: tuple[Use, ...] = ()
    """Acts that are asked for, of something that stands elsewhere: what use it would be, with the act as evidence."""
    shown: tuple[Use, ...] = ()
    """Things that such an act may be asked of: what use it would be, with the thing as evidence."""


@dataclass(frozen=True, slots=True)
class SegmentAnalysis:
    """What was found in one segment; its findings say the place it has, or last had, in a prompt."""

    findings: tuple[Finding, ...] = ()
    uses: tuple[Use, ...] = ()
    uninspectable: tuple[str, ...] = ()
    halves: Halves = Halves()


def language(segments: Iterable[Segment]) -> Lang | None:
    """The language of what the person wrote, as far as it can be told."""
    return guess(segment.text for segment in segments if segment.role in (Role.USER, Role.DRAFT)) or guess(
        segment.text for segment in segments if segment.declared
    )


def opening(segments: Sequence[Segment]) -> tuple[int, ...] | None:
    """The segments that alone tell the language, if they tell it; None when all have a say."""
    chars, found = 0, []
    for index, segment in enumerate(segments):
        if segment.role in (Role.USER, Role.DRAFT):
            found.append(index)
            chars += len(segment.text)
            if chars >= LIMIT:
                return tuple(found)
    return None


def placed(part: SegmentAnalysis, index: int) -> SegmentAnalysis:
    """The same for the segment at this index; itself when it stands there already, as history does turn after turn."""
    if not part.findings or part.findings[0].segment == index:
        return part
    return replace(part, findings=tuple(replace(finding, segment=index) for finding in part.findings))


def combined(
    parts: Sequence[SegmentAnalysis], lang: Lang | None, joints: Iterable[tuple[Window, Sequence[Finding]]] = ()
) -> Analysis:
    """The analysis of a prompt from its segments' and seams': findings in their places, each use with its best score,
    what decides before what is watched.

    `joints` has the findings of each window's seam, spread: their `segment` is the number of a part of the window.
    A value split over segments is a finding in each, unless a segment's own finding covers its part.
    """
    findings = [
        replace(finding, segment=index) if finding.segment != index else finding
        for index, part in enumerate(parts)
        for finding in part.findings
    ]
    split = (replace(finding, segment=window[finding.segment]) for window, found in joints for finding in found)
    findings += [finding for finding in dict.fromkeys(split) if not _covered(finding, parts[finding.segment])]
    best: dict[str, Use] = {}
    for use in (use for at, part in enumerate(parts) for use in (*part.uses, *_completed(parts, at))):
        if use.id not in best or (use.enforced, use.score) > (best[use.id].enforced, best[use.id].score):
            best[use.id] = use
    causes = dict.fromkeys(cause for part in parts for cause in part.uninspectable)
    return Analysis(tuple(findings), tuple(best[name] for name in sorted(best)), lang, tuple(causes))


def _completed(parts: Sequence[SegmentAnalysis], at: int) -> Iterator[Use]:
    """The uses that a segment asks for of what a segment shortly before it shows."""
    for asked in parts[at].halves.asked:
        before = (shown for part in reversed(parts[max(at - _BEFORE, 0) : at]) for shown in part.halves.shown)
        shown = next((shown for shown in before if shown.id == asked.id), None)
        if shown is not None:
            yield replace(asked, evidence=(*asked.evidence, *shown.evidence))


def _covered(finding: Finding, part: SegmentAnalysis) -> bool:
    return any(
        own.start <= finding.start and finding.end <= own.end and own.enforced == finding.enforced
        for own in part.findings
    )
