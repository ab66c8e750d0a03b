"""Outcome -> one line in the node's file of the day (UTC), before the bytes it is about are released (law 7).

`write` comes back once the kernel has the whole line: it outlives a crash of this process. `kept` waits for the disk
where that is asked for. A line that could not be written whole is cut off again and raises StoreError, which the
pipeline turns into a refusal. One writer for each node and folder; the sequence has no gap and no double.
"""

import asyncio
import errno
import fcntl
import os
import secrets
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Literal

import orjson
import structlog

from guard.audit.admin import Notice, admin
from guard.audit.checkpoint import Signer
from guard.audit.commit import Committer
from guard.audit.dayfile import FILE_MODE, DayFile, name, synced
from guard.audit.event import event
from guard.audit.identity import Identity
from guard.audit.ids import RANDOM_BYTES, uuid7
from guard.audit.ledger import Ledger
from guard.audit.ruling import Ruling, ruled
from guard.audit.schema import Happening
from guard.audit.space import Space, Usage, disk, mark
from guard.audit.stamp import Place
from guard.audit.tail import last_sequence, mend
from guard.errors import StoreError
from guard.terms import Outcome

_FOLDER_MODE = 0o750
_FULL = (errno.ENOSPC, errno.EDQUOT)
_LOOK_SECONDS = 1.0
"""On a full disk, how often it is looked at again."""


def utcnow() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Keeping:
    """How well the log is kept."""

    durability: Literal["kernel", "disk"] = "kernel"
    """What has a line when its request is released: the kernel (outlives a crash), or the disk (a loss of power)."""
    reserve: int = 0
    """Bytes of disk kept for the last lines."""
    signer: Signer | None = None
    """Who signs checkpoints; none are made without."""
    elsewhere: Path | None = None
    """A second folder for checkpoints."""
    identity: Identity | None = None
    """How people are named; clear without."""
    usage: Callable[[Path], Usage] = disk


