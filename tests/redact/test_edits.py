"""Findings -> edits: numbered left to right, one placeholder for one value, and typed look-alikes kept apart."""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guard.redact.edits import Redaction, Redactor, grammar
from guard.redact.placeholders import Grammar, Token
from guard.redact.restore import Restorer
from guard.redact.vault import Vault
from guard.rules.load import load
from guard.rules.schema import FieldRule, RuleSet
from guard.terms import Actor, Classification, Finding, Prompt, Role, Segment, Style
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


# --- other styles than placeholders

INVENTED = Grammar(frozenset({"PERSON", "EMAIL_ADDRESS", "LITERAL"}), frozenset({"PERSON", "EMAIL_ADDRESS"}))
_COME_BACK = (Style.PLACEHOLDER, Style.SURROGATE)
SURROGATE = {"PERSON": Style.SURROGATE, "EMAIL_ADDRESS": Style.SURROGATE}


@pytest.fixture
def inventing(rules: RuleSet) -> Iterator[Redactor]:
    """A redactor of a set in which names and addresses of people may be invented."""
    rule = rules.policy["redact-personal-data"].model_copy(update={"styles": SURROGATE})
    with closing(Vault("sqlite://", bytes(32))) as vault:
        yield Redactor(rules.model_copy(update={"policy": {rule.id: rule}}), vault)


def restored(text: str, values: Mapping[Token, str]) -> str:
    restorer = Restorer(values, INVENTED)
    return "".join(map(restorer.feed, text)) + restorer.flush()


@pytest.mark.parametrize(
    ("style", "left"),
    [
        (Style.PLACEHOLDER, "To [[EMAIL_ADDRESS_1]] now"),
        (Style.SURROGATE, "To tzagerex@example.com now"),
        (Style.MASK, "To *********fr now"),
        (Style.HASH, "To <EMAIL_ADDRESS:HASH> now"),
        (Style.DROP, "To  now"),
    ],
)
def test_each_style_stands_in_the_values_place(inventing: Redactor, style: Style, left: str) -> None:
    given_prompt = prompt("To ana@wine.fr now")
    findings = found(given_prompt, "EMAIL_ADDRESS", "ana@wine.fr")
    [text] = texts(inventing.redact(given_prompt, findings, ANA, {"EMAIL_ADDRESS": style}))

    assert re.sub(":[0-9a-f]{16}>", ":HASH>", text) == left


@pytest.mark.parametrize("style", [Style.MASK, Style.HASH, Style.DROP])
def test_what_is_masked_hashed_or_dropped_never_comes_back(inventing: Redactor, style: Style) -> None:
    given_prompt = prompt("To ana@wine.fr, from Zoé Grandjean")
    findings = found(given_prompt, "EMAIL_ADDRESS", "ana@wine.fr") + found(given_prompt, "PERSON", "Zoé Grandjean")
    redaction = inventing.redact(given_prompt, findings, ANA, {"EMAIL_ADDRESS": style})

    assert redaction.values == {("PERSON", 1): "Zoé Grandjean"}
    assert "wine" not in restored(texts(redaction)[0] + " [[EMAIL_ADDRESS_1]] tzagerex@example.com", redaction.values)


def test_nothing_short_is_shown_by_a_mask(inventing: Redactor) -> None:
    given_prompt = prompt("Ana is here")
    redaction = inventing.redact(given_prompt, found(given_prompt, "PERSON", "Ana"), ANA, {"PERSON": Style.MASK})

    assert texts(redaction) == ["*** is here"]


def test_a_hash_is_the_same_for_everybody_and_another_under_another_key(rules: RuleSet, inventing: Redactor) -> None:
    given_prompt = prompt("ANA@wine.fr and ana@wine.fr")
    findings = found(given_prompt, "EMAIL_ADDRESS", "ANA@wine.fr", "ana@wine.fr")
    styles = {"EMAIL_ADDRESS": Style.HASH}
    [mine] = texts(inventing.redact(given_prompt, findings, ANA, styles))
    [theirs] = texts(inventing.redact(given_prompt, findings, Actor("bob", ("it",)), styles))
    with closing(Vault("sqlite://", b"k" * 32)) as vault:
        [other] = texts(Redactor(rules, vault).redact(given_prompt, findings, ANA, styles))

    first, second = mine.split(" and ")
    assert first == second
    assert mine == theirs != other


def test_a_surrogate_comes_back_at_every_cut_and_in_the_spellings_of_models(inventing: Redactor) -> None:
    given_prompt = prompt("Zoé Grandjean, zoe@wine.fr")
    findings = found(given_prompt, "PERSON", "Zoé Grandjean") + found(given_prompt, "EMAIL_ADDRESS", "zoe@wine.fr")
    redaction = inventing.redact(given_prompt, findings, ANA, SURROGATE)

    assert texts(redaction) == ["Tvagerex, tzagerex@example.com"]
    for said, meant in {
        "Dear Tvagerex.": "Dear Zoé Grandjean.",
        "TVAGEREX's": "Zoé Grandjean's",
        "d’Tvagerex.Puis Tvagerex-même": "d’Zoé Grandjean.Puis Zoé Grandjean-même",
        "**Tvagerex**\nhere": "**Zoé Grandjean**\nhere",
        "<tzagerex@example.com>": "<zoe@wine.fr>",
        "write to TZAGEREX@EXAMPLE.COM.": "write to zoe@wine.fr.",
        "[[PERSON_1]] [[email_address_1]]": "Zoé Grandjean zoe@wine.fr",
        "Tvagerexia, tzagerex@example.company, a.tzagerex@example.com": (
            "Tvagerexia, tzagerex@example.company, a.tzagerex@example.com"
        ),
        "Kvamofis, pvamofis@example.com": "Kvamofis, pvamofis@example.com",
    }.items():
        assert restored(said, redaction.values) == meant


