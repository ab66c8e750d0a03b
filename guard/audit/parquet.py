"""Days that are over -> one Parquet file each, from which questions are answered some ten times faster.

A cache and no record: it is made from the lines, can be made again at any time, and is read only while it is as its
lines are (their time of change is its own) and as the columns are. A day whose lines are deleted loses it too.
"""

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import NamedTuple

import duckdb

from guard.audit.columns import LAYOUT, LINE, SELECT
from guard.audit.tail import day_of
from guard.errors import StoreError

FOLDER = "parquet"
"""Where they are, in the folder of the log."""
LONGEST = 4 * 2**20
"""Longest line read, in bytes; one longer is left out."""
_NAME = re.compile(r"audit-(?P<node>.{1,64})-(?P<day>\d{4}-\d\d-\d\d)\.jsonl")


class Day(NamedTuple):
    """One node's lines of one day."""

    path: Path
    day: date

    @property
    def cache(self) -> Path:
        """Where its Parquet is, or would be."""
        return self.path.parent / FOLDER / f"{self.path.stem}.{LAYOUT}.parquet"

    @property
    def fresh(self) -> bool:
        """Whether the Parquet is there and is of these very lines."""
        try:
            return self.cache.stat().st_mtime_ns == self.path.stat().st_mtime_ns
        except OSError:
            return False


def days(folder: Path) -> list[Day]:
    """The day files of all nodes, the oldest first. StoreError when there is no such folder."""
    try:
        names = [(path, _NAME.fullmatch(path.name)) for path in folder.iterdir()]
    except OSError as error:
        raise StoreError(f"the audit log's folder cannot be read ({type(error).__name__})") from None
    found = [Day(path, day) for path, name in names if name and (day := day_of(name["day"]))]
    return sorted(found, key=lambda day: (day.day, day.path))


def literal(text: object) -> str:
    """A string of SQL."""
    return "'" + str(text).replace("'", "''") + "'"


def listed(paths: list[Path]) -> str:
    """A list of SQL."""
    return f"[{', '.join(map(literal, paths))}]"


def lines(paths: list[Path]) -> str:
    """A query of all whole lines of some files. What is no line of ours, such as a torn end, gives none."""
    return (
        f"SELECT {SELECT} FROM read_json({listed(paths)}, format='newline_delimited', columns={LINE}, "  # noqa: S608
        f"ignore_errors=true, maximum_object_size={LONGEST}) WHERE metadata.uid IS NOT NULL"
    )


def convert(folder: Path, today: date, memory: str = "512MB") -> Iterator[Path]:
    """The files made, one after the other; what no day needs any more is removed. StoreError when one cannot be."""
    known = days(folder)
    with suppress(FileNotFoundError):
        for old in set((folder / FOLDER).iterdir()) - {day.cache for day in known}:
            old.unlink()
    due = [day for day in known if day.day < today and not day.fresh]
    if not due:
        return
    (folder / FOLDER).mkdir(mode=0o750, exist_ok=True)
    with duckdb.connect(config={"memory_limit": memory, "threads": 2, "temp_directory": ""}) as connection:
        connection.execute("SET enable_progress_bar = false")
        for day in due:
            yield _converted(connection, day)


def _converted(connection: duckdb.DuckDBPyConnection, day: Day) -> Path:
    half = day.cache.with_suffix(".half")
    try:
        changed = day.path.stat().st_mtime_ns
        connection.execute(f"COPY ({lines([day.path])}) TO {literal(half)} (FORMAT parquet, COMPRESSION zstd)")
        half.chmod(0o640)
        os.utime(half, ns=(changed, changed))
        half.replace(day.cache)
    except (OSError, duckdb.Error) as error:
        half.unlink(missing_ok=True)
        raise StoreError(f"{day.path.name} could not be converted ({type(error).__name__})") from None
    return day.cache
