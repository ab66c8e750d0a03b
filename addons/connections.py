"""Where the proxy connects to: elsewhere for some hosts (`GUARD_UPSTREAM_MAP`), and for all others only where clients
may get to.

The check is on the addresses that a name has just been resolved to, and the connection goes to one of these: a name
that is answered differently the next time leads nowhere else.
"""

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from guard.destinations import Destinations
from guard.errors import GuardError

NOT_ALLOWED = "this destination is not allowed by the company's proxy"


_RESOLVING = 32
"""Names that are looked up at a time. A name server that does not answer holds a thread for many seconds: those of the
event loop are for decisions, which must not wait for other people's names."""


class Connections:
    """The event loop's way to open connections, with the proxy's own in its place."""

    def __init__(self, destinations: Destinations, mapping: str = "") -> None:
        """GuardError when the mapping says nothing clear."""
        self.destinations = destinations
        self._targets = targets(mapping)
        self._threads = ThreadPoolExecutor(_RESOLVING, thread_name_prefix="names")

    def install(self, loop: asyncio.AbstractEventLoop) -> None:
        """From now on; names and certificates stay the service's own."""
        connect = loop.create_connection

        async def create_connection(factory: Any, host: Any = None, port: Any = None, **options: Any) -> Any:
            if host is None:
                return await connect(factory, host, port, **options)
            elsewhere = self._targets.get(str(host).lower().rstrip("."))
            if elsewhere:
                return await connect(factory, *elsewhere, **options)
            return await self._connected(loop, connect, factory, host, port, options)

        loop.create_connection = create_connection  # type: ignore[method-assign, assignment]

    def literal(self, host: str, port: int) -> bool:
        """Whether a destination may be reached as far as can be told without resolving a name."""
        if host.lower().rstrip(".") in self._targets:
            return True
        try:
            socket.inet_pton(socket.AF_INET6 if ":" in host else socket.AF_INET, host.strip("[]"))
        except OSError:
            return self.destinations.port(port)
        return self.destinations.may(host.strip("[]"), port)

    async def _connected(
        self, loop: asyncio.AbstractEventLoop, connect: Any, factory: Any, host: Any, port: Any, options: dict[str, Any]
    ) -> Any:
        """Connected to the first of the name's addresses that may be reached and can."""
        found = await loop.run_in_executor(self._threads, _resolved, str(host), port)
        addresses = [place[0] for *_, place in found if self.destinations.may(str(place[0]), int(port))]
        failure: OSError = PermissionError(NOT_ALLOWED)
        for address in dict.fromkeys(addresses):
            try:
                return await connect(factory, address, port, **options)
            except OSError as error:
                failure = error
        raise failure


def _resolved(host: str, port: int) -> list[Any]:
    return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)


def targets(mapping: str) -> dict[str, tuple[str, int]]:
    """`name=host:port` pairs, comma-separated. GuardError when one is none."""
    found = {}
    for pair in filter(None, (part.strip() for part in mapping.split(","))):
        name, equals, target = pair.partition("=")
        host, colon, port = target.rpartition(":")
        if not (equals and colon and name and host and port.isdecimal()):
            raise GuardError(f"GUARD_UPSTREAM_MAP wants name=host:port, not {pair!r}")
        found[name.lower()] = (host, int(port))
    return found
