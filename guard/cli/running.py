"""Commands that run the guard or say how it stands: serve, demo, doctor."""

from pathlib import Path
from typing import Annotated

import typer

from guard.cli.door import app, counted, deployment, fail, ready_rules


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

    from addons.launcher import serve as run
    from addons.options import given

    settings = deployment()
    rules = ready_rules(None)
    try:
        chosen = given(option or [])
    except ValueError as error:
        fail(str(error), 2)

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

    print(f"names              {Pipelines(settings.nlp).said}")
