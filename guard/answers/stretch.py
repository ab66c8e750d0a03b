"""A text as far as it has come -> the part that is decided on at once, and what of it is masked."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from guard.redact.edits import apart
from guard.redact.placeholders import mask
from guard.terms import Finding, Role, Segment, Style
from guard.wire.held.escapes import unescaped
from guard.wire.held.text import Span, Text

_HALF = re.compile("[\ud800-\udfff]")
"""Halves of characters, and bytes that are not UTF-8: as long as what stands for them."""


@dataclass(slots=True)
class Stretch:
    """What of a text is decided on at once: up to `end`."""

    text: Text
    end: int
    segments: tuple[Segment, ...]
    """It is read by these, which are as long as each other: JSON also with each of its strings on a line of its own."""
    places: Sequence[int] | None = None
    """Where each character of a segment stands in the view of the text, where that is not the same place."""

    @classmethod
    def of(cls, text: Text, end: int) -> "Stretch":
        """All that there is of the text, of which the part up to `end` is decided on."""
        role = Role.TOOL_ARGS if text.kind == "json" else Role.HISTORY if text.flowing else Role.OTHER
        said, places = unescaped(text.view) if text.kind == "json" else (text.view, None)
        said = _HALF.sub("\ufffd", said)
        segment = Segment("answer:", role, said, declared=text.declared, editable=text.editable, hint=text.hint)
        if text.kind != "json":
            return cls(text, end, (segment,), places)
        return cls(text, end, (segment, replace(segment, text=said.replace('"', "\n"))), places)

    def span(self, finding: Finding) -> tuple[int, int]:
        """A finding's place in the text."""
        start, end = finding.start, finding.end
        if self.places is not None:
            start, end = self.places[start], self.places[end]
        return start + self.text.since, end + self.text.since

    def stop_before(self, findings: Sequence[Finding]) -> None:
        """Decide on less, so that no value is cut that may wait for its end."""
        text = self.text
        spans = [self.span(finding) for finding in findings]
        while not (text.ended or not text.flowing) and self.end > text.decided:
            crossing = [start for start, end in spans if start < self.end and (end > self.end or end == text.total)]
            if not crossing or (text.full and min(crossing) <= text.decided):
                return
            self.end = max(min(crossing), text.decided)

    def reaches(self, finding: Finding) -> bool:
        """True when some of it stands in the stretch."""
        start, end = self.span(finding)
        return start < self.end and end > self.text.decided

    def settle(self, findings: Sequence[Finding], styles: Mapping[str, Style]) -> None:
        """Decided: the findings are masked, as far as the stretch goes; no style gives back anything of a value."""
        spans: list[Span] = []
        for finding, style in apart((replace(finding, segment=0) for finding in findings), styles):
            start, end = self.span(finding)
            instead = "" if style is Style.DROP else self._mask(finding)
            spans.append((max(start, self.text.decided), min(end, self.end), instead))
        self.text.settle(self.end, spans)

    def _mask(self, finding: Finding) -> str:
        """The mask; a string of its own where the value is a number of JSON."""
        written, said = mask(finding.entity), self.segments[0].text
        if self.text.kind != "json":
            return written
        before, after = said[: finding.start].rstrip()[-1:], said[finding.end :].lstrip()[:1]
        value = said[finding.start : finding.end]
        return (
            f'"{written}"' if before in (":", ",", "[") and after in (",", "]", "}") and '"' not in value else written
        )
