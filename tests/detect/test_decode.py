"""What encoded blobs say, where they stood, and that no more comes out of them than the budget allows."""

import base64
import gzip
import random
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guard.detect.decode import Budget, Spent, decoded
from guard.detect.views import View, plainly

AWS = "AKIAZQ3DRSTUVWXY2345"
MUCH = 1 << 30


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def listed(text: str, form: str, separator: str) -> str:
    return separator.join(form.format(byte) for byte in text.encode())


CODES: dict[str, Callable[[str], str]] = {
    "base64": b64,
    "base64 for addresses": lambda text: base64.urlsafe_b64encode(text.encode()).decode(),
    "base64 without padding": lambda text: b64(text).rstrip("="),
    "base64 in lines": lambda text: "\n".join(b64(text)[at : at + 16] for at in range(0, len(b64(text)), 16)),
    "base64 of UTF-16": lambda text: base64.b64encode(text.encode("utf-16-le")).decode(),
    "gzip in base64": lambda text: base64.b64encode(gzip.compress(text.encode())).decode(),
    "zlib in base64": lambda text: base64.b64encode(zlib.compress(text.encode())).decode(),
    "base32": lambda text: base64.b32encode(text.encode()).decode(),
    "base32 in small letters": lambda text: base64.b32encode(text.encode()).decode().lower(),
    "hex": lambda text: text.encode().hex(),
    "hex in capitals": lambda text: text.encode().hex().upper(),
    "hex with 0x": lambda text: "0x" + text.encode().hex(),
    "hex bytes": lambda text: listed(text, "{:02x}", " "),
    "hex bytes with colons": lambda text: listed(text, "{:02X}", ":"),
    "hex bytes with 0x": lambda text: listed(text, "0x{:02x}", ", "),
    "binary": lambda text: listed(text, "{:08b}", " "),
    "binary together": lambda text: listed(text, "{:08b}", ""),
}
SENTENCES = {
    "alone": ("", ""),
    "between lines": ("Voici :\n", "\nmerci"),
    "in a sentence": ("ma note est ", " voilà"),
    "in English": ("it says ", ", you know"),
    "quoted": ('x = "', '";'),
    "behind a word in hex letters": ("la note de ", " et voilà"),
    "behind a colon": ("the code: ", "."),
    "behind a number": ("note 12 ", " !"),
}
NOTES = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=4, max_size=60).map(
    "note {}. end".format
)


def said(text: str, budget: int = MUCH) -> View | None:
    return decoded(plainly(text), Budget(budget))


def stood(view: View, value: str, text: str) -> str:
    at = view.text.index(value)
    start, end = view.span(at, at + len(value))
    return text[start:end]


@pytest.mark.parametrize("sentence", SENTENCES.values(), ids=SENTENCES)
@pytest.mark.parametrize("code", CODES.values(), ids=CODES)
def test_a_blob_says_what_was_encoded_wherever_it_stands(code: Callable[[str], str], sentence: tuple[str, str]) -> None:
    view = said(code(f"my key {AWS} of today").join(sentence))

    assert view is not None
    assert f"my key {AWS} of today" in view.text


@pytest.mark.parametrize("code", CODES.values(), ids=CODES)
@settings(max_examples=30)
@given(note=NOTES)
def test_any_note_is_read_and_leads_to_its_whole_blob(code: Callable[[str], str], note: str) -> None:
    blob = code(note)
    text = f"Voici :\n\n{blob}\n\nmerci"
    view = said(text)

    assert view is not None
    assert note in view.text
    assert blob.strip("=") in stood(view, note, text)


@given(st.text(st.characters(exclude_categories=["C"]), min_size=4, max_size=60))
def test_notes_in_any_script_are_read_from_base64_and_hex(note: str) -> None:
    for blob in (b64(f"note : {note}."), f"note : {note}.".encode().hex()):
        view = said(blob)
        assert view is not None
        assert f"note : {note}." in view.text


BARE = {
    "a card": "5500000000000004",
    "a card of ones": "4111111111111111",
    "a card of fours and fives": "5454545454545454",
    "an IBAN": "FR7630006000011234567890189",
    "a key": AWS,
    "an address": "camille.durand@exemple.fr",
}


@pytest.mark.parametrize("value", BARE.values(), ids=BARE)
@pytest.mark.parametrize("code", CODES.values(), ids=CODES)
def test_a_value_alone_in_a_blob_is_read(code: Callable[[str], str], value: str) -> None:
    view = said(f"Voici {code(value)} !")

    assert view is not None
    assert value in view.text


