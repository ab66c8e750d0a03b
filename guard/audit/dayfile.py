"""Lines -> the node's file of the day, each by one `write(2)` at the end of the file, whole or not at all."""

import errno
import os
from collections.abc import Callable
from datetime import date
from pathlib import Path

FILE_MODE = 0o640


class DayFile:
    """structlog's last stop. Not for two threads at once, but for `sync`."""

    def __init__(self, folder: Path, node: str, kept: Callable[[date, bytes], None]) -> None:
        """`kept` is told of each line that is in its file."""
        self._folder, self._node, self._kept = folder, node, kept
        self._path: Path | None = None
        self._descriptor = -1
        self._cut: int | None = None
        """Where the file must be cut before it may grow: a half line could not be taken back."""
        self.day = date.min
        """The day of the next line."""

    def info(self, line: bytes) -> None:
        """Append it whole, or leave the file as it was and raise OSError."""
        self._open()
        if self._cut is not None:
            self._truncate(self._cut)
        self._append(line, os.fstat(self._descriptor).st_size)
        self._kept(self.day, line)

    def duplicate(self) -> int:
        """A descriptor of the present file for the caller to close; -1 without a file."""
        return os.dup(self._descriptor) if self._descriptor >= 0 else -1

    def close(self) -> None:
        """Closing twice is nothing."""
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
        if self._descriptor >= 0:
            os.fdatasync(self._descriptor)
        self.close()
        self._descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, FILE_MODE)
        self._path = path
        _sync_folder(self._folder)


def synced(descriptor: int) -> None:
    """What was written is on the disk; the descriptor is closed. OSError when the disk failed."""
    if descriptor < 0:
        return
    try:
        os.fdatasync(descriptor)
    finally:
        os.close(descriptor)


def _sync_folder(folder: Path) -> None:
    """The name of a new file is on the disk too."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _is(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def name(error: OSError) -> str:
    """`ENOSPC`, or the type where there is no number."""
    return errno.errorcode.get(error.errno or 0, type(error).__name__)
