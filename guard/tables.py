"""Reports of numbers -> tables for people, as rich draws them."""

from collections.abc import Iterator
from typing import Any

from rich.table import Table

_RATES = ("precision", "recall", "f1")


def evaluation(report: dict[str, Any]) -> Iterator[Table]:
    """The tables of `guard eval`: entities, languages, and what was taken for what."""
    yield _scores("By entity", {**report["entities"], "all": report})
    yield _scores("By language", report["languages"])
    confusion = Table("labelled", "found as", "times", title="Taken for something else")
    for labelled, row in report["confusion"].items():
        for found, count in row.items():
            if labelled != found:
                confusion.add_row(labelled, found, str(count))
    if confusion.row_count:
        yield confusion


def _scores(title: str, rows: dict[str, Any]) -> Table:
    table = Table("", "labelled", "found", *_RATES, *(f"exact {name}" for name in _RATES), title=title)
    for name, row in rows.items():
        rates = [row[rate] for rate in _RATES] + [row["exact"][rate] for rate in _RATES]
        table.add_row(name, str(row["gold"]), str(row["found"]), *("-" if r is None else f"{r:.3f}" for r in rates))
    return table
