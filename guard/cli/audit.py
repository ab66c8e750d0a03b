"""Commands on the audit log's own state: audit verify, prove, export, fingerprint, person, hold, release.

Those that show what the log keeps apart, or take parts of it elsewhere, leave an event of their own.
"""

import json
import os
import pwd
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from guard.cli.door import RulesOption, app, deployment, fail, load_rules
from guard.errors import StoreError

if TYPE_CHECKING:
    from guard.audit.admin import Notice
    from guard.audit.checkpoint import Verifier
    from guard.settings import Settings

KeyOption = Annotated[str, typer.Option("--key", help="Public key of the checkpoints, or a file with one a line.")]
LogOption = Annotated[Path | None, typer.Option("--log", help="Folder of the log; the one of GUARD_LOG_DIR.")]
audit = typer.Typer(no_args_is_help=True, help="Verify, prove, export and look after the audit log.")
app.add_typer(audit, name="audit")


@audit.command()
def verify(
    folder: Annotated[Path | None, typer.Argument(help="Folder of the log; the one of GUARD_LOG_DIR.")] = None,
    key: KeyOption = "",
    copies: Annotated[Path | None, typer.Option("--checkpoints", help="Folder with copies of checkpoints.")] = None,
    part: Annotated[bool, typer.Option("--part", help="Some days of the log, as an export has them.")] = False,
    proof: Annotated[Path | None, typer.Option(help="A file of `guard audit prove` to check instead.")] = None,
) -> None:
    """Compare the log with its signed checkpoints and its numbers (needs the public key only).

    Example: guard audit verify --checkpoints /mnt/elsewhere
    """
    from guard.audit.verify import nodes
    from guard.audit.verify import verify as verified

    if proof:
        _verify_proof(proof, key)
        return
    log = folder or deployment().log_dir
    bad = 0
    try:
        known = sorted({node for place in (log, copies) if place for node in nodes(place)})
        if not known:
            fail(f"{log}: no audit log is there", 1)
        verifiers = {node: _verifier(log, node, key, copies) for node in known}
        for node, report in verified(log, verifiers, copies, part=part).items():
            bad += len(report.problems)
            print(
                f"{node}: {report.days} days, {report.lines} lines, {report.covered} under {report.checkpoints} "
                f"checkpoints: {len(report.problems)} problems"
            )
            for problem in report.problems:
                print(f"  problem  {problem}")
            for remark in report.remarks:
                print(f"  remark   {remark}")
    except OSError as error:
        fail(f"{log}: cannot be read ({type(error).__name__})", 2)
    raise SystemExit(1 if bad else 0)


def _verify_proof(proof: Path, key: str) -> None:
    from guard.audit.checkpoint import Verifier
    from guard.audit.proof import proven

    if not key:
        fail("a proof is checked with --key", 2)
    try:
        line, point = proven(proof.read_bytes(), Verifier(_text(key)))
    except OSError as error:
        fail(f"{proof}: cannot be read ({type(error).__name__})", 2)
    print(f"proven: this line was in the log of {point.node} on {point.day.isoformat()}, signed {point.time}")
    sys.stdout.write(line)


@audit.command()
def prove(
    event: Annotated[str, typer.Argument(help="Id of the event (metadata.uid).")],
    key: KeyOption = "",
    log: LogOption = None,
) -> None:
    """Print a proof that one event is in the log, which shows no other event (leaves an event).

    Example: guard audit prove 01985b7e-6c11-7c3e-9a52-3f2f6d1c8b10 > proof.json
    """
    from guard.audit.admin import Notice
    from guard.audit.proof import prove as proved
    from guard.audit.schema import Happening

    settings = deployment()
    folder = log or settings.log_dir
    made = proved(folder, event, lambda node: _verifier(folder, node, key, None))
    record(settings, Notice(Happening.READ, "An event was proven", event, by=asker()))
    print(made.model_dump_json(indent=2))


@audit.command()
def export(
    out: Annotated[Path, typer.Argument(help="A new folder.")],
    since: Annotated[str, typer.Option(help="First day, YYYY-MM-DD.")] = "0001-01-01",
    until: Annotated[str, typer.Option(help="Last day, YYYY-MM-DD.")] = "9999-12-31",
    log: LogOption = None,
) -> None:
    """Copy days of the log with their checkpoints, to be verified elsewhere (leaves an event).

    Example: guard audit export /tmp/july --since 2026-07-01 --until 2026-07-31
    """
    from guard.audit.admin import Notice
    from guard.audit.export import export as copied
    from guard.audit.schema import Happening

    settings = deployment()
    try:
        first, last = date.fromisoformat(since), date.fromisoformat(until)
    except ValueError:
        fail("--since and --until want a day, YYYY-MM-DD", 2)
    text = f"The log was exported, {since} to {until}"
    record(settings, Notice(Happening.READ, text, f"{since}..{until}", by=asker()))
    names = copied(log or settings.log_dir, out, first, last)
    part = " --part" if (first, last) != (date.min, date.max) else ""
    print(f"{out}: {len(names)} files; check them with: guard audit verify {out}{part} --key …")


