"""Every command: usage, help and exit codes."""

from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

ROOT = Path(__file__).parents[2]

type Guard = Callable[..., CompletedProcess[str]]


@pytest.mark.parametrize(
    ("args", "says"),
    [
        pytest.param(("try", "{}"), "--host", id="no host"),
        pytest.param(("try", "--host", "a", "--header", "x", "{}"), "Name: value", id="a bad header"),
        pytest.param(("schema", "nothing"), "nothing", id="an unknown kind"),
        pytest.param(("serve", "--set", "rawtcp=true"), "rawtcp", id="an unsafe option"),
        pytest.param(("nothing",), "nothing", id="an unknown command"),
    ],
)
def test_bad_usage_is_a_sentence_and_exit_code_2(guard: Guard, args: tuple[str, ...], says: str) -> None:
    done = guard(*args)

    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "command",
    ["serve", "demo", "lint", "test", "schema", "explain", "diff", "init", "scan", "try", "doctor", "password", "seal"],
)
def test_every_commands_help_has_an_example_and_stands_in_the_docs(guard: Guard, command: str) -> None:
    done = guard(command, "--help")

    assert done.returncode == 0
    assert "Example:" in done.stdout
    assert f"guard {command}" in (ROOT / "docs" / "commands.md").read_text()
