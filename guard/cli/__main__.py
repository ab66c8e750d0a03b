"""The `guard` command: every command, and how it ends."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before NumPy: more threads only wait, on busy cores ten times

from guard.cli import audit, changes, evidence, explain, lists, logs, requests, rules, running, texts
from guard.cli.door import app, fail
from guard.errors import GuardError

__all__ = ["audit", "changes", "evidence", "explain", "lists", "logs", "requests", "rules", "running", "texts"]


def main() -> None:
    """Run the command line; every foreseen error is a sentence, not a traceback."""
    try:
        app()
    except GuardError as error:
        fail(str(error), 1)


if __name__ == "__main__":
    main()
