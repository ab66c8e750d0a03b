"""The command line: a door. It reads arguments and files, calls the guard, prints, and returns 0 clean, 1 problems, 2
usage.

Each command imports what it needs itself, so that `guard lint` never waits for the analyzer.
"""

import asyncio
import base64
import binascii
import gc
import json
import os
import sys
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from guard.errors import GuardError, RulesError
from guard.terms import Actor, Request, Role, Segment

if TYPE_CHECKING:
    from guard.rules.hashed import Hasher
    from guard.rules.schema import RuleSet, Table
    from guard.settings import Settings
    from guard.trial import Trial

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="A proxy that keeps confidential data out of chat-AI services.",
)
Folder = Annotated[Path | None, typer.Argument(help="Folder of rule files; the one of GUARD_RULES when left out.")]


class Format(StrEnum):
    """How problems are printed."""

    TEXT = "text"
    JSON = "json"


class Kind(StrEnum):
    """Kinds of rule files."""

    SERVICES = "services"
    DETECT = "detect"
    USES = "uses"
    POLICY = "policy"
    MESSAGES = "messages"


def main() -> None:
    """Run the command line; every foreseen error is a sentence, not a traceback."""
    try:
        app()
    except GuardError as error:
        _fail(str(error), 1)


def _fail(text: str, code: int) -> NoReturn:
    print(text, file=sys.stderr)
    raise SystemExit(code)


def _settings() -> "Settings":
    from pydantic import ValidationError

    from guard.settings import Settings

    try:
        return Settings()
    except ValidationError as error:
        texts = [f"GUARD_{str(e['loc'][0]).upper()}: {e['msg']}" if e["loc"] else e["msg"] for e in error.errors()]
    _fail("\n".join(texts), 2)


def _shipped() -> Path | None:
    """GUARD_RULES, or rules/ here: reading all settings would take a fifth of lint's second."""
    place = Path(os.environ.get("GUARD_RULES") or "rules")
    return place if place.is_dir() else None


def _rules(folder: Path | None) -> "RuleSet":
    """The rules as they are written."""
    from guard.rules.load import load

    return load(folder or _settings().rules)


def _ready(folder: Path | None) -> "RuleSet":
    """The rules, ready to detect: with the key of their hashed lists."""
    from guard.rules.hashed import keyed

    return keyed(_rules(folder), _settings().key)


@app.command()
def serve(
    option: Annotated[
        list[str] | None, typer.Option("--set", help="A mitmproxy option, NAME=VALUE; unsafe ones are refused.")
    ] = None,
) -> None:
    """Run the proxy until it is stopped (needs the rule files; settings come from GUARD_*).

    Example: GUARD_PORT=8080 guard serve
    """
    from addons.launcher import serve as run
    from addons.options import given

    settings = _settings()
    rules = _ready(None)
    try:
        chosen = given(option or [])
    except ValueError as error:
        _fail(str(error), 2)

    def ready(host: str, port: int, ca: Path) -> None:
        print(
            f"Proxy ready on {host}:{port} ({len(rules.policy)} policy rules, version {rules.version})\n"
            f"  its CA     {ca}\n"
            f"  a client   export HTTPS_PROXY=http://{host}:{port} SSL_CERT_FILE={ca}\n"
            f"  a browser  proxy {host}:{port} for HTTP and HTTPS, and the CA among its trusted authorities\n"
            f"  events     {settings.log_dir.resolve()}\n"
            "Stop with Ctrl-C.",
            flush=True,
        )

    asyncio.run(run(settings, rules, chosen, ready))


@app.command()
def demo() -> None:
    """Show a guarded conversation with a stand-in AI service on this machine (no account, no network).

    Example: guard demo
    """
    from rich.console import Console

    from guard.demo.scenes import run

    raise SystemExit(run(Console()))


@app.command()
def lint(
    folder: Folder = None,
    form: Annotated[Format, typer.Option("--format", help="How problems are printed.")] = Format.TEXT,
) -> None:
    """Read rule files and print every problem in them (needs nothing else).

    Example: guard lint rules
    """
    gc.disable()  # a short process: looking for garbage takes a quarter of its time and frees nothing
    try:
        rules, problems = _rules(folder or _shipped()), []
    except RulesError as error:
        rules, problems = None, list(error.problems)
    if form is Format.JSON:
        fields = ("path", "line", "col", "code", "text", "hint")
        print(json.dumps([{name: getattr(p, name) for name in fields} for p in problems], ensure_ascii=False))
    else:
        for problem in problems:
            print(problem)
    if rules is None:
        print(f"{len(problems)} problem{'s' if len(problems) > 1 else ''}", file=sys.stderr)
        raise SystemExit(1)
    if form is Format.TEXT:
        print(f"{_counted(rules)}: no problem (version {rules.version})")


