"""Names cut short, lists and threads: who is made whole, who is taken along, and who is left alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.detect.companions import companions, whole
from guard.detect.echoes import inside

WHOLE = {
    "over a hyphen": ("vu Anne-So hier", "Anne", "Anne-So"),
    "over an abbreviation's point": ("vu Ph. Darmon hier", "Ph", "Ph. Darmon"),
    "the family name": ("vu Anaïs Courtade hier", "Anaïs", "Anaïs Courtade"),
    "with its apostrophe": ("saw Liam O'Brien there", "Liam", "Liam O'Brien"),
    "a whole name": ("vu Anaïs Courtade Mairie", "Anaïs Courtade", "Anaïs Courtade"),
    "a particle and the family name": ("vu Anna van der Berg hier", "Anna", "Anna van der Berg"),
    "an Arabic particle": ("vu Zineb El Amrani hier", "Zineb", "Zineb El Amrani"),
    "a word in small letters": ("vu Anaïs hier", "Anaïs", "Anaïs"),
    "an acronym": ("vu Anaïs DRH hier", "Anaïs", "Anaïs"),
    "a day": ("see Anna Monday morning", "Anna", "Anna"),
    "a public word": ("chez Anaïs Paris hier", "Anaïs", "Anaïs"),
    "another name": ("chez Anaïs Airbus hier", "Anaïs", "Anaïs"),
    "another line": ("vu Anaïs\nCourtade", "Anaïs", "Anaïs"),
    "a title's words": ("Meeting With Anna Tomorrow About Growth", "Anna", "Anna"),
    "a call": ("vu Anaïs Courtade(x)", "Anaïs", "Anaïs"),
}


@pytest.mark.parametrize(("text", "name", "expected"), WHOLE.values(), ids=WHOLE)
def test_a_name_cut_short_goes_on_to_its_end(text: str, name: str, expected: str) -> None:
    start, other = text.index(name), text.find("Airbus")
    begin, end = whole(text, (start, start + len(name)), {"paris"}, inside([(other, other + 6)] if other >= 0 else []))

    assert text[begin:end] == expected


BESIDE = {
    "a list": ("Présents : Ugo, Kenza, Tess et Achille", ["Ugo", "Tess", "Achille"], ["Kenza"]),
    "a list of bullets": ("- Ugo\n- Kenza\n- Tess\n- Achille", ["Ugo", "Tess", "Achille"], ["Kenza"]),
    "a short list": ("Ugo, Kenza, Tess", ["Ugo", "Tess"], []),
    "a list of others": ("Ugo, Dole, Vannes, Tulle, Achille", ["Ugo", "Achille"], []),
    "two lists": ("Ugo, Tess, Ana. Kenza", ["Ugo", "Tess", "Ana"], []),
    "a thread": ("Ugo : dispo ?\nKenza : oui", ["Ugo"], ["Kenza"]),
    "a thread with times": ("10:04 Ugo: here?\n[10:05] Kenza: yes", ["Ugo"], ["Kenza"]),
    "a speaker's login": ("ugo.b : dispo ?\nKenza : oui", ["Kenza"], ["ugo.b"]),
    "a monologue": ("Ugo : dispo ?\nUgo : alors ?", ["Ugo"], []),
    "a form": ("Contact : Ugo\nVille : Dole", ["Ugo"], []),
    "a remark": ("Ugo : dispo ?\nNote : il est tard", ["Ugo"], []),
    "a pair": ("vu Ugo et Kenza hier", ["Ugo"], ["Kenza"]),
    "the first of a pair": ("ask Zeb or Mrs Ugo", ["Ugo"], ["Zeb"]),
    "a pair with a company": ("vu Ugo et Cegilor hier", ["Ugo"], []),
    "a pair with a public word": ("vu Ugo et Paris hier", ["Ugo"], []),
    "a pair with a department": ("vu Ugo et Marketing hier", ["Ugo"], []),
    "a pair with a longer name": ("vu Ugo et Kenza Immobilier hier", ["Ugo"], []),
    "a pair whose first word may only begin a sentence": ("Sortir et Ugo", ["Ugo"], []),
    "more keys than people": ("Ugo : oui\nStatut : clos\nBudget : 3 k", ["Ugo"], []),
}


@pytest.mark.parametrize(("text", "people", "expected"), BESIDE.values(), ids=BESIDE)
def test_who_stands_beside_people_is_one_of_them(text: str, people: list[str], expected: list[str]) -> None:
    known = [(text.index(name), text.index(name) + len(name)) for name in people]
    place = (text.find("Cegilor"), text.find("Cegilor") + 7)

    assert [text[start:end] for start, end in companions(text, known, {"paris"}, inside([place]))] == expected


@given(
    st.text(alphabet=st.sampled_from("Aéa.-,:'\n @("), max_size=80),
    st.tuples(st.integers(0, 80), st.integers(0, 80)),
)
def test_places_stay_inside_the_text_and_names_only_grow(text: str, place: tuple[int, int]) -> None:
    start, end = sorted(min(at, len(text)) for at in place)
    assert whole(text, (start, end), (), inside(()))[0] == start
    assert end <= whole(text, (start, end), (), inside(()))[1] <= len(text)
    for first, last in companions(text, [(start, end)]):
        assert 0 <= first < last <= len(text)
