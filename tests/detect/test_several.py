"""Many texts: the same answers in the same order, whoever analysed them."""

import asyncio
import threading
from collections.abc import Callable, Iterator

import pytest

from guard.detect.analysis import Analysis
from guard.detect.engine import Analyzer
from guard.detect.pool import Pool
from guard.detect.several import analyses
from guard.rules.schema import DetectRule, RuleSet


@pytest.fixture(scope="module")
def rules(new_rule: Callable[..., DetectRule], new_set: Callable[..., RuleSet]) -> RuleSet:
    return new_set(new_rule("digits", r"\d{9}"))


def pool(rules: RuleSet) -> Pool:
    return Pool(rules, workers=2, queue=8, seconds=60, nlp="none")


def all_of(texts: Iterator[tuple[int, str]], rules: RuleSet, *, others: bool) -> list[tuple[int, Analysis]]:
    async def run() -> list[tuple[int, Analysis]]:
        wanted = (lambda: pool(rules)) if others else None
        return [each async for each in analyses(texts, Analyzer(rules, "none"), wanted, alone=0)]

    return asyncio.run(run())


def test_order_and_findings_are_the_same_in_one_process_and_in_several(rules: RuleSet) -> None:
    def texts() -> Iterator[tuple[int, str]]:
        # the longest first, so that what follows would overtake it
        return ((n, f"{'mot ' * (200_000 // (n + 1) ** 4)}{n:09d}") for n in range(30))

    alone, several = all_of(texts(), rules, others=False), all_of(texts(), rules, others=True)

    assert several == alone
    assert [mark for mark, _ in several] == list(range(30))


def test_an_answer_is_out_while_the_next_text_is_awaited(rules: RuleSet) -> None:
    told = threading.Semaphore(0)

    def texts() -> Iterator[tuple[int, str]]:
        for n in range(6):
            yield n, f"{n:09d}"
            assert told.acquire(timeout=50), "no answer before the next text"

    async def run() -> int:
        count = 0
        async for _, analysis in analyses(texts(), Analyzer(rules, "none"), lambda: pool(rules), alone=1000):
            count += len(analysis.findings)
            told.release()
        return count

    assert asyncio.run(run()) == 6


def test_no_text_starts_no_process(rules: RuleSet) -> None:
    assert all_of(iter([]), rules, others=True) == []
