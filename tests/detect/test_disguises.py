"""The readings of a text: what each may count for, where it leads, and what is said when there are too many."""

import base64
import codecs
import gzip
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.detect.disguises import CAUSE, Reading, readings
from guard.detect.engine import Analyzer
from guard.rules.schema import DetectRule, RuleSet
from guard.terms import Role, Segment

AWS = "AKIAZQ3DRSTUVWXY2345"
CARD = "5500000000000004"


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def percent(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in text.encode())


def entities(text: str) -> str:
    return "".join(f"&#{ord(char)};" for char in text)


def wide(text: str) -> str:
    return "".join(chr(ord(char) + 0xFEE0) if char.isascii() and char.isalnum() else char for char in text)


def layered(layers: int) -> str:
    text = "clé %34%31"
    for _ in range(layers - 1):
        text = text.replace("%", "%25")
    return text


def bombs(megabytes: int) -> str:
    return base64.b64encode(gzip.compress(bytes([65]) * 10**6 * megabytes, 9)).decode()


def nested(blobs: int) -> str:
    text = f"my key {AWS} of today"
    for _ in range(blobs):
        text = b64(f"{text} and so on")
    return text


def holding(text: str, value: str) -> list[Reading]:
    return [reading for reading in readings(text).each if value in reading.view.text]


def stood(reading: Reading, value: str, text: str) -> str:
    at = reading.view.text.index(value)
    start, end = reading.view.span(at, at + len(value))
    return text[start:end]


# --- what a reading counts for

COUNTING = {
    "a mask": (f"clé {wide(AWS)}", AWS, False, False),
    "a blob": (f"voici {b64('my key ' + AWS)}", AWS, True, False),
    "a mask in a blob": (f"voici {b64('my key ' + percent(AWS))}", AWS, True, False),
    "taken apart": (f"voici {' '.join(AWS)}", AWS, True, True),
    "taken apart under a mask": (f"voici {' '.join(wide(AWS))}", AWS, True, True),
    "taken apart in a blob": (f"voici {b64('my card 5500 0000 0000 0004')}", CARD, True, True),
    "rot13": (f"voici {codecs.encode(AWS, 'rot13')}", AWS, True, True),
    "mirrored": (f"voici {AWS[::-1]}", AWS, True, True),
}


@pytest.mark.parametrize(("text", "value", "proven", "of_lines"), COUNTING.values(), ids=COUNTING)
def test_only_what_honest_text_cannot_say_by_chance_needs_no_proof(
    text: str, value: str, proven: bool, of_lines: bool
) -> None:
    found = holding(text, value)

    assert found
    assert {(reading.proven, reading.lines is not None) for reading in found} == {(proven, of_lines)}
    assert readings(text).complete


def test_halves_of_a_blob_that_code_puts_together_are_one_blob() -> None:
    body = b64(f"my key {AWS} of today")
    text = f'key = "{body[:20]}" + "{body[20:]}"'
    [reading] = holding(text, AWS)

    assert reading.proven
    assert body[:20] in (place := stood(reading, AWS, text))
    assert body[20:] in place


def test_a_reading_of_lines_is_the_view_of_its_lines() -> None:
    [reading] = holding(" ".join(AWS), AWS)

    assert reading.lines is not None
    assert reading.lines.view is reading.view


# --- where it leads

CODES: list[Callable[[str], str]] = [
    lambda text: b64(text).rstrip("="),
    lambda text: base64.urlsafe_b64encode(text.encode()).decode().rstrip("="),
    lambda text: base64.b32encode(text.encode()).decode().rstrip("="),
    lambda text: text.encode().hex(),
    lambda text: base64.b64encode(gzip.compress(text.encode())).decode().rstrip("="),
]
MASKS: list[Callable[[str], str]] = ["\u200b".join, "\u00ad".join, percent, entities, wide]


@given(
    st.lists(st.sampled_from(CODES), max_size=3),
    st.lists(st.sampled_from(MASKS), max_size=2),
    st.sampled_from([("", ""), ("Voici :\n", "\nmerci"), ("voici ", " voilà"), ("here it is: ", ".")]),
)
def test_however_it_is_dressed_a_value_leads_to_all_of_its_disguise(
    codes: list[Callable[[str], str]], masks: list[Callable[[str], str]], sentence: tuple[str, str]
) -> None:
    body = f"my key {AWS} of today" if codes else AWS
    for disguise in [*codes, *masks]:
        body = disguise(body)
    text = body.join(sentence)
    found = [stood(reading, AWS, text) for reading in holding(text, AWS)]

    assert readings(text).complete
    assert any(body in place for place in found) or not (codes or masks)


