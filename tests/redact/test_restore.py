"""The person's own values come back, whole, at any cut, and nobody becomes someone else."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.redact.placeholders import LONGEST, Grammar, Token
from guard.redact.restore import Restorer

NAME = 'Zoé "la Fouine" O\\Hara'
VALUES: dict[Token, str] = {
    ("PERSON", 1): NAME,
    ("PERSON", 11): "Marie Curie",
    ("EMAIL_ADDRESS", 1): "a@exemple.fr",
    ("EMAIL_ADDRESS", 2): "[[PERSON_11]]",
}
GRAMMAR = Grammar(frozenset({"PERSON", "EMAIL_ADDRESS"}))
BENT = {
    "lower case": "[[person_1]]",
    "title case": "[[Person_1]]",
    "underscores escaped": r"[[PERSON\_1]]",
    "brackets escaped": r"\[\[PERSON_1\]\]",
    "HTML": "&#91;&#91;PERSON_1&#93;&#93;",
    "URL": "%5B%5BPERSON_1%5D%5D",
    "space": "[[PERSON 1]]",
    "dropped": "PERSON_1",
    "possessive": "[[PERSON_1]]'s",
    "bold": "**[[PERSON_1]]**",
    "inline code": "`[[PERSON_1]]`",
    "code block": "```\n[[PERSON_1]]\n```",
    "twice": "[[PERSON_1]][[PERSON_1]]",
    "1 beside 11": "[[PERSON_1]] [[PERSON_11]] PERSON_1 PERSON_11",
}


def restored(pieces: list[str], kind: str = "text") -> str:
    restorer = Restorer(VALUES, GRAMMAR, kind)  # type: ignore[arg-type]
    return "".join(map(restorer.feed, pieces)) + restorer.flush()


def cuts(text: str) -> list[list[str]]:
    return [[text[:at], text[at:]] for at in range(len(text) + 1)] + [list(text)]


@pytest.mark.parametrize("form", list(BENT))
def test_each_bent_form_is_restored_at_every_cut(form: str) -> None:
    text = f"Voici {BENT[form]}, fin"
    whole = restored([text])

    assert NAME in whole
    assert "PERSON" not in whole.upper().replace(NAME.upper(), "")
    assert {restored(pieces) for pieces in cuts(text)} == {whole}


def test_one_and_eleven_are_two_people() -> None:
    assert restored([BENT["1 beside 11"]]) == f"{NAME} Marie Curie {NAME} Marie Curie"


@pytest.mark.parametrize(
    "text", ["[[PERSON_2]]", "PERSON_111", "[[PERSON_12]]", "[[EMAIL_ADDRESS_11]]", "[[PERSON_0]]"]
)
def test_a_number_that_did_not_leave_stays_as_it_is(text: str) -> None:
    assert {restored(pieces) for pieces in cuts(text)} == {text}


def test_a_value_that_looks_like_a_placeholder_is_not_restored_again() -> None:
    assert restored(["[[EMAIL_ADDRESS_2]] [[PERSON_11]]"]) == "[[PERSON_11]] Marie Curie"


def test_a_value_in_json_text_is_escaped_at_every_cut() -> None:
    text = '{"to": "[[PERSON_1]]", "note": "é\\nPERSON_1"}'
    for pieces in cuts(text):
        assert json.loads(restored(pieces, "json")) == {"to": NAME, "note": f"é\n{NAME}"}


@given(st.text(alphabet=st.sampled_from(list("[]PERSON_1 2&#%\\éa'"))), st.data())
def test_text_without_our_placeholders_is_unchanged_at_any_cut(text: str, data: st.DataObject) -> None:
    if GRAMMAR.find(text):
        return
    at = data.draw(st.integers(0, len(text)))

    assert restored([text[:at], text[at:]]) == text


@given(st.lists(st.sampled_from([*BENT.values(), " ", "x", "[[", "PERS", "ON_1", "1", "]]", "\\"])))
def test_any_cuts_give_the_same_answer_and_little_is_held(pieces: list[str]) -> None:
    text = "".join(pieces)
    restorer = Restorer({}, GRAMMAR)
    fed = out = 0
    for piece in pieces:
        fed += len(piece)
        out += len(restorer.feed(piece))
        assert 0 <= fed - out <= LONGEST

    assert restored(pieces) == restored([text]) == restored(list(text))


def test_a_long_hostile_stream_is_fed_in_time() -> None:
    for char in ("[", "\\", "P", "&", "1"):
        assert restored([char] * 20_000) == char * 20_000
