"""Outcome -> one line in the node's file of the day (UTC), before the bytes it is about are released (law 7).

`write` comes back once the kernel has the whole line: it outlives a crash of this process. A line that could not be
written whole is cut off again and raises StoreError, which the pipeline turns into a block. One writer for each node
and folder; the sequence has no gap and no double.
"""

import errno
import fcntl
import os
import secrets
import threading
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import orjson
import structlog

from guard.audit.event import event
from guard.audit.ids import RANDOM_BYTES, uuid7
from guard.audit.tail import last_sequence, mend
from guard.errors import StoreError
from guard.terms import Outcome

_FOLDER_MODE = 0o750
_FILE_MODE = 0o640


def utcnow() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


class Sink:
    """The audit log of one node. Any thread may write."""

    def __init__(self, folder: Path, node: str, clock: Callable[[], datetime] = utcnow) -> None:
        """The folder is made, a torn tail is put aside, the sequence goes on. StoreError when that cannot be."""
        self._node, self._clock = node, clock
        self._mutex = threading.Lock()
        try:
            folder.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
            self._lock: int | None = _lock(folder / f".audit-{node}.lock")
            self._sequence = _resume(folder, node, self._lock)
        except OSError as error:
            raise StoreError(f"the audit log's folder is of no use ({_name(error)})") from None
        self._file = _File(folder, node)
        self._log = structlog.wrap_logger(
            self._file,
            processors=[_render],
            wrapper_class=structlog.make_filtering_bound_logger(0),
            context_class=dict,
            cache_logger_on_first_use=True,
        )

    def write(self, outcome: Outcome) -> str:
        """The uid of the event, which is in the file. StoreError, and no trace of it, when it could not be kept."""
        with self._mutex:
            if self._lock is None:
                raise StoreError("the audit log is closed")
            now = self._clock()
            uid = str(uuid7(now, secrets.token_bytes(RANDOM_BYTES)))
            self._file.day = now.astimezone(UTC).date()
            self._log.info("", **event(outcome, uid=uid, sequence=self._sequence + 1, time=now, node=self._node))
            self._sequence += 1
            return uid

    def close(self) -> None:
        """The files are closed and another may write; closing twice is nothing."""
        with self._mutex:
            if self._lock is not None:
                self._file.close()
                os.close(self._lock)
                self._lock = None


def _lock(path: Path) -> int:
    """A lock that ends with this process, however it ends; a file of its own, since the day's file changes."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _FILE_MODE)
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


def _resume(folder: Path, node: str, lock: int) -> int:
    """The last sequence number used; the lock is let go when there is no telling."""
    try:
        mend(folder, node)
        return last_sequence(folder, node)
    except (OSError, StoreError):
        os.close(lock)
        raise


def _render(_logger: object, _method: str, fields: structlog.typing.EventDict) -> bytes:
    """One line of JSON. structlog's own `event` key is empty and goes."""
    del fields["event"]
    return orjson.dumps(fields) + b"\n"


class _File:
    """structlog's last stop: one `write(2)` for each line, at the end of the day's file."""

    def __init__(self, folder: Path, node: str) -> None:
        self._folder, self._node = folder, node
        self._path: Path | None = None
        self._descriptor = -1
        self._cut: int | None = None
        """Where the file must be cut before it may grow: a half line could not be taken back."""
        self.day = date.min

    def info(self, line: bytes) -> None:
        """Append it whole, or leave the file as it was and raise StoreError."""
        try:
            self._open()
            if self._cut is not None:
                self._truncate(self._cut)
            end = os.fstat(self._descriptor).st_size
            self._append(line, end)
        except OSError as error:
            raise StoreError(f"an audit event could not be written ({_name(error)})") from None

    def close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
        self._descriptor, self._path, self._cut = -1, None, None

    def _append(self, line: bytes, end: int) -> None:
        try:
            written = os.write(self._descriptor, line)
        except OSError:
            self._truncate(end)
            raise
        if written < len(line):
            self._truncate(end)
            raise OSError(errno.ENOSPC, "short write")

    def _truncate(self, end: int) -> None:
        self._cut = end
        os.ftruncate(self._descriptor, end)
        self._cut = None

    def _open(self) -> None:
        """The day's file, made anew when someone has moved it away."""
        path = self._folder / f"audit-{self._node}-{self.day.isoformat()}.jsonl"
        if path == self._path and _is(path, self._descriptor):
            return
        self.close()
        self._descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, _FILE_MODE)
        self._path = path


def _is(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def _name(error: OSError) -> str:
    """`ENOSPC`, or the type where there is no number."""
    return errno.errorcode.get(error.errno or 0, type(error).__name__)
