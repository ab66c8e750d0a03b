"""Real worker processes: what one of them costs when it dies, hangs or is asked too much."""

import asyncio
import contextlib
import gc
import logging
import os
import pickle
import random
import re
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest

from guard.detect import pool as pools
from guard.detect.engine import Analyzer
from guard.detect.pool import Pool
from guard.errors import DetectError
from guard.rules.schema import DetectRule, RuleSet
from guard.terms import Role, Segment

type Run = Callable[[Coroutine[Any, Any, Any]], Any]

CANARY = "canary-b0b0-7719"
SOON = 30.0
"""Seconds in which a process that is on its way comes up, on a busy machine."""


def user(text: str) -> Segment:
    return Segment("body:/messages/0/content", Role.USER, text)


@pytest.fixture(scope="module")
def rules(new_rule: Callable[..., DetectRule], new_set: Callable[..., RuleSet]) -> RuleSet:
    return new_set(new_rule("canary", r"canary-[\w-]+", prefix=True), new_rule("digits", r"\d{9}"))


@pytest.fixture(scope="module")
def run() -> Iterator[Run]:
    """Runs in one loop for the module, in which nothing may go unhandled."""
    unhandled: list[dict[str, Any]] = []
    with asyncio.Runner() as runner:
        runner.get_loop().set_exception_handler(lambda _, context: unhandled.append(context))

        def go(work: Coroutine[Any, Any, Any]) -> Any:
            result = runner.run(work)
            gc.collect()
            assert unhandled == []
            return result

        yield go


@pytest.fixture(scope="module")
def two(run: Run, rules: RuleSet) -> Iterator[Pool]:
    """Two workers that have time."""
    pool = Pool(rules, workers=2, queue=50, seconds=20)
    run(pool.start())
    yield pool
    pids = pool.pids
    run(pool.stop())
    assert [pid for pid in pids if lives(pid)] == []


@pytest.fixture(scope="module")
def single(run: Run, rules: RuleSet) -> Iterator[Pool]:
    """One worker that has two seconds, and one request may wait for it."""
    pool = Pool(rules, workers=1, queue=1, seconds=2)
    run(pool.start())
    yield pool
    run(pool.stop())


@pytest.fixture
def one(run: Run, single: Pool) -> Pool:
    """The same, with its worker up."""
    run(whole(single))
    return single


