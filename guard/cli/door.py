"""What the commands share: the application, settings and rules, lines of JSON, and ending with a sentence.

Exit codes: 0 clean, 1 problems found, 2 usage. Each command imports what it needs itself, so that `guard lint` never
waits for the analyzer.
"""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

if TYPE_CHECKING:
    from guard.rules.schema import RuleSet
    from guard.settings import Settings

# One analysis, one core: with more threads, small matrices wait for each other, nine times as long on a busy machine.
# It counts for this process and its workers, and only before numpy is loaded, which the commands do.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="A proxy that keeps confidential data out of chat-AI services.",
)
Folder = Annotated[Path | None, typer.Argument(help="Folder of rule files; the one of GUARD_RULES when left out.")]
RulesOption = Annotated[Path | None, typer.Option("--rules", help="Folder of rule files.")]


def fail(text: str, code: int) -> NoReturn:
    """End with a sentence for a person and an exit code."""
    print(text, file=sys.stderr)
    raise SystemExit(code)


def deployment() -> "Settings":
    """The deployment's settings; ends with what is wrong with them."""
    from pydantic import ValidationError

    from guard.settings import Settings

    try:
        return Settings()
    except ValidationError as error:
        texts = [f"GUARD_{str(e['loc'][0]).upper()}: {e['msg']}" if e["loc"] else e["msg"] for e in error.errors()]
    fail("\n".join(texts), 2)


def load_rules(folder: Path | None, *, ended: bool = True) -> "RuleSet":
    """The rules as they are written; `ended`: also those of which something has passed its last day."""
    from guard.rules.load import load

    return load(folder or deployment().rules, ended=ended)


def ready_rules(folder: Path | None) -> "RuleSet":
    """The rules, ready to detect: with the key of their hashed lists."""
    from guard.rules.hashed import keyed

    return keyed(load_rules(folder), deployment().key)


def counted(rules: "RuleSet") -> str:
    """How many rules of each kind."""
    kinds = ("services", "detect", "uses", "policy", "messages")
    return ", ".join(f"{len(getattr(rules, kind))} {kind}" for kind in kinds)


def json_lines() -> Iterator[tuple[int, Any]]:
    """Line number and value of each JSON line of standard input; None for a line that is not JSON."""
    for number, line in enumerate(sys.stdin.buffer, 1):
        if line.strip():
            try:
                yield number, json.loads(line)
            except ValueError:
                yield number, None


def print_line(item: dict[str, Any]) -> None:
    """One JSON line, at once; escaped where the terminal cannot show it."""
    try:
        print(json.dumps(item, ensure_ascii=False), flush=True)
    except UnicodeEncodeError:
        print(json.dumps(item), flush=True)