def _counted(rules: "RuleSet") -> str:
    kinds = ("services", "detect", "uses", "policy", "messages")
    return ", ".join(f"{len(getattr(rules, kind))} {kind}" for kind in kinds)


@app.command(name="test")
def run_rule_tests(folder: Folder = None) -> None:
    """Run the tests that rule files carry (needs the analyzer, some seconds).

    Example: guard test rules
    """
    rules = _ready(folder)
    from rich.console import Console
    from rich.progress import Progress

    from guard.check import run

    console = Console(stderr=True)
    total = sum(len(getattr(rules, kind.value)) for kind in Kind)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("rules", total=total)
        count, failures = run(rules, lambda rule: progress.update(task, advance=1, description=rule))
    for failure in failures:
        print(failure)
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
def scan(folder: Annotated[Path | None, typer.Option("--rules", help="Folder of rule files.")] = None) -> None:
    """Read JSON lines {"id","text"} on standard input; print the findings and uses of each text.

    Example: echo '{"id":1,"text":"a@example.com"}' | guard scan
    """
    rules = _ready(folder)
    from guard.detect.engine import Analyzer
    from guard.terms import Classification

    analyzer = Analyzer(rules)
    bad = 0
    for number, item in _json_lines():
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
        _print_line({"id": item.get("id"), "findings": findings, "classification": highest.value, "uses": uses})
    raise SystemExit(2 if bad else 0)


@app.command(name="eval")
def evaluate(
    file: Annotated[Path, typer.Argument(help="JSON lines; - for standard input.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of tables.")] = False,
    folder: Annotated[Path | None, typer.Option("--rules", help="Folder of rule files.")] = None,
) -> None:
    """Compare what is found with what is labelled: {"text","spans":[{"entity","start","end"}][,"lang"]} a line.

    Example: guard eval corpus.jsonl --json
    """
    try:
        lines = (sys.stdin.buffer if str(file) == "-" else file.open("rb")).readlines()
    except OSError as error:
        _fail(f"{file}: cannot be read ({type(error).__name__})", 2)
    rules = _ready(folder)
    from rich.console import Console
    from rich.progress import track

    from guard import evaluate as evaluation
    from guard.detect.engine import Analyzer

    analyzer, scores, bad = Analyzer(rules), evaluation.Evaluation(), 0
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
        _print_line(report)
    else:
        from guard.tables import evaluation as shown

        for table in shown(report):
            Console(width=120 if not sys.stdout.isatty() else None).print(table)
    raise SystemExit(2 if bad else 0)


def _rank(classification: Any) -> int:
    return int(classification.rank)


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
    folder: Annotated[Path | None, typer.Option("--rules", help="Folder of rule files.")] = None,
) -> None:
    """Show what the guard would do with a request, offline: the whole pipeline, and nothing leaves.

    Example: guard try --host api.openai.com --path /v1/chat/completions '{"messages":[{"role":"user","content":"Hi"}]}'
    """
    rules = _ready(folder)
    from guard.trial import Trial

    trial = Trial(rules, _settings())
    if json_lines:
        raise SystemExit(asyncio.run(_try_lines(trial)))
    if not host:
        _fail("guard try wants --host", 2)
    headers = [tuple(part.strip() for part in text.split(":", 1)) for text in header or []]
    if any(len(pair) != 2 for pair in headers):
        _fail("--header wants 'Name: value'", 2)
    request = Request(method, host, path, tuple((pair[0], pair[1]) for pair in headers), _body(body))
    actor = Actor(user, tuple(group or ["unknown"]), "command-line")
    print(json.dumps(asyncio.run(trial.run(request, actor)), indent=2, ensure_ascii=False))


def _body(given: str | None) -> bytes:
    if given is None:
        return b""
    if given == "-":
        return sys.stdin.buffer.read()
    if not given.lstrip().startswith(("{", "[")) and len(given) < 4096 and Path(given).is_file():
        return Path(given).read_bytes()
    return given.encode("utf-8", "surrogateescape")


async def _try_lines(trial: "Trial") -> int:
    bad = 0
    for number, item in _json_lines():
        try:
            request, actor = _request(item)
        except (KeyError, TypeError, ValueError, binascii.Error, AttributeError) as error:
            bad += 1
            wants = 'wants {"id","method","host","path","headers":{},"body" or "body_base64","user","groups"}'
            print(f"stdin:{number}: {wants} ({type(error).__name__})", file=sys.stderr)
            continue
        _print_line({"id": item.get("id")} | await trial.run(request, actor))
    return 2 if bad else 0


def _request(item: Any) -> tuple[Request, Actor]:
    if "body_base64" in item:
        body = base64.b64decode(item["body_base64"], validate=True)
    else:
        body = (item.get("body") or "").encode("utf-8", "surrogatepass")
    headers = tuple((str(name), str(value)) for name, value in (item.get("headers") or {}).items())
    request = Request(item.get("method") or "POST", item["host"].strip(), item.get("path") or "/", headers, body)
    groups = tuple(str(group) for group in item.get("groups") or ["unknown"])
    return request, Actor(str(item.get("user") or "unknown"), groups, "command-line")


