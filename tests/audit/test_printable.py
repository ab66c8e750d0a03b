import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.audit.printable import printable, printables

HARMLESS = {
    "French, with its spaces": "« Où est-ce ? » : l\u2019été\u202f!",
    "a windows account": "ACME\\jean.dupont",
    "other scripts": "Ζωή 田中 Анна",
}
HARMFUL = {
    "a line end": ("jean\r\n{}", "jean��{}"),
    "an ANSI colour": ("\x1b[31mroot", "�[31mroot"),
    "a C1 control": ("a\x9bb", "a�b"),
    "DEL": ("a\x7fb", "a�b"),
    "a line separator": ("a\u2028b\u2029c", "a�b�c"),
    "half a surrogate pair": ("a\ud800b", "a�b"),
    "a right-to-left override": ("user\u202egnp.exe", "user�gnp.exe"),
    "NUL": ("\0", "�"),
}


@pytest.mark.parametrize("text", HARMLESS.values(), ids=HARMLESS)
def test_what_people_are_called_stays(text: str) -> None:
    assert printable(text) == text


@pytest.mark.parametrize(("text", "safe"), HARMFUL.values(), ids=HARMFUL)
def test_what_could_forge_or_colour_a_line_is_replaced(text: str, safe: str) -> None:
    assert printable(text) == safe


@given(st.text(st.characters(), max_size=600))
def test_any_string_comes_out_short_and_safe(text: str) -> None:
    safe = printable(text)
    assert len(safe) <= 256
    assert safe.encode("utf-8").decode() == safe
    assert not any(unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp") for char in safe)
    assert printable(safe) == safe


def test_a_cut_shows() -> None:
    assert printable("x" * 300) == "x" * 255 + "…"
    assert printable("x" * 256) == "x" * 256


def test_a_list_has_an_end() -> None:
    assert printables(f"group {n}\n" for n in range(1000)) == [f"group {n}�" for n in range(64)]
