"""Many texts -> their analyses, in their order: the first in this process, the others in several.

For commands on files: a few texts do not wait for processes to start, and thousands do not wait for one core.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator

from guard.detect.analysis import Analysis
from guard.detect.engine import Analyzer
from guard.detect.pool import Pool
from guard.terms import Role, Segment

_TEXT = 500
"""What a text costs besides its length, in characters."""
_ALONE = 300_000
"""Characters that are analysed sooner than other processes start: a few seconds."""
_AHEAD = 2
"""Texts read for each process before the answer to the first is out."""


async def analyses[T](
    texts: Iterable[tuple[T, str]], here: Analyzer, pool: Callable[[], Pool] | None = None, *, alone: int = _ALONE
) -> AsyncIterator[tuple[T, Analysis]]:
    """What was found in each text, beside the mark that came with it; each as soon as those before it are out.

    Without a pool all is done in this process, as are the first `alone` characters with one. DetectError when a text
    was not analysed.
    """
    each = iter(texts)
    for mark, text in each:
        yield mark, here.analyze(_prompt(text))
        alone -= len(text) + _TEXT
        if alone < 0 and pool is not None:
            break
    first = next(each, None)
    if first is None or pool is None:
        return
    others = pool()
    await others.start()
    try:
        async for mark, task in _begun(first, each, others):
            yield mark, await task
    finally:
        await others.stop()


async def _begun[T](
    first: tuple[T, str], rest: Iterator[tuple[T, str]], pool: Pool
) -> AsyncIterator[tuple[T, "asyncio.Task[Analysis]"]]:
    """The analyses as they are begun, so many ahead of what was taken. Reading may wait, and nothing waits for it."""
    room = asyncio.Semaphore(_AHEAD * pool.size)
    begun: asyncio.Queue[tuple[T, asyncio.Task[Analysis]] | None] = asyncio.Queue()

    async def feed() -> None:
        entry: tuple[T, str] | None = first
        try:
            while entry is not None:
                await room.acquire()
                begun.put_nowait((entry[0], asyncio.create_task(pool.analyze(_prompt(entry[1])))))
                entry = await asyncio.to_thread(next, rest, None)
        finally:
            begun.put_nowait(None)

    feeding = asyncio.create_task(feed())
    try:
        while (entry := await begun.get()) is not None:
            yield entry
            room.release()
        await feeding  # what reading raised
    finally:
        feeding.cancel()


def _prompt(text: str) -> list[Segment]:
    return [Segment("body:", Role.USER, text)]
