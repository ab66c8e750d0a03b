"""The form of placeholders, bent or not."""

import pytest

from guard.redact.placeholders import LONGEST, Grammar, write

GRAMMAR = Grammar(frozenset({"PERSON", "EMAIL_ADDRESS", "IBAN_CODE"}))


@pytest.mark.parametrize(
    ("text", "token"),
    [
        pytest.param("[[PERSON_1]]", ("PERSON", 1), id="as written"),
        pytest.param("[[person_1]]", ("PERSON", 1), id="lower case"),
        pytest.param("[[Email_Address_2]]", ("EMAIL_ADDRESS", 2), id="title case"),
        pytest.param(r"[[EMAIL\_ADDRESS\_2]]", ("EMAIL_ADDRESS", 2), id="underscores escaped for Markdown"),
        pytest.param(r"\[\[PERSON\_1\]\]", ("PERSON", 1), id="brackets escaped for Markdown"),
        pytest.param("&#91;&#91;PERSON_1&#93;&#93;", ("PERSON", 1), id="escaped for HTML, decimal"),
        pytest.param("&#x5B;&#x5b;PERSON_1&#x5D;&#x5d;", ("PERSON", 1), id="escaped for HTML, hexadecimal"),
        pytest.param("&lsqb;&lsqb;PERSON_1&rsqb;&rsqb;", ("PERSON", 1), id="escaped for HTML, by name"),
        pytest.param("%5B%5BPERSON_1%5D%5D", ("PERSON", 1), id="escaped for a URL"),
        pytest.param(r"\u005b\u005bPERSON_1\u005d\u005d", ("PERSON", 1), id="escaped for JSON"),
        pytest.param("[[EMAIL ADDRESS 2]]", ("EMAIL_ADDRESS", 2), id="spaces for underscores"),
        pytest.param("[[ PERSON_1 ]]", ("PERSON", 1), id="a space inside"),
        pytest.param("PERSON_1", ("PERSON", 1), id="brackets dropped"),
        pytest.param(r"EMAIL\_ADDRESS\_2", ("EMAIL_ADDRESS", 2), id="brackets dropped, underscores escaped"),
        pytest.param("[[PERSON_11]]", ("PERSON", 11), id="two digits"),
    ],
)
def test_a_bent_placeholder_is_read_whole(text: str, token: tuple[str, int]) -> None:
    assert GRAMMAR.find(text) == [(0, len(text), token)]
    assert [found for *_, found in GRAMMAR.find(f"« {text}, d'{text}'s **{text}** `{text}`")] == [token] * 4


@pytest.mark.parametrize(
    "text",
    [
        "person 1 said",
        "Person 1",
        "person_1",
        "[person_1]",
        "MY_PERSON_1",
        "PERSON_1_NAME",
        "PERSON_1a",
        "XPERSON_1",
        "[[PERSON]]",
        "[[PERSON_]]",
        "[[NOBODY_1]]",
        "[[ -f x ]]",
        "arr[[1]]",
        "PERSON",
    ],
)
def test_what_could_mean_something_else_is_not_one(text: str) -> None:
    assert GRAMMAR.find(text) == []


def test_letters_of_json_escapes_are_no_part_of_a_word() -> None:
    assert [token for *_, token in GRAMMAR.find(r'"Bonjour\nPERSON_1"')] == [("PERSON", 1)]


@pytest.mark.parametrize("text", ["[[", "a [[PER", "a PERSON", "a PERSON_1", "&#9", "%5", "[[PERSON_1]", "\\"])
def test_what_may_become_one_is_held_and_no_more(text: str) -> None:
    held = GRAMMAR.held(text, 0)

    assert held < len(text)
    assert text[:held] in ("", "a ")


@pytest.mark.parametrize("text", ["a", "[[PERSON_1]]", "a [x", "PERSON_1 ", "100 % x", "a & b"])
def test_what_is_certain_is_not_held(text: str) -> None:
    assert GRAMMAR.held(text, 0) == len(text)


def test_what_is_held_is_never_longer_than_the_longest_form() -> None:
    longest = "&#x005B;" * 2 + " EMAIL%5FADDRESS%5F123456789 " + "&#x005D;" * 2

    assert len(longest) <= LONGEST
    assert len("[" * 5000) - GRAMMAR.held("[" * 5000, 0) <= 2


def test_a_placeholder_is_written_as_it_is_read() -> None:
    assert GRAMMAR.find(write("IBAN_CODE", 7)) == [(0, 15, ("IBAN_CODE", 7))]


def test_no_entity_means_no_placeholder() -> None:
    nothing = Grammar(frozenset())

    assert nothing.find("[[PERSON_1]]") == []
    assert nothing.held("[[PERSON_", 0) == 9
