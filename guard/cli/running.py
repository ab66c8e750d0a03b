"""Commands that run the guard or say how it stands: serve, demo, doctor."""

import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from guard.cli.door import app, counted, deployment, fail, ready_rules

if TYPE_CHECKING:
    from guard.settings import Settings


@app.command()
def serve(
    option: Annotated[
        list[str] | None, typer.Option("--set", help="A mitmproxy option, NAME=VALUE; unsafe ones are refused.")
    ] = None,
) -> None:
    """Run the proxy until it is stopped (needs the rule files; settings come from GUARD_*).

    Example: GUARD_PORT=8080 guard serve
    """
    import asyncio

    from addons.options import given

    try:
        chosen = given(option or [])
    except ValueError as error:
        fail(str(error), 2)

    from addons.launcher import serve as run
    from guard.inforce import read_rules

    settings = deployment()
    rules = read_rules(settings)

    def ready(host: str, port: int, ca: Path, names: str) -> None:
        print(
            f"Proxy ready on {host}:{port} ({len(rules.policy)} policy rules, version {rules.version})\n"
            f"  its CA     {ca}\n"
            f"  a client   export HTTPS_PROXY=http://{host}:{port} SSL_CERT_FILE={ca}\n"
            f"  a browser  proxy {host}:{port} for HTTP and HTTPS, and the CA among its trusted authorities\n"
            f"  events     {settings.log_dir.resolve()}\n"
            f"  names      {names}\n"
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
def doctor() -> None:
    """Show every setting and its value, and whether the rules load (needs nothing running).

    Example: guard doctor
    """
    settings = deployment()
    for name, field in type(settings).model_fields.items():
        value = getattr(settings, name)
        shown = "(set)" if name == "store" and value else value
        print(f"GUARD_{name.upper():<18} {shown!s:<28} {field.description}")
    rules = ready_rules(None)
    print(f"rules              {counted(rules)} (version {rules.version})")
    from guard.detect.names import Pipelines
    from guard.evidence import of
    from guard.rules.effect import ended
    from guard.settings import exposed

    for text in ended(rules.policy.values(), datetime.datetime.now(datetime.UTC).date()):
        print(f"ended              {text}")
    for path in exposed(settings.secrets):
        print(f"exposed            everybody on this machine may read {path}: chmod o-rwx")
    print(f"names              {Pipelines(settings.nlp).said}")
    print(f"evidence           {'kept, for two key holders' if of(settings) else 'none is kept'}")
    _say_people(settings)
    _say_in_force(settings, rules.version)


def _say_people(settings: "Settings") -> None:
    """How people are known; ends with what is wrong with the files about them."""
    from guard.destinations import Destinations
    from guard.people.opening import described, people

    Destinations.of(settings.ports, settings.deny_destinations, settings.allow_destinations)
    people(settings).close()
    print(f"people             {', '.join(described(settings)) or 'nobody is known: all are in the group unknown'}")


def _say_in_force(settings: "Settings", version: str) -> None:
    """What the guard that uses this state folder has in force, and what it refused."""
    from guard.inforce import status

    said = status(settings.state)
    running = said.get("rules", {}).get("version")
    if running is None:
        return
    same = "as these files" if running == version else "other than these files"
    print(f"last in force      {running} since {said['rules']['since']} on {said.get('node')}, {same}")
    for what, key in (("rules", "refused"), ("people", "people_refused")):
        if refused := said.get(key):
            print(f"refused            {what} at {refused['at']}: {refused['problems']} problem(s), {refused['first']}")


@app.command()
def password(user: Annotated[str, typer.Argument(help="The user's name, as rules and events will have it.")]) -> None:
    """Make the line of one user for GUARD_AUTH_PASSWORDS (asks for the password, or reads it from standard input).

    Example: guard password camille >> passwords
    """
    import getpass
    import sys

    from guard.people.credentials import LONGEST
    from guard.people.passwords import hashed

    given = getpass.getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
    if not given or len(given) > LONGEST:
        fail(f"a password has 1 to {LONGEST} characters", 2)
    print(hashed(user, given))
