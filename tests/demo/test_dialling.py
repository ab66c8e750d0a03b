"""A websocket for a client that waits, against the stand-in's."""

import ssl
from collections.abc import Iterator

import pytest

from guard.demo.certificates import Authority
from guard.demo.dialling import Dialled
from guard.demo.website import Website


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def website(authority: Authority) -> Iterator[Website]:
    with Website(authority.issue("localhost")) as site:
        yield site


def url(website: Website) -> str:
    return f"wss://localhost:{website.upstream['copilot.microsoft.com']}/c/api/chat"


def test_messages_go_and_come_in_order(website: Website, authority: Authority) -> None:
    trust = ssl.create_default_context(cafile=authority.bundle)
    with Dialled(url(website), trust) as socket:
        for message in (b"\x01", b"\x02" * 100_000, b""):
            socket.send(message)
        assert [socket.recv() for _ in range(3)] == [b"\x01", b"\x02" * 100_000, b""]


def test_silence_ends(website: Website, authority: Authority) -> None:
    trust = ssl.create_default_context(cafile=authority.bundle)
    with Dialled(url(website), trust, seconds=0.5) as socket, pytest.raises(TimeoutError):
        socket.recv()


def test_a_server_that_is_not_trusted_is_not_spoken_to(website: Website) -> None:
    before = len(website.messages)
    with pytest.raises(ssl.SSLCertVerificationError):
        Dialled(url(website), ssl.create_default_context())
    assert len(website.messages) == before
