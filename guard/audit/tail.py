"""The ends of a node's day files -> the last sequence number; a torn end is put aside first.

A line counts once its newline is there. What follows the last newline (a crash, a loss of power) would spoil the next
line too; it is cut off and kept in `<file>.torn`.
"""

import os
import re
import shutil
from datetime import date
from pathlib import Path
from typing import BinaryIO

import orjson

from guard.errors import StoreError

COMMANDS = ".cli"
"""How the name of a node ends that is no guard, but the commands of one."""
_BLOCK = 64 * 1024
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def mend(folder: Path, node: str) -> dict[str, int]:
    """Every file ends in a newline afterwards; bytes put aside by file. OSError when that cannot be."""
    torn: dict[str, int] = {}
    for day in days(folder, node):
        path = log(folder, node, day)
        with path.open("r+b") as file:
            size = file.seek(0, os.SEEK_END)
            end = _line_end(file, size)
            if end < size:
                _put_aside(file, end, path.with_name(path.name + ".torn"))
                torn[path.name] = size - end
    return torn


def last_sequence(folder: Path, node: str) -> int:
    """The highest sequence number in the folder, 0 without one. StoreError when a file's last line is no event."""
    return max((sequence_of(log(folder, node, day)) for day in days(folder, node)), default=0)


def days(folder: Path, node: str) -> list[date]:
    """The days the node has a file of, the oldest first."""
    name = re.compile(rf"audit-{re.escape(node)}-(.+)\.jsonl")
    texts = (found[1] for path in folder.iterdir() if (found := name.fullmatch(path.name)))
    return sorted(day for text in texts if (day := day_of(text)) is not None)


def day_of(text: str) -> date | None:
    """The day in a file's name, `2026-01-31`; None when the calendar has none: anybody may have put a file there."""
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None


def log(folder: Path, node: str, day: date) -> Path:
    """The file of a day."""
    return folder / f"audit-{node}-{day.isoformat()}.jsonl"


def _line_end(file: BinaryIO, before: int) -> int:
    """The offset after the last newline in front of `before`, 0 without one."""
    while before > 0:
        start = max(0, before - _BLOCK)
        file.seek(start)
        found = file.read(before - start).rfind(b"\n")
        if found >= 0:
            return start + found + 1
        before = start
    return 0


def _put_aside(file: BinaryIO, end: int, torn: Path) -> None:
    file.seek(end)
    with torn.open("ab") as kept:
        shutil.copyfileobj(file, kept)
    torn.chmod(0o640)
    file.truncate(end)


def sequence_of(path: Path) -> int:
    """The sequence number of a file's last line, 0 without one. StoreError when that line is no event."""
    with path.open("rb") as file:
        end = file.seek(0, os.SEEK_END)
        if not end:
            return 0
        start = _line_end(file, end - 1)
        file.seek(start)
        line = file.read(end - start)
    try:
        return int(orjson.loads(line)["metadata"]["sequence"])
    except (ValueError, KeyError, TypeError):
        raise StoreError(f"the last line of {path.name} is no event of the audit log; move the file away") from None
