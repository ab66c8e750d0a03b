"""Command that says why: explain."""

import difflib
import json
import re
import sys
from pathlib import Path
from typing import Annotated

import typer

from guard.cli.door import RulesOption, app, deployment, fail, load_rules
from guard.terms import Lang


@app.command()
def explain(
    what: Annotated[str, typer.Argument(help="Id of a rule or an event, a problem's code, or a file with an event.")],
    folder: RulesOption = None,
    lang: Annotated[Lang, typer.Option(help="Language of the sentences: fr or en.")] = Lang.EN,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Say what a rule does, who answers for it and who speaks of it; or why an event came to its decision.

    It needs the rules, and for an event's id the log. Example: guard explain block-marked-documents --lang fr
    """
    from guard import explain as explaining
    from guard.rules.codes import TITLES

    if what in TITLES:
        print(json.dumps({"code": what, "title": TITLES[what]}) if as_json else f"{what}: {TITLES[what]}")
        print("docs/problems.md says why, with an example of each kind.", file=sys.stderr)
        return
    rules = load_rules(folder)
    about = explaining.rule(rules, what, lang)
    if about is not None:
        print(json.dumps(about, ensure_ascii=False, indent=2) if as_json else "\n".join(explaining.lines(about, lang)))
        return
    line = _event(what)
    if line is None:
        close = difflib.get_close_matches(what, explaining.ids(rules), n=1)
        fail(f"no rule in force, event or code is `{what}`" + (f"; did you mean `{close[0]}`?" if close else ""), 1)
    try:
        said = explaining.event(json.loads(line), rules, lang)
    except (KeyError, TypeError, ValueError):
        fail(f"{what} is no event of a decision on a prompt", 1)
    print(json.dumps({"event": what, "lines": said}, ensure_ascii=False, indent=2) if as_json else "\n".join(said))


def _event(what: str) -> bytes | None:
    """The line of an event: of the log by its id, which leaves an event of its own; of a file; of standard input."""
    if what == "-":
        return sys.stdin.buffer.read()
    if re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", what):
        from guard.audit.admin import Notice
        from guard.audit.proof import line
        from guard.audit.schema import Happening
        from guard.cli.audit import asker, record

        settings = deployment()
        found = line(settings.log_dir, what)
        record(settings, Notice(Happening.READ, "An event was explained", what, by=asker()))
        return found
    return Path(what).read_bytes() if Path(what).is_file() else None
