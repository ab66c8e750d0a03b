"""SQL files with a heading -> the questions that `guard logs` answers.

-- What it answers, in one line.
-- since: 7d                 how far back it looks unless told otherwise
-- value: a fingerprint      what must be given with it, when something must
-- chart: day stopped        the columns that are drawn, when it is about a trend: a label and a number
-- column day: the day, UTC  every column of the answer, in its order
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from guard.errors import StoreError

_HEADING = re.compile(r"-- (?P<key>since|value|chart|column [a-z0-9_]+): (?P<text>\S.*)")
_AGO = re.compile(r"(\d{1,4})([mhdw])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


@dataclass(frozen=True, slots=True)
class Question:
    """One named question."""

    name: str
    title: str
    query: str
    columns: Mapping[str, str]
    """Each column of the answer, and what it says."""
    since: str
    value: str | None = None
    """What must be given with it; None when nothing is."""
    chart: tuple[str, str] | None = None
    """The columns to draw: label and number."""


def folder(name: str) -> Path:
    """A folder of `logs/`: beside the code, or here. Its files are trusted as code is."""
    beside = Path(__file__).resolve().parents[2] / "logs" / name
    return beside if beside.is_dir() else Path("logs") / name


def questions(place: Path | None = None) -> dict[str, Question]:
    """All of a folder, the shipped ones by default, by name. StoreError when there is none, or a file is none."""
    place = place or folder("questions")
    paths = sorted(place.glob("*.sql"))
    if not paths:
        raise StoreError(f"there are no questions in {place}")
    return {path.stem: question(path.stem, path.read_text("utf-8")) for path in paths}


def question(name: str, text: str) -> Question:
    """One file's; StoreError when its heading is not whole."""
    heading: list[str] = []
    query: list[str] = []
    for line in text.splitlines():
        (heading if line.startswith("-- ") and not query else query).append(line)
    found = [_HEADING.fullmatch(line) for line in heading[1:]]
    said = {match["key"]: match["text"].strip() for match in found if match}
    columns = {key.removeprefix("column "): text for key, text in said.items() if key.startswith("column ")}
    if not (heading and query and columns and all(found) and "since" in said):
        raise StoreError(f"{name}.sql: the heading wants a title, `since` and every `column`, one a line")
    return Question(
        name,
        heading[0].removeprefix("-- ").strip(),
        "\n".join(query),
        columns,
        said["since"],
        said.get("value"),
        _pair(said["chart"]) if "chart" in said else None,
    )


def _pair(text: str) -> tuple[str, str]:
    label, _, number = text.partition(" ")
    return label, number.strip()


def moment(text: str, now: datetime) -> datetime:
    """`30m`, `24h`, `7d`, `2w` before now, or a date or time (UTC unless it says). StoreError when it is neither."""
    if ago := _AGO.fullmatch(text):
        return now - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
    try:
        said = datetime.fromisoformat(text)
    except ValueError:
        raise StoreError("a time is 30m, 24h, 7d or 2w ago, or such as 2026-07-23 or 2026-07-23T10:00Z") from None
    return said if said.tzinfo else said.replace(tzinfo=UTC)
