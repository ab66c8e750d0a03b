"""Names of pipelines, columns and mailboxes: which count, and where they begin and end."""

from collections.abc import Callable

import pytest

from guard.detect.naming import Naming, asks
from guard.rules.schema import DetectRule

type NewRule = Callable[..., DetectRule]


@pytest.fixture(scope="session")
def person(new_rule: NewRule) -> DetectRule:
    return new_rule("person", named={"label": "PERSON", "score": 0.75}, allow_from="public.txt")


@pytest.fixture(scope="session")
def column(new_rule: NewRule) -> DetectRule:
    return new_rule("column", columns={"fr": ["prénom", "nom de famille"], "en": ["first name"]}, allow=["Total"])


@pytest.fixture(scope="session")
def mailbox(new_rule: NewRule) -> DetectRule:
    return new_rule("mailbox", mailbox=True, allow=["service"])


def spotted(rule: DetectRule, text: str, names: list[tuple[str, str]] | None = None) -> list[str]:
    named = [(label, text.index(name), text.index(name) + len(name)) for label, name in names or []]
    return [text[m.start : m.end] for m in Naming([rule], {"public.txt": ["Léonard de Vinci"]}).find(text, named)]


EDGES = {
    "as it is": ("vu Ana Diaz hier", "Ana Diaz", ["Ana Diaz"]),
    "marks around": ('vu "Ana Diaz", hier', '"Ana Diaz",', ["Ana Diaz"]),
    "a possessive": ("Ana Diaz's file", "Ana Diaz's", ["Ana Diaz"]),
    "an initial keeps its letters": ("vu J. Diaz.", "J. Diaz.", ["J. Diaz"]),
    "a last initial keeps its point": ("vu Ana D. hier", "Ana D.", ["Ana D."]),
    "a title": ("vu Mme Diaz hier", "Mme Diaz", ["Diaz"]),
    "a title with a point": ("saw Dr. Ana Diaz", "Dr. Ana Diaz", ["Ana Diaz"]),
    "no letters": ("vu 12-34 hier", "12-34", []),
    "one letter": ("vu A. hier", "A.", []),
    "a code": ("vu A-106,03DA61223 hier", "A-106,03DA61223", []),
    "a place and its code": ("vu 75011 Paris hier", "75011 Paris", ["75011 Paris"]),
    "two characters of Chinese": ("vu 王芳 hier", "王芳", ["王芳"]),
    "public": ("vu LEONARD  de vinci !", "LEONARD  de vinci", []),
}


@pytest.mark.parametrize(("text", "name", "expected"), EDGES.values(), ids=EDGES)
def test_what_a_pipeline_names_counts_without_its_edges(
    person: DetectRule, text: str, name: str, expected: list[str]
) -> None:
    assert spotted(person, text, [("PERSON", name)]) == expected


def test_a_label_that_no_rule_asks_for_is_left(person: DetectRule) -> None:
    assert spotted(person, "à Dole", [("LOCATION", "Dole")]) == []


PARTS = {
    "cells of a row": ("Diaz,Ana;Dole", "PERSON", "Diaz,Ana", ["Diaz", "Ana"]),
    "bars": ("| Ana | Bo |", "PERSON", "Ana | Bo", ["Ana", "Bo"]),
    "a register's comma": ("vu DIAZ, Ana hier", "PERSON", "DIAZ, Ana", ["DIAZ, Ana"]),
    "a doctor taken for a firm": ("chez le dr diaz demain", "ORGANIZATION", "le dr diaz", ["diaz"]),
    "a lady taken for a place": ("avec Mme Diaz demain", "LOCATION", "Mme Diaz", ["Diaz"]),
    "a list's first two": ("Présents : Diaz, Ferrand, Vidal", "PERSON", "Diaz, Ferrand", ["Diaz", "Ferrand"]),
    "who is told, taken for a place": ("Demande à Lison si elle vient", "LOCATION", "Lison", ["Lison"]),
    "a place that is written to": ("On envoie le colis à Vannes", "LOCATION", "Vannes", []),
    "cut short": ("vu Anaïs Courtade hier", "PERSON", "Anaïs", ["Anaïs Courtade"]),
    "named again": ("Vu Ana Diaz. Le dossier Diaz attend.", "PERSON", "Ana Diaz", ["Ana Diaz", "Diaz"]),
    "public people are not named again": ("Vu Léonard de Vinci. À Léonard !", "PERSON", "Léonard de Vinci", []),
}


