import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.people.names import LONGEST, name, names


@pytest.mark.parametrize("text", ["camille", "Zoé Martin", "CORP\\dupont", "sacha@example.fr", "日本"])
def test_a_name_stays_as_it_is(text: str) -> None:
    assert name(text) == text


@pytest.mark.parametrize(
    "text",
    ["", " camille", "camille ", "unknown", "UnKnown", "a\nb", "a\0", "a\u200bb", "a\u202eb", "\ud800", "x" * 257],
)
def test_what_cannot_stand_as_it_is_is_no_name(text: str) -> None:
    assert name(text) is None


def test_two_spellings_of_one_letter_are_one_name() -> None:
    assert name("Zoe\u0301") == name("Zo\u00e9") == "Zo\u00e9"


def test_names_come_once_and_sorted_and_without_those_that_are_none() -> None:
    assert names(["it", "hr", "it", "unknown", ""]) == ("hr", "it")


@given(st.text())
def test_a_name_of_a_name_is_itself(text: str) -> None:
    found = name(text)
    assert found is None or (name(found) == found and len(found) <= LONGEST)
