"""People named again: where their names count, and where a word is only a word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.detect.echoes import echoes


def again(text: str, *names: str, common: tuple[str, ...] = (), others: tuple[str, ...] = ()) -> list[str]:
    """What is found again in a text in which each name is found where it stands first."""

    def places(values: tuple[str, ...]) -> list[tuple[int, int]]:
        return [(text.index(value), text.index(value) + len(value)) for value in values]

    return [text[start:end] for start, end in echoes(text, places(names), common, places(others))]


AGAIN = {
    "the whole name": ("Vu Ana Diaz. Rappeler Ana Diaz demain.", ["Ana Diaz"]),
    "the first name": ("Vu Ana Diaz. Dis à Ana que oui.", ["Ana"]),
    "the family name, in capitals": ("Vu Ana Diaz. Mme DIAZ accepte.", ["DIAZ"]),
    "the other way round": ("Vu Ana Diaz. DIAZ Ana, née à Dole", ["DIAZ Ana"]),
    "the first word of a line of a chat": ("Vu Ana Diaz.\nDiaz : bonjour", ["Diaz"]),
    "a possessive": ("I saw Ana Diaz. So Ana's file is lost.", ["Ana"]),
    "an elision": ("Vu Ana Diaz. Le dossier d'Ana est perdu.", ["Ana"]),
    "a mention": ("Vu Ana Diaz, cc Ana, merci", ["Ana"]),
    "small letters are words": ("Vu Ana Diaz. Dis à ana que oui.", []),
    "a word that begins a sentence": ("Vu Ana Diaz. Diaz veut partir.", []),
    "a piece of a word": ("Vu Ana Diaz à Anastasia-Diazville", []),
    "a piece of an identifier": ("Vu Ana Diaz : Ana_id, new Diaz(), x.Diaz, Diaz@x.fr", []),
}


@pytest.mark.parametrize(("text", "expected"), AGAIN.values(), ids=AGAIN)
def test_a_name_found_once_is_found_again(text: str, expected: list[str]) -> None:
    assert again(text, "Ana Diaz") == expected


def test_a_name_that_the_text_has_as_a_word_does_not_count_alone() -> None:
    assert again("Vu Jean Petit, un petit homme. Le dossier Petit attend Jean.", "Jean Petit") == ["Jean"]


def test_a_capital_with_its_apostrophe_belongs_to_the_name() -> None:
    assert again("Vu Awa N'Diaye hier. Le dossier N'Diaye attend.", "Awa N'Diaye") == ["N'Diaye"]


def test_neither_public_words_nor_short_ones_count_alone() -> None:
    assert again("Vu Li Paris. On va à Paris avec Li.", "Li Paris", common=("paris",)) == []


def test_a_longer_name_of_another_kind_keeps_its_words() -> None:
    assert again("Vu Ana Diaz de chez Diaz SARL, et Diaz.", "Ana Diaz", others=("Diaz SARL",)) == ["Diaz"]


def test_a_sentence_taken_for_a_name_stands_for_nobody() -> None:
    assert again("Plan Action Client Interne Vente Europe et Action", "Plan Action Client Interne Vente Europe") == []


def test_nothing_is_found_again_where_nobody_is_named() -> None:
    assert list(echoes("Dis à Ana que oui.", [])) == []


@given(st.text(alphabet="AnaDiz '-.\n", max_size=80), st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40))))
def test_places_are_inside_the_text_in_order_and_apart(text: str, people: list[tuple[int, int]]) -> None:
    last = 0
    for start, end in echoes(text, [(min(pair), max(pair)) for pair in people]):
        assert last <= start < end <= len(text)
        last = end
