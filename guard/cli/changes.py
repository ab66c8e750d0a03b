"""Command on two sets of rules: diff."""

import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from guard.cli.door import app, deployment, fail, load_rules
from guard.terms import Lang, Verdict

if TYPE_CHECKING:
    from guard.changes import Change
    from guard.replay import Report
    from guard.rules.schema import RuleSet

_SIGNS = {"added": "+", "removed": "−", "changed": "~"}
_IDS = 3
"""Ids shown for each change of verdict; --json has them all."""
_NEWLY = {
    Verdict.ALLOW: "newly allowed",
    Verdict.LOG: "newly logged only",
    Verdict.COACH: "newly advised",
    Verdict.REDACT: "newly redacted",
    Verdict.JUSTIFY: "newly to justify",
    Verdict.HOLD: "newly held",
    Verdict.BLOCK: "newly blocked",
}


@app.command()
def diff(
    old: Annotated[Path, typer.Argument(help="Folder of the rules as they are.")],
    new: Annotated[Path, typer.Argument(help="Folder of the rules as they would be.")],
    on: Annotated[
        str | None, typer.Option(help="A file of JSON lines (texts or requests), or `log` for the audit log.")
    ] = None,
    since: Annotated[str, typer.Option(help="With --on log: from when, such as 24h, 7d or a date.")] = "7d",
    lang: Annotated[Lang, typer.Option(help="Language of the sentences about policy rules.")] = Lang.EN,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, with every id.")] = False,
) -> None:
    """Compare two sets of rules, and show what the new one would decide otherwise on texts, requests or the log.

    It needs both folders. Example: guard diff rules ../proposal/rules --on corpus.jsonl
    """
    from guard.changes import changes

    before, after = load_rules(old), load_rules(new)
    found = changes(before, after, lang)
    report = _report(before, after, on, since) if on else None
    if as_json:
        print(json.dumps(_object(before, after, found, report), ensure_ascii=False, indent=2))
    else:
        _print_rules(before, after, found)
        if report:
            _print(report, str(on))
    for number, why in report.bad if report else ():
        print(f"{on}:{number}: {why}", file=sys.stderr)
    if report and report.bad:
        raise SystemExit(2)


def _print_rules(before: "RuleSet", after: "RuleSet", found: "list[Change]") -> None:
    print(f"{before.version} → {after.version}: " + (_summary(found) if found else "no rule differs"))
    for change in found:
        first, *rest = change.lines
        print(f"{_SIGNS[change.how]} {change.kind}/{change.name}  {first}")
        for line in rest:
            print(f"    {line}")


def _summary(found: "list[Change]") -> str:
    counts = Counter(str(change.how) for change in found)
    return ", ".join(f"{counts[how]} {how}" for how in _SIGNS if counts[how])


def _report(old: "RuleSet", new: "RuleSet", on: str, since: str) -> "Report":
    import asyncio

    from guard.replay import Corpus, events
    from guard.rules.hashed import keyed

    if on == "log":
        return events(old, new, _log(since))
    path = Path(on)
    if not path.is_file():
        fail(f"--on wants a file of JSON lines, or `log`; {on} is no file", 2)
    settings = deployment()
    corpus = Corpus(keyed(old, settings.key), keyed(new, settings.key), settings)
    return asyncio.run(corpus.run(_lines(path)))


def _lines(path: Path) -> Iterator[tuple[int, Any]]:
    """Number and value of each line; None for one that is not JSON."""
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                try:
                    yield number, json.loads(line)
                except ValueError:
                    yield number, None


def _log(since: str) -> Iterator[tuple[int, Any]]:
    """The lines of the log from a moment on, oldest day first."""
    from datetime import UTC, datetime

    from guard.audit.parquet import days
    from guard.audit.questions import moment

    begin = moment(since, datetime.now(UTC))
    number = 0
    for day in days(deployment().log_dir):
        if day.day < begin.date():
            continue
        for _, line in _lines(day.path):
            number += 1
            if isinstance(line, dict) and str(line.get("time_dt", "")) >= f"{begin:%Y-%m-%dT%H:%M:%S}":
                yield number, line


def _groups(report: "Report") -> list[tuple[str, str, tuple[str, ...], list[str]]]:
    """Changes of verdict with the rules that make them, the strictest first, and the ids."""
    groups: dict[tuple[Any, Any, tuple[str, ...]], list[str]] = {}
    for effect in report.effects:
        groups.setdefault((effect.old, effect.new, effect.rules), []).append(effect.id)
    ranked = sorted(groups, key=lambda key: (-key[1].rank, -key[0].rank, key[2]))
    return [(old.value, new.value, rules, groups[old, new, rules]) for old, new, rules in ranked]


def _print(report: "Report", on: str) -> None:
    kind = "events" if on == "log" else "lines"
    print(f"On {on}: {report.total} {kind}, {len(report.effects)} decided otherwise")
    for old, new, rules, ids in _groups(report):
        what = f"{_NEWLY[Verdict(new)]} ({old} → {new})" if old != new else f"{new}, something else hidden or shown"
        more = f" and {len(ids) - _IDS} more" if len(ids) > _IDS else ""
        print(f"  {len(ids):>6}  {what}  by {', '.join(rules) or 'detection'}: {', '.join(ids[:_IDS])}{more}")
    ways = {"more": "hidden from now on", "less": "not hidden any more", "otherwise": "something else stands for it"}
    for way, text in ways.items():
        if counts := _entities(report, way):
            print(f"  {text}: " + ", ".join(f"{entity} in {n}" for entity, n in counts.items()))
    if report.watched:
        print("  only watched: " + ", ".join(f"{rule} in {n}" for rule, n in report.watched.most_common()))
    if report.left_out:
        print(f"  the log does not tell about rules with roles: {', '.join(report.left_out)}")


def _entities(report: "Report", way: str) -> dict[str, int]:
    counts = Counter(entity for effect in report.effects for entity in getattr(effect, way))
    return dict(counts.most_common())


def _object(old: "RuleSet", new: "RuleSet", found: "list[Change]", report: "Report | None") -> dict[str, Any]:
    rules = [{"kind": c.kind, "id": c.name, "change": c.how, "lines": list(c.lines)} for c in found]
    whole: dict[str, Any] = {"old": old.version, "new": new.version, "rules": rules}
    if report is not None:
        whole["decisions"] = {
            "total": report.total,
            "changed": [
                {"old": before, "new": after, "rules": list(names), "n": len(ids), "ids": ids}
                for before, after, names, ids in _groups(report)
            ],
            "hidden": _entities(report, "more"),
            "no_longer_hidden": _entities(report, "less"),
            "hidden_otherwise": _entities(report, "otherwise"),
            "watched": dict(report.watched.most_common()),
            "left_out": list(report.left_out),
            "bad_lines": [{"line": number, "why": why} for number, why in report.bad],
        }
    return whole