WITHIN = {
    "in a path": f"https://example.com/a/{b64('xx ' + AWS).rstrip('=')}/end",
    "behind a word": f"token-{b64('xx ' + AWS)}",
    "behind letters": f"abc{b64('my key ' + AWS)}",
    "after a line of words": f"voilaencorequelquechose\n{b64('xx ' + AWS)}",
    "decimal codes": " ".join(str(ord(char)) for char in f"key {AWS}"),
    "decimal codes in a list": f"[{', '.join(str(ord(char)) for char in AWS)}]",
}


@pytest.mark.parametrize("text", WITHIN.values(), ids=WITHIN)
def test_a_blob_that_begins_within_a_word_is_read(text: str) -> None:
    view = said(text)

    assert view is not None
    assert AWS in view.text


def test_two_blobs_are_read_each_for_itself() -> None:
    first, second = b64("the first note 1234"), "la deuxième note".encode().hex()
    text = f"{first} puis {second}"
    view = said(text)

    assert view is not None
    assert stood(view, "the first note 1234", text) == first
    assert stood(view, "la deuxième note", text) == second


ORDINARY = {
    "empty": "",
    "French": "Peux-tu relire cette lettre, s'il te plaît ? Elle part à 10 h 30.",
    "English": "Could you please proofread internationalization-documentation by 10:30?",
    "a digest": "sha256 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "a UUID": "123e4567-e89b-12d3-a456-426614174000",
    "an address of a network card": "3c:52:82:4f:9a:1b",
    "integrity": "sha512-v2kDEe57lecTulaDIuNTPy3Ry4gLGJ6Z1O3vE1krgXZNrsQ+LFTGHVxVjcXPs17LhbZVGed==",
    "a long word": "anticonstitutionnellement",
    "a name in code": "getElementsByClassNameAndTag",
    "a constant": "DETECT_UNINSPECTABLE_BUDGET",
    "prices": "12 13 14 15 16 17 18 19 20 21",
    "zeros": "0" * 64,
}


@pytest.mark.parametrize("text", ORDINARY.values(), ids=ORDINARY)
def test_ordinary_text_says_nothing_else(text: str) -> None:
    assert said(text) is None


def test_random_bytes_hardly_ever_say_anything() -> None:
    chance = random.Random(5)
    blobs = [chance.randbytes(48) for _ in range(300)]
    read = [blob for blob in blobs for text in (base64.b64encode(blob).decode(), blob.hex()) if said(text) is not None]

    assert len(read) <= 3


# --- the budget


def bomb(size: int) -> str:
    return base64.b64encode(gzip.compress(b"A" * size, 9)).decode()


def test_a_budget_grows_with_its_text_and_is_never_small() -> None:
    assert Budget.of("").left == Budget.of("a").left - 4 == 1 << 16
    assert Budget.of("a" * 1000).left == (1 << 16) + 4000


def test_what_was_taken_is_gone_and_more_is_not_to_be_had() -> None:
    budget = Budget(10)
    budget.take(10)

    assert budget.left == 0
    with pytest.raises(Spent):
        budget.take(1)


@pytest.mark.parametrize("size", [10**6, 10**7], ids=["a megabyte", "ten"])
def test_compressed_bytes_that_grow_past_the_budget_are_unread(size: int) -> None:
    text = bomb(size)
    with pytest.raises(Spent):
        decoded(plainly(text), Budget.of(text))


def test_many_small_growths_share_one_budget() -> None:
    text = "\n\n".join([bomb(20_000)] * 40)
    with pytest.raises(Spent):
        decoded(plainly(text), Budget.of(text))


@given(NOTES, st.integers(0, 200))
def test_no_more_comes_out_than_the_budget_and_none_is_lost_silently(note: str, left: int) -> None:
    budget = Budget(left)
    try:
        view = decoded(plainly(b64(note)), budget)
    except Spent:
        return
    assert view is not None
    assert note in view.text
    assert len(note) <= left


@given(
    st.lists(st.sampled_from([b64(AWS * 3), AWS.encode().hex(), "=", "-", "\n", " ", "ab", "H4sI", "eJw", "0x", "41 "]))
)
def test_whatever_the_text_every_character_leads_into_it(parts: list[str]) -> None:
    text = "".join(parts)
    try:
        view = decoded(plainly(text), Budget.of(text))
    except Spent:
        return
    for at in range(len(view.text) if view is not None else 0):
        assert view is not None
        start, end = view.span(at, at + 1)
        assert 0 <= start <= end <= len(text)


@given(st.binary(min_size=8, max_size=80))
def test_whatever_the_bytes_in_a_blob_nothing_breaks(data: bytes) -> None:
    for text in (
        base64.b64encode(data).decode(),
        base64.b64encode(b"\x1f\x8b\x08" + data).decode(),
        base64.b64encode(b"\x78\x9c" + data).decode(),
        base64.b32encode(data).decode(),
        data.hex(),
        " ".join(str(byte) for byte in data),
    ):
        view = said(text)
        assert view is None or view.text.strip()
