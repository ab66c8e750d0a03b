"""Masks come off and the view knows where each stood; text without masks is left alone."""

import html
import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guard.detect.unmasking import folded, uncovered, unmasked
from guard.detect.views import View, plainly

AWS = "AKIAZQ3DRSTUVWXY2345"


def each(form: str) -> Callable[[str], str]:
    """A mask that writes each character by a format of its code."""
    return lambda text: "".join(form.format(ord(char)) for char in text)


def moved(by: int) -> Callable[[str], str]:
    """A mask that moves what ASCII shows to another block."""
    return lambda text: "".join(chr(ord(char) + by) if "!" <= char <= "~" else char for char in text)


def escaped_bytes(mark: str) -> Callable[[str], str]:
    return lambda text: "".join(f"{mark}{byte:02X}" for byte in text.encode())


MASKS: dict[str, Callable[[str], str]] = {
    "zero-width space": "\u200b".join,
    "zero-width joiner": "\u200d".join,
    "word joiner": "\u2060".join,
    "byte order mark": "\ufeff".join,
    "soft hyphen": "\u00ad".join,
    "variation selector": "\ufe0f".join,
    "Hangul filler": "\u3164".join,
    "combining stroke": "\u0336".join,
    "keycap": "\ufe0f\u20e3".join,
    "control characters": "\x01\x7f".join,
    "full width": moved(0xFEE0),
    "tags": moved(0xE0000),
    "percent": escaped_bytes("%"),
    "quoted-printable": escaped_bytes("="),
    "soft line ends": "=\r\n".join,
    "decimal entities": each("&#{};"),
    "decimal entities without end": each("&#{}"),
    "hexadecimal entities": each("&#x{:x};"),
    "\\u": each("\\u{:04x}"),
    "\\\\u": each("\\\\u{:04X}"),
    "\\x": each("\\x{:02x}"),
    "\\u{}": each("\\u{{{:x}}}"),
    "\\U": each("\\U{:08x}"),
}
SIMPLE = st.text(
    st.characters(min_codepoint=0x21, max_codepoint=0x7E, exclude_characters="\\%&=#;<"), min_size=3, max_size=30
)
AROUND = st.text("abcdé ,.\n", max_size=30)


def reading(text: str) -> View:
    view, whole = unmasked(text)
    assert whole
    assert view is not None
    return view


def stood(view: View, value: str, text: str) -> str:
    """The stretch of the text that a value of its view was made of."""
    at = view.text.rindex(value)
    start, end = view.span(at, at + len(value))
    return text[start:end]


@pytest.mark.parametrize("mask", MASKS.values(), ids=MASKS)
@settings(max_examples=30)
@given(value=SIMPLE, before=AROUND, after=AROUND)
def test_a_masked_value_is_read_and_leads_to_all_of_its_mask(
    mask: Callable[[str], str], value: str, before: str, after: str
) -> None:
    body = mask(value)
    text = f"{before}\n {body} \n{after}"
    view = reading(text)

    assert value in view.text
    assert stood(view, f" {value} ", text) == f" {body} "


@given(SIMPLE)
def test_what_is_shown_backwards_is_read_as_shown(value: str) -> None:
    text = f"voici \u202e{value[::-1]}\u202c merci"
    view = reading(text)

    assert view.text == f"voici {value} merci"
    assert stood(view, value, text) == value[::-1]


def test_an_override_without_end_goes_to_the_end_of_the_line() -> None:
    assert reading(f"a \u202e{AWS[::-1]}\nfin").text == f"a {AWS}\nfin"


LETTERS = {
    "accents in percent-encoding": ("caf%C3%A9 cr%C3%A8me", "café crème"),
    "named entities": ("caf&eacute; &amp; th&eacute;", "café & thé"),
    "surrogate pairs": ("\\ud83d\\ude00 \\u0041", "😀 A"),
    "mathematical letters": ("𝐀𝐊𝐈𝐀 𝟏𝟐", "AKIA 12"),
    "circled digits": ("④⑤①⓪", "4510"),
    "superscripts": ("x²³", "x23"),
    "Arabic-Indic digits": ("٤٥١٠", "4510"),
    "Devanagari digits": ("४५१०", "4510"),
    "regional indicators": ("🇫🇷76", "FR76"),
    "ligatures": ("oﬃce", "office"),
    "odd spaces": ("4\u30005", "4 5"),
    "Braille blank": ("4\u28005", "45"),
    "a line end in quoted-printable": ("AKIA=\nZQ3D", "AKIAZQ3D"),
    "mixed layers": ("%26%2352%3B", "4"),
}


@pytest.mark.parametrize(("text", "read"), LETTERS.values(), ids=LETTERS)
def test_what_the_eye_or_a_machine_would_read(text: str, read: str) -> None:
    assert reading(text).text == read


UNMASKED = {
    "empty": "",
    "English": "Please translate this letter, it's 50% done & needs care: a=b, c==d; x\\y.",
    "French": "Voilà l’élément n° 12 : « œuvre » à 50 % — déjà reçu, coûte 3 € ; n’oublie pas !",
    "spaces of French": "Prix\u00a0: 12\u202f000\u00a0€\u202f!",
    "other scripts": "Привет, 東京, שלום, नमस्ते, مرحبا",
    "emoji of one character": "Bravo 🎉 !",
    "a path of Windows": "C:\\Program\\users\\unit",
    "a comparison": "if a == b: c = d",
}


