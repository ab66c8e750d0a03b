"""A placeholder is known in each form models bend it into, and nothing else is taken for one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.redact.placeholders import LONGEST, Grammar, Token, write

ENTITIES = frozenset({"PERSON", "EMAIL_ADDRESS", "EDM_PERSON", "FR_NIR", "A_1", "A", "LITERAL"})
GRAMMAR = Grammar(ENTITIES)
LONGEST_NAME = "_".join(["A"] * 24)
"""As many underscores as 47 characters can hold; a name has at most 48."""


def found(text: str) -> list[tuple[str, Token]]:
    return [(text[start:end], token) for start, end, token in GRAMMAR.find(text)]


@pytest.mark.parametrize("entity", sorted(ENTITIES))
def test_what_is_written_is_found(entity: str) -> None:
    assert write("PERSON", 1) == "[[PERSON_1]]"
    assert found(write(entity, 123456789)) == [(write(entity, 123456789), (entity, 123456789))]


@pytest.mark.parametrize(
    "written",
    [
        "[[EMAIL_ADDRESS_1]]",
        "[[email_address_1]]",
        "[[Email_Address_1]]",
        "[[eMAIL_aDDRESS_1]]",
        r"[[EMAIL\_ADDRESS\_1]]",
        r"\[\[EMAIL\_ADDRESS\_1\]\]",
        r"\[\[EMAIL_ADDRESS_1\]\]",
        r"\\[\\[EMAIL\\_ADDRESS\\_1\\]\\]",
        "&#91;&#91;EMAIL_ADDRESS_1&#93;&#93;",
        "&#x5B;&#x5B;EMAIL_ADDRESS_1&#x5D;&#x5D;",
        "&#x5b;&#x5b;email_address_1&#x5d;&#x5d;",
        "&lsqb;&lsqb;EMAIL_ADDRESS_1&rsqb;&rsqb;",
        "&lbrack;&lbrack;EMAIL_ADDRESS_1&rbrack;&rbrack;",
        "&#091;&#0091;EMAIL_ADDRESS_1&#093;&#0093;",
        "%5B%5BEMAIL_ADDRESS_1%5D%5D",
        "%5b%5bEMAIL%5FADDRESS%5f1%5d%5d",
        r"\u005b\u005bEMAIL_ADDRESS_1\u005d\u005d",
        "[[EMAIL ADDRESS 1]]",
        "[[Email address 1]]",
        "[[EMAIL\u00a0ADDRESS_1]]",
        "[[EMAIL-ADDRESS-1]]",
        "[[ EMAIL_ADDRESS_1 ]]",
        "EMAIL_ADDRESS_1",
        r"EMAIL\_ADDRESS\_1",
    ],
)
def test_each_bent_form_is_found_whole(written: str) -> None:
    assert found(f"Pour {written}, merci") == [(written, ("EMAIL_ADDRESS", 1))]


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        pytest.param("[[PERSON_1]]'s and PERSON_1's", [1, 1], id="possessive"),
        pytest.param("**[[PERSON_1]]** **PERSON_1** *PERSON_1*", [1, 1, 1], id="bold and italic"),
        pytest.param("`[[PERSON_1]]` `PERSON_1`", [1, 1], id="inline code"),
        pytest.param("```\nname = PERSON_1\n[[PERSON_2]]\n```", [1, 2], id="a code block"),
        pytest.param("[[PERSON_1]][[PERSON_1]] [[PERSON_1]][[PERSON_2]]", [1, 1, 1, 2], id="in a row"),
        pytest.param("PERSON_1 PERSON_11 PERSON_111", [1, 11, 111], id="1 beside 11"),
        pytest.param("[[PERSON_1]]PERSON_2", [1, 2], id="no space between"),
        pytest.param("[[[PERSON_1]]] [[[[PERSON_2]]]] {{PERSON_3}} <PERSON_4> (PERSON_5)", [1, 2, 3, 4, 5], id="more"),
        pytest.param("[[PERSON_1] [PERSON_2]] [PERSON_3] [[PERSON_4", [1, 2, 3, 4], id="fewer brackets"),
        pytest.param("[PERSON_1](mailto:PERSON_2)", [1, 2], id="a link"),
        pytest.param(
            "l'PERSON_1. PERSON_2, PERSON_3; «PERSON_4» PERSON_5-x PERSON_6/7", [1, 2, 3, 4, 5, 6], id="signs"
        ),
        pytest.param(r'"a\nPERSON_1\n\tPERSON_2\""', [1, 2], id="after JSON escapes"),
        pytest.param("[[[[PERSON_1", [1], id="open for ever"),
        pytest.param("[[PERSON_1]] [[PERSON_1 ]]", [1, 1], id="a space before the end"),
    ],
)
def test_what_stands_around_does_not_matter(text: str, tokens: list[int]) -> None:
    assert [token for _, token in found(text)] == [("PERSON", number) for number in tokens]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("person 1, Person 1, PERSON 1, person_1, Person_1", id="plain words"),
        pytest.param("MY_PERSON_1 XPERSON_1 9PERSON_1", id="the end of a longer word"),
        pytest.param(r"MY\_PERSON_1 MY\_PERSON\_1", id="the end of a longer word in Markdown"),
        pytest.param("PERSON_1_NAME PERSON_1a PERSON_1_ PERSON_1A", id="the beginning of a longer word"),
        pytest.param(r"PERSON_1\_NAME PERSON\_1\_NAME PERSON_1\\_X", id="the same in Markdown"),
        pytest.param("PERSON_0 PERSON_01 [[PERSON_01]] [[PERSON_0]]", id="numbers we never give"),
        pytest.param("PERSON_1234567890 [[PERSON_1234567890]]", id="a number too long"),
        pytest.param("PERSON_ PERSON [[PERSON]] [[PERSON_]] PERSON_x [[PERSON_1x]]", id="no number"),
        pytest.param("[[ -f x ]] && arr[[1]] [[1]] x[[2]]", id="code"),
        pytest.param("[[Page 1]] [[UNKNOWN_1]] [[PERSONNE_1]]", id="other names"),
        pytest.param("[ [PERSON 1] ] [person_1] [[person_1", id="brackets that are not whole"),
        pytest.param("[[PERSON__1]] [[PERSON  1]] [[EMAILADDRESS_1]]", id="other signs between"),
        pytest.param("PERSON_\u0661 [[PERSON_\u0661]] PERSON_\u00b9", id="digits of other scripts"),
        pytest.param("", id="nothing"),
    ],
)
def test_what_could_be_something_else_is_nothing(text: str) -> None:
    assert found(text) == []


def test_a_backslash_before_one_bracket_is_the_texts_own() -> None:
    assert found(r"DOMAIN\[[PERSON_1]]\x") == [("[[PERSON_1]]", ("PERSON", 1))]
    assert found(r"\[\[\[PERSON_1\]\]\]") == [(r"\[\[PERSON_1\]\]", ("PERSON", 1))]


def test_names_within_names_are_told_apart() -> None:
    assert [t for _, t in found("[[EDM_PERSON_1]] EDM_PERSON_2 [[A_1_1]] A_1_2 [[A_1]] A_2 [[a 1 3]]")] == [
        ("EDM_PERSON", 1),
        ("EDM_PERSON", 2),
        ("A_1", 1),
        ("A_1", 2),
        ("A", 1),
        ("A", 2),
        ("A_1", 3),
    ]


def test_a_grammar_of_nothing_finds_nothing() -> None:
    nothing = Grammar(frozenset())

    assert nothing.find("[[PERSON_1]]") == []
    assert nothing.held("[[PERSON_", 0) == 9


@pytest.mark.parametrize(
    "bent",
    [
        write(LONGEST_NAME, 999_999_999),
        f"&lbrack;&#x005B; {LONGEST_NAME}_999999999 &rbrack;&#x005D;".replace("_", "%5F"),
        rf"\\[\\[ {LONGEST_NAME}_999999999 \\]\\]".replace("_", r"\\_"),
        f"{LONGEST_NAME}_999999999".replace("_", r"\\_"),
    ],
)
def test_the_longest_name_in_any_form_is_no_longer_than_what_is_held(bent: str) -> None:
    grammar = Grammar(frozenset({LONGEST_NAME}))

    assert len(bent) + 1 < LONGEST
    assert [end - start for start, end, _ in grammar.find(bent)] == [len(bent)]
    for size in range(1, len(bent)):
        assert grammar.held(f"x {bent[:size]}", 0) <= 2 + (bent[0] == "\\") or size == 1


@pytest.mark.parametrize(
    ("text", "held"),
    [
        pytest.param("Bonjour", 0, id="nothing"),
        pytest.param("Bonjour P", 1, id="a first letter"),
        pytest.param("Bonjour PERSON_", 7, id="a name"),
        pytest.param("Bonjour PERSON_1", 8, id="a number that may go on"),
        pytest.param("Bonjour PERSON_1\\", 9, id="a word that may go on"),
        pytest.param("Bonjour PERSON_1 ", 0, id="a number that is over"),
        pytest.param("Bonjour [[PERSON_1", 10, id="brackets that may close"),
        pytest.param("Bonjour [[PERSON_1]", 11, id="one bracket more"),
        pytest.param("Bonjour [[PERSON_1]]", 0, id="a whole placeholder"),
        pytest.param("Bonjour [[pers", 6, id="small letters in brackets"),
        pytest.param("Bonjour pers", 0, id="small letters alone"),
        pytest.param("XPERSON_", 0, id="in a longer word"),
        pytest.param("a [", 1, id="a bracket"),
        pytest.param("a &#x5", 4, id="a bracket in HTML"),
        pytest.param("a [[Z", 0, id="brackets around something else"),
    ],
)
def test_only_what_may_become_a_placeholder_is_held(text: str, held: int) -> None:
    assert len(text) - GRAMMAR.held(text, 0) == held


PIECES = st.sampled_from(
    [*"[]\\&%_ 1P0", "[[", "]]", "PERSON", "person", "PERSON_1", "[[PERSON_", "&#91;", "%5B", "\\_", "FR", "NIR", "x"]
)


@given(st.lists(PIECES, max_size=12).map("".join) | st.text())
def test_places_are_in_order_and_apart_and_inside_the_text(text: str) -> None:
    last = 0
    for start, end, (entity, number) in GRAMMAR.find(text):
        assert last <= start < end <= len(text)
        assert entity in ENTITIES
        assert 1 <= number <= 999_999_999
        last = end


@given(st.lists(PIECES, max_size=12).map("".join), st.lists(PIECES, max_size=6).map("".join))
def test_what_is_not_held_is_certain(text: str, more: str) -> None:
    held = GRAMMAR.held(text, 0)

    before = [place for place in GRAMMAR.find(text) if place[1] <= held]
    assert [place for place in GRAMMAR.find(text + more) if place[0] < held] == before
