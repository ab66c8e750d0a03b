"""With the real event loop, resolver and sockets of this machine."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from addons.connections import NOT_ALLOWED, Connections, targets
from guard.destinations import Destinations
from guard.errors import GuardError

ANY = "1-65535"


def test_a_map_of_upstreams_is_read() -> None:
    assert targets("API.openai.com=127.0.0.1:9443, api.anthropic.com=127.0.0.1:9444,") == {
        "api.openai.com": ("127.0.0.1", 9443),
        "api.anthropic.com": ("127.0.0.1", 9444),
    }


@pytest.mark.parametrize("mapping", ["api.openai.com", "a=b", "a=b:c", "=b:1", "a=:1"])
def test_a_bad_map_of_upstreams_is_refused(mapping: str) -> None:
    with pytest.raises(GuardError, match="GUARD_UPSTREAM_MAP"):
        targets(mapping)


def reached(host: str, *, allow: str = "", mapping: str = "", deny: str = "local") -> bytes:
    """What a server on this machine says when it is reached; `PORT` in the mapping is its port."""
    return asyncio.run(asyncio.wait_for(_reached(host, Destinations.of(ANY, deny, allow), mapping), 20))


async def _reached(host: str, destinations: Destinations, mapping: str = "") -> bytes:
    async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"hello")
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(greet, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    connections = Connections(destinations, mapping.replace("PORT", str(port)))
    connections.install(asyncio.get_running_loop())
    try:
        reader, writer = await asyncio.open_connection(host, port)
        said = await reader.read()
        writer.close()
        await writer.wait_closed()
        return said
    finally:
        server.close()
        await server.wait_closed()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::ffff:127.0.0.1", "2130706433", "127.1", "0x7f000001"])
def test_this_machine_is_not_reached_by_any_of_its_names(host: str) -> None:
    with pytest.raises(OSError, match=NOT_ALLOWED):
        reached(host)


def test_an_allowed_address_is_reached_also_by_name() -> None:
    assert reached("127.0.0.1", allow="127.0.0.1/32") == reached("localhost", allow="127.0.0.1/32") == b"hello"


def test_a_mapped_host_is_reached_where_the_map_says() -> None:
    assert reached("API.openai.com.", mapping="api.openai.com=127.0.0.1:PORT") == b"hello"


def test_names_are_looked_up_beside_the_threads_of_decisions() -> None:
    free = threading.Event()

    async def run() -> bytes:
        loop = asyncio.get_running_loop()
        loop.set_default_executor(ThreadPoolExecutor(1))
        busy = loop.run_in_executor(None, free.wait, 30)
        try:
            return await _reached("localhost", Destinations.of(ANY, "", ""))
        finally:
            free.set()
            await busy

    assert asyncio.run(asyncio.wait_for(run(), 20)) == b"hello"


LITERAL = {
    ("127.0.0.1", 443): False,
    ("[::1]", 443): False,
    ("::1", 443): False,
    ("169.254.169.254", 80): False,
    ("203.0.113.7", 443): True,
    ("203.0.113.7", 22): False,
    ("www.example.com", 443): True,
    ("www.example.com", 25): False,
    ("api.openai.com", 25): True,
}


@pytest.mark.parametrize(("host", "port"), LITERAL)
def test_addresses_and_ports_are_told_without_resolving(host: str, port: int) -> None:
    connections = Connections(Destinations.of("80,443", "local", ""), "api.openai.com=127.0.0.1:1")
    assert connections.literal(host, port) is LITERAL[host, port]
