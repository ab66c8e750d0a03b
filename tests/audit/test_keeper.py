import errno
import json
import os
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from guard.audit.checkpoint import Signer
from guard.audit.keeper import MANY, Keeper
from guard.audit.sink import Keeping, Sink
from guard.terms import Actor, Decision, Outcome, Verdict

NOON = datetime(2026, 7, 23, 12, tzinfo=UTC)
OUTCOME = Outcome(Decision(Verdict.BLOCK), Actor("jdupont"), "openai-api", "chat", "api.openai.com")


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def sink(tmp_path: Path, clock: Clock) -> Iterator[Sink]:
    keeping = Keeping(signer=Signer(bytes(32), "n"), elsewhere=tmp_path / "copies")
    (tmp_path / "copies").mkdir()
    with closing(Sink(tmp_path, "n", clock, keeping)) as opened:
        yield opened


@pytest.fixture
def keeper(sink: Sink, tmp_path: Path, clock: Clock, told: list[str]) -> Keeper:
    return Keeper(sink, tmp_path, 365, told.append, clock)


def checkpoints(folder: Path) -> int:
    path = folder / "audit-n-2026-07-23.ckpt"
    return path.read_text("utf-8").count("\n— ") if path.exists() else 0


def events(folder: Path) -> list[tuple[str, str]]:
    lines = (folder / "audit-n-2026-07-23.jsonl").read_bytes().splitlines()
    return [(event["metadata"]["event_code"], event["message"]) for event in map(json.loads, lines)]


def test_there_is_a_checkpoint_each_minute_when_something_was_written(
    keeper: Keeper, sink: Sink, clock: Clock, tmp_path: Path
) -> None:
    counts = []
    for writes, seconds in ((1, 1), (1, 30), (1, 30), (0, 60), (0, 60)):
        for _ in range(writes):
            sink.write(OUTCOME)
        keeper.tick()
        counts.append(checkpoints(tmp_path))
        clock.pass_(seconds)

    assert counts == [1, 1, 1, 2, 2]


def test_many_lines_do_not_wait_for_the_minute(keeper: Keeper, sink: Sink, clock: Clock, tmp_path: Path) -> None:
    sink.write(OUTCOME)
    keeper.tick()
    for _ in range(MANY):
        sink.write(OUTCOME)
    clock.pass_(1)
    keeper.tick()

    assert checkpoints(tmp_path) == 2


def test_a_failure_is_told_when_it_begins_and_when_it_is_over(
    keeper: Keeper, sink: Sink, clock: Clock, tmp_path: Path, told: list[str]
) -> None:
    (tmp_path / "copies").rmdir()
    for minute in range(4):
        sink.write(OUTCOME)
        if minute == 2:
            (tmp_path / "copies").mkdir()
        keeper.tick()
        clock.pass_(60)

    assert told == [
        "the folder of checkpoints cannot be written (ENOENT)",
        "The audit log's checkpoint is well again",
    ]
    assert [message for code, message in events(tmp_path) if code == "admin.keeping"] == told


def test_what_is_over_is_deleted_each_hour(keeper: Keeper, sink: Sink, clock: Clock, tmp_path: Path) -> None:
    old = tmp_path / "audit-n-2025-07-01.jsonl"
    keeper.tick()
    old.touch()
    clock.pass_(60)
    keeper.tick()
    assert old.exists()
    clock.pass_(3600)
    keeper.tick()

    assert not old.exists()
    assert events(tmp_path)[0][0] == "admin.deleted"
    assert sink.unsigned() == 0


def test_files_that_anybody_may_put_there_stop_nothing(
    sink: Sink, clock: Clock, tmp_path: Path, told: list[str]
) -> None:
    """Days that no calendar has, in the names of files and folders; the evidence is not where it was, but a file is."""
    place = tmp_path / "evidence"
    for name in (
        "audit-n-2025-02-31.jsonl",
        "audit-x-9999-99-99.jsonl",
        "audit-x-2025-02-31.ckpt",
        "audit-n-2025-07-01.jsonl",
    ):
        (tmp_path / name).touch()
    for name in ("2025-02-31", "9999-12-31", "0000-00-00"):
        (place / name).mkdir(parents=True)
    sink.write(OUTCOME)
    Keeper(sink, tmp_path, 30, told.append, clock, evidence=(place, 30)).tick()

    assert not (tmp_path / "audit-n-2025-07-01.jsonl").exists()
    assert len(list(place.iterdir())) == 3
    assert (told, checkpoints(tmp_path), sink.unsigned()) == ([], 2, 0)


def test_a_defect_in_one_part_is_told_and_ends_no_other(
    keeper: Keeper, sink: Sink, tmp_path: Path, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("guard.audit.keeper.sweep", lambda *_: [][0])
    sink.write(OUTCOME)
    keeper.tick()
    keeper.tick()

    assert told == ["The audit log's retention: IndexError"]
    assert checkpoints(tmp_path) == 2


def test_a_hold_nobody_understands_is_told_and_keeps_everything(
    keeper: Keeper, tmp_path: Path, told: list[str]
) -> None:
    (tmp_path / "legal-hold").write_text("Dupont\n")
    (tmp_path / "audit-n-2025-07-01.jsonl").touch()
    keeper.tick()

    assert (tmp_path / "audit-n-2025-07-01.jsonl").exists()
    assert "nothing is deleted" in told[0]


def test_a_hold_that_is_changed_is_told_of_whoever_changed_it(keeper: Keeper, clock: Clock, tmp_path: Path) -> None:
    for text in ("2026-07-01\n", "2026-07-01 # still\n", "all\n", ""):
        (tmp_path / "legal-hold").write_text(text)
        keeper.tick()
        clock.pass_(60)

    assert [message for code, message in events(tmp_path) if code == "admin.hold"] == [
        "Legal hold: 1 days",
        "Legal hold: everything",
        "Legal hold: 0 days",
    ]


def test_a_failing_disk_is_told_even_when_no_line_can_say_it(
    keeper: Keeper, sink: Sink, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    sink.write(OUTCOME)
    with monkeypatch.context() as patched:
        patched.setattr("os.fdatasync", refuse)
        keeper.tick()

    assert told[:2] == [
        "the audit log could not be put on the disk (EIO)",
        "the audit log's disk failed; nothing is taken until the guard starts anew",
    ]


def test_evidence_has_its_own_time(sink: Sink, tmp_path: Path, clock: Clock, told: list[str]) -> None:
    place = tmp_path / "evidence"
    for day in ("2026-06-01", "2026-07-22"):
        (place / day).mkdir(parents=True)
    Keeper(sink, tmp_path, 365, told.append, clock, evidence=(place, 30)).tick()

    assert [path.name for path in place.iterdir()] == ["2026-07-22"]
    assert ("admin.deleted", "Evidence of 2026-06-01 was deleted: kept for 30 days") in events(tmp_path)
    assert told == []


def test_it_works_by_itself_until_it_is_stopped(sink: Sink, tmp_path: Path) -> None:
    done = threading.Event()
    keeper = Keeper(sink, tmp_path, 365, lambda _: None, lambda: done.set() or NOON)  # type: ignore[func-returns-value]
    keeper.start()
    assert done.wait(10)
    keeper.stop()
    assert "audit-keeper" not in {thread.name for thread in threading.enumerate()}


def test_one_that_never_started_can_be_stopped(keeper: Keeper) -> None:
    keeper.stop()
