"""Commands on evidence, the prompts kept sealed by rules that say so: audit evidence key, list, open.

They need no running guard, and `open` no more than copies of the log and of the folder: the private keys belong on
another machine. Each opening is an event before it is an opening.
"""

import json
import os
from pathlib import Path
from typing import Annotated

import typer

from guard.cli.audit import LogOption, asker, audit, record
from guard.cli.door import deployment, fail
from guard.cli.logs import Format, FormatOption, SinceOption, printed, scope_of

FolderOption = Annotated[Path | None, typer.Option("--evidence", help="Folder of evidence; the one of the settings.")]
evidence = typer.Typer(no_args_is_help=True, help="Prompts kept sealed for two key holders.")
audit.add_typer(evidence, name="evidence")


@evidence.command()
def key(out: Annotated[Path, typer.Argument(help="A new file for the private key.")]) -> None:
    """Make a key holder's key: the private one into a new file, the public one printed (on the holder's own machine).

    Example: guard audit evidence key investigator.key
    """
    from guard.evidence import new_key

    private, public = new_key()
    try:
        descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        fail(f"{out} cannot be made ({type(error).__name__})", 2)
    with os.fdopen(descriptor, "w") as file:
        file.write(f"# public key: {public}\n{private}\n")
    print(public)


@evidence.command("list")
def listed(
    since: SinceOption = "90d",
    form: FormatOption = Format.TABLE,
    log: LogOption = None,
    folder: FolderOption = None,
) -> None:
    """List the events that have evidence, and whether it is there, deleted by rule, missing or altered (exit code 1).

    Example: guard audit evidence list --since 7d
    """
    from guard.audit.reader import Rows, reader

    settings = deployment()
    with reader(log or settings.log_dir, scope_of(since or "90d", None)) as tables:
        asked = tables.ask(_EVENTS)
    place = folder or settings.evidence
    rows = [(*row[:-2], _state(place, str(row[-2]), deleted=bool(row[-1]))) for row in asked.rows]
    printed(Rows((*asked.columns[:-2], "state"), rows), form)
    raise SystemExit(1 if any(row[-1] in ("missing", "altered") for row in rows) else 0)


_EVENTS = """
SELECT time, id, "user", service, decision, evidence,
    'evidence ' || strftime(time, '%Y-%m-%d') IN (SELECT subject FROM lines WHERE event = 'admin.deleted') AS deleted
FROM events WHERE evidence IS NOT NULL ORDER BY time DESC
"""


def _state(folder: Path, sha256: str, *, deleted: bool) -> str:
    from guard.errors import StoreError
    from guard.evidence import held

    try:
        data = held(folder, sha256)
    except StoreError:
        return "altered"
    return "there" if data is not None else "deleted" if deleted else "missing"


@evidence.command("open")
def opened(
    event: Annotated[str, typer.Argument(help="Id of the event (metadata.uid).")],
    key: Annotated[list[Path], typer.Option(help="A file with a private key; give an investigator's and a witness's.")],
    reason: Annotated[str, typer.Option(help="Why it is opened, for the log.")],
    log: LogOption = None,
    folder: FolderOption = None,
) -> None:
    """Print the prompt of one event as JSON, with the keys of two people (leaves an event with the reason).

    Example: guard audit evidence open 01985b7e-… --key a.key --key b.key --reason 'case 2026-14'
    """
    from guard.audit.admin import Notice
    from guard.audit.proof import line
    from guard.audit.schema import Happening
    from guard.evidence import held, private_keys
    from guard.evidence import opened as unsealed

    settings = deployment()
    if not reason.strip():
        fail("--reason wants a reason", 2)
    try:
        keys = [private for path in key for private in private_keys(path.read_text("utf-8"))]
    except (OSError, ValueError) as error:
        fail(f"a key file cannot be read ({type(error).__name__})", 2)
    sha256 = json.loads(line(log or settings.log_dir, event))["unmapped"]["guard"].get("evidence")
    if not sha256:
        fail("no evidence was kept of this event", 1)
    data = held(folder or settings.evidence, sha256)
    if data is None:
        fail("the evidence of this event is not in the folder", 1)
    text = "Evidence is opened"
    record(settings, Notice(Happening.READ, text, event, severity=3, by=asker(), kind="evidence", why=reason))
    print(json.dumps(unsealed(data, keys), indent=2))
