"""Findings -> edits: numbered left to right, one placeholder for one value, and typed look-alikes kept apart."""

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guard.redact.edits import Redaction, Redactor
from guard.redact.placeholders import Grammar
from guard.redact.restore import Restorer
from guard.redact.vault import Vault
from guard.rules.load import load
from guard.rules.schema import FieldRule, RuleSet
from guard.terms import Actor, Classification, Finding, Prompt, Role, Segment
from guard.wire import body as wire
from guard.wire.answer import Plain, leave, whole

ANA = Actor("ana", ("hr",))


@pytest.fixture(scope="module")
def rules() -> RuleSet:
    return load(Path(__file__).parent.parent.parent / "rules")


@pytest.fixture
def redactor(rules: RuleSet) -> Iterator[Redactor]:
    with closing(Vault("sqlite://", bytes(32))) as vault:
        yield Redactor(rules, vault)


def prompt(*texts: str, role: Role = Role.USER) -> Prompt:
    segments = tuple(Segment(f"body:/{n}", role, text) for n, text in enumerate(texts))
    return Prompt("openai-api", "chat", "openai-chat", segments)


def found(given_prompt: Prompt, entity: str, *values: str) -> list[Finding]:
    """A finding for the first place of each value, in no special order."""
    findings = []
    for value in reversed(values):
        index = next(n for n, segment in enumerate(given_prompt.segments) if value in segment.text)
        start = given_prompt.segments[index].text.index(value)
        findings.append(
            Finding("r", entity, Classification.CONFIDENTIAL, index, start, start + len(value), 1.0, proven=True)
        )
    return findings


def texts(redaction: Redaction) -> list[str]:
    return [edit.text for edit in redaction.edits]


def test_values_are_numbered_left_to_right_over_all_segments(redactor: Redactor) -> None:
    given_prompt = prompt("b@x.fr then a@x.fr", "and c@x.fr")
    redaction = redactor.redact(given_prompt, found(given_prompt, "EMAIL_ADDRESS", "a@x.fr", "b@x.fr", "c@x.fr"), ANA)

    assert texts(redaction) == ["[[EMAIL_ADDRESS_1]] then [[EMAIL_ADDRESS_2]]", "and [[EMAIL_ADDRESS_3]]"]
    assert redaction.values == {
        ("EMAIL_ADDRESS", 1): "b@x.fr",
        ("EMAIL_ADDRESS", 2): "a@x.fr",
        ("EMAIL_ADDRESS", 3): "c@x.fr",
    }


def test_one_value_however_spaced_has_one_placeholder_and_comes_back_as_first_written(redactor: Redactor) -> None:
    spaced, compact = "FR76 3000 6000 0112 3456 7890 189", "FR7630006000011234567890189"
    given_prompt = prompt(f"{spaced} = {compact}")
    redaction = redactor.redact(given_prompt, found(given_prompt, "IBAN_CODE", spaced, compact), ANA)

    assert texts(redaction) == ["[[IBAN_CODE_1]] = [[IBAN_CODE_1]]"]
    assert redaction.values == {("IBAN_CODE", 1): spaced}


def test_two_neighbours_are_two_values(redactor: Redactor) -> None:
    given_prompt = prompt("a@x.fr b@x.fr")
    redaction = redactor.redact(given_prompt, found(given_prompt, "EMAIL_ADDRESS", "a@x.fr", "b@x.fr"), ANA)

    assert texts(redaction) == ["[[EMAIL_ADDRESS_1]] [[EMAIL_ADDRESS_2]]"]


def test_what_is_hidden_once_is_hidden_everywhere(redactor: Redactor) -> None:
    given_prompt = prompt("Mme Sophie Lefèvre", "SOPHIE LEFÈVRE, Sophie")
    redaction = redactor.redact(given_prompt, found(given_prompt, "PERSON", "Sophie Lefèvre"), ANA)

    assert texts(redaction) == ["Mme [[PERSON_1]]", "[[PERSON_1]], Sophie"]


def test_the_same_prompt_gives_the_same_edits(redactor: Redactor) -> None:
    given_prompt = prompt("b@x.fr then a@x.fr")
    findings = found(given_prompt, "EMAIL_ADDRESS", "a@x.fr", "b@x.fr")

    assert redactor.redact(given_prompt, findings, ANA).edits == redactor.redact(given_prompt, findings, ANA).edits


def test_a_typed_look_alike_stays_and_its_number_is_never_given(redactor: Redactor) -> None:
    given_prompt = prompt("[[EMAIL_ADDRESS_1]] email_address_2 EMAIL_ADDRESS_2 a@x.fr")
    redaction = redactor.redact(given_prompt, found(given_prompt, "EMAIL_ADDRESS", "a@x.fr"), ANA)

    assert texts(redaction) == ["[[EMAIL_ADDRESS_1]] email_address_2 EMAIL_ADDRESS_2 [[EMAIL_ADDRESS_3]]"]


