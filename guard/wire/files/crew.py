"""Files -> their texts, each read by a process of its own, a few at once (law 9).

A file that hangs, grows or kills its process costs its own request a cause, `file-timeout` or `file-failure`, and
nobody else's anything. Conversations bring their files again with every turn: the last texts are remembered.
"""

import asyncio
import hashlib
import os
import pickle
import signal
import sys
from contextlib import suppress

from guard.wire.files.gathering import Extract

SECONDS = 20.0
"""Longest reading of one file, waiting included."""
_AT_ONCE = 2
_REMEMBERED = 4 * 2**20
"""Characters of text that are remembered, of all files together."""


class Crew:
    """The processes, each started for a file and ended with it."""

    def __init__(self, *, at_once: int = _AT_ONCE, seconds: float = SECONDS) -> None:
        self._free = asyncio.Semaphore(at_once)
        self._seconds = seconds
        self._known: dict[bytes, Extract] = {}

    async def read(self, data: bytes) -> Extract:
        """The texts of a file. Nothing is raised: what could not be done is a cause."""
        key = hashlib.blake2b(data, digest_size=32).digest()
        if (known := self._known.pop(key, None)) is None:
            known = await self._asked(data)
        if not {"file-timeout", "file-failure"} & set(known.causes):
            self._remember(key, known)
        return known

    def _remember(self, key: bytes, extract: Extract) -> None:
        """The newest last; the oldest go when there is too much."""
        self._known[key] = extract
        sizes = {key: sum(len(piece.text) for piece in known.pieces) for key, known in self._known.items()}
        total = sum(sizes.values())
        for oldest, size in sizes.items():
            if total <= _REMEMBERED:
                return
            del self._known[oldest]
            total -= size

    async def _asked(self, data: bytes) -> Extract:
        try:
            async with asyncio.timeout(self._seconds), self._free:
                return await self._process(data)
        except TimeoutError:
            return Extract("", causes=("file-timeout",))

    async def _process(self, data: bytes) -> Extract:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",
            "-m",
            "guard.wire.files.worker",
            str(int(self._seconds) + 1),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,  # what it starts ends with it
        )
        try:
            out, _ = await process.communicate(data)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
        if process.returncode != 0:
            return Extract("", causes=("file-failure",))
        found = pickle.loads(out)  # noqa: S301 - from our own child, over a pipe nobody else holds
        return found if isinstance(found, Extract) else Extract("", causes=("file-failure",))
