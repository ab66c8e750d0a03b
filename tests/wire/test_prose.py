"""Somebody's words are told from ids, types, settings and addresses."""

import pytest

from guard.wire.prose import contact, words


@pytest.mark.parametrize(
    "text",
    [
        "Écris à ines.lagarde@example.fr que le dossier est prêt",
        "Please contact ines.lagarde@example.com; the account is closed.",
        "Le compte de l'entreprise",
        "« Bonjour » dit-elle, puis rien",
        "three\tsmall\nwords",
        "trois\u00a0petits\u00a0mots",
    ],
)
def test_several_words_are_content(text: str) -> None:
    assert words(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "gpt-5",
        "ines.lagarde@example.fr",
        "msg_0f0f0f0f1111",
        "Europe/Paris",
        "two words",
        "https://example.com/a b",
        "image/png, image/jpeg, */*",
        "eyJhbGciOiJIUzI1NiJ9.e30.abc def123",
        "1 2 3 4 5 6",
        "a b c d e",
        "2026-11-28 10:00:00 UTC",
    ],
)
def test_ids_types_settings_and_addresses_are_not(text: str) -> None:
    assert not words(text)


@pytest.mark.parametrize(
    "text",
    [
        "ines.lagarde@example.fr",
        "Inès <ines@example.fr>",
        "mailto:ines@example.fr",
        "06 12 34 56 78",
        "06.12.34.56.78",
        "+33612345678",
        "(01) 23 45 67 89",
    ],
)
def test_a_persons_address_is_told(text: str) -> None:
    assert contact(text)


@pytest.mark.parametrize(
    "text",
    [
        "gpt-5",
        "Claude Sonnet 4",
        "@me",
        "v1.2.3",
        "react@18.2.0",
        "1716212345678",
        "2026-11-28T10:00:00Z",
        "12 34",
        "-1",
    ],
)
def test_ids_labels_and_times_are_none(text: str) -> None:
    assert not contact(text)
