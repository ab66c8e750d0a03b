"""A folder of logs and how long they are kept -> files that are deleted, each deletion an event first.

What a legal hold names stays. A hold that cannot be read keeps everything: a day too much can still be deleted
tomorrow. Checkpoints hold no personal data and are kept for three years, so that what is left can be verified.
"""

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

from guard.audit.admin import Notice
from guard.audit.schema import Happening
from guard.audit.tail import day_of
from guard.errors import StoreError

HOLD = "legal-hold"
"""File in the folder: a day, an event's id or `all` on each line, and `#` before remarks."""
_CHECKPOINT_DAYS = 3 * 366
_DAY = re.compile(r"(?<!\d)\d{4}-(?:0\d|1[0-2])-(?:[012]\d|3[01])(?!\d)")


@dataclass(frozen=True, slots=True)
class Hold:
    """What must not be deleted."""

    days: frozenset[date] = frozenset()
    all: bool = False

    def keeps(self, day: date) -> bool:
        """Whether the day's files stay."""
        return self.all or day in self.days


def hold(folder: Path) -> Hold:
    """The folder's legal hold. StoreError when a line of it says nothing that can be understood."""
    try:
        lines = (folder / HOLD).read_text("utf-8").splitlines()
    except FileNotFoundError:
        return Hold()
    except (OSError, ValueError) as error:
        raise StoreError(f"{HOLD} cannot be read ({type(error).__name__}); nothing is deleted") from None
    entries = [entry for line in lines if (entry := line.partition("#")[0].strip())]
    try:
        days = frozenset(held_day(entry) for entry in entries if entry != "all")
    except ValueError:
        raise StoreError(f"{HOLD} has a line that is no day, no event and not `all`; nothing is deleted") from None
    return Hold(days, "all" in entries)


def held_day(entry: str) -> date:
    """A day as it is, or that of an event's id (UUIDv7). ValueError when it is neither."""
    try:
        if _DAY.fullmatch(entry):
            return date.fromisoformat(entry)
        return datetime.fromtimestamp((UUID(entry).int >> 80) / 1000, UTC).date()
    except (ValueError, OverflowError, OSError):
        raise ValueError("neither a day nor an event's id") from None


def changed(folder: Path, entry: str, *, held: bool) -> bool:
    """Put an entry (a day, an event's id, `all`) on the hold or take it off; whether that changed anything.

    ValueError when it is no such entry; StoreError when the file cannot be written.
    """
    if entry != "all":
        held_day(entry)
    path = folder / HOLD
    try:
        lines = path.read_text("utf-8").splitlines() if path.exists() else []
        kept = [line for line in lines if line.partition("#")[0].strip() != entry]
        if held == (len(kept) < len(lines)):
            return False
        new = path.with_name(f".{HOLD}.new")
        new.write_text("".join(f"{line}\n" for line in ([*lines, entry] if held else kept)), "utf-8")
        new.replace(path)
    except OSError as error:
        raise StoreError(f"{HOLD} cannot be written ({type(error).__name__})") from None
    return True


def sweep(folder: Path, today: date, days: int, note: Callable[[Notice], object]) -> int:
    """Delete what is older than so many days (0 keeps all); how many files. StoreError when a deletion could not be
    recorded, or the hold not be read: then nothing more is deleted.
    """
    if not days:
        return 0
    held = hold(folder)
    deleted = 0
    for path, day in _dated(folder):
        longest = max(days, _CHECKPOINT_DAYS) if path.suffix == ".ckpt" else days
        if held.keeps(day) or day >= today - timedelta(days=longest):
            continue
        text = f"{path.name} was deleted: kept for {longest} days"
        note(Notice(Happening.DELETED, text, path.name, _bytes(path)))
        path.unlink(missing_ok=True)
        deleted += 1
    return deleted


def sweep_evidence(folder: Path, today: date, days: int, held: Hold, note: Callable[[Notice], object]) -> int:
    """Delete the days of evidence that are older; how many. StoreError when a deletion could not be recorded."""
    there = [(path, day_of(path.name)) for path in sorted(folder.glob("????-??-??")) if path.is_dir()]
    over = [(path, day) for path, day in there if day is not None and day < today - timedelta(days=days)]
    deleted = 0
    for path, day in over:
        # what is sealed before midnight may have its event after it, and an event's id holds the event's day
        if held.keeps(day) or held.keeps(day + timedelta(days=1)):
            continue
        text = f"Evidence of {path.name} was deleted: kept for {days} days"
        count = sum(1 for _ in path.glob("*.age"))
        note(Notice(Happening.DELETED, text, f"evidence {path.name}", count, kind="evidence"))
        shutil.rmtree(path)
        deleted += 1
    return deleted


def _dated(folder: Path) -> Iterator[tuple[Path, date]]:
    """Files of the log about one day, and what was made from them in folders below; nobody else's."""
    for path in sorted(folder.rglob("audit-*")):
        found = _DAY.search(path.name)
        day = day_of(found[0]) if found else None
        if day and path.is_file() and not path.is_symlink():
            yield path, day


def _bytes(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None
