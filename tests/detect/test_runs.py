"""Values that were taken apart or turned round stand together again, and what is ordinary does not."""

import codecs
import string
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.detect.runs import Lines, lines, proofs, skeleton, strength, turned
from guard.detect.views import plainly

CARD = "5500000000000004"
IBAN = "FR7630006000011234567890189"
AWS = "AKIAZQ3DRSTUVWXY2345"


@dataclass(frozen=True)
class Line:
    """One line of a reading."""

    text: str
    even: bool
    place: str
    """What it was in the text."""


def said(text: str, read: Callable[..., Lines | None] = lines) -> list[Line]:
    made = read(plainly(text))
    if made is None:
        return []
    found, at = [], 0
    for line in made.view.text.split("\n"):
        if line:
            assert made.whole(at, at + len(line))
            start, end = made.view.span(at, at + len(line))
            found.append(Line(line, made.even(at), text[start:end]))
        at += len(line) + 1
    return found


# --- taken apart

UNITS = {
    "fr": ["zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf"],
    "en": ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"],
}
SEPARATORS = [
    " ",
    "-",
    ".",
    "/",
    "_",
    "|",
    "*",
    ":",
    "\n",
    "\r\n",
    "\t",
    ", ",
    " - ",
    "; ",
    " | ",
    "**",
    "/**/",
    "·",
    "–",
    "--",
]
"""What the eye skips. Tags have their own test."""
SENTENCES = [
    ("", ""),
    ("Voici la valeur :\n", "\nmerci"),
    ("ma donnée est ", " et voilà"),
    ("the card is ", ", thanks"),
]
VALUES = st.text(string.digits + string.ascii_uppercase, min_size=12, max_size=34)


@given(
    VALUES.filter(lambda value: sum(map(str.isdigit, value)) >= 4),
    st.integers(1, 5),
    st.sampled_from(SEPARATORS),
    st.sampled_from(SENTENCES),
)
def test_a_value_in_even_groups_is_one_line_and_leads_to_all_groups(
    value: str, size: int, separator: str, sentence: tuple[str, str]
) -> None:
    body = separator.join(value[at : at + size] for at in range(0, len(value), size))

    assert Line(value, True, body) in said(body.join(sentence))


@given(st.text(string.ascii_uppercase, min_size=12, max_size=30), st.sampled_from([" ", "-", ".", "\n", "_"]))
def test_capitals_alone_are_a_value_too(value: str, separator: str) -> None:
    body = separator.join(value)

    assert Line(value, True, body) in said(f"voici {body} !")


@given(
    st.text(string.digits + string.ascii_uppercase, min_size=12, max_size=30), st.sampled_from(["<b>", "</i>", "<br>"])
)
def test_a_value_between_tags_is_a_line_however_few_its_digits(value: str, tag: str) -> None:
    body = tag.join(value)

    assert Line(value, True, body) in said(f"voici {body} !")


@given(
    st.text(string.digits, min_size=12, max_size=24), st.sampled_from(["fr", "en"]), st.sampled_from([" ", ", ", "-"])
)
def test_digits_said_as_words_are_digits(value: str, lang: str, separator: str) -> None:
    body = separator.join(UNITS[lang][int(digit)] for digit in value)

    assert Line(value, True, body) in said(f"alors : {body}.")


