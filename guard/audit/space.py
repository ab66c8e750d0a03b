"""The log's disk -> how full it is, and a reserve that keeps room for the last words.

Without it a full disk would also keep out the lines that say why nothing goes out any more.
"""

import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

MARKS = (90, 80)
"""Percent of the disk in use at which people are told, the graver first."""


class Usage(NamedTuple):
    """Bytes of a disk, as shutil.disk_usage says them."""

    total: int
    used: int
    free: int


def disk(folder: Path) -> Usage:
    """OSError when the folder is gone."""
    return Usage(*shutil.disk_usage(folder))


class Space:
    """The disk of one folder, and this node's reserve in it."""

    def __init__(self, folder: Path, node: str, reserve: int, usage: Callable[[Path], Usage] = disk) -> None:
        """`reserve` is bytes; 0 keeps none."""
        self._folder, self._size, self._usage = folder, reserve, usage
        self._path = folder / f".audit-{node}.reserve"

    def keep(self) -> None:
        """The reserve is there. OSError when there is no room for it, and then it is not."""
        if not self._size or (self._path.exists() and self._path.stat().st_size == self._size):
            return
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        try:
            os.posix_fallocate(descriptor, 0, self._size)
        except OSError:
            self._path.unlink(missing_ok=True)
            raise
        finally:
            os.close(descriptor)

    def release(self) -> None:
        """The reserve's room is for the log now."""
        with suppress(OSError):
            self._path.unlink(missing_ok=True)

    def room(self) -> bool:
        """Whether there is room for the reserve and as much again; then the reserve is there."""
        try:
            if self._usage(self._folder).free < 2 * self._size:
                return False
            self.keep()
        except OSError:
            return False
        return True

    def percent(self) -> int:
        """How much of the disk is in use. OSError when there is no telling."""
        usage = self._usage(self._folder)
        return round(100 * usage.used / usage.total) if usage.total else 100


def mark(percent: int) -> int:
    """The mark that is passed; 0 when none is."""
    return next((mark for mark in MARKS if percent >= mark), 0)
