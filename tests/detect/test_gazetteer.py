"""Names of lists: who is found beside a pipeline, and what bears a person's name and is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.detect.echoes import inside
from guard.detect.gazetteer import Gazetteer

LISTED = Gazetteer(["solène", "hadrien", "jean", "karima", "priya", "oscar"], ["delmas", "novak"], {"jean de nivelle"})

MISSED = {
    "a first name": ("sans en parler à Hadrien, hier", ["Hadrien"]),
    "with other accents": ("vu SOLENE, puis Solene hier", ["Solene"]),
    "after an apostrophe": ("l'avis d'Hadrien", ["Hadrien"]),
    "a compound": ("vu Jean-Éric hier", ["Jean-Éric"]),
    "a possessive": ("Hadrien's desk", ["Hadrien"]),
    "at the beginning": ("Hadrien arrive. Solène part.", ["Hadrien", "Solène"]),
    "after a sentence's first word": ("Avec Hadrien, on part.", ["Hadrien"]),
    "a family name alone": ("que fait Delmas ? Novak dort.", ["Delmas", "Novak"]),
    "a family name on a line of two words": ("CV\nHà Delmas\nSommelière", ["Hà Delmas"]),
    "a family name after an article": ("le Delmas, chez Novak, the Novak", []),
    "a family name in a longer name": ("vu Delmas Immobilier et Novak 3", []),
    "a street": ("12 rue Hadrien, place Jean", []),
    "a saint": ("à Saint Jean, San Oscar", []),
    "a longer name": ("le Grand Hadrien", []),
    "a public name": ("et Jean de Nivelle ?", []),
    "a word of the text": ("Karima et karima", []),
    "what is found already": ("vu Taken hier", []),
    "code": ("Hadrien = 1; Jean(x); a.Solène; class Oscar; Karima.run(); @Hadrien", []),
    "in small letters, asked": ("ask priya and oscar, please", ["priya", "oscar"]),
    "in small letters, told": ("j'ai parlé avec karima hier", ["karima"]),
    "in small letters, with a title": ("tell mrs priya", ["priya"]),
    "in small letters, elsewhere": ("the oscar is a prize, karima est un mot", []),
    "in small letters, a mailbox": ("ask priya@example.com", []),
}


@pytest.mark.parametrize(("text", "expected"), MISSED.values(), ids=MISSED)
def test_a_name_of_the_lists_is_a_person_where_nothing_else_bears_it(text: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in LISTED.missed(text, inside(()))] == expected


def test_what_is_taken_is_not_found_again() -> None:
    assert list(LISTED.missed("vu Hadrien Roy hier", inside([(3, 14)]))) == []


MISTAKEN = {
    "a first name": ("vu Hadrien hier", "Hadrien", True),
    "in small letters": ("vu karima hier", "karima", True),
    "with a family name": ("vu Jean Delmas hier", "Jean Delmas", True),
    "with another word": ("vu Jean Immobilier hier", "Jean Immobilier", False),
    "a family name": ("vu Delmas hier", "Delmas", False),
    "a street": ("rue Hadrien", "Hadrien", False),
    "another word": ("vu Dole hier", "Dole", False),
}


@pytest.mark.parametrize(("text", "name", "expected"), MISTAKEN.values(), ids=MISTAKEN)
def test_a_first_name_that_a_pipeline_takes_for_a_place_is_a_person(text: str, name: str, expected: bool) -> None:
    assert LISTED.person(text, text.index(name), text.index(name) + len(name)) is expected


@pytest.mark.parametrize(("text", "begins"), [("vu Jean Roy hier", 3), ("vu Grand Roy hier", 9), ("Roy", 0)])
def test_a_name_cut_short_begins_at_its_first_name(text: str, begins: int) -> None:
    assert LISTED.led(text, text.index("Roy")) == begins


@given(st.text(alphabet=st.sampled_from("Jean Dlmsaskoétprivy.'-,@(\n"), max_size=80))
def test_places_stay_inside_the_text_and_empty_lists_find_nothing(text: str) -> None:
    assert list(Gazetteer([]).missed(text, inside(()))) == []
    assert all(0 <= start < end <= len(text) for start, end in LISTED.missed(text, inside(())))


def test_many_names_are_found_as_few_are() -> None:
    names = [
        f"{first}{last}" for first in ("Bako", "Rine", "Lusa", "Tomi", "Dave") for last in ("na", "lo", "mi", "ze")
    ]
    listed, text = Gazetteer(names), "; ".join(f"vu {name} hier" for name in names)
    each = [place for name in names for place in Gazetteer([name]).missed(text, inside(()))]

    assert sorted(listed.missed(text, inside(()))) == sorted(each)
    assert len(each) == len(names)


@pytest.mark.parametrize(
    ("word", "held"),
    [("cvHadrien", True), ("NOVAK_CV", True), ("Solène(RH", True), ("getRevs", False), ("novakian", False)],
)
def test_a_name_is_held_between_humps_and_signs(word: str, held: bool) -> None:
    assert LISTED.holds(word) is held