@pytest.mark.parametrize(("text", "label", "name", "expected"), PARTS.values(), ids=PARTS)
def test_what_a_pipeline_took_for_one_name_may_be_two_or_a_person(
    person: DetectRule, text: str, label: str, name: str, expected: list[str]
) -> None:
    assert spotted(person, text, [(label, name)]) == expected


def test_people_whom_patterns_found_are_named_again(person: DetectRule) -> None:
    text = "Bonjour Ana, je transmets à Ana"
    found = Naming([person], {"public.txt": []}).find(text, [], [(8, 11)])

    assert [(m.start, m.end) for m in found] == [(28, 31)]


def test_a_place_in_a_list_of_people_is_a_person_and_no_place(person: DetectRule, new_rule: NewRule) -> None:
    text = "Présents : Ugo, Tess, Kenza et Achille"
    named = [(label, text.index(name), text.index(name) + len(name)) for name, label in (
        ("Ugo", "PERSON"), ("Tess", "PERSON"), ("Kenza", "LOCATION"), ("Achille", "PERSON"),
    )]  # fmt: skip
    place = new_rule("place", named={"label": "LOCATION", "score": 0.75})
    found = Naming([person, place], {"public.txt": []}).find(text, named)

    assert sorted((text[m.start : m.end], m.rule.id) for m in found) == [
        (name, "person") for name in ("Achille", "Kenza", "Tess", "Ugo")
    ]


TABLES = {
    "semicolons": ("id;Prénom;ville\n1;Ana;Dole\n2;Bo;Metz\n", ["Ana", "Bo"]),
    "tabs": ("id\tfirst name\n1\tAna\n", ["Ana"]),
    "Markdown": ("| First name | n |\n|---|---|\n| Ana | 1 |\n", ["Ana"]),
    "Markdown, bold": ("| **First name** | n |\n|---|---|\n| Ana | 1 |\n", ["Ana"]),
    "quotes": ('id,"first name",x\n1,"Diaz, Ana",2\n', ["Diaz, Ana"]),
    "an empty cell before": ("a;b;prénom\n;;Ana\nx;;Bo\n", ["Ana", "Bo"]),
    "digits are no name": ("prénom;n\nA12;1\n", []),
    "what is allowed": ("prénom;n\nAna;1\nTotal;2\n", ["Ana"]),
    "the table ends": ("prénom;n\nAna;1\n\nBonjour à tous\n", ["Ana"]),
    "two tables": ("prénom;n\nAna;1\n\nfirst name;m\nBo;2\n", ["Ana", "Bo"]),
    "two columns": ("prénom;nom de famille\nAna;Diaz\n", ["Ana", "Diaz"]),
    "no heading": ("Ana;Dole\nBo;Metz\n", []),
    "a sentence": ("Le prénom, dit-on, compte\nAna, Bo et Cy\n", []),
}


@pytest.mark.parametrize(("text", "expected"), TABLES.values(), ids=TABLES)
def test_cells_below_a_heading_are_names(column: DetectRule, text: str, expected: list[str]) -> None:
    assert spotted(column, text) == expected


MAILBOXES = {
    "both orders": ("Ana Diaz, DIAZ Ana : ana.diaz@x.fr", ["Ana Diaz", "DIAZ Ana"]),
    "each alone": ("Mme Diaz (ana.diaz@x.fr)", ["Diaz"]),
    "accents": ("Zoé Trouvé, zoe.trouve@x.fr", ["Zoé Trouvé"]),
    "a hyphen": ("Jean-Marc : jean-marc.diaz@x.fr", ["Jean", "Marc"]),
    "small letters are words": ("rose : rose.marron@x.fr", []),
    "short parts alone": ("Le thé de Li : li.yu@x.fr", []),
    "a shared one": ("Le Service Achats : service.achats@x.fr", []),
    "one word": ("Ana : ana@x.fr", []),
    "not in the address itself": ("ana.diaz@x.fr", []),
}


@pytest.mark.parametrize(("text", "expected"), MAILBOXES.values(), ids=MAILBOXES)
def test_the_name_a_mailbox_is_made_of_is_found_where_it_stands(
    mailbox: DetectRule, text: str, expected: list[str]
) -> None:
    assert spotted(mailbox, text) == expected


def test_a_rule_asks_for_names_or_not(person: DetectRule, column: DetectRule, new_rule: NewRule) -> None:
    assert [asks(rule) for rule in (person, column, new_rule("x", "x"))] == [True, True, False]
    assert [Naming([rule], {}).pipeline for rule in (person, column)] == [True, False]
