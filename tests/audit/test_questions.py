"""The questions as files, what they answer, and their headings."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from guard.audit.questions import folder, moment, question, questions
from guard.audit.reader import Scope, reader
from guard.errors import StoreError

SHIPPED = questions()
NOW = datetime(2026, 7, 24, tzinfo=UTC)
WHOLE = "-- What?\n-- since: 7d\n-- column n: how many\nSELECT 1 AS n\n"


def test_thirteen_questions_at_least_are_shipped() -> None:
    assert len(SHIPPED) >= 13
    assert "unknown-endpoints" in SHIPPED


@pytest.mark.parametrize("name", SHIPPED)
def test_the_heading_says_which_columns_the_answer_has(name: str, tmp_path: Path) -> None:
    shipped = SHIPPED[name]
    with reader(tmp_path, Scope(moment(shipped.since, NOW), NOW)) as tables:
        answer = tables.ask(shipped.query, "a-value")
    assert answer.columns == tuple(shipped.columns)
    assert shipped.chart is None or set(shipped.chart) <= set(shipped.columns)


@pytest.mark.parametrize("name", SHIPPED)
def test_a_value_is_wanted_where_it_is_used(name: str) -> None:
    assert ("getvariable('value')" in SHIPPED[name].query) == (SHIPPED[name].value is not None)


def test_a_trend_has_a_chart() -> None:
    assert SHIPPED["trend"].chart == ("day", "stopped")
    assert SHIPPED["health"].chart == ("hour", "p95")


def test_a_heading_is_read_whole() -> None:
    read = question("mine", WHOLE.replace("-- column", "-- value: a thing\n-- chart: n n\n-- column"))
    assert (read.title, read.since, read.value, read.chart) == ("What?", "7d", "a thing", ("n", "n"))
    assert (read.columns, read.query) == ({"n": "how many"}, "SELECT 1 AS n")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "SELECT 1 AS n\n",
        WHOLE.replace("-- since: 7d\n", ""),
        WHOLE.replace("-- column n: how many\n", ""),
        WHOLE.replace("SELECT 1 AS n\n", ""),
        WHOLE.replace("-- since", "-- until: now\n-- since"),
    ],
    ids=["empty", "no heading", "no since", "no column", "no query", "unknown word"],
)
def test_a_heading_that_is_not_whole_is_refused(text: str) -> None:
    with pytest.raises(StoreError, match=r"mine\.sql: the heading wants"):
        question("mine", text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("30m", NOW - timedelta(minutes=30)),
        ("24h", NOW - timedelta(hours=24)),
        ("7d", NOW - timedelta(days=7)),
        ("2w", NOW - timedelta(days=14)),
        ("2026-07-23", datetime(2026, 7, 23, tzinfo=UTC)),
        ("2026-07-23T10:00Z", datetime(2026, 7, 23, 10, tzinfo=UTC)),
        ("2026-07-23T10:00+02:00", datetime(2026, 7, 23, 8, tzinfo=UTC)),
    ],
)
def test_a_time_is_some_while_ago_or_a_date(text: str, said: datetime) -> None:
    assert moment(text, NOW) == said


@pytest.mark.parametrize("text", ["", "yesterday", "7", "d", "-7d", "7y", "99999d", "2026-13-01"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(StoreError, match="a time is"):
        moment(text, NOW)


def test_a_folder_without_questions_is_said(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no questions"):
        questions(tmp_path)


def test_the_shipped_folders_are_found_from_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert questions() == SHIPPED
    assert (folder("sigma") / "README.md").is_file()
