"""The logs of a folder and the public keys of their checkpoints -> what does not agree.

Found: any line changed, deleted, added or moved that a checkpoint covers; a missing or doubled number anywhere; a day
that is gone without a recorded deletion. Not found without a copy of the checkpoints elsewhere: an end that was cut off
together with its checkpoints; and never: a change to lines that nobody had signed yet, numbers left as they are.

A deletion is recorded when a line of a guard's says so under a checkpoint, and under one of the copies where there are
any: a node that somebody made up has none. Any guard of the folder's may have deleted a day, but no command does: lines
that somebody puts behind the last ones of a command are signed by the next.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from pathlib import Path

import orjson

from guard.audit.checkpoint import Checkpoint, Verifier, encoded, notes
from guard.audit.merkle import Tree
from guard.audit.schema import Happening
from guard.audit.tail import COMMANDS, day_of, log
from guard.errors import StoreError

_MOST = 100
"""Problems that are told; more say nothing new."""
_UNSIGNED_SECONDS = 600
"""Longest that a guard at work leaves lines without a checkpoint: ten times the usual."""


@dataclass(slots=True)
class Report:
    """What was looked at, and what is wrong with it."""

    days: int = 0
    lines: int = 0
    covered: int = 0
    """Lines under a checkpoint."""
    checkpoints: int = 0
    problems: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    """What is as it may be, and good to know."""


@dataclass(slots=True)
class _Day:
    """One day as its files have it."""

    day: date
    points: list[Checkpoint]
    there: bool
    """Its file of lines is."""
    runs: list[tuple[int, int]] = field(default_factory=list)
    """First and last of each run of sequence numbers without a gap."""
    deleted: list[str] = field(default_factory=list)
    """Files that were deleted, as its lines under a checkpoint say."""


def verify(
    folder: Path, verifiers: Mapping[str, Verifier], elsewhere: Path | None = None, *, part: bool = False
) -> dict[str, Report]:
    """The report on each node there is a key of; `elsewhere` holds copies of the checkpoints. OSError when a file
    cannot be read. `part`: what was before the first day that is there, and after the last, is not looked for.
    """
    reports = {node: Report() for node in verifiers}
    folders = [folder, *([elsewhere] if elsewhere else [])]
    found = {
        node: [_day(folders, node, day, verifier, reports[node]) for day in _days(folders, node)]
        for node, verifier in verifiers.items()
    }
    guards = (days for node, days in found.items() if not node.endswith(COMMANDS))
    deleted = {name for days in guards for day in days for name in day.deleted}
    for node, days in found.items():
        _judge(folder, node, days, deleted, reports[node], part=part)
    return reports


def _judge(folder: Path, node: str, found: Sequence[_Day], deleted: set[str], report: Report, *, part: bool) -> None:
    if part:
        found = _span(found)
    report.days = sum(day.there for day in found)
    for day in found[:-1]:
        if day.there and not day.points:
            report.problems.append(f"{log(folder, node, day.day).name}: its checkpoints are gone")
    gone = {day.day: day for day in found if not day.there}
    own = _own(node, deleted)
    _deletions(folder, node, gone, found, own, report, part=part)
    _gaps(found, gone, report)
    _chain(found, part or any(name.endswith(".ckpt") for name in own), report)
    del report.problems[_MOST:]


def _span(found: Sequence[_Day]) -> Sequence[_Day]:
    """From the first day that is there to the last."""
    there = [number for number, day in enumerate(found) if day.there]
    return found[there[0] : there[-1] + 1] if there else ()


def nodes(folder: Path) -> list[str]:
    """Whose logs or checkpoints are in a folder."""
    name = re.compile(r"audit-(.+)-\d{4}-\d\d-\d\d\.(?:jsonl|ckpt)")
    return sorted({found[1] for path in folder.iterdir() if (found := name.fullmatch(path.name))})


def _days(folders: Sequence[Path], node: str) -> list[date]:
    return sorted(set(_own(node, (path.name for folder in folders for path in folder.iterdir())).values()))


def _day(folders: Sequence[Path], node: str, day: date, verifier: Verifier, report: Report) -> _Day:
    each = [list(_points(folder, node, day, verifier, report)) for folder in folders]
    path = log(folders[0], node, day)
    found = _Day(day, [point for points in each for point in points], path.exists())
    report.checkpoints += len(found.points)
    if found.there:
        _lines(path, found, max((point.size for point in each[-1]), default=0), report)
    return found


def _points(folder: Path, node: str, day: date, verifier: Verifier, report: Report) -> Iterator[Checkpoint]:
    path = log(folder, node, day).with_suffix(".ckpt")
    if not path.exists():
        return
    for number, note in enumerate(notes(path.read_text("utf-8", "replace")), 1):
        if "\n— " not in note:
            report.remarks.append(f"{path.name}: torn end, cut off when the guard starts next")
            break
        try:
            point = verifier.opened(note)
            if (point.node, point.day) != (node, day):
                raise StoreError("of another file")
        except StoreError as error:
            report.problems.append(f"{path.name}: checkpoint {number} is {error}")
        else:
            yield point


def _lines(path: Path, found: _Day, believed: int, report: Report) -> None:
    """The file against its checkpoints, its numbers, and what its first so many lines say was deleted."""
    tree, roots = Tree(), {0: Tree().root()}
    wanted = {point.size for point in found.points}
    covered = max(wanted, default=0)
    first = last = 0
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if not line.endswith(b"\n"):
                report.remarks.append(f"{path.name}:{number}: torn end, put aside when the guard starts next")
                break
            tree.add(line)
            if number in wanted:
                roots[number] = tree.root()
            sequence, last, deleted = _read(line)
            if number == covered + 1:
                first = last
            if deleted is not None and number <= believed:
                found.deleted.append(deleted)
            _run(found.runs, sequence, f"{path.name}:{number}", report)
    _compare(path, found.points, roots, tree.size, report)
    report.lines, report.covered = report.lines + tree.size, report.covered + min(tree.size, covered)
    if covered < tree.size:
        text = f"{path.name}: the last {tree.size - covered} lines are under no checkpoint"
        late = last - first > _UNSIGNED_SECONDS * 1000
        (report.problems if late else report.remarks).append(text if late else f"{text} yet")


def _compare(path: Path, points: Sequence[Checkpoint], roots: dict[int, bytes], size: int, report: Report) -> None:
    agreed = 0
    for point in sorted(points, key=lambda point: point.size):
        if point.size > size:
            report.problems.append(
                f"{path.name}: {point.size - size} lines are missing at its end (checkpoint of {point.time})"
            )
        elif roots[point.size] == point.root:
            agreed = point.size
            continue
        else:
            report.problems.append(
                f"{path.name}: lines {agreed + 1} to {point.size} are not those of the checkpoint of {point.time}"
            )
        return


def _run(runs: list[tuple[int, int]], sequence: int | None, where: str, report: Report) -> None:
    if sequence is None:
        report.problems.append(f"{where}: no event of the audit log")
    elif runs and sequence == runs[-1][1] + 1:
        runs[-1] = (runs[-1][0], sequence)
    else:
        if runs and sequence <= runs[-1][1]:
            report.problems.append(f"{where}: number {sequence} comes after {runs[-1][1]}")
        runs.append((sequence, sequence))


def _read(line: bytes) -> tuple[int | None, int, str | None]:
    """An event's number, its time in milliseconds, and the file it says was deleted; a number of None is no event."""
    try:
        event = orjson.loads(line)
        metadata, deleted = event["metadata"], None
        if metadata.get("event_code") == f"admin.{Happening.DELETED}":
            deleted = str(event["unmapped"]["guard"]["subject"])
        return int(metadata["sequence"]), int(event["time"]), deleted
    except (ValueError, KeyError, TypeError, AttributeError):
        return None, 0, None


