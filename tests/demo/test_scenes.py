"""The demo itself, as `guard demo` runs it."""

import io
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from rich.console import Console

from guard.demo import scenes

RULES = Path(__file__).resolve().parents[2] / "rules"
NOT_INSTALLED = """
import sys
sys.modules["openai"] = None
from rich.console import Console
from guard.demo.scenes import run
raise SystemExit(run(Console()))
"""


def _console(width: int) -> Console:
    return Console(file=io.StringIO(), width=width)


def _shown(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the demo's temporary folder goes."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def test_every_promise_holds_and_nothing_is_left_behind(monkeypatch: pytest.MonkeyPatch, temporary: Path) -> None:
    monkeypatch.setenv("LC_ALL", "fr_FR.UTF-8")
    console = _console(100)
    assert scenes.run(console) == 0
    shown = _shown(console)
    assert "Les 10 promesses sont tenues." in shown
    assert shown.count("Dans l'entreprise") == 3
    for text in ("[[PERSON_1]]", "[[IBAN_CODE_1]]", "anthropic.BadRequestError", "Tri de candidatures"):
        assert text in shown
    assert list(temporary.iterdir()) == []


def test_a_promise_that_does_not_hold_is_told_and_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    shutil.copytree(RULES, tmp_path / "rules")
    (tmp_path / "rules" / "policy" / "redact-personal-data.yaml").unlink()
    console = _console(100)
    assert scenes.run(console, tmp_path / "rules") == 1
    assert "✘ none of the 7 values left" in _shown(console)
    assert "did not hold" in _shown(console)


def test_a_guard_that_does_not_start_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "policy").mkdir()
    (tmp_path / "policy" / "bad.yaml").write_text("a: b\n")
    console = _console(400)
    assert scenes.run(console, tmp_path) == 1
    assert "bad.yaml" in _shown(console)
    assert "Traceback" not in _shown(console)


def test_without_the_clients_it_says_how_to_get_them() -> None:
    done = subprocess.run(
        [sys.executable, "-c", NOT_INSTALLED],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=dict(os.environ) | {"LC_ALL": "C.UTF-8"},
    )
    assert done.returncode == 2
    assert "pip install openai anthropic" in done.stdout


def test_being_told_to_end_it_stops_the_guard_too(temporary: Path) -> None:
    """SIGTERM in the middle: the children end, and the folder goes."""
    demo = subprocess.Popen(
        [sys.executable, "-m", "guard.cli", "demo"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=dict(os.environ) | {"TMPDIR": str(temporary)},
    )
    try:
        guard = _child(demo)
        demo.terminate()
        assert demo.wait(30) == 128 + 15
    finally:
        demo.kill()
        demo.wait()
    assert not Path(f"/proc/{guard}").exists()
    assert list(temporary.iterdir()) == []


def _child(demo: "subprocess.Popen[bytes]") -> int:
    """The guard's process, once it runs."""
    children = Path(f"/proc/{demo.pid}/task/{demo.pid}/children")
    while demo.poll() is None:
        for pid in children.read_text().split():
            if b"serve" in Path(f"/proc/{pid}/cmdline").read_bytes():
                return int(pid)
    raise AssertionError(f"the demo ended with {demo.returncode} before its guard began")
