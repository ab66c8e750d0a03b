"""Command on requests: try."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from guard.cli.door import RulesOption, app, deployment, fail, json_lines, print_line, ready_rules
from guard.terms import Request

if TYPE_CHECKING:
    from guard.trial import Trial


@app.command(name="try")
def try_request(
    body: Annotated[str | None, typer.Argument(help="The body: text, a file, or - for standard input.")] = None,
    host: Annotated[str, typer.Option(help="Host the request goes to.")] = "",
    path: Annotated[str, typer.Option(help="Path and query.")] = "/",
    method: Annotated[str, typer.Option(help="HTTP method.")] = "POST",
    header: Annotated[list[str] | None, typer.Option(help="A header, 'Name: value'.")] = None,
    user: Annotated[str, typer.Option(help="Who asks.")] = "unknown",
    group: Annotated[list[str] | None, typer.Option(help="A group of theirs.")] = None,
    json_lines: Annotated[bool, typer.Option("--json-lines", help="Many requests, JSON lines on stdin.")] = False,
    folder: RulesOption = None,
) -> None:
    """Show what the guard would do with a request, offline: the whole pipeline, and nothing leaves.

    Example: guard try --host api.openai.com --path /v1/chat/completions '{"messages":[{"role":"user","content":"Hi"}]}'
    """
    request = None if json_lines else _request(method, host, path, header or [], body)
    rules = ready_rules(folder)
    import asyncio

    from guard.trial import Trial, asker

    trial = Trial(rules, deployment())
    if request is None:
        raise SystemExit(asyncio.run(_try_lines(trial)))
    actor = asker(user, group or [])
    print(json.dumps(asyncio.run(trial.run(request, actor)), indent=2, ensure_ascii=False))


def _request(method: str, host: str, path: str, headers: list[str], body: str | None) -> Request:
    """What was asked for on the command line; exit 2 when that is no request."""
    if not host:
        fail("guard try wants --host", 2)
    pairs = [tuple(part.strip() for part in text.split(":", 1)) for text in headers]
    if any(len(pair) != 2 for pair in pairs):
        fail("--header wants 'Name: value'", 2)
    return Request(method, host, path, tuple((pair[0], pair[1]) for pair in pairs), read_body(body))


def read_body(given: str | None) -> bytes:
    """The bytes of a body: the text itself, those of the file it names, or standard input for `-`."""
    if given is None:
        return b""
    if given == "-":
        return sys.stdin.buffer.read()
    if not given.lstrip().startswith(("{", "[")) and len(given) < 4096 and Path(given).is_file():
        return Path(given).read_bytes()
    return given.encode("utf-8", "surrogateescape")


async def _try_lines(trial: "Trial") -> int:
    from guard.trial import asked

    bad = 0
    for number, item in json_lines():
        try:
            request, actor = asked(item)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            bad += 1
            wants = 'wants {"id","method","host","path","headers":{},"body" or "body_base64","user","groups"}'
            print(f"stdin:{number}: {wants} ({type(error).__name__})", file=sys.stderr)
            continue
        print_line({"id": item.get("id")} | await trial.run(request, actor))
    return 2 if bad else 0
