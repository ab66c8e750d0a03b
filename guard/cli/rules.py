"""Commands on rule files: lint, test, schema, seal, init."""

import datetime
import gc
import json
import os
import sys
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from guard.cli.door import Folder, app, counted, load_rules, ready_rules
from guard.cli.problems import FORMATS
from guard.errors import RulesError
from guard.terms import Lang


class Format(StrEnum):
    """How problems are printed."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    GITHUB = "github"


class Kind(StrEnum):
    """Kinds of rule files."""

    SERVICES = "services"
    DETECT = "detect"
    USES = "uses"
    POLICY = "policy"
    MESSAGES = "messages"


@app.command()
def lint(
    folder: Folder = None,
    form: Annotated[Format, typer.Option("--format", help="How problems are printed.")] = Format.TEXT,
) -> None:
    """Read rule files and print every problem in them, for people, programs, code scanning or pull requests.

    It needs the files alone. Example: guard lint rules --format sarif > lint.sarif
    """
    gc.disable()  # a short process: looking for garbage takes a quarter of its time and frees nothing
    try:
        rules, problems = load_rules(folder or _shipped(), ended=False), []
    except RulesError as error:
        rules, problems = None, list(error.problems)
    if written := FORMATS[form](problems):
        print(written)
    if rules is None:
        print(f"{len(problems)} problem{'s' if len(problems) > 1 else ''}", file=sys.stderr)
        raise SystemExit(1)
    if form is Format.TEXT:
        print(f"{counted(rules)}: no problem (version {rules.version})")
    from guard.rules.effect import ending

    for text in ending(rules.policy.values(), datetime.datetime.now(datetime.UTC).date()):
        print(f"soon: {text}; renew it, or take it out", file=sys.stderr)


def _shipped() -> Path | None:
    """GUARD_RULES, or rules/ here: reading all settings would take a fifth of lint's second."""
    place = Path(os.environ.get("GUARD_RULES") or "rules")
    return place if place.is_dir() else None


@app.command(name="test")
def run_rule_tests(
    folder: Folder = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Run the tests that rule files carry, and measure uses on held-out prompts (needs the analyzer, some seconds).

    Example: guard test rules
    """
    rules = ready_rules(folder)
    from rich.console import Console
    from rich.progress import Progress

    from guard.check import held_out, run

    console = Console(stderr=True)
    total = sum(len(getattr(rules, kind.value)) for kind in Kind)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("rules", total=total)
        count, failures = run(rules, lambda rule: progress.update(task, advance=1, description=rule))
    measured = held_out(rules)
    if as_json:
        failed = [{"rule": failure.rule, "test": failure.test, "text": failure.text} for failure in failures]
        kept = [asdict(each) for each in measured]
        print(json.dumps({"passed": count - len(failures), "failed": failed, "held_out": kept}, ensure_ascii=False))
    else:
        for line in (*failures, *measured):
            print(line)
        print(f"{count - len(failures)} passed, {len(failures)} failed")
    raise SystemExit(1 if failures else 0)


@app.command()
def schema(kind: Annotated[Kind, typer.Argument(help="Kind of rule file.")]) -> None:
    """Print the JSON Schema (Draft 7) of one kind of rule file, for editors.

    Example: guard schema detect > rules/.schema/detect.json
    """
    from guard.rules.load import schema as schema_of

    print(json.dumps(schema_of(kind.value), indent=2, ensure_ascii=False))


@app.command()
def seal(folder: Folder = None) -> None:
    """Seal a folder of rules: only the very set that is sealed comes into force, no part of it (needs rule files).

    Example: guard seal rules
    """
    from guard.cli.door import deployment
    from guard.rules.seal import write

    place = folder or deployment().rules
    rules = load_rules(place)
    print(f"{write(place, rules.version)}: {rules.version}")


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="A folder that is not there yet, or empty.")],
    lang: Annotated[
        Lang, typer.Option(help="Language of the page and of the company's own rules: fr or en.")
    ] = Lang.FR,
) -> None:
    """Make a company's first set of rules: the shipped one, watched but for secrets, and what to do next.

    It needs a folder that is not there yet. Example: guard init company-rules --lang fr
    """
    from guard.starter import write

    count = write(folder, lang)
    rules = load_rules(folder)
    print(f"{folder}: {count} files; {counted(rules)} (version {rules.version})")
    print(f"Read {folder / 'README.md'}; check with: guard lint {folder} && guard test {folder}")