def test_one_value_keeps_its_surrogate_from_turn_to_turn(inventing: Redactor) -> None:
    first, second = prompt("zoe@wine.fr"), prompt("bob@wine.fr", "ZOE@wine.fr")
    inventing.redact(first, found(first, "EMAIL_ADDRESS", "zoe@wine.fr"), ANA, SURROGATE)
    findings = found(second, "EMAIL_ADDRESS", "bob@wine.fr", "ZOE@wine.fr")

    assert texts(inventing.redact(second, findings, ANA, SURROGATE))[1] == "tzagerex@example.com"


def test_a_typed_text_that_is_a_surrogate_is_never_given_and_never_restored_as_somebody(inventing: Redactor) -> None:
    """`Tvagerex` would be the first name given, `tzagerex@example.com` the first address."""
    given_prompt = prompt("Tvagerex wrote to zoe@wine.fr; Zoé Grandjean and tzagerex@example.com read it")
    findings = found(given_prompt, "PERSON", "Zoé Grandjean") + found(given_prompt, "EMAIL_ADDRESS", "zoe@wine.fr")
    redaction = inventing.redact(given_prompt, findings, ANA, SURROGATE)
    [left] = texts(redaction)

    assert "Zoé" not in left
    assert left.startswith("Tvagerex wrote to pvamofis@example.com; Kvamofis and")
    assert restored(left, redaction.values) == given_prompt.segments[0].text


def test_a_typed_text_that_is_a_surrogate_in_use_is_hidden_itself(inventing: Redactor) -> None:
    first = prompt("zoe@wine.fr")
    inventing.redact(first, found(first, "EMAIL_ADDRESS", "zoe@wine.fr"), ANA, SURROGATE)
    redaction = inventing.redact(prompt("Who is tzagerex@example.com?"), [], ANA, SURROGATE)

    assert texts(redaction) == ["Who is [[LITERAL_1]]?"]
    assert restored("[[LITERAL_1]]", redaction.values) == "tzagerex@example.com"


def test_a_value_that_two_findings_cover_has_the_stricter_style(inventing: Redactor) -> None:
    given_prompt = prompt("Ana Dupont SA!")
    findings = found(given_prompt, "PERSON", "Ana Dupont") + found(given_prompt, "ORGANIZATION", "Dupont SA")
    redaction = inventing.redact(given_prompt, findings, ANA, {"PERSON": Style.MASK, "ORGANIZATION": Style.DROP})

    assert texts(redaction) == ["!"]


def test_a_value_is_dropped_where_no_rule_found_it_too(inventing: Redactor) -> None:
    given_prompt = prompt("Mme Sophie Lefèvre", "and SOPHIE LEFÈVRE")
    findings = found(given_prompt, "PERSON", "Sophie Lefèvre")

    assert texts(inventing.redact(given_prompt, findings, ANA, {"PERSON": Style.DROP})) == ["Mme ", "and "]


def test_a_set_that_invents_nothing_takes_no_surrogate_for_one(rules: RuleSet) -> None:
    assert grammar(rules).find("Tvagerex, tzagerex@example.com, 06 39 98 79 19") == []


_STYLED = st.fixed_dictionaries(
    {}, optional={"EMAIL_ADDRESS": st.sampled_from(list(Style)), "PERSON": st.sampled_from(list(Style))}
)
_SAID = st.sampled_from(
    ["a@x.fr", "b@x.fr", "Bo Li", "Bonjour", "tzagerex@example.com", "Tvagerex", "[[PERSON_1]]", "kvamofis", "\n"]
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(_SAID, min_size=1, max_size=6).map(" ".join), min_size=1, max_size=3), _STYLED, st.booleans())
def test_whatever_the_styles_no_value_leaves_and_nobody_becomes_someone_else(
    rules: RuleSet, contents: list[str], styles: dict[str, Style], finds: bool
) -> None:
    """`finds`: whether the typed look-alike of an address is found like any address."""
    rule = rules.policy["redact-personal-data"].model_copy(update={"styles": SURROGATE})
    kinds = {"a@x.fr": "EMAIL_ADDRESS", "b@x.fr": "EMAIL_ADDRESS", "Bo Li": "PERSON"}
    kinds |= {"tzagerex@example.com": "EMAIL_ADDRESS"} if finds else {}
    back = {kind for kind in ("EMAIL_ADDRESS", "PERSON") if styles.get(kind, Style.PLACEHOLDER) in _COME_BACK}
    with closing(Vault("sqlite://", bytes(32))) as vault:
        redactor = Redactor(rules.model_copy(update={"policy": {rule.id: rule}}), vault)
        for _ in range(2):
            given_prompt = prompt(*contents)
            findings = [
                finding
                for value, kind in kinds.items()
                if any(value in text for text in contents)
                for finding in found(given_prompt, kind, value)
            ]
            redaction = redactor.redact(given_prompt, findings, ANA, styles)
            new = {edit.where: edit.text for edit in redaction.edits}
            for segment in given_prompt.segments:
                left = new.get(segment.where, segment.text)
                assert not any(value in left for value in ("a@x.fr", "b@x.fr", "Bo Li"))
                whole = restored(left, redaction.values)
                if back == {"EMAIL_ADDRESS", "PERSON"}:
                    assert whole == segment.text
                for value, kind in kinds.items():
                    if kind not in back and value != "tzagerex@example.com":
                        assert value not in whole
