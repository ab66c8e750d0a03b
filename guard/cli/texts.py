"""Commands on texts: scan, eval."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from guard.cli.door import RulesOption, app, deployment, fail, json_lines, print_line, ready_rules

if TYPE_CHECKING:
    from guard.detect.analysis import Analysis
    from guard.rules.schema import RuleSet

_CORES = 4
"""Processes that long inputs get unless more are asked for."""
_PATIENCE = 3600.0
"""Seconds that one text may take in another process: nobody waits on the line."""
Workers = Annotated[
    int, typer.Option("--workers", min=0, max=64, help="Processes for long inputs; 0: one for each core, up to 4.")
]


@app.command()
def scan(folder: RulesOption = None, workers: Workers = 0) -> None:
    """Read JSON lines {"id","text"} on standard input; print the findings and uses of each text.

    Example: echo '{"id":1,"text":"a@example.com"}' | guard scan
    """
    rules, bad = ready_rules(folder), []

    def texts() -> Iterator[tuple[Any, str]]:
        for number, item in json_lines():
            if isinstance(item, dict) and isinstance(item.get("text"), str):
                yield item.get("id"), item["text"]
            else:
                bad.append(number)
                print(f'stdin:{number}: wants a JSON object like {{"id": 1, "text": "…"}}', file=sys.stderr)

    async def printed() -> None:
        async for name, analysis in _analyses(texts(), rules, workers, deployment().uses_model):
            print_line({"id": name} | _shown(analysis))

    asyncio.run(printed())
    raise SystemExit(2 if bad else 0)


@app.command(name="eval")
def evaluate(
    file: Annotated[Path, typer.Argument(help="JSON lines; - for standard input.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of tables.")] = False,
    folder: RulesOption = None,
    workers: Workers = 0,
) -> None:
    """Compare what is found with what is labelled: {"text","spans":[{"entity","start","end"}][,"lang"]} a line.

    Example: guard eval corpus.jsonl --json
    """
    try:
        lines = (sys.stdin.buffer if str(file) == "-" else file.open("rb")).readlines()
    except OSError as error:
        fail(f"{file}: cannot be read ({type(error).__name__})", 2)
    rules = ready_rules(folder)
    from rich.console import Console
    from rich.progress import Progress

    from guard import evaluate as evaluation

    scores, bad = evaluation.Evaluation(), 0
    errors = Console(stderr=True)
    cases = []
    for case in evaluation.read(lines):
        if isinstance(case, evaluation.Bad):
            bad += 1
            print(f"{file}:{case.line}: {case.why}", file=sys.stderr)
        else:
            cases.append(case)

    async def scored() -> None:
        with Progress(console=errors, transient=True, disable=not errors.is_terminal) as progress:
            task = progress.add_task("texts", total=len(cases))
            async for case, analysis in _analyses(((case, case.text) for case in cases), rules, workers):
                scores.add(case, [evaluation.Span(f.entity, f.start, f.end) for f in analysis.findings])
                progress.advance(task)

    asyncio.run(scored())
    report = scores.report()
    if as_json:
        print_line(report)
    else:
        from guard.tables import evaluation as shown

        for table in shown(report):
            Console(width=120 if not sys.stdout.isatty() else None).print(table)
    raise SystemExit(2 if bad else 0)


def _analyses[T](
    texts: Iterable[tuple[T, str]], rules: "RuleSet", workers: int, uses_model: str = ""
) -> AsyncIterator[tuple[T, "Analysis"]]:
    """The analyses of texts, in their order."""
    from guard.detect.engine import Analyzer
    from guard.detect.pool import Pool
    from guard.detect.several import analyses

    size = workers or min(_CORES, os.process_cpu_count() or 1)
    nlp = deployment().nlp

    def pool() -> Pool:
        return Pool(rules, workers=size, queue=10 * size, seconds=_PATIENCE, nlp=nlp, uses_model=uses_model)

    return analyses(texts, Analyzer(rules, nlp, uses_model), pool if size > 1 else None)


def _shown(analysis: "Analysis") -> dict[str, object]:
    from guard.terms import Classification

    highest = max((f.classification for f in analysis.findings), default=Classification.PUBLIC, key=_rank)
    return {
        "findings": [
            {
                "entity": f.entity,
                "start": f.start,
                "end": f.end,
                "score": round(f.score, 3),
                "rule": f.rule,
                "classification": f.classification.value,
            }
            for f in sorted(analysis.findings, key=lambda f: (f.start, f.end))
        ],
        "classification": highest.value,
        "uses": [{"id": use.id, "score": round(use.score, 3)} for use in analysis.uses],
    }


def _rank(classification: Any) -> int:
    return int(classification.rank)
