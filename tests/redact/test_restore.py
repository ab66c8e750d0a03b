"""The person's own values come back, at any cut, and nobody else's."""

import itertools
import json
from collections.abc import Iterable, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.redact.placeholders import LONGEST, Grammar, Token
from guard.redact.restore import Restorer

ZOE = 'Zoé "la Fouine" O\\Hara\n😀'
VALUES: Mapping[Token, str] = {
    ("PERSON", 1): ZOE,
    ("PERSON", 11): "Bob",
    ("EMAIL_ADDRESS", 1): "zoe@example.com",
    ("LITERAL", 1): "[[PERSON_1]]",
}
GRAMMAR = Grammar(frozenset({"PERSON", "EMAIL_ADDRESS", "FR_NIR", "LITERAL"}))


def restored(pieces: Iterable[str], values: Mapping[Token, str] = VALUES) -> str:
    restorer = Restorer(values, GRAMMAR)
    return "".join(map(restorer.feed, pieces)) + restorer.flush()


BENT = {
    "as sent": ("[[PERSON_1]]", ZOE),
    "lower case": ("[[person_1]]", ZOE),
    "title case": ("[[Person_1]]", ZOE),
    "title case of two words": ("[[Email_Address_1]]", "zoe@example.com"),
    "Markdown underscores": (r"[[EMAIL\_ADDRESS\_1]]", "zoe@example.com"),
    "Markdown brackets": (r"\[\[PERSON\_1\]\]", ZOE),
    "HTML, decimal": ("&#91;&#91;PERSON_1&#93;&#93;", ZOE),
    "HTML, hexadecimal": ("&#x5B;&#x5B;PERSON_1&#x5D;&#x5D;", ZOE),
    "HTML, by name": ("&lsqb;&lsqb;PERSON_1&rsqb;&rsqb;", ZOE),
    "URL": ("%5B%5BPERSON_1%5D%5D", ZOE),
    "spaces": ("[[EMAIL ADDRESS 1]]", "zoe@example.com"),
    "no brackets": ("PERSON_1", ZOE),
    "no brackets, two words": ("EMAIL_ADDRESS_1", "zoe@example.com"),
    "possessive": ("[[PERSON_1]]'s", f"{ZOE}'s"),
    "possessive, no brackets": ("PERSON_1's", f"{ZOE}'s"),
    "bold": ("**[[PERSON_1]]**", f"**{ZOE}**"),
    "inline code": ("`[[PERSON_1]]`", f"`{ZOE}`"),
    "a code block": ("```py\nname = [[PERSON_1]]\n```", f"```py\nname = {ZOE}\n```"),
    "twice in a row": ("[[PERSON_1]][[PERSON_1]]", ZOE + ZOE),
    "1 beside 11": ("[[PERSON_1]] [[PERSON_11]] PERSON_11 PERSON_1", f"{ZOE} Bob Bob {ZOE}"),
}


@pytest.mark.parametrize(("bent", "value"), BENT.values(), ids=BENT.keys())
@pytest.mark.parametrize(("before", "after"), [("", ""), ("Pour ", ", merci."), ("\n", "\n"), ("(", ")")])
def test_each_bent_form_is_restored_at_every_cut(bent: str, value: str, before: str, after: str) -> None:
    text = before + bent + after
    expected = before + value + after

    assert restored([text]) == expected
    assert restored(text) == expected
    for cut in range(len(text)):
        assert restored([text[:cut], text[cut:]]) == expected


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("[[PERSON_2]] PERSON_12 [[PERSON_111]] [[person_110]]", id="numbers nobody has"),
        pytest.param("[[FR_NIR_1]] FR_NIR_1", id="an entity nobody has"),
        pytest.param("[[PERSON_01]] PERSON_011", id="leading zeros"),
        pytest.param("MY_PERSON_1 PERSON_1_NAME PERSON_1x XPERSON_11", id="longer words"),
        pytest.param(r"PERSON\_1\_NAME MY\_PERSON\_1", id="longer words in Markdown"),
        pytest.param("person 1 and Person 1, the person_1", id="plain words"),
        pytest.param("if [[ -f x ]]; then echo ${arr[[1]]}; fi", id="code"),
        pytest.param("[[PERSON_1234567890]] PERSON_1111111111", id="long numbers"),
    ],
)
def test_nobody_becomes_someone_else(text: str) -> None:
    assert restored([text]) == text
    assert restored(text) == text


