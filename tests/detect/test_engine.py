import traceback
import unicodedata
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from guard.detect.engine import Analyzer
from guard.errors import DetectError
from guard.rules.schema import DetectRule, RuleSet, Status, UseRule
from guard.terms import Classification, Lang, Role, Segment

type NewRule = Callable[..., DetectRule]
type NewSet = Callable[..., RuleSet]
type Values = Callable[..., list[str]]

IBAN = "FR76 3000 6000 0112 3456 7890 189"
CANARY = "canary-7f3a91"


def user(text: str, **how: Any) -> Segment:
    return Segment("body:/messages/0/content", Role.USER, text, **how)


@pytest.mark.parametrize(
    "before",
    ["", "é", "e\u0301 ", "😀 ", "\u200b ", "\ud83d ", "中文 ", "ÅÅ " * 500, "A\u030a" * 500 + " ", "\r\n"],
    ids=["nothing", "accent", "mark", "emoji", "zero-width", "half-pair", "chinese", "long", "long-marks", "lines"],
)
def test_a_finding_says_where_in_characters(analyzer: Analyzer, before: str) -> None:
    text = f"{before}IBAN {IBAN} é😀"
    (finding,) = analyzer.analyze([user(text)]).findings
    assert text[finding.start : finding.end] == IBAN


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_text_in_either_form_of_unicode_is_read_the_same(new_rule: NewRule, values: Values, form: Any) -> None:
    rules = [
        new_rule("name", words=["Jérôme Côté"]),
        new_rule("number", r"\d{4}", 0.3, context={"fr": ["sécu"], "en": ["sécu"]}),
        new_rule("mark", r"CONFIDENTIALITÉ ÉLEVÉE"),
    ]
    expected = ["Jérôme Côté", "1234", "CONFIDENTIALITÉ ÉLEVÉE"]
    text = unicodedata.normalize(form, "été : Jérôme Côté, sécu 1234, CONFIDENTIALITÉ ÉLEVÉE à Évry")
    assert values(rules, text) == [unicodedata.normalize(form, value) for value in expected]


def test_a_use_is_recognised_in_either_form_of_unicode(new_use: Callable[..., UseRule], new_set: NewSet) -> None:
    analyzer = Analyzer(new_set(new_use(acts=["évalue"], objects=["employé"])))
    text = unicodedata.normalize("NFD", "Évalue cet employé")
    assert [use.id for use in analyzer.analyze([user(text)]).uses] == ["use"]


def test_a_finding_has_its_rule_and_never_its_text(analyzer: Analyzer) -> None:
    analysis = analyzer.analyze([user("rien"), user(f"IBAN {IBAN}")])
    (finding,) = analysis.findings
    assert (finding.rule, finding.entity, finding.classification) == ("iban", "IBAN_CODE", Classification.CONFIDENTIAL)
    assert (finding.segment, finding.proven, finding.enforced) == (1, True, True)
    assert "3000" not in repr(analysis)


def test_both_languages_and_none_find_the_same(analyzer: Analyzer) -> None:
    segment = user(f"IBAN {IBAN}, tel 06 12 34 56 78")
    found = [analyzer.segment(segment, lang).findings for lang in (Lang.FR, Lang.EN, None)]
    assert found[0] == found[1] == found[2]
    assert len(found[0]) == 2


@pytest.mark.parametrize(
    ("declared", "entities"),
    [(True, ["ALICE", "CARD", "KEY"]), (False, ["CARD", "KEY"])],
    ids=["declared", "undeclared"],
)
def test_in_a_field_nobody_declared_only_proven_findings_count(
    new_rule: NewRule, new_set: NewSet, declared: bool, entities: list[str]
) -> None:
    rules = [
        new_rule("alice", words=["Alice"]),
        new_rule("card", r"\d{16}", checksum="credit-card"),
        new_rule("key", r"sk-\w+", prefix=True),
    ]
    segment = user("Alice 4111111111111111 sk-abc", declared=declared)
    assert [f.entity for f in Analyzer(new_set(*rules)).analyze([segment]).findings] == entities


def test_of_two_rules_for_one_entity_neither_proof_nor_classification_is_lost(
    new_rule: NewRule, new_set: NewSet
) -> None:
    """Presidio keeps one of two results of the same entity, span and score, whatever else they say."""
    rules = [
        new_rule("a", "A{4}B{4}", 0.9, entity="X", classification="internal"),
        new_rule("b", "A{4}B{4}", 0.9, entity="X", classification="secret"),
        new_rule("c", "B{4}", 0.6, entity="X", prefix=True),
    ]
    analyzer = Analyzer(new_set(*rules))
    (declared,) = analyzer.analyze([user("AAAABBBB")]).findings
    assert (declared.start, declared.end, declared.classification, declared.proven) == (
        0,
        8,
        Classification.SECRET,
        True,
    )
    (undeclared,) = analyzer.analyze([user("AAAABBBB", declared=False)]).findings
    assert (undeclared.rule, undeclared.start, undeclared.end) == ("c", 4, 8)


