"""Segments -> findings, uses and language: Presidio's AnalyzerEngine over recognizers made of rules.

Findings of one segment depend on that segment alone, so they can be remembered (`guard.detect.cache`). What Presidio
cannot do is a DetectError, never an empty result.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from presidio_analyzer import AnalyzerEngine, RecognizerRegistry, RecognizerResult

from guard.detect.analysis import Analysis, Halves, SegmentAnalysis, combined, language
from guard.detect.code import stretches
from guard.detect.disguises import CAUSE, Reading, readings
from guard.detect.joins import joined, windows
from guard.detect.known import Known
from guard.detect.likeness import Likeness, added
from guard.detect.names import BUILTIN, Pipelines
from guard.detect.naming import Naming, asks
from guard.detect.patterns import Matcher
from guard.detect.recognizers import ABOUT, PROVEN, RuleContext, RuleRecognizer
from guard.detect.runs import proofs, strength
from guard.detect.settling import fitted, settled
from guard.detect.uses import UseMatcher
from guard.detect.words import composed
from guard.errors import DetectError
from guard.rules.schema import DetectRule, RuleSet, Status
from guard.terms import Finding, Lang, Segment, Use

_SURE = 3
"""More than the strongest check."""


class Analyzer:
    """One rule set, ready to analyse."""

    def __init__(self, rules: RuleSet, nlp: str = BUILTIN, uses_model: str = "") -> None:
        self.names = Pipelines(nlp if any(rule.detect.named for rule in rules.detect.values()) else "none")
        """The pipelines that find names: `nlp` is a choice of theirs."""
        stable = [rule for rule in rules.detect.values() if rule.status is Status.STABLE]
        watched = [rule for rule in rules.detect.values() if rule.status is not Status.STABLE]
        # two engines, so that findings of watched rules and of enforced ones are settled apart
        self._engines = [
            (_Engine(group, rules, self.names), enforced)
            for group, enforced in ((stable, True), (watched, False))
            if group
        ]
        self._uses = UseMatcher(rules)
        self._likeness = Likeness(rules, uses_model) if uses_model else None
        self._code_rules = [rule for rule in rules.detect.values() if rule.detect.code]

    def analyze(self, segments: Sequence[Segment]) -> Analysis:
        """Findings, uses and language of a prompt."""
        lang = language(segments)
        parts = [self.segment(segment, lang) for segment in segments]
        joints = [(window, seam) for window in windows(segments) if (seam := joined(segments, window)) is not None]
        spread = [(window, list(seam.spread(self.segment(seam.segment, lang).findings))) for window, seam in joints]
        return replace(combined(parts, lang, spread), nlp=self.names.said)

    def segment(self, segment: Segment, lang: Lang | None = None) -> SegmentAnalysis:
        """What one segment holds, whatever stands beside it, and whatever it is disguised as."""
        text, back = composed(segment.text)
        whole = replace(segment, text=text)
        disguised = readings(text)
        with self.names.zone():
            findings = [
                finding
                for engine, enforced in self._engines
                for finding in engine.all(whole, disguised.each, lang or Lang.EN, enforced=enforced)
            ]
        if text is not segment.text:
            findings = [replace(each, start=back(each.start), end=back(each.end)) for each in findings]
        findings += self._code(segment)
        uses, halves = self._purposes(whole)
        causes = () if disguised.complete else (CAUSE,)
        return SegmentAnalysis(tuple(findings), uses, causes, halves)

    def _purposes(self, segment: Segment) -> tuple[tuple[Use, ...], Halves]:
        """Uses by their words, and what resembles one where a model is there to say so; halves of uses."""
        uses, halves = self._uses.look(segment)
        return uses if self._likeness is None else added(uses, self._likeness.find(segment)), halves

    def _code(self, segment: Segment) -> list[Finding]:
        """Stretches of code, settled apart: what stands in code keeps its own label."""
        if not self._code_rules or not segment.declared:
            return []
        found = list(stretches(segment.text))
        return [
            Finding(
                rule=rule.id,
                entity=rule.detect.entity,
                classification=rule.detect.classification,
                segment=0,
                start=start,
                end=end,
                score=1.0,
                enforced=rule.status is Status.STABLE,
            )
            for rule in self._code_rules
            for start, end in found
        ]


class _Engine:
    """Presidio's engine over some rules, in both languages."""

    def __init__(self, rules: Sequence[DetectRule], given: RuleSet, names: Pipelines) -> None:
        self._rules = {rule.id: rule for rule in rules}
        matcher = Matcher(rules, given.lists, known=Known(rules, given.tables, given.lists_key))
        registry = RecognizerRegistry(supported_languages=[lang.value for lang in Lang])
        naming = Naming(rules, given.lists)
        for lang in Lang:
            registry.add_recognizer(RuleRecognizer(rules, matcher, naming, lang.value))
        self._reads = naming.pipeline
        self._nlp = names
        self._engine = AnalyzerEngine(
            registry=registry,
            nlp_engine=self._nlp,
            supported_languages=[lang.value for lang in Lang],
            context_aware_enhancer=RuleContext(rules),
            log_decision_process=False,
        )

    def all(self, segment: Segment, others: Iterable[Reading], lang: Lang, *, enforced: bool) -> list[Finding]:
        """Settled findings of one segment, plain and by its other readings."""
        found = self.find(segment, lang, enforced=enforced)
        # a key that is whole as it stands takes nothing along from the next line
        whole = {(finding.rule, finding.start) for finding in found if finding.proven}
        extra = [
            finding
            for reading in others
            for finding in self._read(segment, reading, lang, enforced)
            if reading.lines is None or self._check(finding) is not None or (finding.rule, finding.start) not in whole
        ]
        if not extra:
            return found
        # in escaped text, `\\nana@…` is `ana@…` on a new line: the reading that says so is the better one
        better = {(finding.rule, finding.end) for finding in extra}
        found = [f for f in found if (f.rule, f.end) not in better or not _cut_from_escape(segment.text, f.start)]
        return self._one_each([*found, *extra], segment.text)

    def _read(self, segment: Segment, reading: Reading, lang: Lang, enforced: bool) -> Iterator[Finding]:
        """What counts in one reading, in the places where it stood."""
        found = self.find(
            replace(segment, text=reading.view.text),
            lang,
            enforced=enforced,
            names=reading.names and not reading.proven,
        )
        if reading.proven:
            found = [finding for finding in found if finding.proven]
        if reading.least:
            text = reading.view.text
            found = [f for f in found if self._hard(f, text[f.start : f.end]) >= reading.least]
        if reading.lines is not None:
            places = ((f.start, f.end, self._check(f)) for f in found)
            found = [found[index] for index in proofs(places, reading.lines)]
        for finding in found:
            start, end = reading.view.span(finding.start, finding.end)
            yield replace(finding, start=start, end=end)

    def _check(self, finding: Finding) -> str | None:
        """The check that proves a finding; None when its beginning does."""
        detect = self._rules[finding.rule].detect
        return None if detect.prefix else detect.checksum

    def _hard(self, finding: Finding, value: str) -> int:
        """How hard a proven value is to come by: above all checks what its beginning proves."""
        check = self._check(finding)
        return _SURE if check is None else strength(check, value)

    def find(self, segment: Segment, lang: Lang, *, enforced: bool, names: bool = True) -> list[Finding]:
        """Settled findings of one segment; names are not looked for where only proven values count."""
        reads = self._nlp.process_text if self._reads and names and segment.declared else self._nlp.without_names
        try:
            artifacts = reads(segment.text, lang.value)
            setattr(artifacts, ABOUT, segment.hint)
            results = self._engine.analyze(
                text=segment.text,
                language=lang.value,
                context=[segment.hint] if segment.hint else None,
                nlp_artifacts=artifacts,
            )
        except DetectError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it was, this text was not analysed
            raise DetectError("internal", f"the analyzer failed ({type(error).__name__})") from None
        findings = [self._finding(result, enforced) for result in results]
        findings = [finding for finding in findings if finding.proven or segment.declared]
        return self._one_each(findings, segment.text)

    def _one_each(self, findings: Sequence[Finding], text: str) -> list[Finding]:
        """One finding for each stretch; names take the room that patterns leave, in whichever reading they matched."""
        named = [finding for finding in findings if asks(self._rules[finding.rule])]
        others = [finding for finding in findings if not asks(self._rules[finding.rule])]
        return fitted(settled(others), settled(named), text)

    def _finding(self, result: RecognizerResult, enforced: bool) -> Finding:
        rule = self._rules[result.entity_type]
        return Finding(
            rule=rule.id,
            entity=rule.detect.entity,
            classification=rule.detect.classification,
            segment=0,
            start=result.start,
            end=result.end,
            score=float(result.score),
            proven=bool(result.recognition_metadata[PROVEN]),
            enforced=enforced,
        )


def _cut_from_escape(text: str, at: int) -> bool:
    return at > 0 and text[at - 1] == "\\" and text[at] in "nrt"
