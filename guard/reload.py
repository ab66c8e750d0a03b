"""Files that changed -> what they say in force, whole or not at all (law 10).

A set that is whole and has no problem comes into force by one reference; otherwise the one in force stays and says so.
Requests end with the rules they began with: the old analysis processes stop when nobody decides with them any more.
Looking, reading and checking happen beside the event loop (law 9).
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

from watchfiles import awatch

from guard import settled
from guard.errors import GuardError

log = logging.getLogger("guard.reload")
_LOOK = 0.5
"""Seconds between two looks at the files, whatever the system tells of them: network disks tell nothing."""
_AGAIN = 0.2
"""Seconds between two readings when somebody asked for it now."""


class Subject(Protocol):
    """Something that files say."""

    roots: Sequence[Path]
    """Files and folders."""

    def read(self) -> Any:
        """What they say; called in a thread. GuardError when they do not say it."""

    async def adopt(self, found: Any) -> None:
        """Put it into force. GuardError when that cannot be, and then all is as it was."""

    def refused(self, error: GuardError) -> None:
        """Say that what was in force stays."""

    def again(self) -> None:
        """After a refusal the files say what is in force: nothing is refused any more."""


class Watch:
    """One subject's files over time. Clocks are the caller's, so that tests need none."""

    def __init__(self, subject: Subject, quiet: float, in_force: bytes) -> None:
        """`quiet`: seconds without a change; `in_force`: digest of the files as they were read at the start."""
        self.subject = subject
        self._quiet = quiet
        self._in_force = in_force
        self._done: settled.Mark | None = None
        self._seen: settled.Mark | None = None
        self._since = 0.0
        self._first: bytes | None = None
        """The digest when they had been quiet; the same is wanted once more."""
        self._refused = False
        """True when the files last said something that is not in force."""

    async def look(self, now: float) -> None:
        """Once more, at a time in seconds; whatever is due is done."""
        roots = self.subject.roots
        mark = await asyncio.to_thread(settled.mark, roots)
        if mark != self._seen:
            self._seen, self._since, self._first = mark, now, None
        if mark == self._done or now - self._since < self._quiet:
            return
        if await asyncio.to_thread(settled.being_written, roots):
            self._since, self._first = now, None
        elif self._first is None:
            self._first = await asyncio.to_thread(settled.digest, roots)
        elif now - self._since >= self._quiet * 1.5:
            await self._renew(mark, self._first)

    async def ask(self) -> None:
        """Somebody says that all is there: read now, changed or not."""
        roots = self.subject.roots
        if await asyncio.to_thread(settled.being_written, roots):
            log.warning("a file is open for writing: it is read when it is closed and quiet, or ask again")
            self._done = None
            return
        mark, first = await asyncio.to_thread(lambda: (settled.mark(roots), settled.digest(roots)))
        await asyncio.sleep(_AGAIN)
        await self._renew(mark, first, asked=True)

    def disturbed(self, paths: set[str], now: float) -> None:
        """The system says that files changed."""
        if any(Path(path).is_relative_to(root) for path in paths for root in self.subject.roots):
            self._since, self._first, self._done = now, None, None

    async def _renew(self, mark: settled.Mark, first: bytes, *, asked: bool = False) -> None:
        """Read, and adopt when the files are still what they were before and after."""
        roots = self.subject.roots
        self._first, self._done = None, mark  # also when something unforeseen is raised: it would be each time
        if first == self._in_force and not asked:
            self._stands()
            return
        error: GuardError | None = None
        found = None
        try:
            found = await asyncio.to_thread(self.subject.read)
        except GuardError as caught:
            error = caught
        after = await asyncio.to_thread(lambda: (settled.mark(roots), settled.digest(roots)))
        if after != (mark, first):
            self._done = None
            return
        if error is None:
            try:
                await self.subject.adopt(found)
            except GuardError as caught:
                error = caught
        if error is None:
            self._in_force = first
            self._stands()
        else:
            self._refused = True
            self.subject.refused(error)

    def _stands(self) -> None:
        """What the files say is in force."""
        if self._refused:
            self._refused = False
            self.subject.again()


class Reloader:
    """All subjects, from the start to `stop`."""

    def __init__(self, watches: Sequence[Watch], *, quiet: float) -> None:
        """`quiet` 0: nothing is watched, and files are read when somebody asks."""
        self._watches = watches
        self._quiet = quiet
        self._asked = asyncio.Event()
        self._stopped = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._one_at_a_time = asyncio.Lock()

    def start(self) -> None:
        """Begin."""
        self._tasks = [asyncio.create_task(self._answer(), name="reload-asked")]
        if self._quiet:
            self._tasks.append(asyncio.create_task(self._watch(), name="reload-watch"))

    def ask(self) -> None:
        """Read everything now (SIGHUP)."""
        self._asked.set()

    async def stop(self) -> None:
        """End; what is being read is not adopted any more."""
        self._stopped.set()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _answer(self) -> None:
        while True:
            await self._asked.wait()
            self._asked.clear()
            for watch in self._watches:
                await self._safely(watch.ask)

    async def _watch(self) -> None:
        loop = asyncio.get_running_loop()
        async for changed in self._ticks():
            for watch in self._watches:
                if changed:
                    watch.disturbed(changed, loop.time())
                await self._safely(lambda watch=watch: watch.look(loop.time()))  # type: ignore[misc]

    async def _safely(self, step: Callable[[], Any]) -> None:
        """A defect here must not end the watching, nor anything else."""
        try:
            async with self._one_at_a_time:
                await step()
        except Exception as error:  # noqa: BLE001 - what is in force stays in force
            log.error("files that changed could not be looked at (%s)", type(error).__name__)

    async def _ticks(self) -> AsyncIterator[set[str]]:
        """The paths that the system says have changed, or none when it is time for a look."""
        roots = [root for watch in self._watches for root in watch.subject.roots]
        while True:
            there = [root for root in roots if root.exists()]
            try:
                async for changes in awatch(
                    *there,
                    watch_filter=None,
                    debounce=200,
                    stop_event=self._stopped,
                    rust_timeout=int(_LOOK * 1000),
                    yield_on_timeout=True,
                ):
                    yield {path for _, path in changes}
            except (OSError, RuntimeError) as error:
                log.warning(
                    "the system does not tell of changed files (%s); looking at them instead", type(error).__name__
                )
            await asyncio.sleep(_LOOK)
            yield set()