def test_a_typed_look_alike_of_a_number_in_use_is_hidden_itself(redactor: Redactor) -> None:
    first = prompt("a@x.fr")
    redactor.redact(first, found(first, "EMAIL_ADDRESS", "a@x.fr"), ANA)
    redaction = redactor.redact(prompt("What is [[email address 1]]?"), [], ANA)

    assert texts(redaction) == ["What is [[LITERAL_1]]?"]
    assert redaction.values == {("LITERAL", 1): "[[email address 1]]"}


@pytest.mark.parametrize("role", [Role.HISTORY, Role.TOOL_ARGS])
def test_a_placeholder_in_what_the_model_wrote_is_ours(redactor: Redactor, role: Role) -> None:
    first = prompt("a@x.fr")
    redactor.redact(first, found(first, "EMAIL_ADDRESS", "a@x.fr"), ANA)

    assert redactor.redact(prompt("[[EMAIL_ADDRESS_1]]", role=role), [], ANA).edits == ()


def taken(redactor: Redactor) -> None:
    """`[[EMAIL_ADDRESS_1]]` stands for a@x.fr."""
    first = prompt("a@x.fr")
    redactor.redact(first, found(first, "EMAIL_ADDRESS", "a@x.fr"), ANA)


def test_what_an_answer_quoted_of_what_was_typed_is_literal_too(redactor: Redactor) -> None:
    taken(redactor)
    segments = [
        Segment("body:/0", Role.USER, "What is [[EMAIL_ADDRESS_1]]?"),
        Segment("body:/1", Role.HISTORY, "You wrote [[EMAIL_ADDRESS_1]]."),
        Segment("body:/2", Role.USER, "Ask a@x.fr"),
    ]
    given_prompt = Prompt("openai-api", "chat", "openai-chat", tuple(segments))
    redaction = redactor.redact(given_prompt, found(given_prompt, "EMAIL_ADDRESS", "a@x.fr"), ANA)

    assert texts(redaction) == ["What is [[LITERAL_1]]?", "You wrote [[LITERAL_1]].", "Ask [[EMAIL_ADDRESS_1]]"]


def test_a_look_alike_that_cannot_be_edited_is_never_restored_as_somebody(redactor: Redactor) -> None:
    taken(redactor)
    segments = (
        Segment("body:/0", Role.FILE, "[[EMAIL_ADDRESS_1]]", editable=False),
        Segment("body:/1", Role.USER, "a@x.fr"),
    )
    given_prompt = Prompt("openai-api", "chat", "openai-chat", segments)
    redaction = redactor.redact(given_prompt, found(given_prompt, "EMAIL_ADDRESS", "a@x.fr"), ANA)

    assert texts(redaction) == ["[[EMAIL_ADDRESS_1]]"]
    assert redaction.values == {}


def test_a_signed_prompt_gets_no_edit_for_what_was_typed(redactor: Redactor) -> None:
    taken(redactor)
    redaction = redactor.redact(replace(prompt("[[EMAIL_ADDRESS_1]]"), signed=True), [], ANA)

    assert (redaction.edits, redaction.values) == ((), {})


def test_what_was_typed_and_cannot_be_edited_is_said_to_be_lost_for_the_answer(redactor: Redactor) -> None:
    taken(redactor)
    redaction = redactor.redact(replace(prompt("[[EMAIL_ADDRESS_1]]"), signed=True), [], ANA)

    assert redaction.lost == {("EMAIL_ADDRESS", 1)}


def test_a_look_alike_inside_a_value_is_hidden_with_it(redactor: Redactor) -> None:
    taken(redactor)
    given_prompt = prompt("Ana [[EMAIL_ADDRESS_1]] Dupont")
    redaction = redactor.redact(given_prompt, found(given_prompt, "PERSON", given_prompt.segments[0].text), ANA)

    assert texts(redaction) == ["[[PERSON_1]]"]
    assert redaction.values == {("PERSON", 1): "Ana [[EMAIL_ADDRESS_1]] Dupont"}


@pytest.mark.parametrize(
    ("values", "left"),
    [
        pytest.param(["Ana Dupont", "Dupont SA"], "[[ORGANIZATION_1]]!", id="one over the edge of the other"),
        pytest.param(["Ana Dupont SA", "Dupont"], "[[ORGANIZATION_1]]!", id="one inside the other"),
        pytest.param(["Ana", "Dupont SA"], "[[ORGANIZATION_1]] [[ORGANIZATION_2]]!", id="side by side"),
    ],
)
def test_findings_that_overlap_hide_all_they_cover(redactor: Redactor, values: list[str], left: str) -> None:
    given_prompt = prompt("Ana Dupont SA!")
    findings = found(given_prompt, "ORGANIZATION", *values)

    assert texts(redactor.redact(given_prompt, findings, ANA)) == [left]
    assert texts(redactor.redact(given_prompt, findings[::-1], ANA)) == [left]