@audit.command()
def fingerprint(
    entity: Annotated[str, typer.Argument(help="Kind of value: IBAN_CODE, PERSON, …")],
    folder: RulesOption = None,
) -> None:
    """Read one value on standard input and print its fingerprints, by quarter (leaves an event, without the value).

    Example: guard audit fingerprint IBAN_CODE < value.txt
    """
    from guard.audit.admin import Notice
    from guard.audit.schema import Happening
    from guard.redact.fingerprints import Fingerprints, Keys

    settings = deployment()
    keys = Keys(settings.log_keys)
    prints = Fingerprints(load_rules(folder), keys)
    value = sys.stdin.read().strip()
    if not value:
        fail("the value is read on standard input", 2)
    found = [prints.one(entity, value, quarter) for quarter in keys.quarters()]
    text = f"A fingerprint of {entity} was looked up"
    record(settings, Notice(Happening.READ, text, found[-1], by=asker(), kind="fingerprint"))
    print("\n".join(found))


@audit.command()
def person(
    name: Annotated[str, typer.Argument(help="A pseudonym (u:…), or a user's name.")],
) -> None:
    """Print who a pseudonym is (GUARD_IDENTITY=split), or the pseudonym of a name (leaves an event).

    Example: guard audit person u:Zc81mN0dTe5uQ0sR
    """
    from guard.audit.admin import Notice
    from guard.audit.identity import read
    from guard.audit.opening import identity
    from guard.audit.schema import Happening
    from guard.redact.fingerprints import shared_key

    settings = deployment()
    pseudonym = name if name.startswith("u:") else identity(settings, shared_key).pseudonym(name)
    record(settings, Notice(Happening.READ, "A person was looked up", pseudonym, by=asker(), kind="person"))
    if name != pseudonym:
        print(pseudonym)
        return
    known = read(settings.state / "identities" / "names.jsonl").get(pseudonym)
    if known is None:
        fail("nobody of this pseudonym is kept", 1)
    print(json.dumps(known, ensure_ascii=True))


@audit.command()
def hold(entry: Annotated[str, typer.Argument(help="A day, an event's id, or `all`.")]) -> None:
    """Keep what would be deleted when its time is over (leaves an event).

    Example: guard audit hold 2026-07-23
    """
    _hold(entry, held=True)


@audit.command()
def release(entry: Annotated[str, typer.Argument(help="A day, an event's id, or `all`.")]) -> None:
    """End a hold (leaves an event).

    Example: guard audit release 2026-07-23
    """
    _hold(entry, held=False)


def _hold(entry: str, *, held: bool) -> None:
    from guard.audit.admin import Notice
    from guard.audit.retention import HOLD, changed
    from guard.audit.schema import Happening

    settings = deployment()
    word = "held" if held else "released"
    try:
        if not changed(settings.log_dir, entry, held=held):
            fail(f"{entry} is {word} already", 1)
    except ValueError:
        fail("a hold is a day (YYYY-MM-DD), an event's id, or `all`", 2)
    text = f"{entry} is {word}"
    record(settings, Notice(Happening.HOLD, text, entry, by=asker(), kind="legal hold"))
    print(f"{text} ({settings.log_dir / HOLD})")


def _verifier(log: Path, node: str, key: str, copies: Path | None) -> "Verifier":
    """The key that was given, else the one beside the copies, else the one beside the log."""
    from guard.audit.checkpoint import Verifier

    if key:
        own = [line for line in _text(key).splitlines() if line.startswith(f"prompt-guard/{node}+")]
        if not own:
            raise StoreError(f"--key has no public key for {node}")
        return Verifier(own[0])
    places = [folder / f"audit-{node}.vkey" for folder in (copies, log) if folder]
    found = next((path for path in places if path.is_file()), None)
    if found is None:
        raise StoreError(f"no public key for {node}; give --key")
    if found.parent == log:
        warning = f"the key of {node} is the one beside the log; who can write there can forge it: give --key"
        print(warning, file=sys.stderr)
    return Verifier(_text(str(found)))


def _text(key: str) -> str:
    path = Path(key)
    return path.read_text("utf-8") if path.is_file() else key


def record(settings: "Settings", notice: "Notice") -> None:
    """The command's own event, in the log of commands; without it the command does nothing more."""
    from guard.audit.opening import beside
    from guard.redact.fingerprints import shared_key

    log = beside(settings, shared_key)
    try:
        log.note(notice)
    finally:
        log.close()


def asker() -> str:
    """Who runs the command, as the system knows them; behind sudo, who they say they are."""
    try:
        name = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        name = str(os.getuid())
    return f"{os.environ['SUDO_USER']} ({name})" if "SUDO_USER" in os.environ else name
