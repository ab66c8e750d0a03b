import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from guard.audit.admin import Notice, admin
from guard.audit.event import event
from guard.audit.ids import uuid7
from guard.audit.parquet import convert
from guard.audit.reader import Reader, Scope, reader, typed
from guard.audit.schema import Happening
from guard.audit.sink import Sink
from guard.audit.stamp import Place
from guard.errors import StoreError
from guard.terms import Actor, Verdict

START = datetime(2026, 7, 22, 23, 58, tzinfo=UTC)
ALL = Scope(START, START + timedelta(hours=1))
COUNT = "SELECT count(*) FROM events"

type Read = Callable[[Path, Scope], Any]


@pytest.fixture
def log(tmp_path: Path, new_outcome: Any) -> Path:
    """Six prompts, one a minute, over midnight, and a start of the guard."""
    people = ("jdupont", "mcurie", "d'arc")
    for number in range(6):
        time = START + timedelta(minutes=number)
        outcome = new_outcome(Verdict.BLOCK if number % 2 else Verdict.ALLOW)
        outcome = replace(outcome, actor=Actor(people[number % 3], ("staff",), "address", "10.20.31.7"))
        made = event(outcome, uid=str(uuid7(time, bytes(10))), sequence=number + 2, time=time, node="par-01")
        with (tmp_path / f"audit-par-01-{time.date().isoformat()}.jsonl").open("ab") as file:
            file.write(orjson.dumps(made) + b"\n")
    with (tmp_path / "audit-par-01-2026-07-22.jsonl").open("ab") as file:
        made = admin(
            Notice(Happening.START, "The guard starts"), Place(str(uuid7(START, bytes(10))), 1, START, "par-01")
        )
        file.write(orjson.dumps(made) + b"\n")
    return tmp_path


def one(tables: Reader, query: str) -> Any:
    return tables.ask(query).rows[0][0]


@pytest.mark.parametrize("read", [reader, typed])
@pytest.mark.parametrize("converted", [False, True], ids=["lines", "parquet and lines"])
def test_prompts_of_all_days_are_there_and_the_guards_own_life_apart(read: Read, converted: bool, log: Path) -> None:
    if converted:
        assert len(list(convert(log, date(2026, 7, 23)))) == 1
    with read(log, ALL) as tables:
        assert tables.ask("SELECT seq FROM events ORDER BY seq").rows == [(n,) for n in range(2, 8)]
        assert tables.ask("SELECT event FROM admin").rows == [("admin.start",)]
        assert one(tables, "SELECT count(*) FROM lines") == 7


@pytest.mark.parametrize(
    ("scope", "count"),
    [
        (replace(ALL, until=START + timedelta(minutes=2)), 2),
        (replace(ALL, since=START + timedelta(minutes=2)), 4),
        (replace(ALL, user="mcurie"), 2),
        (replace(ALL, user="d'arc"), 2),
        (replace(ALL, user="x' OR 'a' = 'a"), 0),
        (replace(ALL, service="openai-api"), 6),
        (replace(ALL, service="other"), 0),
        (Scope(START - timedelta(days=9), START - timedelta(days=8)), 0),
    ],
    ids=str,
)
@pytest.mark.parametrize("read", [reader, typed])
def test_a_scope_is_its_time_user_and_service(read: Read, scope: Scope, count: int, log: Path) -> None:
    with read(log, scope) as tables:
        assert one(tables, COUNT) == count


def test_history_is_the_scope_without_its_beginning(log: Path) -> None:
    with reader(log, replace(ALL, since=START + timedelta(minutes=4), user="jdupont")) as tables:
        assert (one(tables, COUNT), one(tables, "SELECT count(*) FROM history")) == (0, 2)


def test_a_failure_is_no_block(tmp_path: Path, new_outcome: Any) -> None:
    made = event(new_outcome(Verdict.BLOCK, failure="worker"), uid="u", sequence=1, time=START, node="par-01")
    (tmp_path / "audit-par-01-2026-07-22.jsonl").write_bytes(orjson.dumps(made) + b"\n")
    with reader(tmp_path, ALL) as tables:
        assert tables.ask("SELECT decision, went, failure FROM events").rows == [("failure", "no", "worker")]


