"""Tables: each cell is read with its own heading, and a finding in it stands where the cell stood."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.detect.columns import APART, columns, row
from guard.detect.engine import Analyzer
from guard.detect.views import plainly
from guard.terms import Role, Segment


def said(text: str) -> list[str]:
    view = columns(plainly(text))
    return [] if view is None else [cell for cell in view.text.replace("\n", "").split(APART) if cell]


TABLES = {
    "semicolons": ("ville;siren\nBrest;732829320\nMetz;552100554\n", ["siren: 732829320", "siren: 552100554"]),
    "tabs, as from a spreadsheet": ("nom\tréf. client\nAna\tA-20451\n", ["réf. client: A-20451"]),
    "commas and quotes": ('id,"tel, fixe"\n1,"01 99, 00"\n', ["tel, fixe: 01 99, 00"]),
    "Markdown": ("| Nom | NIR |\n|---|---|\n| Ana | 12345 |\n", ["NIR: 12345"]),
    "a query's answer": (" id | bic\n----+----------\n  1 | AGRIFRPP\n(1 row)\n", ["bic: AGRIFRPP"]),
    "an empty cell before it": ("a;b;c\n;;12345\n", ["c: 12345"]),
    "two tables": ("a;b\nx;1234\n\nc;d\ny;5678\n", ["b: 1234", "d: 5678"]),
    "rows that are not whole": ("a;b\nx;1234\nx\nx;y;z\nx;5678\n", ["b: 1234"]),
    "INSERT": (
        "INSERT INTO t (id, `nir`, note) VALUES (1, '12345', 'l''an'), (2, '67890', NOW());",
        ["nir: 12345", "nir: 67890"],
    ),
}


@pytest.mark.parametrize(("text", "cells"), TABLES.values(), ids=TABLES)
def test_each_cell_that_may_hold_an_identifier_follows_its_heading(text: str, cells: list[str]) -> None:
    assert said(text) == cells


@pytest.mark.parametrize(
    "text",
    [
        "Une phrase, deux virgules, et rien d'autre.\nLa suite, sans chiffre, est là.",
        "12345;67890\n23456;78901\n",
        "nom;ville\nAna;Brest\n",
        "a;b",
        "",
    ],
    ids=["prose", "no headings", "no digits", "no rows", "nothing"],
)
def test_what_is_no_table_of_numbers_has_no_such_view(text: str) -> None:
    assert columns(plainly(text)) is None


def test_one_long_heading_costs_no_other_column_its_own() -> None:
    long = "numéro de sécurité sociale américain (SSN)"

    assert said(f"ref;{long};SIREN\nA-101;715-76-6150;732829320") == [
        "ref: A-101",
        f"{long}: 715-76-6150",
        "SIREN: 732829320",
    ]


@pytest.mark.parametrize("mark", [";", ",", "\t", "|"])
def test_a_number_far_below_its_heading_is_found_and_no_other_column_is(analyzer: Analyzer, mark: str) -> None:
    number, other = "732829320", "552100554"  # both pass Luhn's check
    rows = [mark.join([f"ligne {n}", "un texte de remplissage", number, "x" * 90, other]) for n in range(30)]
    text = "\n".join([mark.join(["rang", "libellé", "siren", "note", "lot"]), *rows])

    found = analyzer.analyze([Segment("body:", Role.USER, text)]).findings

    places = [n for n in range(len(text)) if text.startswith(number, n)]
    assert [(f.entity, f.start, f.end) for f in found if f.proven] == [("FR_SIREN", at, at + 9) for at in places]


@given(st.lists(st.lists(st.text(alphabet='ab1 "|;', max_size=9), min_size=1, max_size=4), max_size=6))
def test_a_cell_in_the_view_stands_for_itself(rows: list[list[str]]) -> None:
    text = "\n".join(["nom;n° de dossier", *(";".join(cells) for cells in rows)])
    view = columns(plainly(text))
    if view is None:
        return
    at = 0
    for line in view.text.split(f"\n{APART}")[:-1]:
        heading, cell = line.split(": ", 1)
        start = at + len(heading) + 2
        first, last = view.span(start, start + len(cell))
        assert text[first:last] == cell
        at = start + len(cell) + 2


def test_an_empty_cell_takes_its_place() -> None:
    assert row("a;;b\n", ";") == [(0, 1), (2, 2), (3, 4)]
