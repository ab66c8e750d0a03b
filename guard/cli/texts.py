"""Commands on texts: scan, eval."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from guard.cli.door import RulesOption, app, deployment, fail, json_lines, print_line, ready_rules
from guard.terms import Role, Segment


@app.command()
def scan(folder: RulesOption = None) -> None:
    """Read JSON lines {"id","text"} on standard input; print the findings and uses of each text.

    Example: echo '{"id":1,"text":"a@example.com"}' | guard scan
    """
    rules = ready_rules(folder)
    from guard.detect.engine import Analyzer
    from guard.terms import Classification

    analyzer = Analyzer(rules, deployment().nlp, deployment().uses_model)
    bad = 0
    for number, item in json_lines():
        if not isinstance(item, dict) or not isinstance(item.get("text"), str):
            bad += 1
            print(f'stdin:{number}: wants a JSON object like {{"id": 1, "text": "…"}}', file=sys.stderr)
            continue
        analysis = analyzer.analyze([Segment("body:", Role.USER, item["text"])])
        findings = [
            {
                "entity": f.entity,
                "start": f.start,
                "end": f.end,
                "score": round(f.score, 3),
                "rule": f.rule,
                "classification": f.classification.value,
            }
            for f in sorted(analysis.findings, key=lambda f: (f.start, f.end))
        ]
        highest = max((f.classification for f in analysis.findings), default=Classification.PUBLIC, key=_rank)
        uses = [{"id": use.id, "score": round(use.score, 3)} for use in analysis.uses]
        print_line({"id": item.get("id"), "findings": findings, "classification": highest.value, "uses": uses})
    raise SystemExit(2 if bad else 0)


@app.command(name="eval")
def evaluate(
    file: Annotated[Path, typer.Argument(help="JSON lines; - for standard input.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of tables.")] = False,
    folder: RulesOption = None,
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
    from rich.progress import track

    from guard import evaluate as evaluation
    from guard.detect.engine import Analyzer

    analyzer, scores, bad = Analyzer(rules, deployment().nlp), evaluation.Evaluation(), 0
    errors = Console(stderr=True)
    cases = list(evaluation.read(lines))
    for case in track(cases, "texts", console=errors, transient=True, disable=not errors.is_terminal):
        if isinstance(case, evaluation.Bad):
            bad += 1
            print(f"{file}:{case.line}: {case.why}", file=sys.stderr)
            continue
        findings = analyzer.analyze([Segment("body:", Role.USER, case.text)]).findings
        scores.add(case, [evaluation.Span(f.entity, f.start, f.end) for f in findings])
    report = scores.report()
    if as_json:
        print_line(report)
    else:
        from guard.tables import evaluation as shown

        for table in shown(report):
            Console(width=120 if not sys.stdout.isatty() else None).print(table)
    raise SystemExit(2 if bad else 0)


def _rank(classification: Any) -> int:
    return int(classification.rank)
