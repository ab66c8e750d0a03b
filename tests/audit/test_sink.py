import asyncio
import errno
import json
import multiprocessing
import os
import resource
import signal
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog

from guard.audit.admin import Notice
from guard.audit.checkpoint import Signer
from guard.audit.identity import Identity
from guard.audit.schema import Happening
from guard.audit.sink import Keeping, Sink
from guard.audit.space import Usage
from guard.errors import StoreError
from guard.terms import Actor, Decision, Outcome, Verdict

NOON = datetime(2026, 7, 23, 12, tzinfo=UTC)
OUTCOME = Outcome(
    Decision(Verdict.BLOCK), Actor("jdupont"), "openai-api", "chat", "api.openai.com", rules_version="4be1"
)


def noon() -> datetime:
    return NOON


def days_later(days: int) -> Callable[[], datetime]:
    return lambda: NOON + timedelta(days=days)


def sequences(path: Path) -> list[int]:
    return [json.loads(line)["metadata"]["sequence"] for line in path.read_bytes().splitlines()]


def codes(path: Path) -> list[str]:
    return [json.loads(line)["metadata"]["event_code"] for line in path.read_bytes().splitlines()]


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """Files end at `size` bytes, as on a full disk: the kernel takes a part of the line, then none (setrlimit(2))."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_each_write_is_one_line_and_returns_its_uid(tmp_path: Path) -> None:
    with closing(Sink(tmp_path, "par-01", noon)) as sink:
        uids = [sink.write(OUTCOME), sink.write(OUTCOME)]
        path = tmp_path / "audit-par-01-2026-07-23.jsonl"
        lines = path.read_bytes().splitlines(keepends=True)  # before close: the kernel has them
    assert [line[-1:] for line in lines] == [b"\n", b"\n"]
    events = [json.loads(line) for line in lines]
    assert [made["metadata"]["uid"] for made in events] == uids
    assert sequences(path) == [1, 2]
    assert events[0]["time"] == 1784808000000
    assert all("event" not in made for made in events)


def test_the_folder_and_the_files_are_closed_to_others(tmp_path: Path) -> None:
    mask = os.umask(0)
    try:
        with closing(Sink(tmp_path / "logs" / "events", "n", noon)) as sink:
            sink.write(OUTCOME)
    finally:
        os.umask(mask)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "logs" / "events").iterdir()}
    assert modes == {".audit-n.lock": 0o640, "audit-n-2026-07-23.jsonl": 0o640}
    assert stat.S_IMODE((tmp_path / "logs" / "events").stat().st_mode) == 0o750


def test_a_new_day_in_utc_is_a_new_file(tmp_path: Path) -> None:
    times = iter([NOON + timedelta(hours=11, minutes=59), NOON + timedelta(hours=12), NOON + timedelta(hours=13)])
    with closing(Sink(tmp_path, "n", lambda: next(times))) as sink:
        for _ in range(3):
            sink.write(OUTCOME)
    assert sequences(tmp_path / "audit-n-2026-07-23.jsonl") == [1]
    assert sequences(tmp_path / "audit-n-2026-07-24.jsonl") == [2, 3]


def test_the_sequence_goes_on_after_a_stop(tmp_path: Path) -> None:
    for day in range(3):
        with closing(Sink(tmp_path, "n", days_later(day))) as sink:
            sink.write(OUTCOME)
            sink.write(OUTCOME)
    assert sequences(tmp_path / "audit-n-2026-07-25.jsonl") == [5, 6]


def test_a_clock_that_went_back_repeats_no_number(tmp_path: Path) -> None:
    for days in (1, 0, 0):
        with closing(Sink(tmp_path, "n", days_later(days))) as sink:
            sink.write(OUTCOME)
    assert sequences(tmp_path / "audit-n-2026-07-24.jsonl") == [1]
    assert sequences(tmp_path / "audit-n-2026-07-23.jsonl") == [2, 3]


def test_a_torn_line_is_put_aside_and_the_next_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "audit-n-2026-07-23.jsonl"
    with closing(Sink(tmp_path, "n", noon)) as sink:
        sink.write(OUTCOME)
    with path.open("ab") as file:
        file.write(b'{"time":17848')
    with closing(Sink(tmp_path, "n", noon)) as sink:
        sink.write(OUTCOME)
    assert sequences(path) == [1, 2, 3]
    assert codes(path)[1] == "admin.repaired"
    assert (tmp_path / "audit-n-2026-07-23.jsonl.torn").read_bytes() == b'{"time":17848'


@pytest.mark.parametrize("room", [0, 1, 700], ids=["no byte", "one byte", "half a line"])
def test_a_line_that_does_not_fit_leaves_no_trace_and_no_gap(room: int, tmp_path: Path) -> None:
    path = tmp_path / "audit-n-2026-07-23.jsonl"
    with closing(Sink(tmp_path, "n", noon)) as sink:
        sink.write(OUTCOME)
        before = path.read_bytes()
        with largest_file(len(before) + room):
            for _ in range(2):
                with pytest.raises(StoreError, match="could not be written"):
                    sink.write(OUTCOME)
        assert path.read_bytes() == before
        sink.write(OUTCOME)
    assert sequences(path) == [1, 2]


def test_a_second_writer_is_refused_until_the_first_is_gone(tmp_path: Path) -> None:
    with closing(Sink(tmp_path, "n", noon)) as first:
        with pytest.raises(StoreError, match="another guard writes"):
            Sink(tmp_path, "n", noon)
        with closing(Sink(tmp_path, "other", noon)) as other:
            other.write(OUTCOME)
        first.write(OUTCOME)
    with closing(Sink(tmp_path, "n", noon)) as second:
        second.write(OUTCOME)
    assert sequences(tmp_path / "audit-n-2026-07-23.jsonl") == [1, 2]


def test_a_closed_log_takes_nothing_more(tmp_path: Path) -> None:
    sink = Sink(tmp_path, "n", noon)
    sink.close()
    sink.close()
    with pytest.raises(StoreError, match="closed"):
        sink.write(OUTCOME)


def test_threads_share_it_without_a_gap_or_a_double(tmp_path: Path) -> None:
    with closing(Sink(tmp_path, "n", noon)) as sink:
        threads = [threading.Thread(target=lambda: [sink.write(OUTCOME) for _ in range(50)]) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sequences(tmp_path / "audit-n-2026-07-23.jsonl") == list(range(1, 401))


def _write_and_die(folder: Path, number: int) -> None:
    sink = Sink(folder, "n", noon)
    for _ in range(number):
        sink.write(OUTCOME)
    os.kill(os.getpid(), signal.SIGKILL)


def test_what_was_written_outlives_a_kill(tmp_path: Path) -> None:
    child = multiprocessing.get_context("spawn").Process(target=_write_and_die, args=(tmp_path, 20))
    child.start()
    child.join()
    assert child.exitcode == -signal.SIGKILL
    with closing(Sink(tmp_path, "n", noon)) as sink:
        sink.write(OUTCOME)
    assert sequences(tmp_path / "audit-n-2026-07-23.jsonl") == list(range(1, 22))


@pytest.mark.parametrize("remove", [True, False], ids=["deleted", "renamed"])
def test_a_file_that_was_taken_away_is_made_anew(remove: bool, tmp_path: Path) -> None:
    path = tmp_path / "audit-n-2026-07-23.jsonl"
    with closing(Sink(tmp_path, "n", noon)) as sink:
        sink.write(OUTCOME)
        path.unlink() if remove else path.rename(tmp_path / "elsewhere")
        sink.write(OUTCOME)
    assert sequences(path) == [2]


def test_a_folder_that_is_none_is_said_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="of no use"):
        Sink(tmp_path / "file", "n", noon)


def test_a_day_file_that_cannot_be_opened_blocks(tmp_path: Path) -> None:
    with closing(Sink(tmp_path, "n", noon)) as sink:
        (tmp_path / "audit-n-2026-07-23.jsonl").mkdir()
        with pytest.raises(StoreError, match="EISDIR"):
            sink.write(OUTCOME)


def test_a_file_that_ends_in_something_else_stops_the_start_and_lets_go(tmp_path: Path) -> None:
    path = tmp_path / "audit-n-2026-07-23.jsonl"
    path.write_bytes(b"not an event\n")
    for _ in range(2):
        with pytest.raises(StoreError, match="no event of the audit log"):
            Sink(tmp_path, "n", noon)
    path.unlink()
    with closing(Sink(tmp_path, "n", noon)) as sink:
        sink.write(OUTCOME)


def test_other_configurations_of_structlog_change_nothing(tmp_path: Path, capfd: Any) -> None:
    def drop(_logger: object, _method: str, _fields: structlog.typing.EventDict) -> structlog.typing.EventDict:
        raise structlog.DropEvent

    structlog.configure(processors=[drop], wrapper_class=structlog.make_filtering_bound_logger(50))
    try:
        with structlog.contextvars.bound_contextvars(secret="FR76"), closing(Sink(tmp_path, "n", noon)) as sink:
            sink.write(OUTCOME)
    finally:
        structlog.reset_defaults()
    assert b"FR76" not in (tmp_path / "audit-n-2026-07-23.jsonl").read_bytes()
    assert sequences(tmp_path / "audit-n-2026-07-23.jsonl") == [1]
    assert capfd.readouterr() == ("", "")


FAILURE = replace(OUTCOME, failure="store")
RESERVE = 64 * 1024
DAY_FILE = "audit-n-2026-07-23.jsonl"


def refusing(number: int) -> Callable[..., int]:
    def refuse(*_: object) -> int:
        raise OSError(number, os.strerror(number))

    return refuse


class Disk:
    """A disk whose room the test decides: the kernel's answers stand for those of a real one (see test_full)."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.free = 10 * RESERVE
        self._write = os.write
        monkeypatch.setattr("os.write", self._taken)

    def usage(self, _: Path) -> Usage:
        return Usage(100 * RESERVE, 100 * RESERVE - self.free, self.free)

    def _taken(self, descriptor: int, data: bytes) -> int:
        if not self.free:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return self._write(descriptor, data)


