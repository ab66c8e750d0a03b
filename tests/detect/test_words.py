import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.detect.words import any_of, composed, field_words, phrase, plain

any_text = st.text(st.characters(exclude_categories=()))
accented = st.text(st.sampled_from("aeçNoéü\u0301\u0323\u0308 .1"))


def says(entry: str, text: str) -> bool:
    return re.search(phrase(entry), plain(text)) is not None


@given(any_text)
def test_the_plain_form_has_one_character_for_each(text: str) -> None:
    assert len(plain(text)) == len(text)


@given(any_text)
def test_the_plain_form_of_a_plain_form_is_itself(text: str) -> None:
    assert plain(plain(text)) == plain(text)


@given(accented)
def test_composing_keeps_the_text_and_loses_no_position(text: str) -> None:
    new, back = composed(text)
    assert unicodedata.normalize("NFC", new) == unicodedata.normalize("NFC", text)
    places = [back(at) for at in range(len(new) + 1)]
    assert (places[0], places[-1]) == (0, len(text))
    assert places == sorted(places)


@pytest.mark.parametrize("text", ["Jérôme a vu Zoë à Évry", "no accent", "", "e", "é", "naïveté é"])
def test_each_letter_leads_back_to_its_decomposed_self(text: str) -> None:
    apart = unicodedata.normalize("NFD", text)
    new, back = composed(apart)
    assert new == text
    for at in range(len(new)):
        assert apart[back(at) : back(at + 1)] == unicodedata.normalize("NFD", new[at])


@pytest.mark.parametrize(
    ("entry", "text"),
    [
        ("iban", "Voici l'IBAN"),
        ("iban", "Voici l’IBAN"),
        ("d'un", "le dossier d’un client"),
        ("d’un", "le dossier d'un client"),
        ("sécu", "numéro de SECU"),
        ("secu", "Sécu :"),
        ("numéro de sécu", "numero  de\nsécu"),
        ("appel*", "Appelez-moi"),
        ("appel*", "un appel"),
        ("short-list*", "we short listed them"),
        ("n° ss", "N° SS 1 85"),
        ("iban", "customer_iban = 1"),
        ("customer_iban", "the customer iban"),
        ("Œuvre", "main-d'œuvre"),
    ],
)
def test_a_phrase_is_found(entry: str, text: str) -> None:
    assert says(entry, text)


@pytest.mark.parametrize(
    ("entry", "text"),
    [
        ("lic", "public"),
        ("card", "cardinal"),
        ("cv", "cvs"),
        ("appel*", "rappel"),
        ("numéro de sécu", "numéro sécu de"),
        ("a.b", "axb"),
        ("*", "anything"),
        ("?!", "anything"),
        ("", "anything"),
    ],
)
def test_a_phrase_is_not_found_in_other_words(entry: str, text: str) -> None:
    assert not says(entry, text)


@given(any_text, any_text)
def test_any_entry_makes_an_expression(entry: str, text: str) -> None:
    re.search(phrase(entry), plain(text))


def test_one_expression_stands_for_all_entries() -> None:
    together = any_of(["IBAN", "compte bancaire"])
    assert together is not None
    assert [bool(together.search(plain(text))) for text in ("mon Compte  bancaire", "iban", "compte")] == [1, 1, 0]


@pytest.mark.parametrize("entries", [[], [""], ["?", "*"]])
def test_no_word_makes_no_expression(entries: list[str]) -> None:
    assert any_of(entries) is None


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("customerIban", ["customer", "iban"]),
        ("customer_iban", ["customer", "iban"]),
        ("customer-iban", ["customer", "iban"]),
        ("customer.iban/0", ["customer", "iban", "0"]),
        ("IBANClient", ["iban", "client"]),
        ("numéroClient", ["numero", "client"]),
        ("CLIENT_IBAN", ["client", "iban"]),
        ("iban2Code", ["iban2", "code"]),
    ],
)
def test_the_name_of_a_field_is_words(name: str, words: list[str]) -> None:
    assert re.findall(r"\w+", field_words(name)) == words