class Sink:
    """The audit log of one node. Any thread may write."""

    def __init__(
        self, folder: Path, node: str, clock: Callable[[], datetime] = utcnow, keeping: Keeping | None = None
    ) -> None:
        """The folder is made, a torn tail is put aside, the sequence goes on. StoreError when that cannot be."""
        self._node, self._clock, self._keeping = node, clock, keeping or Keeping()
        self._folder = folder
        self._mutex = threading.Lock()
        self._broken = self._full = False
        self._looked, self._mark = 0.0, 0
        self._waiting: float | None = None
        try:
            folder.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
            self._lock: int | None = _lock(folder / f".audit-{node}.lock")
            torn = self._resume(self._lock)
        except OSError as error:
            raise StoreError(f"the audit log's folder is of no use ({name(error)})") from None
        self._file = DayFile(folder, node, self._line_kept)
        self._log = structlog.wrap_logger(
            self._file,
            processors=[_render],
            wrapper_class=structlog.make_filtering_bound_logger(0),
            context_class=dict,
            cache_logger_on_first_use=True,
        )
        self._committer = Committer(self.settle) if self._keeping.durability == "disk" else None
        self._tell_of(torn)

    def write(self, outcome: Outcome) -> str:
        """The uid of the event, which is in the file. StoreError, and no trace of it, when it could not be kept."""
        with self._mutex:
            if self._full and outcome.failure is None and not self._room():
                raise StoreError("the audit log's disk is full")
            if self._keeping.identity:
                outcome = replace(outcome, actor=self._keeping.identity.shown(outcome.actor))
            return self._write(lambda at: event(outcome, uid=at.uid, sequence=at.sequence, time=at.time, node=at.node))

    def note(self, notice: Notice) -> str:
        """The same for something that happened to the guard or its log."""
        with self._mutex:
            return self._write(lambda place: admin(notice, place))

    def rule(self, ruling: Ruling) -> str:
        """The same for a person's answer to a prompt that waited."""
        with self._mutex:
            if self._keeping.identity:
                ruling = replace(ruling, by=self._keeping.identity.shown(ruling.by))
            return self._write(lambda place: ruled(ruling, place))

    async def kept(self) -> None:
        """All that was written is as safe as was asked for. StoreError when it is not."""
        if self._committer:
            await asyncio.wrap_future(self._committer.ask())

    def settle(self) -> None:
        """All that was written is on the disk. After a failure nothing more is taken: what the kernel gave up is lost
        to it, and asking again would be answered with yes.
        """
        with self._mutex:
            descriptor, waiting = self._duplicate(), self._waiting
            self._waiting = None
        try:
            self._settle(descriptor)
        except StoreError:
            self._waiting = waiting
            raise

    def checkpoint(self, least: int = 1) -> None:
        """A checkpoint over what is on the disk, when so many lines have none. StoreError when it cannot be kept."""
        if self._ledger is None or self._broken:
            return
        with self._mutex:
            states, behind = self._ledger.due(), self._ledger.behind()
            if not states or (len(states) == 1 and 0 < behind < least):
                return
            descriptor = self._duplicate()
        self._settle(descriptor)
        self._ledger.sign(states, self._clock())

    def lag(self) -> float:
        """Seconds for which the oldest line that is not on the disk has waited for it; 0 when none does."""
        since = self._waiting
        return time.monotonic() - since if since is not None else 0.0

    def unsigned(self) -> int:
        """Lines of the present day that no checkpoint covers."""
        return self._ledger.behind() if self._ledger else 0

    def look(self) -> None:
        """Tell people when the disk passes a mark, and again when it is below all of them."""
        try:
            percent = self._space.percent()
        except OSError:
            return
        passed = mark(percent)
        if passed > self._mark or (self._mark and not passed):
            text = f"The disk of the audit log is {percent} % full"
            self.note(Notice(Happening.DISK, text, "disk", percent, 4 if passed >= 90 else 3 if passed else 1))
            self._mark = passed

    def close(self) -> None:
        """The files are closed and another may write; closing twice is nothing."""
        if self._committer:
            self._committer.close()
        if self._lock is not None:
            with suppress(StoreError):
                self.settle()
                self.checkpoint()
        with self._mutex:
            if self._lock is not None:
                self._file.close()
                os.close(self._lock)
                self._lock = None

    # --- lines -------------------------------------------------------------------------------------------------------

    def _write(self, made: Callable[[Place], dict[str, object]]) -> str:
        try:
            return self._line(made)
        except OSError as error:
            if error.errno in _FULL:
                self._fill()
            raise StoreError(f"an audit event could not be written ({name(error)})") from None

    def _line(self, made: Callable[[Place], dict[str, object]]) -> str:
        if self._lock is None:
            raise StoreError("the audit log is closed")
        if self._broken:
            raise StoreError("the audit log's disk failed; nothing is taken until the guard starts anew")
        now = self._clock()
        place = Place(str(uuid7(now, secrets.token_bytes(RANDOM_BYTES))), self._sequence + 1, now, self._node)
        self._file.day = now.astimezone(UTC).date()
        self._log.info("", **made(place))
        return place.uid

    def _line_kept(self, day: date, line: bytes) -> None:
        self._sequence += 1
        if self._waiting is None:
            self._waiting = time.monotonic()
        if self._ledger:
            self._ledger.add(day, line, self._sequence)

    # --- the disk ----------------------------------------------------------------------------------------------------

    def _duplicate(self) -> int:
        try:
            return self._file.duplicate()
        except OSError as error:
            raise StoreError(f"the audit log could not be put on the disk ({name(error)})") from None

    def _settle(self, descriptor: int) -> None:
        try:
            synced(descriptor)
        except OSError as error:
            self._broken = True
            raise StoreError(f"the audit log could not be put on the disk ({name(error)})") from None

    def _fill(self) -> None:
        """The reserve is for failures from now on; the first line in it says so."""
        if self._full or not self._keeping.reserve:
            return
        self._full, self._looked = True, time.monotonic()
        self._space.release()
        text = "The disk of the audit log is full; requests to AI services are refused until there is room"
        with suppress(OSError, StoreError):
            self._line(lambda place: admin(Notice(Happening.FULL, text, "disk", severity=4), place))

    def _room(self) -> bool:
        now = time.monotonic()
        if now - self._looked < _LOOK_SECONDS:
            return False
        self._looked = now
        if not self._space.room():
            return False
        try:
            text = "There is room on the audit log's disk again; requests to AI services are served"
            self._line(lambda place: admin(Notice(Happening.ROOM, text, "disk"), place))
        except OSError:
            return False
        self._full = False
        return True

    # --- the start ---------------------------------------------------------------------------------------------------

    def _resume(self, lock: int) -> dict[str, int]:
        """Where the node's log stands; the lock is let go when there is no telling."""
        keeping = self._keeping
        try:
            torn = mend(self._folder, self._node)
            self._sequence = last_sequence(self._folder, self._node)
            self._space = Space(self._folder, self._node, keeping.reserve, keeping.usage)
            with suppress(OSError):
                self._space.keep()
            self._ledger = (
                Ledger(self._folder, self._node, keeping.signer, keeping.elsewhere) if keeping.signer else None
            )
        except (OSError, StoreError):
            os.close(lock)
            raise
        return torn

    def _tell_of(self, torn: dict[str, int]) -> None:
        """What was found at the start; a full disk does not keep the guard from starting, only from serving AI."""
        notices = [
            Notice(Happening.REPAIRED, f"The end of {path} was torn and was put aside", path, size, 3)
            for path, size in torn.items()
        ]
        for day in self._ledger.altered if self._ledger else ():
            text = f"The log of {day.isoformat()} is not what its last checkpoint says; see guard audit verify"
            notices.append(Notice(Happening.KEEPING, text, day.isoformat(), severity=4))
        for notice in notices:
            with suppress(StoreError):
                self.note(notice)


def _lock(path: Path) -> int:
    """A lock that ends with this process, however it ends; a file of its own, since the day's file changes."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, FILE_MODE)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        if error.errno != errno.EWOULDBLOCK:
            raise
        raise StoreError(
            "another guard writes the audit log of this node in this folder; give each its own GUARD_NODE"
        ) from None
    return descriptor


def _render(_logger: object, _method: str, fields: structlog.typing.EventDict) -> bytes:
    """One line of JSON. structlog's own `event` key is empty and goes."""
    del fields["event"]
    return orjson.dumps(fields) + b"\n"
