"""The command line as a process of its own, on the shipped rules."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

RULES = Path(__file__).parents[2] / "rules"


@pytest.fixture(scope="session")
def guard() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run `guard ARGS` with some standard input and settings."""

    def run(*args: str, stdin: str | bytes = b"", **env: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-m", "guard.cli", *args],
            input=stdin.encode() if isinstance(stdin, str) else stdin,
            capture_output=True,
            env={**os.environ, "GUARD_RULES": str(RULES), "COLUMNS": "100"} | env,
            timeout=60,
            check=False,
        )
        return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())

    return run
