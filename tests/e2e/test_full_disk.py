"""A full disk under the real proxy: AI services are refused in words, others pass, and it goes on by itself."""

import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from guard.demo.stage import Stage, stage

CHAT = "https://api.openai.com/v1/chat/completions"
HELLO = {"model": "gpt-5", "messages": [{"role": "user", "content": "Bonjour, une idée de titre ?"}]}
RESERVE = 128 * 1024


@pytest.fixture
def small(tmp_path: Path, rules: Path) -> Iterator[Stage]:
    """A guard whose log is on a disk of 1 MiB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)], check=True)
    settings = {"GUARD_LOG_DIR": str(disk / "events"), "GUARD_LOG_RESERVE": str(RESERVE), "GUARD_GRACE_SECONDS": "2"}
    try:
        with stage(tmp_path / "stage", rules=rules, settings=settings) as everything:
            yield everything
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def codes(disk: Path) -> list[str]:
    lines = [line for path in sorted(disk.glob("events/audit-*.jsonl")) for line in path.read_bytes().splitlines()]
    return [json.loads(line)["metadata"]["event_code"] for line in lines]


def fill(path: Path) -> None:
    """Until the disk takes no byte more."""
    with path.open("wb", buffering=0) as file:
        for size in (4096, 1):
            try:
                while file.write(bytes(size)):
                    continue
            except OSError:
                continue


@pytest.mark.system
def test_a_full_disk_closes_ai_services_with_a_sentence_until_there_is_room(small: Stage, tmp_path: Path) -> None:
    disk, received = tmp_path / "disk", small.standin.requests
    with httpx2.Client(proxy=small.guard.url, verify=str(small.guard.ca), trust_env=False, timeout=30) as client:
        assert client.post(CHAT, json=HELLO).status_code == 200
        before = len(received)
        fill(disk / "others")
        refused = [client.post(CHAT, json=HELLO) for _ in range(8)]
        assert len(received) - before <= sum(answer.status_code == 200 for answer in refused)
        (disk / "others").unlink()
        time.sleep(1.2)
        after = client.post(CHAT, json=HELLO)

    assert [answer.status_code for answer in refused[-4:]] == [503] * 4
    assert "Journal de contrôle indisponible" in refused[-1].json()["error"]["message"]
    assert after.status_code == 200
    told = codes(disk)
    assert told.index("admin.full") < told.index("prompt.failure") < told.index("admin.room")
    assert told.count("prompt.failure") == sum(answer.status_code == 503 for answer in refused)
    assert told.count("prompt.allow") == 2 + sum(answer.status_code == 200 for answer in refused)