def test_what_a_pattern_finds_in_a_disguise_keeps_its_label_before_a_name(new_rule: NewRule, new_set: NewSet) -> None:
    analyzer = Analyzer(new_set(new_rule("badge", r"Diaz \d{4}", 0.6), new_rule("owner", mailbox=True)))
    text = "diaz.ana@example.com, badge Diaz １２３４"

    assert [(f.rule, text[f.start : f.end]) for f in analyzer.analyze([user(text)]).findings] == [
        ("badge", "Diaz １２３４")
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("key AB12cd34EF\n56gh78IJ, thanks", "AB12cd34EF\n56gh78IJ"),
        ("AB12cd34EF56gh78\n2026-03-04", "AB12cd34EF56gh78"),
    ],
    ids=["broken at the end of a line", "whole"],
)
def test_a_key_is_found_over_a_line_end_and_takes_nothing_along(
    new_rule: NewRule, new_set: NewSet, text: str, found: str
) -> None:
    analyzer = Analyzer(new_set(new_rule("key", r"\bAB12[A-Za-z0-9]{12,}", prefix=True)))

    assert [text[f.start : f.end] for f in analyzer.analyze([user(text)]).findings] == [found]


@pytest.mark.parametrize("status", ["test", "experimental"])
def test_a_watched_rule_is_marked_and_displaces_no_enforced_one(
    new_rule: NewRule, new_set: NewSet, status: str
) -> None:
    enforced = new_rule("enforced", r"\d{4}", 0.5, entity="X")
    watched = new_rule("watched", r"\d{4}-\d{4}", 1.0, status=status, entity="X", prefix=True)
    findings = Analyzer(new_set(watched, enforced)).analyze([user("1234-5678")]).findings
    assert [
        (f.rule, f.start, f.end, f.enforced) for f in sorted(findings, key=lambda f: (not f.enforced, f.start))
    ] == [
        ("enforced", 0, 4, True),
        ("enforced", 5, 9, True),
        ("watched", 0, 9, False),
    ]


def test_a_rule_promoted_to_stable_is_enforced(new_rule: NewRule, new_set: NewSet) -> None:
    rule = new_rule("rule", "x", status="test").model_copy(update={"status": Status.STABLE})
    assert [f.enforced for f in Analyzer(new_set(rule)).analyze([user("x")]).findings] == [True]


def test_no_rules_find_nothing(new_set: NewSet) -> None:
    assert Analyzer(new_set()).analyze([user(f"IBAN {IBAN}")]).findings == ()


@pytest.mark.parametrize("text", ["", " ", "\0", "\ud83d", "\u200b"])
def test_a_text_of_nothing_is_read(analyzer: Analyzer, text: str) -> None:
    assert analyzer.analyze([user(text)]).findings == ()


def test_what_presidio_cannot_do_is_an_error_without_the_text(
    new_rule: NewRule, new_set: NewSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(value: str) -> bool:
        raise RuntimeError(f"cannot read {value}")

    analyzer = Analyzer(new_set(new_rule("rule", CANARY, checksum="luhn")))
    for engine, _ in analyzer._engines:
        (recognizer, *_) = engine._engine.registry.get_recognizers(language="en", all_fields=True)
        monkeypatch.setitem(recognizer._matcher._checks, "rule", fails)
    with pytest.raises(DetectError, match="RuntimeError") as caught:
        analyzer.analyze([user(f"my {CANARY} is here")])
    assert caught.value.cause == "internal"
    shown = "".join(traceback.format_exception(caught.value))
    assert CANARY not in f"{caught.value} {caught.value!r} {shown}"


HOSTILE: Sequence[str] = (
    *(".", "=", "a.a.", "1:1:", "7", "4111 ", "06 ", "[({", "QUJD", "\u200b", "4\u200b", "e\u0301", "\u0301\u0323"),
    *("FR76 ", "é@b.c ", "M. Xa ", "+1 ", "-----BEGIN PRIVATE KEY-----", "trie ", "trie un cv. ", "\n", "\ud83d", "𝟜"),
)


@pytest.mark.parametrize("unit", HOSTILE)
def test_hostile_texts_of_100_kb_are_read_to_the_end(analyzer: Analyzer, unit: str) -> None:
    text = f"{unit * (100_000 // len(unit.encode('utf-8', 'replace')))}\nIBAN: {IBAN}"
    findings = analyzer.analyze([user(text)]).findings
    assert findings
    assert findings[-1].end == len(text)


def test_thousands_of_findings_stay_apart(analyzer: Analyzer) -> None:
    text = "a.b@example.com, " * 6_000
    findings = analyzer.analyze([user(text)]).findings
    assert len(findings) == 6_000
    assert {text[f.start : f.end] for f in findings} == {"a.b@example.com"}
