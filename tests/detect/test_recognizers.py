import re
from collections.abc import Callable

import pytest
from presidio_analyzer.nlp_engine import NlpArtifacts

from guard.detect.names import Pipelines
from guard.detect.naming import Naming
from guard.detect.patterns import Matcher
from guard.detect.recognizers import AFTER, BEFORE, NEAR, PROVEN, RuleContext, RuleRecognizer
from guard.rules.schema import DetectRule

type NewRule = Callable[..., DetectRule]
type Values = Callable[..., list[str]]

NUMBER = "732829320"


@pytest.fixture(scope="session")
def siren(new_rule: NewRule) -> DetectRule:
    context = {"fr": ["siren", "numéro de société", "lic", "immatricul*"], "en": ["company number", "card"]}
    not_near = {"fr": ["réf", "facture"], "en": ["invoice"]}
    return new_rule("siren", r"\d{9}", 0.3, context=context, not_near=not_near, threshold=0.5)


@pytest.mark.parametrize(
    "text",
    [
        f"SIREN {NUMBER}",
        f"numero de Société : {NUMBER}",
        f"{NUMBER} is our company number",
        f"siren_client = {NUMBER}",
        f"l’immatriculée {NUMBER}",
        f"siren{NUMBER}",
        f"siren {'x' * (BEFORE - 7)} {NUMBER}",
        f"{NUMBER} {'x' * (AFTER - 7)} siren",
        f"é😀 SIREN {NUMBER}",
    ],
    ids=["before", "phrase", "after", "name", "ending", "glued", "far-before", "far-after", "emoji"],
)
def test_a_context_word_of_either_language_makes_a_match_likely(siren: DetectRule, values: Values, text: str) -> None:
    assert values([siren], text) == [NUMBER]


@pytest.mark.parametrize(
    "text",
    [
        f"lot {NUMBER}",
        f"public {NUMBER}",
        f"cardinal {NUMBER}",
        f"siren {'x' * BEFORE} {NUMBER}",
        f"{NUMBER} {'x' * AFTER} siren",
        *(f"pub{'lic '}{'x' * length} {NUMBER}" for length in range(BEFORE - 8, BEFORE + 1)),
        *(f"{NUMBER} {'x' * length} cardinal" for length in range(AFTER - 8, AFTER + 1)),
    ],
)
def test_neither_far_words_nor_parts_of_words_are_context(siren: DetectRule, values: Values, text: str) -> None:
    assert values([siren], text) == []


@pytest.mark.parametrize("hint", ["siren", "companySiren", "company_siren", "data/client-siren/0", "Company number"])
def test_the_name_of_the_field_is_context(siren: DetectRule, values: Values, hint: str) -> None:
    assert values([siren], NUMBER, hint=hint) == [NUMBER]


@pytest.mark.parametrize("hint", ["", "sirens", "numero", "public"])
def test_another_name_of_the_field_is_none(siren: DetectRule, values: Values, hint: str) -> None:
    assert values([siren], NUMBER, hint=hint) == []


@pytest.mark.parametrize(
    ("text", "finds"),
    [
        (f"SIREN, réf {NUMBER}", []),
        (f"SIREN, invoice: {NUMBER}", []),
        (f"SIREN, ref_{NUMBER}", []),
        (f"SIREN {NUMBER}, facture", [NUMBER]),
        (f"facture {'x' * NEAR} SIREN {NUMBER}", [NUMBER]),
        (f"facture 12, SIREN {NUMBER}", [NUMBER]),
        (f"SIREN, facture {NUMBER}", []),
        *((f"SIREN bref {'x' * length} {NUMBER}", [NUMBER]) for length in range(NEAR - 6, NEAR)),
    ],
)
def test_a_word_just_before_makes_it_something_else(
    siren: DetectRule, values: Values, text: str, finds: list[str]
) -> None:
    assert values([siren], text) == finds


@pytest.mark.parametrize(
    ("score", "threshold", "finds"),
    [(0.5, 0.5, 1), (0.49, 0.5, 0), (1.0, 1.0, 1), (0.1, 0.1, 1)],
)
def test_a_match_below_the_threshold_is_dropped(
    new_rule: NewRule, values: Values, score: float, threshold: float, finds: int
) -> None:
    assert len(values([new_rule("rule", r"\d{9}", score, threshold=threshold)], NUMBER)) == finds


@pytest.mark.parametrize("score", [0.05, 0.1, 0.15, 0.2, 0.3, 0.55, 0.6])
def test_a_context_word_adds_exactly_what_it_says(new_rule: NewRule, values: Values, score: float) -> None:
    context = {"fr": ["siren"], "en": ["siren"]}
    exact = round(score + 0.35, 2)
    assert values([new_rule("rule", r"\d{9}", score, threshold=exact, context=context)], f"siren {NUMBER}") == [NUMBER]


def nothing(language: str) -> NlpArtifacts:
    return Pipelines("none").process_text("", language)


def test_a_score_never_passes_one(new_rule: NewRule) -> None:
    rule = new_rule("rule", r"\d{9}", 0.9, context={"fr": ["siren"], "en": ["siren"]})
    raw = RuleRecognizer([rule], Matcher([rule], {}), Naming([rule], {}), "fr").analyze(
        f"siren {NUMBER}", [], nothing("fr")
    )
    (result,) = RuleContext([rule]).enhance_using_context(f"siren {NUMBER}", raw, nothing("fr"), [])
    assert (result.entity_type, result.score, result.recognition_metadata[PROVEN]) == ("rule", 1.0, False)


def test_results_say_their_rule_and_never_their_text(new_rule: NewRule) -> None:
    rules = [new_rule("one", "CANARY", prefix=True), new_rule("two", "CANARY")]
    results = RuleRecognizer(rules, Matcher(rules, {}), Naming(rules, {}), "en").analyze("a CANARY", [], nothing("en"))
    assert [(r.entity_type, r.start, r.end, r.recognition_metadata[PROVEN]) for r in results] == [
        ("one", 2, 8, True),
        ("two", 2, 8, False),
    ]
    assert "CANARY" not in repr([result.to_dict() for result in results])


class Counted:
    """A real expression that counts the characters it was asked to look at."""

    def __init__(self, pattern: re.Pattern[str]) -> None:
        self.pattern = pattern
        self.characters = 0

    def search(self, text: str) -> re.Match[str] | None:
        self.characters += len(text)
        return self.pattern.search(text)


def test_a_long_name_of_a_field_is_read_once_for_all_results(new_rule: NewRule) -> None:
    """A hostile body holds a key of 100 kB and thousands of values under it."""
    rule = new_rule("rule", r"\d", 0.3, context={"fr": ["siren"], "en": ["siren"]})
    text, name = f"siren{' ' * BEFORE}{'1 ' * 1_000}", "nom de champ " * 8_000
    context = RuleContext([rule])
    counted = Counted(re.compile(r"\bsiren\b"))
    context._near["rule"] = counted  # type: ignore[assignment]
    raw = RuleRecognizer([rule], Matcher([rule], {}), Naming([rule], {}), "fr").analyze(text, [], nothing("fr"))
    assert context.enhance_using_context(text, raw, nothing("fr"), [], [name]) == []
    assert len(name) <= counted.characters <= len(name) + len(raw) * (BEFORE + AFTER + 1)


def test_nothing_found_needs_no_context(new_rule: NewRule) -> None:
    assert RuleContext([new_rule("rule", "x")]).enhance_using_context("text", [], nothing("fr"), []) == []