def lives(pid: int) -> bool:
    """False for a process that has ended, whether or not anybody has asked how."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(SOON):
        while not holds():  # noqa: ASYNC110 - processes have no event for it
            await asyncio.sleep(0.02)


async def whole(pool: Pool) -> None:
    """Return when each worker is up and has nothing to do."""
    await until(lambda: sum(worker.ready and worker.alive for worker in pool._alive) == pool.size)
    await until(lambda: pool._idle.qsize() >= pool.size)


async def cause(analysis: Awaitable[object]) -> str:
    with pytest.raises(DetectError) as caught:
        await analysis
    assert CANARY not in f"{caught.value} {caught.value!r}"
    return caught.value.cause


def test_the_pool_finds_what_the_analyzer_finds(run: Run, two: Pool, rules: RuleSet) -> None:
    analyzer = Analyzer(rules)
    prompts = [
        [],
        [user("")],
        [user(CANARY), user("rien"), user(CANARY), user("é 123456789 \ud83d")],
        [user("rien"), Segment("x", Role.OTHER, "123456789", declared=False, hint="nom"), user(CANARY)],
    ]
    for prompt in prompts * 2:
        assert run(two.analyze(prompt)) == analyzer.analyze(prompt)


def test_many_at_once_each_get_their_own(run: Run, two: Pool) -> None:
    async def found(number: int) -> int:
        (finding,) = (await two.analyze([user(f"{'x ' * number}{CANARY}")])).findings
        return finding.start

    async def all_of_them() -> list[int]:
        return await asyncio.gather(*map(found, range(40)))

    assert run(all_of_them()) == [2 * number for number in range(40)]


def test_a_prompt_of_five_megabytes_in_two_thousand_parts_is_read(run: Run, two: Pool) -> None:
    segments = [user(f"{number} {CANARY} {'lorem ipsum ' * 208}") for number in range(2_000)]
    assert sum(len(segment.text) for segment in segments) > 5_000_000
    findings = run(two.analyze(segments)).findings
    assert [finding.segment for finding in findings] == list(range(2_000))


def test_history_is_not_analysed_again(run: Run, two: Pool) -> None:
    """Its workers are stopped: only the cache can answer."""
    segments = [user(f"{CANARY} one"), user("two")]
    first = run(two.analyze(segments))
    run(whole(two))
    pids = two.pids
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        assert run(two.analyze(segments)) == first
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


def test_a_conversation_is_found_the_same_turn_by_turn_as_at_once(run: Run, two: Pool, rules: RuleSet) -> None:
    """Also what is split over messages, in whichever turn its other half came; a long prompt is put in order aside."""
    analyzer = Analyzer(rules)
    chance = random.Random(5)
    said = ["rien", CANARY, "canary-", "12-x", "é 123456789", "b" * 300 + " canary-1", "2 " + "c" * 300, ""]
    conversation: list[Segment] = []
    for turn in range(16):
        role = (Role.USER, Role.HISTORY)[turn % 2]
        conversation.append(Segment(f"body:/messages/{turn}", role, chance.choice(said)))
        if chance.random() < 0.3:  # history is cut and moved, as clients do
            conversation = conversation[1:]
        assert run(two.analyze(conversation)) == analyzer.analyze(conversation)
    many = [*conversation, *(user(f"{number} {chance.choice(said)}") for number in range(210))]
    assert run(two.analyze(many)) == run(two.analyze(many)) == analyzer.analyze(many)


def test_long_texts_leave_a_worker_to_the_others(run: Run, two: Pool) -> None:
    """The workers of the long ones are stopped: a short one is answered all the same."""

    async def paste() -> None:
        await whole(two)
        pids = two.pids
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        try:
            long = [asyncio.create_task(two.analyze([user(f"{n} {'x' * 100_001}")])) for n in range(3)]
            await until(lambda: two._idle.qsize() == 1 and two._waiting == 2)
            free = two._idle.get_nowait()
            two._idle.put_nowait(free)
            os.kill(free.process.pid, signal.SIGCONT)
            assert len((await two.analyze([user(f"{CANARY} beside long ones")])).findings) == 1
            assert not any(task.done() for task in long)
        finally:
            for pid in pids:
                os.kill(pid, signal.SIGCONT)
        await asyncio.gather(*long)

    run(paste())


def test_a_worker_killed_at_rest_costs_nobody_anything(run: Run, two: Pool) -> None:
    async def kill() -> None:
        await whole(two)
        pid = two.pids[0]
        os.kill(pid, signal.SIGKILL)
        await until(lambda: pid not in two.pids)
        results = await asyncio.gather(*(two.analyze([user(f"{CANARY} rest {n}")]) for n in range(4)))
        assert [len(result.findings) for result in results] == [1, 1, 1, 1]
        await whole(two)
        assert pid not in two.pids

    run(kill())


def test_a_worker_killed_at_work_costs_its_own_request_alone(run: Run, two: Pool) -> None:
    async def kill() -> None:
        await whole(two)
        for pid in two.pids:
            os.kill(pid, signal.SIGSTOP)
        tasks = [asyncio.create_task(two.analyze([user(f"{CANARY} work {n}")])) for n in range(3)]
        await until(lambda: two._idle.qsize() == 0)
        victim, other = two.pids
        os.kill(victim, signal.SIGKILL)
        os.kill(other, signal.SIGCONT)
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert sorted(type(result).__name__ for result in results) == ["Analysis", "Analysis", "DetectError"]
        await whole(two)

    run(kill())


def test_a_worker_that_hangs_is_given_up_in_time_and_replaced(
    run: Run, one: Pool, caplog: pytest.LogCaptureFixture
) -> None:
    async def hang() -> None:
        (pid,) = one.pids
        os.kill(pid, signal.SIGSTOP)
        began = time.monotonic()
        assert await cause(one.analyze([user(f"{CANARY} hangs")])) == "timeout"
        assert time.monotonic() - began > 1.9
        await whole(one)
        assert pid not in one.pids
        assert not lives(pid)
        assert len((await one.analyze([user(f"{CANARY} hangs")])).findings) == 1

    with caplog.at_level(logging.DEBUG):
        run(hang())
    assert "replaced" in caplog.text
    assert CANARY not in caplog.text


def test_one_too_many_is_told_so_at_once(run: Run, one: Pool) -> None:
    async def crowd() -> list[str]:
        os.kill(one.pids[0], signal.SIGSTOP)
        tasks = []
        for number in range(2):
            tasks.append(asyncio.create_task(cause(one.analyze([user(f"{CANARY} crowd {number}")]))))
            await asyncio.sleep(0.05)
        third = await cause(one.analyze([user(f"{CANARY} crowd 3")]))
        assert not any(task.done() for task in tasks)
        return [third, *await asyncio.gather(*tasks)]

    assert run(crowd()) == ["overload", "timeout", "timeout"]


def test_a_caller_who_leaves_does_not_disturb_the_next(run: Run, one: Pool) -> None:
    async def leave() -> None:
        (pid,) = one.pids
        os.kill(pid, signal.SIGSTOP)
        task = asyncio.create_task(one.analyze([user(f"{CANARY} {CANARY} leaves")]))
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        os.kill(pid, signal.SIGCONT)
        assert len((await one.analyze([user(f"{CANARY} stays")])).findings) == 1
        assert one.pids == (pid,)

    run(leave())


def test_a_caller_who_leaves_while_waiting_takes_no_worker_along(run: Run, one: Pool) -> None:
    async def leave() -> None:
        (pid,) = one.pids
        os.kill(pid, signal.SIGSTOP)
        first = asyncio.create_task(one.analyze([user(f"{CANARY} first")]))
        await asyncio.sleep(0.05)
        second = asyncio.create_task(one.analyze([user(f"{CANARY} second")]))
        await asyncio.sleep(0.05)
        second.cancel()
        os.kill(pid, signal.SIGCONT)
        assert len((await first).findings) == 1
        with contextlib.suppress(asyncio.CancelledError):
            await second
        assert len((await one.analyze([user(f"{CANARY} third")])).findings) == 1

    run(leave())


def test_a_job_that_fails_after_its_caller_left_is_not_left_unhandled(run: Run, one: Pool) -> None:
    async def leave() -> None:
        (pid,) = one.pids
        os.kill(pid, signal.SIGSTOP)
        task = asyncio.create_task(one.analyze([user(f"{CANARY} fails later")]))
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        del task
        os.kill(pid, signal.SIGKILL)
        await until(lambda: not one._jobs)

    run(leave())


def test_an_analysis_that_fails_says_its_type_alone_and_the_worker_goes_on(run: Run, one: Pool) -> None:
    broken: Any = CANARY.encode()

    async def fail() -> None:
        pids = one.pids
        with pytest.raises(DetectError, match="TypeError") as caught:
            await one._asked([Segment("b", Role.USER, broken)], None)
        assert caught.value.cause == "internal"
        assert CANARY not in str(caught.value)
        assert len((await one.analyze([user(f"{CANARY} goes on")])).findings) == 1
        assert one.pids == pids

    run(fail())


def test_starting_and_stopping_leaves_no_process(run: Run, rules: RuleSet) -> None:
    async def start_and_stop() -> tuple[int, ...]:
        pool = Pool(rules, workers=1, queue=1, seconds=1)
        assert not pool.ready
        await pool.start()
        assert pool.ready
        pids = pool.pids
        await pool.stop()
        assert (pool.pids, pool.ready) == ((), False)
        return pids

    pids = run(start_and_stop())
    assert pids
    assert [pid for pid in pids if lives(pid)] == []


def test_one_worker_is_left_where_one_is_enough_and_none_when_it_has_ended(run: Run, rules: RuleSet) -> None:
    async def lessened() -> None:
        pool = Pool(rules, workers=2, queue=50, seconds=20)
        await pool.start()
        async with asyncio.timeout(SOON):
            while sum(worker.ready for worker in pool._alive) < 2:  # noqa: ASYNC110 - both are up
                await asyncio.sleep(0.05)
        pids = pool.pids
        texts = [user(f"the {CANARY} number {number}") for number in range(6)]
        asked = [asyncio.create_task(pool.analyze([text])) for text in texts]
        await asyncio.sleep(0)
        pool.lessen()
        assert all(found.findings for found in await asyncio.gather(*asked))
        async with asyncio.timeout(SOON):
            while len([pid for pid in pids if lives(pid)]) > 1:  # noqa: ASYNC110 - processes end by themselves
                await asyncio.sleep(0.05)
        [last] = pool.pids
        os.kill(last, signal.SIGKILL)
        async with asyncio.timeout(SOON):
            while last in pool.pids or not pool.ready:  # noqa: ASYNC110 - the last one is replaced
                await asyncio.sleep(0.05)
        assert (await pool.analyze([user(f"again {CANARY}")])).findings
        await pool.stop()
        with pytest.raises(DetectError, match="has ended"):
            await pool.analyze([user(f"once more {CANARY}")])

    run(lessened())


def test_stopping_what_is_still_starting_leaves_no_process(run: Run, rules: RuleSet) -> None:
    async def stop_early() -> None:
        pool = Pool(rules, workers=2, queue=1, seconds=1)
        starting = asyncio.create_task(pool.start())
        await until(lambda: len(pool.pids) == 2)
        pids = pool.pids
        starting.cancel()
        await pool.stop()
        assert [pid for pid in pids if lives(pid)] == []

    run(stop_early())


@pytest.mark.parametrize("broken", ["slow", "missing"])
def test_workers_that_do_not_come_up_are_an_error(
    run: Run, rules: RuleSet, broken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pools, "_START", 0.3)
    if broken == "missing":
        monkeypatch.setattr(sys, "executable", "/nonexistent/python")
    pool = Pool(rules, workers=1, queue=1, seconds=1)
    assert run(cause(pool.start())) == "worker"
    assert pool.pids == ()


PARENT = """
import asyncio, pickle, sys
from guard.detect.pool import Pool
from guard.terms import Role, Segment

