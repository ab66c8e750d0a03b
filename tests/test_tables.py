"""A report of `guard eval` as its tables."""

import io

import pytest
from rich.console import Console

from guard.evaluate import Case, Evaluation, Span
from guard.tables import evaluation


def drawn(scores: Evaluation) -> str:
    """What a person sees, one line a row."""
    console = Console(file=io.StringIO(), width=200, color_system=None)
    for table in evaluation(scores.report()):
        console.print(table)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def row(text: str, name: str) -> list[str]:
    """The cells of the first row of that name."""
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.replace("┃", "│").strip("│ ").split("│")]
        if cells[0] == name:
            return cells[1:]
    raise AssertionError(name)


@pytest.fixture
def scores() -> Evaluation:
    found = Evaluation()
    labels = (Span("CARD", 0, 4), Span("CARD", 10, 14), Span("IBAN", 20, 24))
    found.add(Case("x" * 30, labels, "fr"), [Span("CARD", 0, 4), Span("CARD", 11, 13), Span("PHONE", 20, 24)])
    return found


def test_each_entity_has_its_counts_and_its_six_rates(scores: Evaluation) -> None:
    assert row(drawn(scores), "CARD") == ["2", "2", "1.000", "1.000", "1.000", "0.500", "0.500", "0.500"]


def test_all_entities_together_are_the_last_row_of_their_table(scores: Evaluation) -> None:
    rows = [line for line in drawn(scores).split("By language")[0].splitlines() if line.startswith("│")]

    assert rows[-1].strip("│ ").split("│")[0].strip() == "all"
    assert row(drawn(scores), "all")[:2] == ["3", "3"]


def test_a_rate_that_nothing_speaks_of_is_a_dash_and_no_zero(scores: Evaluation) -> None:
    gold, found, precision, recall, *_ = row(drawn(scores), "IBAN")

    assert (gold, found, precision, recall) == ("1", "0", "-", "0.000")


def test_each_language_has_a_row(scores: Evaluation) -> None:
    scores.add(Case("y", (), "en"), [])
    text = drawn(scores).split("By language")[1]

    assert (row(text, "fr")[0], row(text, "en")[0]) == ("3", "0")


def test_what_was_taken_for_another_is_named_and_what_was_right_is_not(scores: Evaluation) -> None:
    text = drawn(scores).split("Taken for something else")[1]

    assert row(text, "IBAN") == ["PHONE", "1"]
    assert "CARD" not in text


def test_nothing_confused_makes_no_table_of_it() -> None:
    scores = Evaluation()
    scores.add(Case("x" * 9, (Span("CARD", 0, 4),), "fr"), [Span("CARD", 0, 4)])

    assert "Taken for something else" not in drawn(scores)


def test_a_report_of_nothing_still_draws() -> None:
    assert row(drawn(Evaluation()), "all")[:3] == ["0", "0", "-"]
