"""A folder of audit lines and a scope -> tables that answer SQL, while the guard goes on writing.

Days that are over come from their Parquet where it is fresh, all others from their lines. Memory is bounded; what does
not fit goes to a folder of its own that is removed afterwards. No query reaches another file: those we ship read the
log's files alone, and one that somebody typed reads a copy, of which nothing leads back to the log.
"""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from guard.audit.columns import ADMIN, NONE
from guard.audit.parquet import Day, days, lines, listed, literal
from guard.errors import StoreError

MEMORY = "512MB"
"""What DuckDB may take, unless told otherwise."""
SPILL = "4GB"
"""What it may put on the disk meanwhile."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Which events a question is about."""

    since: datetime
    until: datetime
    """The end, which is not in it any more."""
    user: str | None = None
    service: str | None = None


@dataclass(frozen=True, slots=True)
class Rows:
    """An answer: the names of the columns, and the rows."""

    columns: tuple[str, ...]
    rows: Sequence[tuple[Any, ...]]


class Reader:
    """A connection with the tables: `events` (the scope), `history` (the scope without its time), `admin` (the guard's
    own life, in that time) and `lines` (all of that time).
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def ask(self, query: str, value: str | None = None) -> Rows:
        """The rows of one query; `value` is its `getvariable('value')`. StoreError says why there are none."""
        try:
            self._connection.execute("SET VARIABLE value = ?", [value])
            done = self._connection.execute(query)
            return Rows(tuple(str(column[0]) for column in done.description or ()), done.fetchall())
        except duckdb.Error as error:
            raise StoreError(f"the query failed: {_why(error)}") from None


@contextmanager
def reader(folder: Path, scope: Scope, memory: str = MEMORY) -> Iterator[Reader]:
    """For queries of ours. StoreError when the log cannot be read."""
    found = [day for day in days(folder) if day.day <= scope.until.date()]
    with _spill() as spill, duckdb.connect(config=_config(memory, spill)) as connection:
        _tables(connection, found, scope, "VIEW")
        connection.execute(
            f"CREATE VIEW history AS SELECT * FROM ({_source(found)}) WHERE {_whose(scope)}"  # noqa: S608
            " AND coalesce(direction, 'prompt') = 'prompt'"
        )
        paths = [path for day in found for path in (day.path, day.cache)]
        connection.execute(f"SET allowed_paths = {listed(paths)}")
        _close(connection)
        yield Reader(connection)


@contextmanager
def typed(folder: Path, scope: Scope, memory: str = MEMORY) -> Iterator[Reader]:
    """For queries that a person typed: on a copy of the scope, read only, without any way to a file.

    DuckDB's queries can write files (a `COPY` inside a `WITH`), so the log's own are out of their reach.
    """
    with _spill() as spill:
        copy = spill / "copy.db"
        with _told(), duckdb.connect(copy, config=_config(memory, spill)) as connection:
            _tables(connection, days(folder), scope, "TABLE")
        with duckdb.connect(copy, read_only=True, config=_config(memory, spill)) as connection:
            _close(connection)
            yield Reader(connection)


def _tables(connection: duckdb.DuckDBPyConnection, found: list[Day], scope: Scope, kind: str) -> None:
    within = [day for day in found if scope.since.date() <= day.day <= scope.until.date()]
    with _told():
        connection.execute("SET enable_progress_bar = false")
        for name, moment in (("since", scope.since), ("until", scope.until)):
            connection.execute(f"SET VARIABLE {name} = {_literal(moment)}")
        connection.execute(
            f"CREATE {kind} lines AS SELECT * FROM ({_source(within)}) "  # noqa: S608
            f"WHERE time >= {_literal(scope.since)} AND time < {_literal(scope.until)}"
        )
        for name, direction in (("events", "prompt"), ("answers", "answer")):
            condition = f"{_whose(scope)} AND coalesce(direction, 'prompt') = '{direction}'"
            connection.execute(f"CREATE VIEW {name} AS SELECT * FROM lines WHERE {condition}")  # noqa: S608
        connection.execute(f"CREATE VIEW admin AS SELECT {_ADMIN} FROM lines WHERE admin IS NOT NULL")  # noqa: S608


def _source(found: list[Day]) -> str:
    """All lines of some days."""
    cached = [day.cache for day in found if day.fresh]
    plain = [day.path for day in found if day.cache not in cached]
    parts = [f"SELECT * FROM read_parquet({listed(cached)})"] if cached else []  # noqa: S608
    return " UNION ALL BY NAME ".join([*parts, lines(plain)] if plain else parts) or NONE


def _whose(scope: Scope) -> str:
    """The condition on prompts and answers."""
    wanted = (("user", scope.user), ("service", scope.service))
    return " AND ".join(
        ["decision IS NOT NULL", *(f'"{name}" = {literal(value)}' for name, value in wanted if value is not None)]
    )


def _literal(moment: datetime) -> str:
    return f"TIMESTAMP '{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}'"


def _config(memory: str, spill: Path) -> dict[str, str | bool | int | float | list[str]]:
    return {
        "memory_limit": memory,
        "threads": 2,
        "temp_directory": str(spill),
        "max_temp_directory_size": SPILL,
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
    }


def _close(connection: duckdb.DuckDBPyConnection) -> None:
    """No file is within reach from here on, and nothing can change that."""
    connection.execute("SET enable_progress_bar = false")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


@contextmanager
def _spill() -> Iterator[Path]:
    """A folder nobody else can read, for a while."""
    with tempfile.TemporaryDirectory(prefix="guard-logs-") as folder:
        yield Path(folder)


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except duckdb.Error as error:
        raise StoreError(f"the audit log cannot be read: {_why(error)}") from None


def _why(error: duckdb.Error) -> str:
    """The kind of error and DuckDB's first line: it quotes the query, and events that hold no prompt text."""
    return str(error).partition("\n")[0]


_ADMIN = ", ".join(f'"{name}"' for name in ADMIN)