def _json_lines() -> Iterator[tuple[int, Any]]:
    """Line number and value of each JSON line of standard input; None for a line that is not JSON."""
    for number, line in enumerate(sys.stdin.buffer, 1):
        if line.strip():
            try:
                yield number, json.loads(line)
            except ValueError:
                yield number, None


def _print_line(item: dict[str, Any]) -> None:
    try:
        print(json.dumps(item, ensure_ascii=False), flush=True)
    except UnicodeEncodeError:
        print(json.dumps(item), flush=True)


Name = Annotated[str, typer.Option("--name", help="Name of the list: small letters, digits, hyphens.")]
Key = Annotated[Path | None, typer.Option("--key", help="File of the key, made when missing; GUARD_LISTS_KEY's.")]
Out = Annotated[Path | None, typer.Option("--out", help="File to write; lists/NAME.edm or .fp of GUARD_RULES.")]
lists = typer.Typer(no_args_is_help=True, help="Make lists of keyed hashes from the company's own data.")
app.add_typer(lists, name="lists")


@lists.command()
def build(
    file: Annotated[Path, typer.Argument(help="A CSV file with a line of column names.")],
    columns: Annotated[str, typer.Option(help="Columns to know, separated by commas.")],
    name: Name,
    together: Annotated[str, typer.Option(help="Columns that count only near another value of their row.")] = "",
    key: Key = None,
    out: Out = None,
) -> None:
    """Make an exact-match list from a CSV file (needs the file once; no clear value is kept).

    Example: guard lists build clients.csv --columns nom,prenom,iban --together nom,prenom --name customers
    """
    from guard import lists as making

    wanted = [column.strip() for column in columns.split(",") if column.strip()]
    paired = frozenset(column.strip() for column in together.split(",") if column.strip())
    if not wanted or not paired <= set(wanted):
        _fail("--columns names the columns, and those of --together are among them", 2)
    hasher = _hasher(key)
    try:
        built = making.exact(making.rows(file, wanted), paired, hasher)
    except OSError as error:
        _fail(f"{file}: cannot be read ({type(error).__name__})", 2)
    path = _write_list(built.table, name, out)
    print(f"{path}: {built.values} values; {built.skipped} left out (too common, too short or too long)")


@lists.command()
def fingerprint(
    source: Annotated[Path, typer.Argument(help="A folder of .txt, .md and .csv files.")],
    name: Name,
    skip: Annotated[bool, typer.Option("--skip-unreadable", help="Other files are no problem.")] = False,
    key: Key = None,
    out: Out = None,
) -> None:
    """Make fingerprints of confidential documents (needs the folder once; no text is kept).

    Example: guard lists fingerprint contracts/ --name contracts
    """
    from guard import lists as making

    if not source.is_dir():
        _fail(f"{source}: not a folder", 2)
    texts, skipped = making.readable(source)
    for path in skipped:
        print(f"{path}: skipped (not a text file that can be read)", file=sys.stderr)
    built = making.documents(texts, _hasher(key))
    path = _write_list(built.table, name, out)
    print(f"{path}: {len(texts)} documents, {built.values} fingerprints; {built.skipped} shared by many left out")
    raise SystemExit(1 if skipped and not skip else 0)


def _hasher(key: Path | None) -> "Hasher":
    from guard.rules.hashed import Hasher, made_key

    return Hasher(made_key(key or _settings().key))


def _write_list(table: "Table", name: str, out: Path | None) -> Path:
    from guard.rules.hashed import SUFFIXES, written

    if not name.replace("-", "").isalnum() or not name.isascii() or name != name.lower():
        _fail("--name wants small letters, digits and hyphens", 2)
    suffix = next(suffix for suffix, kind in SUFFIXES.items() if kind == table.kind)
    path = out or _settings().rules / "lists" / f"{name}{suffix}"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.with_name(f".{path.name}.new").write_text(written(table), "ascii")
        path.with_name(f".{path.name}.new").replace(path)
    except OSError as error:
        _fail(f"{path}: cannot be written ({type(error).__name__})", 2)
    return path


@app.command()
def doctor() -> None:
    """Show every setting and its value, and whether the rules load (needs nothing running).

    Example: guard doctor
    """
    settings = _settings()
    for name, field in type(settings).model_fields.items():
        value = getattr(settings, name)
        shown = "(set)" if name == "store" and value else value
        print(f"GUARD_{name.upper():<18} {shown!s:<28} {field.description}")
    rules = _ready(None)
    print(f"rules              {_counted(rules)} (version {rules.version})")


if __name__ == "__main__":
    main()
