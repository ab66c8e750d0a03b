"""A process reads one file, within bounds, and ends."""

import pickle
import subprocess
import sys
from collections.abc import Mapping

from guard.wire.files.extract import extract


def ran(data: bytes, seconds: int = 20) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-P", "-m", "guard.wire.files.worker", str(seconds)]
    return subprocess.run(command, input=data, capture_output=True, timeout=60, check=False)


def test_a_process_says_what_the_file_says(made: Mapping[str, bytes]) -> None:
    found = ran(made["docx"])

    assert pickle.loads(found.stdout) == extract(made["docx"])  # noqa: S301 - our own child
    assert (found.returncode, found.stderr) == (0, b"")


def test_nothing_is_said_but_the_answer(made: Mapping[str, bytes]) -> None:
    cut = ran(made["pdf"][:300])

    assert cut.stderr == b""
    assert pickle.loads(cut.stdout).causes == ("corrupt-file",)  # noqa: S301 - our own child
