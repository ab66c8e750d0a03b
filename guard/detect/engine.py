"""Segments -> findings, uses and language: Presidio's AnalyzerEngine over recognizers made of rules.

Findings of one segment depend on that segment alone, so they can be remembered (`guard.detect.cache`). What Presidio
cannot do is a DetectError, never an empty result.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import spacy
from presidio_analyzer import AnalyzerEngine, RecognizerRegistry, RecognizerResult
from presidio_analyzer.nlp_engine import NlpArtifacts, NlpEngine

from guard.detect.analysis import Analysis, SegmentAnalysis, combined, language
from guard.detect.code import stretches
from guard.detect.disguises import CAUSE, Reading, readings
from guard.detect.joins import joined, windows
from guard.detect.known import Known
from guard.detect.patterns import Matcher
from guard.detect.recognizers import PROVEN, RuleContext, RuleRecognizer
from guard.detect.runs import proofs
from guard.detect.uses import UseMatcher
from guard.detect.words import composed
from guard.errors import DetectError
from guard.rules.schema import DetectRule, RuleSet, Status
from guard.terms import Finding, Lang, Segment


class Analyzer:
    """One rule set, ready to analyse."""

    def __init__(self, rules: RuleSet) -> None:
        stable = [rule for rule in rules.detect.values() if rule.status is Status.STABLE]
        watched = [rule for rule in rules.detect.values() if rule.status is not Status.STABLE]
        # two engines, so that findings of watched rules and of enforced ones are settled apart
        self._engines = [
            (_Engine(group, rules), enforced) for group, enforced in ((stable, True), (watched, False)) if group
        ]
        self._uses = UseMatcher(rules)
        self._code_rules = [rule for rule in rules.detect.values() if rule.detect.code]

    def analyze(self, segments: Sequence[Segment]) -> Analysis:
        """Findings, uses and language of a prompt."""
        lang = language(segments)
        parts = [self.segment(segment, lang) for segment in segments]
        joints = [(window, seam) for window in windows(segments) if (seam := joined(segments, window)) is not None]
        spread = [(window, list(seam.spread(self.segment(seam.segment, lang).findings))) for window, seam in joints]
        return combined(parts, lang, spread)

    def segment(self, segment: Segment, lang: Lang | None = None) -> SegmentAnalysis:
        """What one segment holds, whatever stands beside it, and whatever it is disguised as."""
        text, back = composed(segment.text)
        whole = replace(segment, text=text)
        disguised = readings(text)
        findings = [
            replace(finding, start=back(finding.start), end=back(finding.end))
            for engine, enforced in self._engines
            for finding in engine.all(whole, disguised.each, lang or Lang.EN, enforced=enforced)
        ]
        findings += self._code(segment)
        return SegmentAnalysis(tuple(findings), self._uses.find(whole), () if disguised.complete else (CAUSE,))

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

    def __init__(self, rules: Sequence[DetectRule], given: RuleSet) -> None:
        self._rules = {rule.id: rule for rule in rules}
        matcher = Matcher(rules, given.lists, known=Known(rules, given.tables, given.lists_key))
        registry = RecognizerRegistry(supported_languages=[lang.value for lang in Lang])
        for lang in Lang:
            registry.add_recognizer(RuleRecognizer(rules, matcher, lang.value))
        self._nlp = _NoTokens()
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
        extra = [finding for reading in others for finding in self._read(segment, reading, lang, enforced)]
        return settled([*found, *extra]) if extra else found

    def _read(self, segment: Segment, reading: Reading, lang: Lang, enforced: bool) -> Iterator[Finding]:
        """What counts in one reading, in the places where it stood."""
        found = self.find(replace(segment, text=reading.view.text), lang, enforced=enforced)
        if reading.proven:
            found = [finding for finding in found if finding.proven]
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

    def find(self, segment: Segment, lang: Lang, *, enforced: bool) -> list[Finding]:
        """Settled findings of one segment."""
        try:
            results = self._engine.analyze(
                text=segment.text,
                language=lang.value,
                context=[segment.hint] if segment.hint else None,
                nlp_artifacts=self._nlp.process_text(segment.text, lang.value),
            )
        except DetectError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it was, this text was not analysed
            raise DetectError("internal", f"the analyzer failed ({type(error).__name__})") from None
        findings = [self._finding(result, enforced) for result in results]
        return settled([f for f in findings if f.proven or segment.declared])

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


def _merged(group: list[Finding]) -> Finding:
    if len(group) == 1:
        return group[0]
    best = min(group, key=lambda f: (not f.proven, -f.score, f.start - f.end, f.rule))
    highest = max((finding.classification for finding in group), key=lambda level: level.rank)
    start, end = min(f.start for f in group), max(f.end for f in group)
    return replace(best, start=start, end=end, classification=highest)


class _NoTokens(NlpEngine):
    """No rule needs a token, and spaCy's tokenizer is quadratic on runs of punctuation: none are made."""

    def __init__(self) -> None:
        self._empty = spacy.blank("xx")("")

    def load(self) -> None:
        """Nothing to load."""

    def is_loaded(self) -> bool:
        """Always."""
        return True

    def process_text(self, text: str, language: str) -> NlpArtifacts:
        """Artifacts without tokens."""
        return NlpArtifacts([], self._empty, [], [], self, language)

    def process_batch(
        self, texts: Iterable[str], language: str, batch_size: int = 1, n_process: int = 1, **options: object
    ) -> Iterator[tuple[str, NlpArtifacts]]:
        """The same for many."""
        return ((text, self.process_text(text, language)) for text in texts)

    def is_stopword(self, word: str, language: str) -> bool:
        """No word is."""
        return False

    def is_punct(self, word: str, language: str) -> bool:
        """No word is."""
        return False

    def get_supported_entities(self) -> list[str]:
        """None: there is no pipeline."""
        return []

    def get_supported_languages(self) -> list[str]:
        """French and English."""
        return [lang.value for lang in Lang]