def test_a_number_is_not_taken_for_a_shorter_one_whatever_the_cut() -> None:
    assert restored(["[[PERSON_1", "1]]"]) == "Bob"
    assert restored(["PERSON_1", "1"]) == "Bob"
    assert restored(["PERSON_1", "2"]) == "PERSON_12"
    assert restored(["PERSON_1", "_NAME"]) == "PERSON_1_NAME"
    assert restored(["PERSON_1", "\\", "_NAME"]) == "PERSON_1\\_NAME"
    assert restored(["MY_", "PERSON_1"]) == "MY_PERSON_1"
    assert restored(["a", "PERSON_1"]) == "aPERSON_1"


def test_a_restored_value_is_not_read_again() -> None:
    assert restored(["[[LITERAL_1]]"]) == "[[PERSON_1]]"
    assert restored("[[LITERAL_1]][[PERSON_11]]") == "[[PERSON_1]]Bob"
    values = {("PERSON", 1): "PERSON_", ("PERSON", 2): "[["}
    assert restored("[[PERSON_1]]1 [[PERSON_2]]PERSON_3]]", values) == "PERSON_1 [[PERSON_3]]"


@pytest.mark.parametrize("cut", range(40))
def test_in_json_a_value_is_escaped(cut: int) -> None:
    text = '{"to": "[[PERSON_1]]", "n": "x\\nPERSON_1\\n", "b": "\\\\[\\\\[PERSON\\\\_11\\\\]\\\\]"}'
    restorer = Restorer(VALUES, GRAMMAR, "json")

    out = restorer.feed(text[: cut * 2]) + restorer.feed(text[cut * 2 :]) + restorer.flush()

    assert json.loads(out) == {"to": ZOE, "n": f"x\n{ZOE}\n", "b": "Bob"}


WORDS = [*"[]\\&%_ 1P0\n", "[[", "]]", "PERSON", "person", "PERSON_1", "[[PERSON_", "1]]", "&#91;", "%5B", "\\_", "x"]
TEXTS = st.lists(st.sampled_from(WORDS), max_size=14).map("".join) | st.text(st.characters())


@given(TEXTS, st.lists(st.integers(0, 80), max_size=6))
def test_every_cut_gives_the_same_text(text: str, cuts: list[int]) -> None:
    places = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    pieces = [text[a:b] for a, b in itertools.pairwise(places)]

    assert restored(pieces) == restored([text]) == restored(text)


@given(TEXTS)
def test_only_known_placeholders_change(text: str) -> None:
    nobody = {("PERSON", 777): "Jean"}
    expected = text if "777" not in text else restored([text], nobody)

    assert restored(text, nobody) == expected


@given(TEXTS, st.integers(1, 5))
def test_no_more_than_one_placeholder_is_held(text: str, size: int) -> None:
    same = {("PERSON", number): f"[[PERSON_{number}]]" for number in ()}
    restorer = Restorer(same, GRAMMAR)
    fed = out = 0
    for at in range(0, len(text), size):
        fed += len(text[at : at + size])
        out += len(restorer.feed(text[at : at + size]))
        assert 0 <= fed - out <= LONGEST
    assert out + len(restorer.flush()) == len(text)


def test_plain_text_is_never_held() -> None:
    restorer = Restorer(VALUES, GRAMMAR)

    for word in ("Bonjour ", "madame, ", "voici ", "[1] ", "et ", "x[[0]] ", "fin."):
        assert restorer.feed(word) == word