def _numbers(found: Sequence[_Day]) -> list[tuple[int, int]]:
    return sorted(run for day in found for run in day.runs)


def _first(found: Sequence[_Day]) -> int:
    return next((first for first, _ in _numbers(found)), 1)


def _gaps(found: Sequence[_Day], gone: dict[date, _Day], report: Report) -> None:
    """Numbers that no line has, and no deleted day explains; numbers that two lines have."""
    ends = {point.sequence for day in gone.values() for point in day.points}
    runs = _numbers(found)
    for (_, last), (first, _) in pairwise(runs):
        if first <= last:
            report.problems.append(f"number {first} is there twice")
        elif first > last + 1 and first - 1 not in ends:
            missing = f"number {last + 1} is" if first == last + 2 else f"numbers {last + 1} to {first - 1} are"
            report.problems.append(f"{missing} missing")


def _own(node: str, names: Iterable[str]) -> dict[str, date]:
    """The node's files of lines and of checkpoints among some, and their days."""
    name = re.compile(rf"audit-{re.escape(node)}-(.+)\.(?:jsonl|ckpt)")
    matches = {text: found[1] for text in names if (found := name.fullmatch(text))}
    return {text: day for text, written in matches.items() if (day := day_of(written)) is not None}


def _deletions(
    folder: Path,
    node: str,
    gone: dict[date, _Day],
    found: Sequence[_Day],
    own: dict[str, date],
    report: Report,
    *,
    part: bool,
) -> None:
    """Days that are gone, and what was before the first line, against the recorded deletions.

    Checkpoints are kept for longer than lines: the event of a deletion may itself be over, and what was deleted is then
    older than another day of which an event still says so, and than all that is left.
    """
    left = min((day.day for day in found if day.there), default=date.max)
    last = max((day for name, day in own.items() if name.endswith(".jsonl")), default=date.min)
    older = 0
    for day in gone:
        name = log(folder, node, day).name
        if name in own:
            report.remarks.append(f"{name}: deleted, as an event says")
        elif day < min(left, last):
            older += 1
        else:
            report.problems.append(f"{name} is gone, and no event under a checkpoint says that it was deleted")
    if older:
        report.remarks.append(f"{older} days are gone that are older than those whose deletion an event says")
    first = _first(found)
    if first > 1 and last == date.min and not part:
        report.problems.append(f"the log begins with number {first}, and no event says that a day was deleted")


def _chain(found: Sequence[_Day], cleared: bool, report: Report) -> None:
    """Each day's checkpoints name the end of the file before; those of the first are alone when some were `cleared`."""
    roots = {encoded(point.root) for day in found for point in day.points}
    for number, day in enumerate(found):
        previous = {point.previous for point in day.points} - {"none"}
        if not previous <= roots and (number or not cleared):
            report.problems.append(f"{day.day.isoformat()}: its checkpoints follow a file that is not there")
