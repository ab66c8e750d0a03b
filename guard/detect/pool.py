"""Segments -> analysis, by supervised worker processes (laws 1 and 9).

One job at a time for a worker. A worker that dies or hangs costs its own request a DetectError and is replaced; a
request waits for a worker, and for its analysis, no longer than the deadline; when too many wait, the next one is told
so at once.
"""

import asyncio
import logging
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from guard.detect.analysis import Analysis, SegmentAnalysis, combined, language, opening, placed
from guard.detect.cache import Cache
from guard.detect.joins import Seam, Window, joined, windows
from guard.detect.worker import LENGTH, frame, unframe
from guard.errors import DetectError
from guard.rules.schema import RuleSet
from guard.terms import Lang, Segment

log = logging.getLogger("guard.detect")
_LANGUAGES = 2_000
"""Conversations whose language is remembered."""
_START = 60.0
"""Seconds a worker may take to be ready."""
_MORE = 100_000
"""Characters of a long analysis, and for which one may take as long again."""
_MANY = 200
"""Segments of a prompt that are put in order on the event loop: a few milliseconds at most."""
_LARGE = 1 << 18
"""Bytes of a frame that is not read on the event loop."""
_PAUSES = (0.0, 0.2, 1.0, 5.0)
"""Seconds before a worker that died young is replaced, growing."""


