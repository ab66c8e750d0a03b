"""A disk that is really full (tmpfs of 1 MiB): AI services are refused with a record of it, and nothing is lost."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from guard.audit.checkpoint import Signer, Verifier
from guard.audit.sink import Keeping, Sink
from guard.audit.verify import verify
from guard.errors import StoreError
from guard.terms import Actor, Decision, Outcome, Verdict

SIGNER = Signer(bytes(range(32)), "n")
OUTCOME = Outcome(Decision(Verdict.BLOCK), Actor("jdupont"), "openai-api", "chat", "api.openai.com")
FAILURE = Outcome(Decision(Verdict.BLOCK), Actor(), "openai-api", "unread", "api.openai.com", failure="store")
NOON = datetime(2026, 7, 23, 12, tzinfo=UTC)


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A folder on a disk of its own."""
    folder = tmp_path / "disk"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def fill(sink: Sink, kept: list[str]) -> None:
    while True:
        kept.append(sink.write(OUTCOME))


@pytest.mark.system
def test_decisions_stop_failures_are_recorded_and_it_goes_on_with_room(
    small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    keeping = Keeping(signer=SIGNER, reserve=128 * 1024)
    with closing(Sink(small / "log", "n", lambda: NOON, keeping)) as sink:
        kept = [sink.write(OUTCOME) for _ in range(100)]
        (small / "others").write_bytes(bytes(600 * 1024))
        with pytest.raises(StoreError, match="ENOSPC"):
            fill(sink, kept)
        with pytest.raises(StoreError, match="disk is full"):
            sink.write(OUTCOME)
        kept += [sink.write(FAILURE) for _ in range(20)]
        (small / "others").unlink()
        now[0] += 2
        kept.append(sink.write(OUTCOME))
    lines = [
        json.loads(line)["metadata"] for line in (small / "log/audit-n-2026-07-23.jsonl").read_bytes().splitlines()
    ]
    report = verify(small / "log", {"n": Verifier(SIGNER.vkey)})["n"]

    assert [line["event_code"] for line in lines if line["event_code"].startswith("admin")] == [
        "admin.full",
        "admin.room",
    ]
    assert set(kept) <= {line["uid"] for line in lines}
    assert [line["sequence"] for line in lines] == list(range(1, len(lines) + 1))
    assert report.problems == []
