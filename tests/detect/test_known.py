"""The company's tables, rule by rule."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard import lists
from guard.detect.engine import Analyzer
from guard.detect.known import Known
from guard.errors import DetectError
from guard.rules.hashed import Hasher
from guard.rules.schema import DetectRule, RuleSet
from guard.terms import Role, Segment

KEY = bytes(range(32))
PASSAGE = (
    "Le comité a retenu le site de Montferrand pour la ligne pilote du procédé Altavise dont le coût reste sous "
    "embargo jusqu'au conseil de mars prochain"
)
TABLES = {
    "clients.edm": lists.exact([{"nom": "Grandjean", "tel": "06 99 00 12 34"}], frozenset(), Hasher(KEY)).table,
    "notes.fp": lists.documents([PASSAGE], Hasher(KEY)).table,
}

type NewRule = Callable[..., DetectRule]


def found(rules: list[DetectRule], text: str, key: bytes = KEY) -> list[tuple[str, str]]:
    return [(rule.id, text[start:end]) for rule, start, end in Known(rules, TABLES, key).find(text)]


@pytest.fixture
def clients(new_rule: NewRule) -> DetectRule:
    return new_rule("clients", exact="clients.edm")


@pytest.fixture
def notes(new_rule: NewRule) -> DetectRule:
    return new_rule("notes", documents="notes.fp")


def test_a_value_of_a_list_is_found_under_its_rule(clients: DetectRule, notes: DetectRule) -> None:
    assert found([clients, notes], "Rappelle GRANDJEAN au 0699001234.") == [
        ("clients", "GRANDJEAN"),
        ("clients", "0699001234"),
    ]


def test_a_copied_passage_is_found_under_its_rule(clients: DetectRule, notes: DetectRule) -> None:
    part = " ".join(PASSAGE.split()[2:20])
    [(name, stretch)] = found([clients, notes], f"Please translate: {part}. Thanks!")

    assert name == "notes"
    assert stretch in part


def test_a_rule_may_have_a_list_and_documents(new_rule: NewRule) -> None:
    both = new_rule("both", exact="clients.edm", documents="notes.fp")

    assert [name for name, _ in found([both], f"Grandjean : {PASSAGE}")] == ["both", "both"]


def test_two_rules_may_share_a_list(clients: DetectRule, new_rule: NewRule) -> None:
    again = new_rule("again", exact="clients.edm")

    assert found([clients, again], "Grandjean") == [("clients", "Grandjean"), ("again", "Grandjean")]


def test_rules_without_lists_need_no_key_and_find_nothing(new_rule: NewRule) -> None:
    assert found([new_rule("badge", r"\bB\d{4}\b")], "Grandjean B1234", key=b"") == []


@pytest.mark.parametrize("how", [{"exact": "clients.edm"}, {"documents": "notes.fp"}], ids=["exact", "documents"])
def test_a_list_without_its_key_is_an_error_and_no_empty_result(new_rule: NewRule, how: dict[str, Any]) -> None:
    with pytest.raises(DetectError, match="the key of the lists of secrets-of-ours was not given"):
        Known([new_rule("secrets-of-ours", **how)], TABLES, b"")


def test_another_key_finds_nothing(clients: DetectRule, notes: DetectRule) -> None:
    assert found([clients, notes], f"Grandjean : {PASSAGE}", key=bytes(32)) == []


@given(st.text())
def test_whatever_the_text_every_span_lies_in_it(new_rule: NewRule, text: str) -> None:
    rules = [new_rule("both", exact="clients.edm", documents="notes.fp")]
    text = f"{text} Grandjean {text}"
    spans = [(start, end) for _, start, end in Known(rules, TABLES, KEY).find(text)]

    assert "Grandjean" in [text[start:end] for start, end in spans]
    assert all(0 <= start < end <= len(text) for start, end in spans)


def test_what_a_table_knows_is_proven_and_counts_under_a_disguise(
    clients: DetectRule, new_set: Callable[..., RuleSet]
) -> None:
    rules = new_set(clients).model_copy(update={"tables": TABLES, "lists_key": KEY})
    text = "Client : G\u200br\u200ba\u200bn\u200bd\u200bj\u200be\u200ba\u200bn."
    [finding] = Analyzer(rules).analyze([Segment("body:", Role.USER, text)]).findings

    assert (text[finding.start], text[finding.end - 1], finding.proven) == ("G", "n", True)
