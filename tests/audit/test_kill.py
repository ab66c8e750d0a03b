"""`kill -9` under traffic: no released decision is without its line, and no line is torn after the next start.

The traffic is two threads that write and then release, as the pipeline does; releasing is a byte in a pipe, which
outlives the killed process as a packet on the wire would.
"""

import json
import multiprocessing
import os
import random
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from guard.audit.checkpoint import Signer, Verifier
from guard.audit.keeper import Keeper
from guard.audit.sink import Keeping, Sink
from guard.audit.verify import verify
from guard.terms import Actor, Decision, Outcome, Verdict

SIGNER = Signer(bytes(range(32)), "n")
OUTCOME = Outcome(Decision(Verdict.BLOCK), Actor("jdupont"), "openai-api", "chat", "api.openai.com")
PER_DAY = 20
"""Kills before the next day begins."""


def opened(folder: Path, number: int) -> Sink:
    time = datetime(2026, 1, 1, 12, tzinfo=UTC) + timedelta(days=number // PER_DAY)
    return Sink(folder, "n", lambda: time, Keeping(signer=SIGNER))


def traffic(folder: Path, number: int, released: Connection) -> None:
    """Write and release until killed; checkpoints are made all the time."""
    sink = opened(folder, number)
    keeper = Keeper(sink, folder, 0, lambda _: None)

    def one() -> None:
        while True:
            os.write(released.fileno(), sink.write(OUTCOME).encode())

    for _ in range(2):
        threading.Thread(target=one, daemon=True).start()
    keeper.tick()
    while True:
        sink.checkpoint()


def killed(folder: Path, number: int) -> Iterator[str]:
    """Ids of the events whose decisions were released before the kill, which comes at any moment of a round."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["guard.audit.sink", "guard.audit.keeper", "guard.audit.verify"])
    heard, released = context.Pipe(duplex=False)
    child = context.Process(target=traffic, args=(folder, number, released))
    child.start()
    released.close()
    with open(heard.fileno(), "rb", closefd=False) as file:
        yield file.read(36).decode()
        time.sleep(random.uniform(0, 0.1))
        os.kill(child.pid or 0, signal.SIGKILL)
        while uid := file.read(36):
            yield uid.decode()
    child.join()
    heard.close()
    assert child.exitcode == -signal.SIGKILL


@pytest.mark.parametrize(
    "times", [pytest.param(8, id="8 times"), pytest.param(500, id="500 times", marks=pytest.mark.soak)]
)
@pytest.mark.timeout(1800)
def test_what_was_released_is_in_the_log_and_the_log_is_whole(times: int, tmp_path: Path) -> None:
    released = [uid for number in range(times) for uid in killed(tmp_path, number)]
    with closing(opened(tmp_path, times)) as sink:
        sink.write(OUTCOME)
    written: list[tuple[int, str]] = []
    for path in tmp_path.glob("audit-*.jsonl"):
        data = path.read_bytes()
        assert data.endswith(b"\n")
        written += [
            (event["sequence"], event["uid"]) for event in (json.loads(row)["metadata"] for row in data.splitlines())
        ]
    report = verify(tmp_path, {"n": Verifier(SIGNER.vkey)})["n"]

    assert len(released) > times
    assert set(released) - {uid for _, uid in written} == set()
    assert sorted(sequence for sequence, _ in written) == list(range(1, len(written) + 1))
    assert (report.problems, report.remarks) == ([], [])
    print(f"{times} kills: {len(released)} released, {len(written)} lines, {report.checkpoints} checkpoints")
