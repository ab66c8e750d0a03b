"""Rules -> Presidio's recognizer and context enhancer.

Presidio asks one recognizer for raw matches, then the enhancer for their scores in context; both work on characters, so
no token is needed, and Presidio's own walk over tokens (quadratic, and without effect on a blank pipeline) is not used.
What Presidio calls an entity is our rule's id: of two results of one entity in one place it keeps one, and two rules
for one entity may differ in classification and proof.
"""

import re
from collections.abc import Sequence

from presidio_analyzer import AnalysisExplanation, EntityRecognizer, RecognizerResult
from presidio_analyzer.context_aware_enhancers import ContextAwareEnhancer
from presidio_analyzer.nlp_engine import NlpArtifacts

from guard.detect.columns import APART
from guard.detect.naming import PERSON, Naming
from guard.detect.patterns import Matcher
from guard.detect.words import any_of, field_words, plain
from guard.rules.schema import Bilingual, DetectRule

PROVEN = "guard_proven"
"""Key of a result's recognition metadata: the value proves itself."""
ABOUT = "guard_about"
"""Attribute of Presidio's artifacts, which go to recognizers: the names of the fields that hold the text."""
BOOST = 0.35
"""What a context word adds to a score."""
BEFORE, AFTER, NEAR = 80, 40, 24
"""Characters in which context words count before and after, and `not_near` words before."""


class RuleRecognizer(EntityRecognizer):
    """Raw matches of all rules, in one language of Presidio's (rules have words for both)."""

    def __init__(self, rules: Sequence[DetectRule], matcher: Matcher, naming: Naming, language: str) -> None:
        self._matcher = matcher
        self._naming = naming
        self._called = f"rules-{language}"
        entities = sorted(rule.id for rule in rules)
        super().__init__(supported_entities=entities, name=self._called, supported_language=language)

    def load(self) -> None:
        """Nothing to load: the matcher is given."""

    def analyze(self, text: str, entities: list[str], nlp_artifacts: NlpArtifacts) -> list[RecognizerResult]:
        """Presidio's results, each with its rule's id as its entity."""
        about = str(getattr(nlp_artifacts, ABOUT, ""))
        names = [(name.label_, name.start_char, name.end_char) for name in nlp_artifacts.entities]
        matches = list(self._matcher.find(text, about))
        people = [(m.start, m.end) for m in matches if m.rule.detect.entity == PERSON]
        found = [self._result(m.rule, m.start, m.end, m.score, proven=m.proven) for m in matches]
        found += [self._result(m.rule, m.start, m.end, m.score) for m in self._naming.find(text, names, people)]
        return found

    def _result(
        self, rule: DetectRule, start: int, end: int, score: float, *, proven: bool = False
    ) -> RecognizerResult:
        return RecognizerResult(
            entity_type=rule.id,
            start=start,
            end=end,
            score=score,
            analysis_explanation=AnalysisExplanation(recognizer=self._called, original_score=score),
            recognition_metadata={PROVEN: proven, RecognizerResult.RECOGNIZER_IDENTIFIER_KEY: self.id},
        )


class RuleContext(ContextAwareEnhancer):
    """Scores in context: words nearby, and the names of the fields that hold the text."""

    def __init__(self, rules: Sequence[DetectRule]) -> None:
        super().__init__(BOOST, 0.0, 0, 0)
        self._rules = {rule.id: rule.detect for rule in rules}
        self._near = {rule.id: _either(rule.detect.context) for rule in rules}
        self._not = {rule.id: _either(rule.detect.not_near) for rule in rules}

    def enhance_using_context(
        self,
        text: str,
        raw_results: list[RecognizerResult],
        nlp_artifacts: NlpArtifacts,
        recognizers: list[EntityRecognizer],
        context: list[str] | None = None,
    ) -> list[RecognizerResult]:
        """The results that are likely enough, with their scores."""
        if not raw_results:
            return []
        words = plain(text)
        names = field_words(" ".join(context or []))
        named = {rule for rule in {result.entity_type for result in raw_results} if _seen(self._near[rule], names)}
        kept = []
        for result in raw_results:
            rule = result.entity_type
            unlike, near = self._not[rule], self._near[rule]
            if unlike is not None and _other(unlike, near, _before(words, result.start, NEAR)):
                continue
            if rule in named or (near is not None and _seen(near, _around(words, result))):
                result.score = min(1.0, round(result.score + BOOST, 6))
            if result.score >= self._rules[rule].threshold:
                kept.append(result)
        return kept


def _other(unlike: re.Pattern[str], near: re.Pattern[str] | None, before: str) -> bool:
    """Whether what stands before a value makes it something else, and no word of its own stands nearer."""
    last = max((match.end() for match in unlike.finditer(before)), default=0)
    return last > 0 and not _seen(near, before[last:])


def _around(text: str, result: RecognizerResult) -> str:
    """What stands before and after a result."""
    return f"{_before(text, result.start, BEFORE)}\n{_after(text, result.end, AFTER)}"


def _before(text: str, end: int, length: int) -> str:
    """Up to that many characters before a place and after a border, without the word that this cuts in two."""
    start = max(0, end - length)
    start = max(start, text.rfind(APART, start, end) + 1)
    if start and text[start - 1].isalnum():
        while start < end and text[start].isalnum():
            start += 1
    return text[start:end]


def _after(text: str, start: int, length: int) -> str:
    """Up to that many characters after a place and before a border, without the word that this cuts in two."""
    end = min(len(text), start + length)
    end = border if (border := text.find(APART, start, end)) >= 0 else end
    if end < len(text) and text[end].isalnum():
        while end > start and text[end - 1].isalnum():
            end -= 1
    return text[start:end]


def _either(words: Bilingual) -> re.Pattern[str] | None:
    return any_of([*words.fr, *words.en])


def _seen(pattern: re.Pattern[str] | None, text: str) -> bool:
    return pattern is not None and pattern.search(text) is not None
