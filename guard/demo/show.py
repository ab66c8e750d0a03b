"""Scenes -> the terminal: inside the company and outside, side by side, and whether each promise held."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from rich import box
from rich.console import Console
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from guard.demo.captions import Captions
from guard.demo.exchange import PLACEHOLDER

_WIDEST = 130
"""Columns beyond which lines are no longer easy to read."""
_COLOURS = {"allow": "green", "log": "green", "coach": "yellow", "redact": "cyan", "hold": "yellow", "block": "red"}


@dataclass(frozen=True, slots=True)
class Promise:
    """Something that must be true, and whether it was."""

    text: str
    kept: bool


@dataclass(frozen=True, slots=True)
class Scene:
    """One conversation, seen from both sides."""

    title: str
    typed: str = field(repr=False)
    left: str = field(repr=False)
    answered: str = field(repr=False)
    seen: str = field(repr=False)
    events: tuple[Mapping[str, Any], ...] = field(repr=False)
    promises: tuple[Promise, ...]
    values: tuple[str, ...] = field(default=(), repr=False)
    """What the person would not want to lose: shown in another colour."""


def opening(console: Console, words: Captions) -> None:
    """What this is."""
    console.print(Text("Prompt guard", style="bold"), Text(words.welcome), sep="\n", width=_width(console))


def scene(console: Console, words: Captions, number: int, shown: Scene) -> None:
    """One scene, its audit events and its promises."""
    width = _width(console)
    console.print()
    console.print(Rule(Text(f" {number}. {shown.title} ", style="bold"), align="left", characters="━"), width=width)
    table = Table(box=box.ROUNDED, show_lines=True, expand=True, padding=(0, 1))
    table.add_column(words.inside, ratio=1, header_style="bold", overflow="fold")
    table.add_column(words.outside, ratio=1, header_style="bold", overflow="fold")
    table.add_row(_cell(words.typed, shown.typed, shown.values), _cell(words.left, shown.left, shown.values))
    table.add_row(_cell(words.seen, shown.seen, shown.values), _cell(words.answered, shown.answered, shown.values))
    console.print(table, width=width)
    for event in shown.events:
        _indented(console, Text.assemble((f"{words.audit}  ", "bold"), line(event)))
    for promise in shown.promises:
        _promise(console, promise)


def closing(console: Console, words: Captions, promises: Iterable[Promise], last: Promise) -> int:
    """The last promise and the sum; exit code 0 when every promise held, 1 otherwise."""
    console.print()
    _promise(console, last)
    held = [promise.kept for promise in (*promises, last)]
    broken = held.count(False)
    text = words.broken.format(count=broken) if broken else words.kept.format(count=len(held))
    console.print(Text(text, style="bold red" if broken else "bold green"), width=_width(console))
    return 1 if broken else 0


def line(event: Mapping[str, Any]) -> Text:
    """An audit event in one line for people: when, verdict, where, what was found, by which rule."""
    ours = event["unmapped"]["guard"]
    verdict = str(ours["decision"])
    found = [f"{entity['type']}×{entity['n']}" for entity in ours["entities"]] + [use["id"] for use in ours["uses"]]
    rules = [rule["id"] for rule in ours["rules"] if rule["enforced"]]
    parts = [
        f"{ours['service']} {ours['ai_model'] or ''}".strip(),
        " ".join(found),
        f"({', '.join(rules)})" if rules else "",
        f"{ours['ms'].get('total', 0):.0f} ms",
    ]
    colour = _COLOURS.get(verdict, "magenta")
    shown = Text.assemble((str(event["time_dt"]), "dim"), " ", (verdict, f"bold {colour}"))
    for part in filter(None, parts):
        shown.append(f" · {part}")
    return shown


def _promise(console: Console, promise: Promise) -> None:
    mark = ("✔ ", "bold green") if promise.kept else ("✘ ", "bold red")
    _indented(console, Text.assemble(mark, promise.text))


def _indented(console: Console, text: Text) -> None:
    for row in text.wrap(console, _width(console) - 4):
        row.rstrip()
        console.print(Text("  ").append_text(row), soft_wrap=True)


def _cell(caption: str, text: str, values: Iterable[str]) -> Text:
    body = Text(text)
    body.highlight_words(values, "bold yellow")
    body.highlight_regex(PLACEHOLDER, "bold cyan")
    return Text.assemble((f"{caption}\n", "dim"), body)


def _width(console: Console) -> int:
    return min(console.width, _WIDEST)