def test_on_a_full_disk_decisions_stop_and_failures_are_still_recorded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk, now = Disk(monkeypatch), [0.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    path = tmp_path / DAY_FILE
    with closing(Sink(tmp_path, "n", noon, Keeping(reserve=RESERVE, usage=disk.usage))) as sink:
        sink.write(OUTCOME)
        disk.free = 0
        release = Path.unlink

        def released(path: Path, missing_ok: bool = False) -> None:
            disk.free = RESERVE
            release(path, missing_ok=missing_ok)

        monkeypatch.setattr(Path, "unlink", released)
        with pytest.raises(StoreError, match="ENOSPC"):
            sink.write(OUTCOME)
        with pytest.raises(StoreError, match="disk is full"):
            sink.write(OUTCOME)
        sink.write(FAILURE)
        disk.free = 10 * RESERVE
        with pytest.raises(StoreError, match="disk is full"):
            sink.write(OUTCOME)  # looked at a moment ago
        now[0] += 2
        sink.write(OUTCOME)
    assert codes(path) == ["prompt.block", "admin.full", "prompt.failure", "admin.room", "prompt.block"]
    assert sequences(path) == [1, 2, 3, 4, 5]
    assert (tmp_path / ".audit-n.reserve").stat().st_size == RESERVE


def test_a_disk_that_fails_takes_nothing_more_until_a_new_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(Sink(tmp_path, "n", noon)) as sink:
        sink.write(OUTCOME)
        with monkeypatch.context() as patched:
            patched.setattr("os.fdatasync", refusing(errno.EIO))
            with pytest.raises(StoreError, match="EIO"):
                sink.settle()
        for _ in range(2):
            with pytest.raises(StoreError, match="until the guard starts anew"):
                sink.write(OUTCOME)
    with closing(Sink(tmp_path, "n", noon)) as sink:
        sink.write(OUTCOME)
    assert sequences(tmp_path / DAY_FILE) == [1, 2]


def test_the_lag_is_that_of_the_oldest_line_that_is_not_on_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    with closing(Sink(tmp_path, "n", noon, Keeping(signer=Signer(bytes(32), "n")))) as sink:
        assert (sink.lag(), sink.unsigned()) == (0, 0)
        sink.write(OUTCOME)
        now[0] += 2
        sink.write(OUTCOME)
        assert (sink.lag(), sink.unsigned()) == (2, 2)
        sink.settle()
        assert sink.lag() == 0
        sink.write(OUTCOME)
        now[0] += 1
        with monkeypatch.context() as failing:
            failing.setattr("os.fdatasync", refusing(errno.EIO))
            with pytest.raises(StoreError):
                sink.settle()
        now[0] += 1
        assert sink.lag() == 2


def test_who_asks_for_the_disk_waits_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rounds: list[int] = []
    real = os.fdatasync

    def counted(descriptor: int) -> None:
        rounds.append(1)
        real(descriptor)

    async def many(sink: Sink) -> None:
        async def one() -> None:
            sink.write(OUTCOME)
            await sink.kept()

        await asyncio.gather(*(one() for _ in range(100)))

    with closing(Sink(tmp_path, "n", noon, Keeping(durability="disk"))) as sink:
        monkeypatch.setattr("os.fdatasync", counted)
        asyncio.run(many(sink))
        assert 1 <= len(rounds) < 100
    assert sequences(tmp_path / DAY_FILE) == list(range(1, 101))


def test_a_disk_that_fails_is_told_to_those_who_wait_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def one(sink: Sink) -> None:
        sink.write(OUTCOME)
        await sink.kept()

    with closing(Sink(tmp_path, "n", noon, Keeping(durability="disk"))) as sink:
        monkeypatch.setattr("os.fdatasync", refusing(errno.EIO))
        with pytest.raises(StoreError, match="EIO"):
            asyncio.run(one(sink))
        monkeypatch.undo()


def test_who_asks_for_the_kernel_waits_for_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(Sink(tmp_path, "n", noon)) as sink:
        sink.write(OUTCOME)
        with monkeypatch.context() as patched:
            patched.setattr("os.fdatasync", refusing(errno.EIO))
            asyncio.run(sink.kept())


def test_a_mark_that_is_passed_is_told_once_and_again_when_it_is_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = Disk(monkeypatch)
    with closing(Sink(tmp_path, "n", noon, Keeping(usage=disk.usage))) as sink:
        for free in (50, 15, 14, 5, 12, 60, 60):
            disk.free = free * RESERVE
            sink.look()
    events = [json.loads(line) for line in (tmp_path / DAY_FILE).read_bytes().splitlines()]
    told = [(event["unmapped"]["guard"]["count"], event["severity"]) for event in events]
    assert told == [(85, "Medium"), (95, "High"), (40, "Informational")]


def test_people_are_named_as_the_identity_says(tmp_path: Path) -> None:
    identity = Identity("keyed", bytes(32), tmp_path / "names")
    with closing(Sink(tmp_path, "n", noon, Keeping(identity=identity))) as sink:
        sink.write(replace(OUTCOME, actor=Actor("jdupont", address="10.20.31.7")))
    data = (tmp_path / DAY_FILE).read_bytes()
    assert b'"name":"u:' in data
    assert b"jdupont" not in data
    assert b"10.20.31.7" not in data


def test_notices_and_decisions_share_one_sequence(tmp_path: Path) -> None:
    with closing(Sink(tmp_path, "n", noon)) as sink:
        sink.write(OUTCOME)
        sink.note(Notice(Happening.STOP, "The guard stops"))
        sink.write(OUTCOME)
    assert codes(tmp_path / DAY_FILE) == ["prompt.block", "admin.stop", "prompt.block"]
    assert sequences(tmp_path / DAY_FILE) == [1, 2, 3]


def test_a_checkpoint_is_made_when_so_many_lines_have_none(tmp_path: Path) -> None:
    checkpoints = tmp_path / "audit-n-2026-07-23.ckpt"
    with closing(Sink(tmp_path, "n", noon, Keeping(signer=Signer(bytes(32), "n")))) as sink:
        sink.write(OUTCOME)
        sink.checkpoint(2)
        assert not checkpoints.exists()
        sink.write(OUTCOME)
        sink.checkpoint(2)
        assert checkpoints.read_text("utf-8").split("\n")[1] == "2"
        sink.write(OUTCOME)
    assert checkpoints.read_text("utf-8").count("\nsequence 3\n") == 1


def test_a_log_that_is_not_what_its_checkpoint_says_is_told_of_at_the_start(tmp_path: Path) -> None:
    keeping = Keeping(signer=Signer(bytes(32), "n"))
    path = tmp_path / DAY_FILE
    with closing(Sink(tmp_path, "n", noon, keeping)) as sink:
        sink.write(OUTCOME)
    path.write_bytes(path.read_bytes().replace(b"jdupont", b"mcurie0"))
    Sink(tmp_path, "n", noon, keeping).close()
    assert codes(path) == ["prompt.block", "admin.keeping"]
