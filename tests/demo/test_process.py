"""`guard serve` in a process of its own."""

import os
import socket
from pathlib import Path

import pytest

from guard.demo.certificates import Authority
from guard.demo.process import GuardProcess
from guard.errors import GuardError


def _guard(folder: Path, **more: object) -> GuardProcess:
    authority = Authority(folder / "ca")
    return GuardProcess(
        folder / "guard",
        upstream={"api.openai.com": 1},
        upstream_ca=authority.bundle,
        **more,  # type: ignore[arg-type]
    )


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_it_is_ready_when_entered_and_gone_when_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever guard settings the caller has."""
    monkeypatch.setenv("GUARD_PORT", "not a port")
    monkeypatch.setenv("GUARD_LOG_DIR", str(tmp_path / "elsewhere"))
    with _guard(tmp_path) as guard:
        with socket.create_connection(("127.0.0.1", guard.port), timeout=5):
            assert _alive(guard.pid)
        assert guard.ca.is_file()
        assert guard.events() == []
    assert not _alive(guard.pid)
    assert guard.exit_code == 0
    assert not (tmp_path / "elsewhere").exists()


def test_a_guard_that_does_not_start_says_why(tmp_path: Path) -> None:
    (tmp_path / "rules" / "policy").mkdir(parents=True)
    (tmp_path / "rules" / "policy" / "bad.yaml").write_text("a: b\n")
    guard = _guard(tmp_path, rules=tmp_path / "rules")
    with pytest.raises(GuardError, match=r"(?s)ended with code 1.*bad\.yaml"):
        guard.__enter__()
    assert guard.exit_code == 1
