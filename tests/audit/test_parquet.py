import os
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import orjson
import pytest

from guard.audit.event import event
from guard.audit.ids import uuid7
from guard.audit.parquet import convert, days
from guard.errors import StoreError

TODAY = date(2026, 7, 23)

type Lay = Callable[[date, int], Path]


@pytest.fixture
def lay(tmp_path: Path, new_outcome: Any) -> Lay:
    """Write some lines of a day."""

    def write(day: date, count: int) -> Path:
        start = datetime.combine(day, datetime.min.time(), UTC)
        path = tmp_path / f"audit-par-01-{day.isoformat()}.jsonl"
        with path.open("ab") as file:
            for number in range(count):
                time = start + timedelta(minutes=number)
                made = event(
                    new_outcome(), uid=str(uuid7(time, bytes(10))), sequence=number + 1, time=time, node="par-01"
                )
                file.write(orjson.dumps(made) + b"\n")
        return path

    return write


def rows(path: Path) -> int:
    with duckdb.connect() as connection:
        [(count,)] = connection.execute("SELECT count(*) FROM read_parquet(?)", [str(path)]).fetchall()
    return int(count)


def test_days_that_are_over_are_converted_once(tmp_path: Path, lay: Lay) -> None:
    lay(date(2026, 7, 21), 3)
    lay(date(2026, 7, 22), 4)
    lay(TODAY, 5)
    made = list(convert(tmp_path, TODAY))
    assert [rows(path) for path in made] == [3, 4]
    assert [day.fresh for day in days(tmp_path)] == [True, True, False]
    assert list(convert(tmp_path, TODAY)) == []


def test_a_day_that_changed_is_not_read_from_its_parquet_and_converted_anew(tmp_path: Path, lay: Lay) -> None:
    path = lay(date(2026, 7, 22), 3)
    list(convert(tmp_path, TODAY))
    lay(date(2026, 7, 22), 2)
    later = path.stat().st_mtime_ns + 1
    os.utime(path, ns=(later, later))
    assert [day.fresh for day in days(tmp_path)] == [False]
    assert [rows(path) for path in convert(tmp_path, TODAY)] == [5]


def test_what_no_day_needs_any_more_is_removed(tmp_path: Path, lay: Lay) -> None:
    path = lay(date(2026, 7, 22), 3)
    list(convert(tmp_path, TODAY))
    (tmp_path / "parquet" / "audit-par-01-2026-07-22.00000000.parquet").write_bytes(b"of other columns")
    path.unlink()
    assert list(convert(tmp_path, TODAY)) == []
    assert list((tmp_path / "parquet").iterdir()) == []


def test_a_torn_line_is_left_out(tmp_path: Path, lay: Lay) -> None:
    path = lay(date(2026, 7, 22), 3)
    with path.open("ab") as file:
        file.write(b'{"time": 1784848110377, "metadata": {"uid": "01')
    assert [rows(path) for path in convert(tmp_path, TODAY)] == [3]


def test_a_quote_in_the_folders_name_is_no_end_of_it(tmp_path: Path, lay: Lay) -> None:
    moved = tmp_path / "d'un'e"
    moved.mkdir()
    path = lay(date(2026, 7, 22), 3)
    path.rename(moved / path.name)
    assert [rows(path) for path in convert(moved, TODAY)] == [3]


def test_other_files_are_nobodys_day(tmp_path: Path, lay: Lay) -> None:
    lay(TODAY, 1)
    no_day = "audit-par-01-2026-02-31.jsonl"
    for name in ("audit-par-01-2026-07-22.jsonl.torn", "audit-par-01-2026-07-22.ckpt", "notes.jsonl", no_day):
        (tmp_path / name).write_text("")
    assert [day.day for day in days(tmp_path)] == [TODAY]


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be read"):
        days(tmp_path / "nowhere")


def test_parquet_is_for_those_who_may_read_the_lines(tmp_path: Path, lay: Lay) -> None:
    lay(date(2026, 7, 22), 1)
    [made] = convert(tmp_path, TODAY)
    assert made.stat().st_mode & 0o777 == 0o640
