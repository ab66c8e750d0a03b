"""The form of a use's entries."""

import pytest

from guard.rules.entries import ANY, parse


@pytest.mark.parametrize(
    ("entry", "form"),
    [
        ("rank", (("rank",),)),
        ("class* les", (("class*", "les"),)),
        ("dis-moi l'avis", (("dis", "moi", "l", "avis"),)),
        ("a|b c", (("a",), ("b", "c"))),
        ("(a|b) c", (((("a",), ("b",)), "c"),)),
        ("a (b|) c", (("a", (("b",), ()), "c"),)),
        ("who ... hire", (("who", ANY, "hire"),)),
        ("a (b (c|d)|e)", (("a", (("b", (("c",), ("d",))), ("e",))),)),
    ],
)
def test_an_entry_has_its_form(entry: str, form: object) -> None:
    assert parse(entry) == form


@pytest.mark.parametrize(
    "entry", ["", "?", "*", "a *", "(a", "a)", "... a", "a ...", "(a|)", "(...|b) c", "a (b|...)", "a ... (b|)", "a||b"]
)
def test_an_entry_that_would_be_found_nowhere_or_everywhere_is_refused(entry: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        parse(entry)