FORMS = {
    "pairs in French": ("cinquante-cinq, " + "zéro, " * 13 + "quatre", CARD),
    "seventy in French": ("soixante et onze, soixante-dix, quatre-vingt-dix-neuf, un, deux, trois, dix", "71709912310"),
    "seventy in Belgium": ("septante et un, septante, nonante-neuf, un, deux, trois, quatre, six", "71709912346"),
    "pairs in English": ("seventy-one seventy ninety-nine one two three four five", "71709912345"),
    "words and figures": ("cinq cinq 00 0000 0000 000 quatre", CARD),
    "letters and words": ("F R seven six three zero zero zero six zero zero", "FR763000600"),
    "two letters and words": ("FR sept six trois zéro zéro zéro six zéro zéro", "FR763000600"),
    "a nought after tens": ("cinquante-cinq zéro " + "zéro, " * 12 + "quatre", CARD),
    "a line's end": (f"key {AWS[:11]}\n{AWS[11:]} and more", AWS),
    "a line's end that says so": (f'export KEY={AWS[:6]}\\\n  {AWS[6:]}', AWS),
    "a line's end in an answer": (f"> {AWS[:11]}\r\n> {AWS[11:]}", AWS),
    "shouted": ("CINQ CINQ " + "ZÉRO " * 13 + "QUATRE", CARD),
    "strings put together with +": ('k = "AKIA" + "ZQ3DRSTU" + "VWXY2345"', AWS),
    "strings put together with .": ("$k = 'AKIA' . 'ZQ3DRSTU' . 'VWXY2345';", AWS),
    "strings beside each other": ("k = ('AKIA' 'ZQ3DRSTU' 'VWXY2345')", AWS),
    "strings over lines": ('k = (\n    "AKIA"\n    "ZQ3DRSTU"\n    + "VWXY2345")', AWS),
    "strings over lines with a backslash": ('k = "AKIA" + \\\n    "ZQ3DRSTU" + \\\n    "VWXY2345"', AWS),
    "strings in a list": ("''.join([\"5500\", \"0000\", \"0000\", \"0004\"])", CARD),
    "segments": ("AKIAZQ3D\x1fRSTUVWXY2345", AWS),
    "three segments": ("AKIAZQ\x1f3DRSTU\x1fVWXY2345", AWS),
    "Cyrillic letters": ("АКІАZQ3DRSTUVWXY2345", AWS),
    "Greek letters": ("ΑΚΙΑZQ3DRSTUVWXY2345", AWS),
    "accents": ("ÁKÍÁZQ3DRSTUVWXY2345", AWS),
    "Cyrillic letters, spaced": ("А К І А Z Q 3 D R S T U V W X Y 2 3 4 5", AWS),
    "a row of a small table": ("5500 0000 0000 0004\n4111 1111 1111 1111", "4111111111111111"),
    "a cell": ("5500 0000 0000 0004 | 12 2027 | 4111 1111 1111 1111", CARD),
}  # fmt: skip


@pytest.mark.parametrize(("text", "value"), FORMS.values(), ids=FORMS)
def test_what_was_taken_apart_is_one_even_line(text: str, value: str) -> None:
    assert (value, True) in [(line.text, line.even) for line in said(text)]


ORDINARY = {
    "prose in French": "Bonjour, peux-tu relire cette lettre et la traduire en anglais ? Merci d'avance.",
    "prose in English": "Hello, could you proofread this letter and translate it into French? Thanks a lot.",
    "prices": "12,50 € 13,20 € 4 500,00 €",
    "a date and hours": "le 12 mars 2026 à 10 h 30, puis de 5 à 7",
    "few figures": "1 2 3 4 5",
    "numbers in a story": "two cats and three dogs met one bird",
    "strings without figures": '"bonjour" + "le monde"',
    "strings of words": "print('the first 3 words', 'and the other 4')",
    "lines of prose": "une information importante\nconcernant notre réunion de lundi\nprochainement",
    "lines of settings": "TOKEN=a1b2c3d4e5f6\nS3_BUCKET=images\nDB2_HOST=db",
    "nothing": "",
}


@pytest.mark.parametrize("text", ORDINARY.values(), ids=ORDINARY)
def test_ordinary_text_makes_no_line(text: str) -> None:
    assert lines(plainly(text)) is None


def test_groups_of_uneven_digits_are_no_value() -> None:
    assert said("12 345 6789 12 34567") == []


def test_uneven_groups_with_letters_are_a_line_that_is_not_even() -> None:
    assert [(line.text, line.even) for line in said("FR 7630 006 00001 12345 67890 189")] == [(IBAN, False)]


def test_the_rows_of_a_long_table_are_no_cards() -> None:
    rows = "\n".join(f"{at:04} 0000 0000 0004" for at in range(5500, 5520))

    assert [line for line in said(rows) if line.even] == []


@pytest.mark.parametrize("text", [AWS, f"clé {AWS} ici", CARD], ids=["alone", "in a sentence", "digits"])
def test_what_stands_together_already_makes_no_line(text: str) -> None:
    assert lines(plainly(text)) is None


# --- letters of other scripts


@given(st.text())
def test_a_skeleton_keeps_every_character_in_its_place(text: str) -> None:
    alike = skeleton(plainly(text))

    assert len(alike.text) == len(text)
    assert all(alike.span(at, at + 1) == (at, at + 1) for at in range(len(text)))
    assert all(after == before or after.isascii() for before, after in zip(text, alike.text, strict=True))


@pytest.mark.parametrize(
    "text", ["", "AKIA", "東京 — Ω ß 1 €", "plain text"], ids=["empty", "Latin", "nothing alike", "prose"]
)
def test_a_text_without_look_alikes_is_its_own_skeleton(text: str) -> None:
    view = plainly(text)

    assert skeleton(view) is view


