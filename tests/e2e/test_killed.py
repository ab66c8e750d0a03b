"""The real proxy is killed again and again under traffic: nothing reached a service without its line in the log."""

import json
import os
import random
import signal
import threading
import time
from pathlib import Path

import httpx2
import pytest

from guard.audit.checkpoint import Verifier
from guard.audit.verify import verify
from guard.demo.certificates import Authority
from guard.demo.process import GuardProcess
from guard.demo.stage import HOSTS
from guard.demo.standin import Standin

CHAT = "https://api.openai.com/v1/chat/completions"


def client_of(guard: GuardProcess, stop: threading.Event) -> None:
    """One person who asks without end."""
    with httpx2.Client(proxy=guard.url, verify=str(guard.ca), trust_env=False, timeout=10) as client:
        while not stop.is_set():
            try:
                client.post(CHAT, json={"model": "gpt-5", "messages": [{"role": "user", "content": "Bonjour"}]})
            except httpx2.HTTPError:
                time.sleep(0.01)


def killed(guard: GuardProcess) -> None:
    """Four people ask, and the kill comes at any moment."""
    stop = threading.Event()
    people = [threading.Thread(target=client_of, args=(guard, stop)) for _ in range(4)]
    for person in people:
        person.start()
    time.sleep(random.uniform(0.2, 1.5))
    os.kill(guard.pid, signal.SIGKILL)
    stop.set()
    for person in people:
        person.join()


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_what_reached_the_service_is_in_the_log(tmp_path: Path, rules: Path) -> None:
    times = int(os.environ.get("KILLS", "500"))
    authority = Authority(tmp_path / "service")
    with Standin(authority.issue(*HOSTS)) as standin:

        def new() -> GuardProcess:
            ports = dict.fromkeys(HOSTS, standin.port)
            return GuardProcess(tmp_path / "guard", upstream=ports, upstream_ca=authority.bundle, rules=rules)

        for _ in range(times):
            with new() as guard:
                killed(guard)
        with new() as guard:  # mends what the last kill left
            pass
    lines = [row for path in guard.log_dir.glob("audit-*.jsonl") for row in path.read_bytes().splitlines()]
    events = [json.loads(row) for row in lines]
    passed = [event for event in events if event["metadata"]["event_code"] == "prompt.allow"]
    vkey = (guard.log_dir / "audit-guard-1.vkey").read_text("utf-8")
    report = verify(guard.log_dir, {"guard-1": Verifier(vkey)})["guard-1"]
    print(f"{times} kills: {len(standin.requests)} received, {len(passed)} allowed in the log, {len(events)} lines")

    assert len(standin.requests) > times
    assert len(passed) >= len(standin.requests)
    assert sorted(event["metadata"]["sequence"] for event in events) == list(range(1, len(events) + 1))
    assert report.problems == []