@pytest.mark.parametrize(
    "torn", [b'{"time":178', b"\xff\xfe\n", b"[]\n", b'{"time":"x"}\n', b"\n\n", b"null\n", b'"a"\n']
)
def test_a_torn_or_foreign_line_is_no_event_and_spoils_none(torn: bytes, log: Path) -> None:
    with (log / "audit-par-01-2026-07-23.jsonl").open("ab") as file:
        file.write(torn)
    with reader(log, ALL) as tables:
        assert one(tables, COUNT) == 6


def test_an_empty_folder_has_no_events(tmp_path: Path) -> None:
    with reader(tmp_path, ALL) as tables:
        assert one(tables, COUNT) == 0
        assert one(tables, "SELECT count(*) FROM history") == 0


def test_it_answers_while_the_guard_writes(tmp_path: Path, new_outcome: Any) -> None:
    sink, stop, written = Sink(tmp_path, "par-01"), threading.Event(), 0
    now = datetime.now(UTC)

    def write() -> None:
        nonlocal written
        while not stop.is_set():
            sink.write(new_outcome(Verdict.BLOCK))
            written += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        counts = []
        for _ in range(5):
            with reader(tmp_path, Scope(now - timedelta(days=1), now + timedelta(days=1))) as tables:
                counts.append(one(tables, COUNT))
    finally:
        stop.set()
        writer.join()
        sink.close()
    assert counts == sorted(counts)
    assert 0 < counts[-1] <= written


HOSTILE = {
    "read a file": "SELECT * FROM read_text('{secret}')",
    "list files": "SELECT * FROM glob('/*')",
    "read as a table": "SELECT * FROM '{secret}'",
    "copy out": "COPY events TO '{folder}/out.csv'",
    "copy over the log": "COPY (SELECT 1) TO '{log}' (USE_TMP_FILE false)",
    "copy over the log, in disguise": "WITH x AS (COPY (SELECT 1) TO '{log}' (USE_TMP_FILE false)) SELECT * FROM x",
    "attach": "ATTACH '{folder}/new.db'",
    "extension": "INSTALL httpfs",
    "load": "LOAD '{secret}'",
    "more memory": "SET memory_limit = '64GB'",
    "open again": "SET enable_external_access = true",
    "allow": "SET allowed_directories = ['/']",
    "export": "EXPORT DATABASE '{folder}/all'",
    "delete": "DELETE FROM lines",
    "drop": "DROP TABLE lines",
    "make": "CREATE TABLE mine AS SELECT 1",
}


@pytest.mark.parametrize("query", HOSTILE.values(), ids=HOSTILE)
def test_a_typed_query_reaches_no_file_and_changes_nothing(query: str, log: Path, tmp_path_factory: Any) -> None:
    outside = tmp_path_factory.mktemp("outside")
    secret = outside / "secret.txt"
    secret.write_text("SECRET")
    before = {path: path.read_bytes() for path in log.iterdir()}
    places = {"secret": str(secret), "folder": str(outside), "log": str(log / "audit-par-01-2026-07-22.jsonl")}
    with typed(log, ALL) as tables:
        with pytest.raises(StoreError):
            tables.ask(query.format(**places))
        assert one(tables, COUNT) == 6
    assert {path: path.read_bytes() for path in log.iterdir()} == before
    assert list(outside.iterdir()) == [secret]


def test_the_copy_is_gone_afterwards(log: Path, tmp_path_factory: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path_factory.mktemp("temporary")
    monkeypatch.setattr("tempfile.tempdir", str(place))
    with typed(log, ALL):
        [folder] = place.iterdir()
        assert folder.stat().st_mode & 0o077 == 0
    assert list(place.iterdir()) == []


def test_more_memory_than_allowed_is_refused_with_a_sentence(log: Path) -> None:
    query = "SELECT list(a.range::VARCHAR || b.range::VARCHAR) FROM range(3000) a, range(3000) b"
    with reader(log, ALL, memory="40MB") as tables, pytest.raises(StoreError, match="the query failed"):
        tables.ask(query)
