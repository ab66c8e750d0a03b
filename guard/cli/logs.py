"""Commands that ask the audit log: logs, hunt. Asking about a person, or in one's own words, leaves an event."""

import csv
import json
import sys
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from guard.audit.printable import printable
from guard.cli.door import app, deployment, fail

if TYPE_CHECKING:
    from guard.audit.questions import Question
    from guard.audit.reader import Rows, Scope


class Format(StrEnum):
    """How rows are printed."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


LogOption = Annotated[Path | None, typer.Option("--log", help="Folder of the log; the one of GUARD_LOG_DIR.")]
SinceOption = Annotated[str | None, typer.Option(help="From when: 30m, 24h, 7d, 2w ago, or a date or time (UTC).")]
UntilOption = Annotated[str | None, typer.Option(help="Until when, not included; now when left out.")]
UserOption = Annotated[str | None, typer.Option(help="Only this user (leaves an event).")]
ServiceOption = Annotated[str | None, typer.Option(help="Only this service, by the id of its rule file.")]
FormatOption = Annotated[Format, typer.Option("--format", help="table, json (one object a line) or csv.")]


@app.command()
def logs(
    name: Annotated[str | None, typer.Argument(metavar="QUESTION", help="A question; none lists them.")] = None,
    value: Annotated[str | None, typer.Argument(help="What the question wants: an id, a fingerprint.")] = None,
    sql: Annotated[str | None, typer.Option(help="A query of your own on events, admin, lines.")] = None,
    since: SinceOption = None,
    until: UntilOption = None,
    user: UserOption = None,
    service: ServiceOption = None,
    form: FormatOption = Format.TABLE,
    convert: Annotated[bool, typer.Option(help="Turn days that are over to Parquet first.")] = False,
    log: LogOption = None,
) -> None:
    """Ask the audit log a named question, or one in SQL (needs no more than to read its folder).

    Example: guard logs who-needs-attention --since 30d
    """
    from guard.audit.questions import questions

    folder = log or deployment().log_dir
    if convert:
        _convert(folder)
    if sql is not None:
        if name:
            fail("give a question or --sql, not both", 2)
        _typed(folder, sql, scope_of(since or "7d", until, user, service), form)
        return
    known = questions()
    if name is None:
        if not convert:
            _list(known)
        return
    if (question := known.get(name)) is None:
        fail(f"no question is named {name!r}; guard logs lists them", 2)
    if (value is None) != (question.value is None):
        fail(f"{name} wants {question.value or 'no value'}", 2)
    _named(folder, question, value, scope_of(since or question.since, until, user, service), form)


@app.command()
def hunt(
    rules: Annotated[Path | None, typer.Argument(help="Folder of Sigma rules; the shipped ones when left out.")] = None,
    since: SinceOption = "7d",
    until: UntilOption = None,
    user: UserOption = None,
    service: ServiceOption = None,
    level: Annotated[str, typer.Option(help="The lowest level: informational, low, medium, high, critical.")] = "low",
    form: FormatOption = Format.TABLE,
    log: LogOption = None,
) -> None:
    """Run Sigma rules over the audit log; exit code 1 when one finds something (needs to read the log's folder).

    Example: guard hunt --since 24h --level medium
    """
    from guard.audit.questions import folder
    from guard.audit.reader import Rows, reader
    from guard.audit.sigma import LEVELS, query
    from guard.audit.sigma import rules as read

    if level not in LEVELS:
        fail(f"--level wants one of {', '.join(LEVELS)}", 2)
    every = read(rules or folder("sigma"))
    wanted = [rule for rule in every if LEVELS.index(rule.level) >= LEVELS.index(level)]
    scope = scope_of(since or "7d", until, user, service)
    _recorded(scope, "The log was hunted through for a person")
    with reader(log or deployment().log_dir, scope) as tables:
        found = {rule: tables.ask(query(rule, every)) for rule in wanted}
    hits = {rule: rows for rule, rows in found.items() if rows.rows}
    if form is Format.TABLE:
        shown = [(rule.level, rule.name.removeprefix("prompt_guard_"), *_last(rows)) for rule, rows in hits.items()]
        printed(Rows(("level", "rule", "hits", "last", "user", "id"), shown), form)
    else:
        every_hit = [(rule.level, rule.name, *row) for rule, rows in hits.items() for row in rows.rows]
        printed(Rows(("level", "rule", "time", "user", "service", "n", "id"), every_hit), form)
    print(f"{len(wanted)} rules, {len(hits)} with hits", file=sys.stderr)
    raise SystemExit(1 if hits else 0)


def _last(rows: "Rows") -> tuple[Any, ...]:
    """How many hits, and the time, user and id of the last one."""
    time, user, _, _, event = rows.rows[0]
    return len(rows.rows), time, user, event


def _named(folder: Path, question: "Question", value: str | None, scope: "Scope", form: Format) -> None:
    from guard.audit.reader import reader

    _recorded(scope, f"The log was asked: {question.name}", value)
    with reader(folder, scope) as tables:
        rows = tables.ask(question.query, value)
    printed(rows, form, question.title)
    if question.chart and form is Format.TABLE and rows.rows:
        _draw(rows, question.chart)


def _typed(folder: Path, sql: str, scope: "Scope", form: Format) -> None:
    from guard.audit.reader import typed

    _recorded(scope, "The log was asked in SQL", sql)
    with typed(folder, scope) as tables:
        rows = tables.ask(sql)
    printed(rows, form)


def _recorded(scope: "Scope", text: str, subject: str | None = None) -> None:
    """The event of a question about a person, a value or an event; one about all people leaves none."""
    if (about := subject or scope.user) is None:
        return
    from guard.audit.admin import Notice
    from guard.audit.schema import Happening
    from guard.cli.audit import asker, record

    record(deployment(), Notice(Happening.READ, text, about, by=asker(), kind="person"))


def scope_of(since: str, until: str | None, user: str | None = None, service: str | None = None) -> "Scope":
    """What the options say; ends with a sentence when that is no time."""
    from guard.audit.questions import moment
    from guard.audit.reader import Scope

    now = datetime.now(UTC)
    end = moment(until, now) if until else now
    start = moment(since, end)
    if start >= end:
        fail("--since is not before --until", 2)
    return Scope(start, end, user, service)


def _convert(folder: Path) -> None:
    from guard.audit.parquet import convert

    made = list(convert(folder, datetime.now(UTC).date()))
    print(f"{len(made)} days converted", file=sys.stderr)


def _list(known: dict[str, "Question"]) -> None:
    width = max(map(len, known), default=0)
    for name, question in known.items():
        print(f"{name:<{width}}  {question.title}{f' (wants {question.value})' if question.value else ''}")


def printed(rows: "Rows", form: Format, title: str | None = None) -> None:
    """Rows as they were asked for."""
    if form is Format.JSON:
        for row in rows.rows:
            print(json.dumps(dict(zip(rows.columns, map(_plain, row), strict=True)), ensure_ascii=True))
    elif form is Format.CSV:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(rows.columns)
        writer.writerows([[_inert(_cell(value), value) for value in row] for row in rows.rows])
    else:
        _table(rows, title)


def _table(rows: "Rows", title: str | None) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    if title:
        print(title)
    if not rows.rows:
        print("nothing")
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for number, name in enumerate(rows.columns):
        right = all(isinstance(row[number], int | float | None) for row in rows.rows)
        table.add_column(name, justify="right" if right else "left", overflow="fold")
    for row in rows.rows:
        table.add_row(*(Text(_cell(value)) for value in row))
    console = Console(width=None if sys.stdout.isatty() else 140, markup=False, highlight=False)
    with console.capture() as drawn:
        console.print(table)
    print("\n".join(line.rstrip() for line in drawn.get().splitlines() if line.strip()))


def _draw(rows: "Rows", chart: tuple[str, str]) -> None:
    from guard.charts import bars

    label, number = (rows.columns.index(name) for name in chart)
    print(f"{chart[1]} by {chart[0]}")
    for line in bars([(_cell(row[label]), row[number]) for row in rows.rows], 100):
        print(line)


def _plain(value: Any) -> Any:
    """What JSON knows; times as RFC 3339, UTC."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def _inert(cell: str, value: Any) -> str:
    """A name such as `=cmd|…` is no formula to a spreadsheet with an apostrophe before it; numbers stay numbers."""
    formula = cell.startswith(("=", "+", "-", "@")) and not isinstance(value, int | float)
    return f"'{cell}" if formula else cell


def _cell(value: Any) -> str:
    """For a table: times to the second, lists with commas, nothing for null."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}" if not (value.second or value.microsecond) else f"{value:%Y-%m-%d %H:%M:%S}"
    if isinstance(value, list):
        return ", ".join(map(_cell, value))
    text = value if isinstance(value, str) else json.dumps(_plain(value), ensure_ascii=False).strip('"')
    return printable(text, 4096)  # the guard writes nothing else, but who altered the log may have