@pytest.mark.parametrize(
    "unit", ["[", "\\", "&", "%5B", "PERSON_", "[[PERSON_", "1", "PERSON_1", "&#0", "[[EMAIL ADDRESS ", "\\\\["]
)
def test_a_hostile_text_is_read_once_in_small_pieces(unit: str) -> None:
    text = unit * (20_000 // len(unit))
    seen = Counting(GRAMMAR)
    restorer = Restorer({("PERSON", 7): "x"}, seen)

    assert "".join(map(restorer.feed, text)) + restorer.flush() == text
    assert seen.characters < len(text) * (LONGEST + 4) * 2


class Counting(Grammar):
    """The grammar, counting the characters it is shown."""

    def __init__(self, grammar: Grammar) -> None:
        super().__init__(grammar.entities)
        self.characters = 0

    def find(self, text: str, at: int = 0) -> list[tuple[int, int, Token]]:
        self.characters += len(text) - at
        return super().find(text, at)

    def held(self, text: str, at: int) -> int:
        self.characters += len(text) - at
        return super().held(text, at)


def test_no_repr_shows_a_value() -> None:
    restorer = Restorer(VALUES, GRAMMAR)
    restorer.feed("Dupont PERSON")

    assert "Dupont" not in repr(restorer)
    assert "Zoé" not in repr(restorer)


INVENTED: Mapping[Token, str] = {
    ("PERSON", 1): "Zoé",
    ("EMAIL_ADDRESS", 1): "zoe@wine.fr",
    ("PHONE_NUMBER", 1): "06 12 34 56 78",
    ("IBAN_CODE", 1): "FR76",
    ("IP_ADDRESS", 1): "10.0.0.1",
    ("LOCATION", 1): "Lyon",
}
INVENTING = Grammar(frozenset({"PERSON", "EMAIL_ADDRESS", "LITERAL"}), frozenset(entity for entity, _ in INVENTED))
SAID = [
    *("Tvagerex", "tzagerex@example.com", "Tjagerexville", "+33 6 39 98 79 19", "0639987919", "06.39.98.79.19"),
    *(
        "ZZ63 0000 0000 0982 4516 53",
        "198.18.199.127",
        "[[PERSON_1]]",
        "Tvag",
        "erex",
        "tzagerex@",
        "example.com",
        "+33 6",
    ),
    *(" ", ".", "-", "@", "\\n", "1", "a", "é", "_", "'", "Kvamofis", "Dva\u017fatol", "203.0.113.1"),
]


LETTER = "10 rue du Puits\n69001 Lyon"
KEY = "-----BEGIN KEY-----\\nMII\\n-----END KEY-----"
WRITTEN: Mapping[Token, str] = {("PERSON", 1): ZOE, ("PERSON", 2): LETTER, ("PERSON", 3): KEY}


@pytest.mark.parametrize("depth", [0, 1, 2, 3])
@pytest.mark.parametrize("step", [1, 2, 7, 1000])
def test_a_document_that_a_tool_is_to_write_is_one_still(depth: int, step: int) -> None:
    """An argument of a tool holds JSON, in which a string holds JSON, and so on; quoted words in others are words."""
    document = {
        "who": "[[PERSON_1]]",
        "say": 'to "[[PERSON_1]]": \\',
        "where": ["[[PERSON_2]]", {"n": 1}],
        "b": "PERSON_1",
    }
    text = json.dumps(document)
    for level in range(depth):
        text = json.dumps({"path": 'a "b" \\', "content": text, "then": "[[PERSON_1]]", "level": level})
    restorer = Restorer(WRITTEN, GRAMMAR, "json")
    out = "".join(restorer.feed(text[at : at + step]) for at in range(0, len(text), step)) + restorer.flush()
    for _ in range(depth):
        whole = json.loads(out)
        assert (whole["path"], whole["then"]) == ('a "b" \\', ZOE)
        out = whole["content"]

    assert json.loads(out) == {"who": ZOE, "say": f'to "{ZOE}": \\', "where": [LETTER, {"n": 1}], "b": ZOE}


def test_what_was_found_escaped_in_a_document_comes_back_into_one_as_it_stood() -> None:
    """A key file in JSON: the person's text has a backslash and an n, and so has the file that is written."""
    sent = json.dumps({"content": '{"key": "[[PERSON_3]]", "name": "[[PERSON_1]]"}'})
    restorer = Restorer(WRITTEN, GRAMMAR, "json")
    content = json.loads(restorer.feed(sent) + restorer.flush())["content"]

    assert json.loads(content) == {"key": KEY.replace("\\n", "\n"), "name": ZOE}


@given(st.lists(st.sampled_from(SAID), max_size=10).map("".join), st.lists(st.integers(0, 120), max_size=6))
def test_surrogates_come_back_alike_at_every_cut(text: str, cuts: list[int]) -> None:
    def back(pieces: Iterable[str]) -> str:
        restorer = Restorer(INVENTED, INVENTING)
        return "".join(map(restorer.feed, pieces)) + restorer.flush()

    places = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]

    assert back([text[a:b] for a, b in itertools.pairwise(places)]) == back([text]) == back(text)