def test_values_that_touch_are_two(redactor: Redactor) -> None:
    given_prompt = prompt("a@x.frb@x.fr")
    redaction = redactor.redact(given_prompt, found(given_prompt, "EMAIL_ADDRESS", "a@x.fr", "b@x.fr"), ANA)

    assert texts(redaction) == ["[[EMAIL_ADDRESS_1]][[EMAIL_ADDRESS_2]]"]


def test_a_path_keeps_its_backslash(redactor: Redactor) -> None:
    given_prompt = prompt(r"C:\Users\a@x.fr")
    redaction = redactor.redact(given_prompt, found(given_prompt, "EMAIL_ADDRESS", "a@x.fr"), ANA)
    restorer = Restorer(redaction.values, Grammar(frozenset({"EMAIL_ADDRESS"})))

    assert restorer.feed(texts(redaction)[0]) + restorer.flush() == r"C:\Users\a@x.fr"


def test_edits_written_into_a_request_come_back_as_they_were(redactor: Redactor) -> None:
    content = 'Né "a@x.fr"\\ b@x.fr\n😀'
    arguments = json.dumps({"to": "b@x.fr", "cc": ["a@x.fr"]})
    body = json.dumps({"prompt": content, "call": {"arguments": arguments}}, ensure_ascii=False).encode()
    fields = [
        FieldRule(path="/prompt", role=Role.USER),
        FieldRule(path="/call/arguments", role=Role.TOOL_ARGS, holds="json"),
    ]
    given_prompt = Prompt("s", "e", "json", wire.read(body, "application/json", fields).segments)
    redaction = redactor.redact(given_prompt, found(given_prompt, "EMAIL_ADDRESS", "a@x.fr", "b@x.fr"), ANA)

    left = wire.write(body, "application/json", fields, {edit.where: edit.text for edit in redaction.edits})
    assert b"@x.fr" not in left
    grammar = Grammar(frozenset({"EMAIL_ADDRESS"}))
    family = Plain(leave(("/**/arguments", "json")))
    back = whole(left.decode(), family, lambda kind: Restorer(redaction.values, grammar, kind))
    assert json.loads(back) == json.loads(body)


def test_hundreds_of_values_are_each_replaced(redactor: Redactor) -> None:
    values = [f"a{n}@x.fr" for n in range(350)]
    given_prompt = prompt(", ".join(values))
    redaction = redactor.redact(given_prompt, found(given_prompt, "EMAIL_ADDRESS", *values), ANA)

    assert texts(redaction) == [", ".join(f"[[EMAIL_ADDRESS_{n + 1}]]" for n in range(350))]


def test_positions_are_characters(redactor: Redactor) -> None:
    given_prompt = prompt("🌹é\ud800 a@x.fr 🌹")

    assert texts(redactor.redact(given_prompt, found(given_prompt, "EMAIL_ADDRESS", "a@x.fr"), ANA)) == [
        "🌹é\ud800 [[EMAIL_ADDRESS_1]] 🌹"
    ]


def test_no_repr_shows_a_value(redactor: Redactor) -> None:
    given_prompt = prompt("a@x.fr")

    assert "a@x" not in repr(redactor.redact(given_prompt, found(given_prompt, "EMAIL_ADDRESS", "a@x.fr"), ANA))


_WORDS = st.sampled_from(["a@x.fr", "b@x.fr", "Bonjour", "[[EMAIL_ADDRESS_1]]", "EMAIL_ADDRESS_2", "é🌹", "\n"])


@settings(max_examples=50, deadline=None)
@given(st.lists(st.lists(_WORDS, min_size=1, max_size=6).map(" ".join), min_size=1, max_size=4))
def test_what_the_model_repeats_comes_back_as_it_was_typed(rules: RuleSet, contents: list[str]) -> None:
    with closing(Vault("sqlite://", bytes(32))) as vault:
        redactor = Redactor(rules, vault)
        for _ in range(2):
            given_prompt = prompt(*contents)
            values = [v for v in ("a@x.fr", "b@x.fr") if any(v in text for text in contents)]
            redaction = redactor.redact(given_prompt, found(given_prompt, "EMAIL_ADDRESS", *values), ANA)
            new = {edit.where: edit.text for edit in redaction.edits}
            for segment in given_prompt.segments:
                left = new.get(segment.where, segment.text)
                assert "@x.fr" not in left
                restorer = Restorer(redaction.values, Grammar(frozenset({"EMAIL_ADDRESS", "LITERAL"})))
                assert restorer.feed(left) + restorer.flush() == segment.text
