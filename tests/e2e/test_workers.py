"""Analysis processes that are killed or hang: nothing leaves unread, every request has its event, and work goes on."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
import pytest

from guard.demo.stage import Act

OPENAI = "https://api.openai.com/v1/chat/completions"
IBAN = "FR76 3000 6000 0112 3456 7890 189"
REQUESTS = 40


def _children(pid: int) -> Iterator[int]:
    for task in Path(f"/proc/{pid}/task").iterdir():
        yield from map(int, (task / "children").read_text().split())


def _workers(act: Act) -> list[int]:
    """Ids of the guard's analysis processes."""
    found = []
    for pid in _children(act.stage.guard.pid):
        try:
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
        except FileNotFoundError:
            continue
        if b"guard.detect.worker" in command:
            found.append(pid)
    return found


def _gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def _ask(http: httpx2.Client, number: int) -> int:
    """The status of one request with an IBAN in a text that nobody has analysed before."""
    text = f"Note {number} {time.monotonic_ns()} : IBAN {IBAN}"
    return http.post(OPENAI, json={"model": "gpt-5", "messages": [{"role": "user", "content": text}]}).status_code


def _until(true: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"not so after {seconds} seconds"
        time.sleep(0.1)


@pytest.fixture
def recovered(act: Act, http: httpx2.Client) -> Iterator[None]:
    """Both workers answer again before another test begins."""
    yield
    _until(lambda: len(_workers(act)) == 2)
    _until(lambda: {_ask(http, number) for number in range(4)} == {200})


@pytest.mark.usefixtures("recovered")
def test_killed_workers_cost_their_own_requests_only(act: Act, http: httpx2.Client) -> None:
    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(_ask, http, number) for number in range(REQUESTS)]
        for _ in range(3):
            time.sleep(0.1)
            _until(lambda: bool(_workers(act)))
            os.kill(_workers(act)[0], signal.SIGKILL)
        statuses = [request.result() for request in asked]
    assert set(statuses) <= {200, 503}
    assert statuses.count(200) > REQUESTS // 2
    _inspected(act, statuses)


@pytest.mark.usefixtures("recovered")
def test_all_workers_killed_at_once_let_nothing_through(act: Act, http: httpx2.Client) -> None:
    with ThreadPoolExecutor(4) as pool:
        for pid in _workers(act):
            os.kill(pid, signal.SIGKILL)
        statuses = [request.result() for request in [pool.submit(_ask, http, number) for number in range(8)]]
    assert set(statuses) <= {200, 503}
    _inspected(act, statuses)


@pytest.mark.usefixtures("recovered")
def test_a_hung_worker_costs_its_own_request_and_is_replaced(act: Act, http: httpx2.Client) -> None:
    hung = _workers(act)[0]
    os.kill(hung, signal.SIGSTOP)
    with ThreadPoolExecutor(4) as pool:
        statuses = [request.result() for request in [pool.submit(_ask, http, number) for number in range(8)]]
    assert statuses.count(503) == 1
    assert statuses.count(200) == 7
    _inspected(act, statuses)
    _until(lambda: _gone(hung))
    failures = [event["unmapped"]["guard"]["failure"] for event in act.events]  # type: ignore[index]
    assert sorted(filter(None, failures)) == ["timeout"]


def _inspected(act: Act, statuses: list[int]) -> None:
    """What left was redacted, what did not was refused, and each has its event."""
    assert len(act.received) == statuses.count(200)
    assert act.left([IBAN]) == []
    assert sorted(act.verdicts) == ["block"] * statuses.count(503) + ["redact"] * statuses.count(200)