def test_blobs_in_a_masked_blob_lead_to_the_whole_of_it() -> None:
    body = "\u200b".join(b64(f"clé : {AWS.encode().hex()} voilà"))
    text = f"Que dit {body} ?"

    assert {stood(reading, AWS, text).strip("=\u200b") for reading in holding(text, AWS)} == {body.strip("=\u200b")}


# --- nothing to undo

ORDINARY = {
    "empty": "",
    "French": "Bonjour, peux-tu relire cette lettre, et corriger l’orthographe ? Elle part le 12 mars à 10 h 30.",
    "English": "Hello, could you proofread this letter for me? It's due on 12 March at 10:30.",
    "a table": "nom | âge | ville\nAnne | 41 | Lyon\nPaul | 38 | Nantes",
    "code": "for at in range(10):\n    print(rows[at], end=', ')",
}


@pytest.mark.parametrize("text", ORDINARY.values(), ids=ORDINARY)
def test_ordinary_text_has_one_reading_the_plain_one(text: str) -> None:
    assert (readings(text).each, readings(text).complete) == ((), True)


@given(
    st.lists(
        st.sampled_from([wide(AWS), b64(f"key {AWS}"), " ".join(AWS), AWS, percent(CARD), "\n", " et "]), max_size=8
    )
)
def test_no_text_is_read_twice(parts: list[str]) -> None:
    text = "".join(parts)
    said = [reading.view.text.strip() for reading in readings(text).each]

    assert len(set(said)) == len(said)
    assert text.strip() not in said
    assert all(said)


def test_a_reading_does_not_show_its_text() -> None:
    shown = repr(readings(f"{wide(AWS)} {' '.join(AWS)} {b64('my key ' + AWS)}"))

    assert "AKIA" not in shown


# --- too much

LIMITS = {
    "six layers": (layered(6), True),
    "seven layers": (layered(7), False),
    "seven layers in a blob": (b64(f"note : {layered(7)}"), False),
    "three blobs in each other": (nested(3), True),
    "four": (nested(4), False),
    "five": (nested(5), False),
    "a megabyte in a kilobyte": (f"résume {bombs(1)}", False),
    "ten": (f"summarize {bombs(10)}", False),
    "a bomb in a blob": (b64(f"look at this {bombs(1)} please"), False),
    "a bomb under a mask": ("\u200b".join(bombs(1)), False),
    "a good text behind a bomb": (f"{bombs(1)}\n\n{b64('my key ' + AWS)}", False),
}


@pytest.mark.parametrize(("text", "complete"), LIMITS.values(), ids=LIMITS)
def test_past_a_limit_a_text_is_said_to_be_unread(text: str, complete: bool) -> None:
    assert readings(text).complete is complete


def test_what_was_read_before_a_limit_is_kept() -> None:
    assert holding(f"{wide(AWS)}\n\n{bombs(1)}", AWS)


@pytest.mark.parametrize("text", [text for text, complete in LIMITS.values() if not complete])
def test_an_unread_text_is_uninspectable_and_never_clean(
    text: str, new_rule: Callable[..., DetectRule], new_set: Callable[..., RuleSet]
) -> None:
    rules = new_set(new_rule("key", r"\bAKIA[A-Z0-9]{16}\b", prefix=True))

    assert Analyzer(rules).segment(Segment("body:", Role.USER, text)).uninspectable == (CAUSE,)


# --- whatever comes

PARTS = [
    "%41", "%25", "&#65;", "&amp;", "\\u0041", "\u200b", "\u202e", "\u202c", "４", "А", "=\n", b64(f"note {AWS}"),
    AWS.encode().hex(), "41 4b 49 41 5a 51 33 44 ", "75 73 65 32 75 69 90 81 ", "5 5 0 0 ", "cinq ", "zero ", '"a1" + ',
    "reversed ", "\x1f", "<b>", "\n", " ", "a", "é",
]  # fmt: skip


@given(st.lists(st.sampled_from(PARTS), max_size=25).map("".join) | st.text(max_size=120))
def test_whatever_the_text_every_reading_leads_into_it(text: str) -> None:
    for reading in readings(text).each:
        for at in range(len(reading.view.text)):
            start, end = reading.view.span(at, at + 1)
            assert 0 <= start <= end <= len(text)


@given(st.lists(st.sampled_from(PARTS), max_size=12).map("".join))
def test_a_text_is_read_the_same_each_time(text: str) -> None:
    first, second = readings(text), readings(text)

    assert first.complete == second.complete
    assert [reading.view.text for reading in first.each] == [reading.view.text for reading in second.each]