async def main():
    pool = Pool(pickle.load(sys.stdin.buffer), workers=2, queue=9, seconds=60)
    await pool.start()
    while len(pool.pids) < 2 or pool._idle.qsize() < 2:
        await asyncio.sleep(0.02)
    minutes_of_work = [Segment("b", Role.USER, f"{n} " + "canary-x " * 1_000) for n in range(2_000)]
    job = asyncio.create_task(pool.analyze(minutes_of_work))
    await asyncio.sleep(0.5)
    print(*pool.pids, flush=True)
    await job
    await asyncio.sleep(60)

asyncio.run(main())
"""


def test_workers_end_with_their_parent_however_it_ends(rules: RuleSet, tmp_path: Path) -> None:
    """One of them is at work when the parent is killed."""
    given = tmp_path / "rules"
    given.write_bytes(pickle.dumps(rules))
    with given.open("rb") as source:
        parent = subprocess.Popen([sys.executable, "-c", textwrap.dedent(PARENT)], stdin=source, stdout=subprocess.PIPE)
    assert parent.stdout is not None
    with parent.stdout:
        pids = [int(pid) for pid in re.findall(rb"\d+", parent.stdout.readline())]
    assert len(pids) == 2
    assert all(lives(pid) for pid in pids)
    parent.kill()
    parent.wait()
    deadline = time.monotonic() + SOON
    while any(lives(pid) for pid in pids):
        assert time.monotonic() < deadline
        time.sleep(0.05)
