"""A generated log -> how long each named question and the hunt take on it, and the memory they need.

Each question has a process of its own, so its peak memory (VmHWM, imports included) is its own; its time is that of
opening the tables and of the query, once, without Python's start. All days are Parquet; `parquet_vs_lines` compares.

    python benchmarks/logs.py                    1 M events over 14 days, the table
    python benchmarks/logs.py --quick --json     20,000 events, one JSON object of figures, in under 50 s
"""

import argparse
import json
import multiprocessing
import re
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from guard.audit.parquet import convert
from guard.audit.questions import folder, questions
from guard.audit.reader import MEMORY, Scope, reader, typed
from guard.audit.sigma import query, rules

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchmarks.events import LAST, write

END = datetime.combine(LAST, datetime.min.time(), UTC) + timedelta(days=1)
SCOPE = Scope(END - timedelta(days=14), END)
VALUE = "hmac:k3:771febd6b48bb59039e63fb6"
HUNT, TYPED = "(hunt, all rules)", "(--sql, a count)"


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one question."""

    seconds: float
    megabytes: int


def asked(log: Path, name: str) -> None:
    """One question, all of its rows."""
    if name == TYPED:
        with typed(log, SCOPE) as tables:
            tables.ask("SELECT decision, count(*) FROM events GROUP BY decision")
        return
    with reader(log, SCOPE) as tables:
        if name == HUNT:
            every = rules(folder("sigma"))
            for rule in every:
                tables.ask(query(rule, every))
        else:
            tables.ask(questions()[name].query, VALUE)


def _measured(log: Path, name: str, out: "multiprocessing.Queue[Cost]") -> None:
    start = time.perf_counter()
    asked(log, name)
    seconds = time.perf_counter() - start
    peak = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    out.put(Cost(round(seconds, 3), int(peak[1]) // 1024 if peak else 0))


def cost(log: Path, name: str) -> Cost:
    """In a process of its own."""
    context = multiprocessing.get_context("spawn")
    out: multiprocessing.Queue[Cost] = context.Queue()
    process = context.Process(target=_measured, args=(log, name, out))
    process.start()
    made = out.get(timeout=120)
    process.join()
    return made


def costs(log: Path, tell: Callable[[str], None]) -> dict[str, Cost]:
    """Of all of them."""
    found = {}
    for name in (*questions(), HUNT, TYPED):
        tell(name)
        found[name] = cost(log, name)
    return found


def run(events: int, tell: Callable[[str], None]) -> dict[str, Any]:
    """All figures, over a log that is made and removed."""
    with tempfile.TemporaryDirectory(prefix="guard-bench-") as place:
        log = Path(place)
        tell(f"writing {events} events")
        write(log, 14, events)
        size = sum(path.stat().st_size for path in log.iterdir())
        lines = cost(log, "at-a-glance")
        tell("converting")
        start = time.perf_counter()
        made = list(convert(log, END.date()))
        seconds = time.perf_counter() - start
        found = costs(log, tell)
        named = {name: spent for name, spent in found.items() if name in questions()}
        slowest = max(named, key=lambda name: named[name].seconds)
        return {
            "events": events,
            "lines_mb": size // 10**6,
            "parquet_mb": sum(path.stat().st_size for path in made) // 10**6,
            "convert_seconds": round(seconds, 2),
            "parquet_vs_lines": round(lines.seconds / found["at-a-glance"].seconds, 1),
            "memory_limit": MEMORY,
            "slowest": slowest,
            "slowest_seconds": named[slowest].seconds,
            "most_mb": max(spent.megabytes for spent in found.values()),
            "questions": {name: [spent.seconds, spent.megabytes] for name, spent in found.items()},
        }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="How long questions to the log take.")
    parser.add_argument("--quick", action="store_true", help="fewer events")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.add_argument("--events", type=int)
    given = parser.parse_args()
    errors = Console(stderr=True)
    figures = run(given.events or (20_000 if given.quick else 1_000_000), lambda text: errors.print(text, style="dim"))
    if given.json:
        print(json.dumps(figures))
        return
    table = Table("question", "seconds", "peak MB", title=f"{figures['events']} events, Parquet")
    for name, (seconds, megabytes) in figures.pop("questions").items():
        table.add_row(name, f"{seconds:.3f}", str(megabytes))
    console = Console()
    console.print(table)
    console.print("\n".join(f"{name}: {figure}" for name, figure in figures.items()), highlight=False)


if __name__ == "__main__":
    main()
