"""What the detect stage gives, and how the analyses of a prompt's segments make one; no analyzer is needed for it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from guard.detect.language import guess
from guard.terms import Finding, Lang, Role, Segment, Use


@dataclass(frozen=True, slots=True)
class Analysis:
    """What was found in some segments."""

    findings: tuple[Finding, ...] = ()
    uses: tuple[Use, ...] = ()
    lang: Lang | None = None


@dataclass(frozen=True, slots=True)
class SegmentAnalysis:
    """What was found in one segment; its findings say segment 0."""

    findings: tuple[Finding, ...] = ()
    uses: tuple[Use, ...] = ()


def language(segments: Iterable[Segment]) -> Lang | None:
    """The language of what the person wrote, as far as it can be told."""
    return guess(segment.text for segment in segments if segment.role in (Role.USER, Role.DRAFT)) or guess(
        segment.text for segment in segments if segment.declared
    )


def combined(parts: Sequence[SegmentAnalysis], lang: Lang | None) -> Analysis:
    """The analysis of a prompt from its segments': findings in their places, each use with its best score."""
    findings = [
        replace(finding, segment=index) if finding.segment != index else finding
        for index, part in enumerate(parts)
        for finding in part.findings
    ]
    best: dict[str, Use] = {}
    for use in (use for part in parts for use in part.uses):
        if use.id not in best or use.score > best[use.id].score:
            best[use.id] = use
    return Analysis(tuple(findings), tuple(best[name] for name in sorted(best)), lang)