@dataclass(eq=False, slots=True)
class _Worker:
    process: asyncio.subprocess.Process
    ready: bool = False
    killed: bool = False

    @property
    def alive(self) -> bool:
        """False as soon as it has ended, before anybody is told."""
        if self.killed or self.process.returncode is not None:
            return False
        try:
            return os.waitid(os.P_PID, self.process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None
        except ChildProcessError:
            return False

    async def ask(self, framed: bytes) -> object:
        """One frame there and one back. IncompleteReadError or ConnectionError when the worker is gone."""
        source, target = self.process.stdin, self.process.stdout
        if source is None or target is None:
            raise ConnectionError
        source.write(framed)
        await source.drain()
        return await self.told()

    async def told(self) -> object:
        """The next frame."""
        if self.process.stdout is None:
            raise ConnectionError
        (size,) = LENGTH.unpack(await self.process.stdout.readexactly(LENGTH.size))
        data = await self.process.stdout.readexactly(size)
        return await asyncio.to_thread(unframe, data) if size > _LARGE else unframe(data)

    def kill(self) -> None:
        """SIGKILL: it also ends a stopped process."""
        self.killed = True
        with suppress(ProcessLookupError):
            self.process.kill()


class Pool:
    """The analysis of one rule set."""

    def __init__(
        self, rules: RuleSet, *, workers: int, queue: int, seconds: float, nlp: str = "builtin", uses_model: str = ""
    ) -> None:
        self._rules = rules
        self._nlp = nlp
        self._likeness = uses_model
        self.names = ""
        """The pipelines that find names, as a worker says; empty before one has come up."""
        self.size = workers
        self._queue = queue
        self._seconds = seconds
        self._cache = Cache(rules.version)
        self._languages: dict[tuple[bytes, ...], Lang] = {}
        self._idle: asyncio.Queue[_Worker] = asyncio.Queue()
        self._alive: set[_Worker] = set()
        self._keepers: list[asyncio.Task[None]] = []
        self._jobs: set[asyncio.Task[list[SegmentAnalysis]]] = set()
        self._waiting = 0
        self._one_is_enough = self._over = False
        self._room = asyncio.Semaphore(max(1, workers - 1))
        """For long analyses: a worker is left to the others where there are several."""

    @property
    def pids(self) -> tuple[int, ...]:
        """Process ids of the live workers."""
        return tuple(worker.process.pid for worker in self._alive if worker.alive)

    @property
    def ready(self) -> bool:
        """True when a worker has come up and is alive."""
        return any(worker.ready and worker.alive for worker in self._alive)

    async def start(self) -> None:
        """Start the workers; returns when one is ready. DetectError when none is in time."""
        self._keepers = [asyncio.create_task(self._keep(), name=f"worker-{n}") for n in range(self.size)]
        try:
            async with asyncio.timeout(_START):
                self._idle.put_nowait(await self._idle.get())
        except TimeoutError:
            await self.stop()
            raise DetectError("worker", "no analysis process came up") from None

    def lessen(self) -> None:
        """Keep one worker, for the few who still need this analysis; each other ends when it has nothing to do."""
        self._one_is_enough = True
        for _ in range(self._idle.qsize()):
            self._rest(self._idle.get_nowait())

    async def stop(self) -> None:
        """End the workers; what is asked from now on is told so."""
        self._over = True
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.gather(*self._keepers, return_exceptions=True)
        for worker in list(self._alive):
            worker.kill()
            await worker.process.wait()
        self._alive.clear()

    async def analyze(self, segments: Sequence[Segment]) -> Analysis:
        """The analysis of a prompt; only segments never seen go to a worker. DetectError when it was not done."""
        many = len(segments)
        keys, borders = await _aside(many, lambda: self._places(segments))
        lang = self._language(segments, keys)
        known = {key: found for key in (*keys, *borders.values()) if (found := self._cache.get(key)) is not None}
        seams, missing = await _aside(many, lambda: _unknown(segments, keys, borders, known))
        results = await self._asked(list(missing.values()), lang) if missing else []
        new = dict(zip(missing, results, strict=True))
        known, analysis = await _aside(many, lambda: _together(keys, borders, seams, known | new, lang))
        for key, found in known.items():
            self._cache.put(key, found)
        return replace(analysis, nlp=self.names)

    def _places(self, segments: Sequence[Segment]) -> tuple[list[bytes], dict[Window, bytes]]:
        """The key of each segment, and of each window of them."""
        keys = [self._cache.key(segment) for segment in segments]
        return keys, {window: b"".join([keys[index] for index in window]) for window in windows(segments)}

    def _language(self, segments: Sequence[Segment], keys: Sequence[bytes]) -> Lang | None:
        """The language; told once for a conversation that begins the same."""
        indices = opening(segments)
        known = tuple(keys[index] for index in indices or ())
        if indices is None or (lang := self._languages.get(known)) is None:
            lang = language(segments)
        if indices is not None and lang is not None:
            if len(self._languages) >= _LANGUAGES:
                self._languages.clear()
            self._languages[known] = lang
        return lang

    async def _asked(self, segments: list[Segment], lang: Lang | None) -> list[SegmentAnalysis]:
        long = sum(len(segment.text) for segment in segments) > _MORE
        worker = await self._free(long=long)
        # a job goes on when its client is gone: a frame half read would be taken for the next one's
        job = asyncio.create_task(self._job(worker, segments, lang))
        self._jobs.add(job)
        job.add_done_callback(self._done)
        if long:
            job.add_done_callback(lambda _: self._room.release())
        return await asyncio.shield(job)

    def _done(self, job: "asyncio.Task[list[SegmentAnalysis]]") -> None:
        self._jobs.discard(job)
        if not job.cancelled():
            job.exception()  # seen, whoever still waits

    async def _free(self, *, long: bool) -> _Worker:
        """A live worker with nothing to do; a long analysis also waits for room, so that not all are long."""
        if self._over:
            raise DetectError("worker", "this analysis has ended")
        if self._waiting >= self._queue:
            raise DetectError("overload", "too many requests wait for analysis")
        self._waiting += 1
        try:
            async with asyncio.timeout(self._seconds):
                if long:
                    await self._room.acquire()
                try:
                    while not (worker := await self._idle.get()).alive:
                        pass
                except BaseException:
                    if long:
                        self._room.release()
                    raise
                return worker
        except TimeoutError:
            raise DetectError("timeout", "no analysis process was free in time") from None
        finally:
            self._waiting -= 1

    async def _job(self, worker: _Worker, segments: list[Segment], lang: Lang | None) -> list[SegmentAnalysis]:
        try:
            async with asyncio.timeout(self._seconds * (1 + sum(len(s.text) for s in segments) / _MORE)):
                answer = await worker.ask(await _aside(len(segments), lambda: frame((segments, lang))))
        except TimeoutError:
            worker.kill()
            raise DetectError("timeout", "an analysis took too long") from None
        except (asyncio.IncompleteReadError, ConnectionError):
            worker.kill()
            raise DetectError("worker", "an analysis process ended") from None
        except BaseException:
            worker.kill()
            raise
        self._rest(worker)
        if not isinstance(answer, list):
            raise DetectError("internal", f"an analysis failed ({answer})")
        return answer

    def _rest(self, worker: _Worker) -> None:
        """A worker with nothing to do waits for the next job, or ends where another is left and one is enough."""
        if self._one_is_enough and any(other is not worker and other.alive for other in self._alive):
            worker.kill()
        else:
            self._idle.put_nowait(worker)

    async def _keep(self) -> None:
        """Keep one worker alive."""
        young = 0
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(_PAUSES[min(young, len(_PAUSES) - 1)])
            began = loop.time()
            try:
                worker = await self._spawn()
            except OSError as error:
                log.error("an analysis process could not be started (%s)", type(error).__name__)
                worker = None
            if worker is not None:
                self._rest(worker)
                await worker.process.wait()
                self._alive.discard(worker)
                if self._one_is_enough and any(other.alive for other in self._alive):
                    return
                log.warning("an analysis process ended and is replaced")
            young = young + 1 if loop.time() - began < _START else 0

    async def _spawn(self) -> _Worker | None:
        """A worker that has said it is ready; None when it did not come up."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",
            "-m",
            "guard.detect.worker",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},  # one analysis, one core: more threads only wait
        )
        worker = _Worker(process)
        self._alive.add(worker)
        try:
            async with asyncio.timeout(_START):
                self.names = str(await worker.ask(frame((self._rules, self._nlp, self._likeness))))
                worker.ready = True
                return worker
        except (TimeoutError, asyncio.IncompleteReadError, ConnectionError):
            pass
        worker.kill()
        await process.wait()
        self._alive.discard(worker)
        log.error("an analysis process did not come up")
        return None


async def _aside[T](many: int, work: Callable[[], T]) -> T:
    """What some work on a prompt of so many segments gives; the event loop does not wait for a long one (law 9)."""
    return await asyncio.to_thread(work) if many > _MANY else work()


def _unknown(
    segments: Sequence[Segment],
    keys: Sequence[bytes],
    borders: Mapping[Window, bytes],
    known: Mapping[bytes, SegmentAnalysis],
) -> tuple[dict[bytes, Seam | None], dict[bytes, Segment]]:
    """The seams of the windows never seen, None where no value can run on; and all texts to analyse, by their keys."""
    seams = {key: joined(segments, window) for window, key in borders.items() if key not in known}
    missing = {key: segment for key, segment in zip(keys, segments, strict=True) if key not in known}
    return seams, missing | {key: seam.segment for key, seam in seams.items() if seam is not None}


def _together(
    keys: Sequence[bytes],
    borders: Mapping[Window, bytes],
    seams: Mapping[bytes, Seam | None],
    known: dict[bytes, SegmentAnalysis],
    lang: Lang | None,
) -> tuple[dict[bytes, SegmentAnalysis], Analysis]:
    """What to remember under which key, and the analysis of the prompt."""
    for key, seam in seams.items():
        known[key] = SegmentAnalysis(tuple(seam.spread(known[key].findings)) if seam is not None else ())
    parts = [placed(known[key], index) for index, key in enumerate(keys)]
    split = [(window, over) for window, key in borders.items() if (over := known[key].findings)]
    return known | dict(zip(keys, parts, strict=True)), combined(parts, lang, split)
