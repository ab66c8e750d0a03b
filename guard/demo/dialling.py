"""A websocket for a client that waits for each answer, read and written on one event loop.

The library's own blocking client reads in one thread and writes in another. OpenSSL's sockets are not made for that:
one opening in some hundred never ended (measured on CPython 3.13.0).
"""

import asyncio
import ssl
from typing import Self

from websockets.asyncio.client import ClientConnection, connect

_LARGE = 2**26
"""Bytes of the largest message."""


class Dialled:
    """An open websocket, closed when it is left. What the library raises rises; TimeoutError after long silence."""

    def __init__(self, url: str, trust: ssl.SSLContext, *, proxy: str | None = None, seconds: float = 20) -> None:
        self._seconds = seconds
        self._runner = asyncio.Runner()
        try:
            self._socket = self._runner.run(_dialled(url, trust, proxy, seconds))
        except BaseException:
            self._runner.close()
            raise

    def send(self, message: str | bytes) -> None:
        """One message there."""
        self._runner.run(self._socket.send(message))

    def recv(self) -> str | bytes:
        """The next message back."""
        return self._runner.run(asyncio.wait_for(self._socket.recv(), self._seconds))

    def close(self) -> None:
        """Say goodbye, and end the loop."""
        try:
            self._runner.run(self._socket.close())
        finally:
            self._runner.close()

    def __enter__(self) -> Self:
        """Open since it was made."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()


async def _dialled(url: str, trust: ssl.SSLContext, proxy: str | None, seconds: float) -> ClientConnection:
    return await connect(url, ssl=trust, proxy=proxy, max_size=_LARGE, open_timeout=seconds)