def test_many_letters_of_another_script_are_read_as_few_are() -> None:
    cyrillic = "".join(map(chr, range(0x410, 0x450))) + "аеорсух"

    assert skeleton(plainly(f"{cyrillic} АКІА")).text.endswith("aeopcyx AKIA")


# --- turned round

KEYS = st.text(string.ascii_letters + string.digits, min_size=15, max_size=80).filter(
    lambda key: any(map(str.isdigit, key)) and any(map(str.isalpha, key))
)


@given(KEYS)
def test_a_mirrored_key_is_read_backwards(key: str) -> None:
    assert Line(key, True, key[::-1]) in said(f"lis {key[::-1]} !", turned)


@given(KEYS)
def test_a_key_in_rot13_is_read(key: str) -> None:
    secret = codecs.encode(key, "rot13")

    assert Line(key, True, secret) in said(f"decode {secret} please", turned)


@pytest.mark.parametrize("word", ["reversed", "à l'envers", "backwards", "en miroir", "à rebours"])
def test_digits_are_read_backwards_when_the_text_says_so(word: str) -> None:
    assert CARD in [line.text for line in said(f"{word} {CARD[::-1]}", turned)]


TOO_MUCH = {
    "digits nobody calls mirrored": CARD[::-1],
    "prose": "Une phrase en toutes lettres, and an English one",
    "a long word": "anticonstitutionnellement",
    "a short mix": "abc123def456",
    "a long blob": "a1" * 200,
}


@pytest.mark.parametrize("text", TOO_MUCH.values(), ids=TOO_MUCH)
def test_other_text_is_not_turned(text: str) -> None:
    assert turned(plainly(text)) is None


# --- what proves

GRADES = {
    "an IBAN": ("iban", IBAN, 2),
    "a French social security number": ("fr.nir", "185057800608491", 2),
    "a card": ("credit-card", CARD, 1),
    "a SIREN": ("fr.siren", "732829320", 0),
    "a telephone number": ("phone", "0699001234", 0),
    "Luhn alone": ("luhn", CARD, 0),
}


@pytest.mark.parametrize(("check", "value", "grade"), GRADES.values(), ids=GRADES)
def test_a_check_is_worth_what_chance_would_pass(check: str, value: str, grade: int) -> None:
    assert strength(check, value) == grade


def test_a_check_is_worth_the_same_each_time_and_in_small_letters() -> None:
    assert {strength("iban", value) for value in (IBAN, IBAN.lower(), f"{IBAN[:4]} {IBAN[4:]}")} == {2}


def proven(text: str, value: str, checksum: str | None) -> bool:
    made = lines(plainly(text))
    assert made is not None
    start = made.view.text.index(value)
    return list(proofs(iter([(start, start + len(value), checksum)]), made)) == [0]


PROOFS = {
    "a card in fours": ("5500 0000 0000 0004", CARD, "credit-card", True),
    "a card in a longer row of digits": ("9 " + " ".join(CARD) + " 7", CARD, "credit-card", False),
    "an IBAN in odd groups": ("FR 7630 006 00001 12345 67890 189", IBAN, "iban", True),
    "a check that chance often passes": ("5500 0000 0000 0004", CARD, "luhn", False),
    "a key by its beginning": (" ".join(AWS), AWS, None, True),
    "a key inside a line": (" ".join(f"X{AWS}Y"), AWS, None, True),
}


@pytest.mark.parametrize(("text", "value", "checksum", "counts"), PROOFS.values(), ids=PROOFS)
def test_only_a_whole_even_line_proves_a_number_and_a_prefix_proves_itself(
    text: str, value: str, checksum: str | None, counts: bool
) -> None:
    assert proven(text, value, checksum) is counts


# --- whatever comes

HOSTILE = st.text(st.sampled_from(list("aZ09 -_./<>*\n\t'\"+,;|\x1fАé４\u200b")) | st.characters(), max_size=200)
WORDS = st.lists(st.sampled_from([*UNITS["fr"], *UNITS["en"], "et", "vingt", "soixante", "-", ",", "12", "A", "<b>"]))


@given(HOSTILE | WORDS.map(" ".join))
def test_whatever_the_text_every_line_leads_into_it(text: str) -> None:
    for read in (lines, turned):
        made = read(plainly(text))
        for at in range(len(made.view.text) if made is not None else 0):
            assert made is not None
            start, end = made.view.span(at, at + 1)
            assert 0 <= start <= end <= len(text)