@pytest.mark.parametrize("text", UNMASKED.values(), ids=UNMASKED)
def test_ordinary_text_is_left_alone(text: str) -> None:
    assert unmasked(text) == (None, True)


def test_only_lines_near_a_mask_are_read_again() -> None:
    far = "\n".join(f"ligne {at}" for at in range(40))
    text = f"{far}\nclé {MASKS['full width'](AWS)}\n{far}"
    view = reading(text)

    assert AWS in view.text
    assert len(view.text) < 80
    assert stood(view, AWS, text) == MASKS["full width"](AWS)


# --- layers


@pytest.mark.parametrize("layers", range(1, 7))
def test_six_layers_come_off(layers: int) -> None:
    text = "4%31"
    for _ in range(layers - 1):
        text = text.replace("%", "%25")

    assert reading(text).text == "41"


@pytest.mark.parametrize("layers", [7, 8, 20])
def test_more_layers_are_said_and_not_taken_for_clean(layers: int) -> None:
    text = "4%31"
    for _ in range(layers - 1):
        text = text.replace("%", "%25")
    view, whole = unmasked(text)

    assert view is not None
    assert not whole
    assert not uncovered(plainly(text))[1]


LAYERS = [MASKS[name] for name in ("percent", "decimal entities", "\\u", "zero-width space", "full width", "\\u{}")]


@given(st.lists(st.sampled_from(LAYERS), min_size=1, max_size=3))
def test_layers_of_any_kind_come_off_and_lead_to_the_outermost(masks: list[Callable[[str], str]]) -> None:
    body = AWS
    for mask in masks:
        body = mask(body)
    text = f"ma clé : {body} merci"
    view = reading(text)

    assert view.text == f"ma clé : {AWS} merci"
    assert stood(view, AWS, text) == body


def test_a_whole_view_is_uncovered_with_all_its_lines() -> None:
    view, whole = uncovered(plainly("un\ndeux\n\n%34%31\n\nfin"))

    assert (view.text, whole) == ("un\ndeux\n\n41\n\nfin", True)


# --- characters

CHARACTERS = {
    "a letter": ("A", "A"),
    "a tab": ("\t", "\t"),
    "a line end": ("\n", "\n"),
    "a border of segments": ("\x1f", "\x1f"),
    "null": ("\0", ""),
    "delete": ("\x7f", ""),
    "no-break space": ("\u00a0", "\u00a0"),
    "narrow no-break space": ("\u202f", "\u202f"),
    "ideographic space": ("\u3000", " "),
    "zero-width space": ("\u200b", ""),
    "combining acute": ("\u0301", ""),
    "a vowel sign of Hindi": ("\u093f", "\u093f"),
    "an accented letter": ("é", "é"),
    "a ligature of French": ("œ", "œ"),
    "euro": ("€", "€"),
    "degree": ("°", "°"),
    "an ellipsis": ("…", "…"),
    "a Cyrillic letter": ("А", "А"),
    "full-width A": ("Ａ", "A"),
    "full-width digit": ("４", "4"),
    "a tag": ("\U000e0041", "A"),
}


@pytest.mark.parametrize(("char", "seen"), CHARACTERS.values(), ids=CHARACTERS)
def test_a_character_is_what_the_eye_sees(char: str, seen: str) -> None:
    assert folded(char) == seen


@given(st.characters())
def test_a_character_becomes_ascii_or_nothing_or_stays(char: str) -> None:
    after = folded(char)

    assert after == char or after.isascii()
    assert "".join(map(folded, after)) == after
    assert unicodedata.category(char) != "Cf" or after == "" or 0xE0020 <= ord(char) <= 0xE007E


# --- whatever comes

TOKENS = [
    "%", "%4", "%41", "%C3", "%FF%FE", "&", "&#", "&#x41", "&#1114112;", "&#0;", "&amp;", "&unknown;", "\\",
    "\\\\u0041", "\\ud800", "\\udc00", "\\x4", "\\x41", "\\u{110000}", "\\u{d800}", "\\UFFFFFFFF", "=\n",
    "=41=42=43", "=C3=A9=",
    "\u202e", "\u202c", "\n", "\r\n", "\u200b", "\u0336", "４", "ﬃ", "\U000e0041", "\U0001f1eb", "\x01", "\x1f",
    "é", "a",
]  # fmt: skip


@given(st.lists(st.sampled_from(TOKENS), max_size=60).map("".join) | st.text(max_size=200))
def test_whatever_the_text_it_is_read_and_every_character_leads_into_it(text: str) -> None:
    view, _ = unmasked(text)
    for at in range(len(view.text) if view is not None else 0):
        assert view is not None
        start, end = view.span(at, at + 1)
        assert 0 <= start <= end <= len(text)


@given(st.text(max_size=100))
def test_what_the_page_would_show_of_escaped_text_is_read(text: str) -> None:
    text = "".join(char for char in text if char.isascii() and char.isprintable() and char not in "%&\\=")
    view, whole = unmasked(f"{html.escape(text)} &lt;")

    assert whole
    assert view is not None
    assert view.text == f"{text} <"
