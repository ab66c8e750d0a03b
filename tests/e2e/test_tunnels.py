"""Only AI services are decrypted, and they always are, however the connection begins."""

import json
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx2
import pytest
from cryptography import x509

from guard.demo.certificates import Authority
from guard.demo.exchange import Reply
from guard.demo.stage import Act, Stage
from guard.demo.standin import Standin

IBAN = "FR76 3000 6000 0112 3456 7890 189"
BODY = json.dumps({"model": "gpt-5", "messages": [{"role": "user", "content": f"Mon IBAN : {IBAN}"}]}).encode()
POST = (
    b"POST /v1/chat/completions HTTP/1.1\r\nhost: api.openai.com\r\ncontent-type: application/json\r\n"
    b"connection: close\r\ncontent-length: %d\r\n\r\n%b" % (len(BODY), BODY)
)
PAUSE = 0.25
"""Seconds that keep two writes from arriving as one."""


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Standin, Authority]]:
    """A server that is no AI service, with a certificate of another CA."""
    authority = Authority(tmp_path_factory.mktemp("elsewhere"), "Another CA")
    with Standin(authority.issue("127.0.0.1"), lambda exchange: Reply("elsewhere")) as server:
        yield server, authority


@contextmanager
def connected(stage: Stage, target: str) -> Iterator[socket.socket]:
    """A tunnel to `target` (host:port) through the proxy."""
    with socket.create_connection(("127.0.0.1", stage.guard.port), timeout=10) as tunnel:
        tunnel.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        tunnel.sendall(f"CONNECT {target} HTTP/1.1\r\nhost: {target}\r\n\r\n".encode())
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += tunnel.recv(1)
        assert b" 200 " in head.splitlines()[0], head
        yield tunnel


class Slow:
    """A TLS client over a socket, whose first bytes are written one piece after the other."""

    def __init__(self, tunnel: socket.socket, trust: ssl.SSLContext, name: str, first: int) -> None:
        self._tunnel = tunnel
        self._to, self._from = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = trust.wrap_bio(self._to, self._from, server_hostname=name)
        with suppress(ssl.SSLWantReadError):
            self.tls.do_handshake()
        hello = self._from.read()
        tunnel.sendall(hello[:first])
        time.sleep(PAUSE)
        tunnel.sendall(hello[first:])
        self._until_done(self.tls.do_handshake)

    def send(self, data: bytes) -> None:
        self.tls.write(data)
        self._tunnel.sendall(self._from.read())

    def read(self) -> bytes:
        """All that comes until the end."""
        out = b""
        while piece := self._until_done(lambda: self.tls.read(65536)):
            out += piece
        return out

    def _until_done(self, step: object) -> bytes:
        while True:
            try:
                result = step()  # type: ignore[operator]
            except ssl.SSLWantReadError:
                self._tunnel.sendall(self._from.read())
                data = self._tunnel.recv(65536)
                self._to.write(data) if data else self._to.write_eof()
            except (ssl.SSLEOFError, ssl.SSLZeroReturnError):
                return b""
            else:
                self._tunnel.sendall(self._from.read())
                return result or b""


def _issuer(der: bytes | None) -> str:
    assert der is not None
    return x509.load_der_x509_certificate(der).issuer.rfc4514_string()


def test_another_host_is_tunnelled_with_its_own_certificate_and_no_event(
    act: Act, elsewhere: tuple[Standin, Authority]
) -> None:
    server, authority = elsewhere
    trust = ssl.create_default_context(cafile=authority.bundle)
    with (
        connected(act.stage, f"127.0.0.1:{server.port}") as tunnel,
        trust.wrap_socket(tunnel, server_hostname="127.0.0.1") as secure,
    ):
        assert _issuer(secure.getpeercert(binary_form=True)) == "CN=Another CA"
        secure.sendall(POST)
        assert b" 200 " in secure.recv(65536)
    assert server.requests[-1].body == BODY
    assert act.events == []


def test_another_hosts_plain_http_passes_as_it_is(act: Act) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        heard = bytearray()

        def answer() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.settimeout(5)
                while not heard.endswith(BODY):
                    heard.extend(connection.recv(65536))
                connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")

        thread = threading.Thread(target=answer)
        thread.start()
        port = listener.getsockname()[1]
        with httpx2.Client(proxy=act.stage.guard.url, trust_env=False, timeout=10) as client:
            assert client.post(f"http://127.0.0.1:{port}/x", content=BODY).text == "ok"
        thread.join(10)
    assert heard.endswith(BODY)
    assert act.events == []


def test_a_server_that_speaks_first_is_heard(act: Act) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def greet() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.sendall(b"220 hello\r\n")
                connection.settimeout(5)
                connection.recv(100)

        thread = threading.Thread(target=greet)
        thread.start()
        with connected(act.stage, f"127.0.0.1:{listener.getsockname()[1]}") as tunnel:
            assert tunnel.recv(100) == b"220 hello\r\n"
            tunnel.sendall(b"quit\r\n")
        thread.join(10)


@pytest.mark.parametrize("first", [1, 2, 3, 5, 6, 40])
def test_a_hello_that_comes_in_two_pieces_is_opened_all_the_same(act: Act, trust: ssl.SSLContext, first: int) -> None:
    with connected(act.stage, "api.openai.com:443") as tunnel:
        client = Slow(tunnel, trust, "api.openai.com", first)
        assert "mitmproxy" in _issuer(client.tls.getpeercert(binary_form=True))
        client.send(POST)
        assert b" 200 " in client.read()
    assert len(act.received) == 1
    assert act.left([IBAN]) == []
    assert act.verdicts == ["redact"]


@pytest.mark.parametrize("first", [1, 2, 3])
def test_a_request_inside_tls_that_comes_in_two_pieces_is_read(act: Act, trust: ssl.SSLContext, first: int) -> None:
    with (
        connected(act.stage, "api.openai.com:443") as tunnel,
        trust.wrap_socket(tunnel, server_hostname="api.openai.com") as secure,
    ):
        secure.sendall(POST[:first])
        time.sleep(PAUSE)
        secure.sendall(POST[first:])
        assert b" 200 " in secure.recv(65536)
    assert len(act.received) == 1
    assert act.left([IBAN]) == []
    assert act.verdicts == ["redact"]


def _until_closed(tunnel: socket.socket) -> bytes:
    out = b""
    with suppress(OSError):
        while piece := tunnel.recv(65536):
            out += piece
    return out


@pytest.mark.parametrize("first", [1, 2, 3])
def test_plain_http_in_a_tunnel_to_an_ai_service_does_not_pass_unread(act: Act, first: int) -> None:
    with connected(act.stage, "api.openai.com:443") as tunnel:
        tunnel.sendall(POST[:first])
        time.sleep(PAUSE)
        tunnel.sendall(POST[first:])
        _until_closed(tunnel)
    assert act.left([IBAN]) == []
    assert act.verdicts in (["redact"], ["block"])


@pytest.mark.parametrize(
    "greeting", [b"SSH-2.0-x\r\n", b"\x00\x01\x02\x03", b"EHLO there\r\n"], ids=["ssh", "binary", "smtp"]
)
def test_what_is_neither_tls_nor_http_does_not_reach_an_ai_service(act: Act, greeting: bytes) -> None:
    with connected(act.stage, "api.openai.com:443") as tunnel:
        tunnel.sendall(greeting + IBAN.encode() + b"\r\n\r\n")
        _until_closed(tunnel)
    assert (act.received, act.strays) == ([], [])


def _until_closed(tunnel: socket.socket) -> bytes:
    tunnel.settimeout(5)
    out = b""
    with suppress(OSError):
        while piece := tunnel.recv(65536):
            out += piece
    return out


@pytest.mark.parametrize(
    ("target", "name"),
    [
        pytest.param("api.openai.com:443", "harmless.example", id="an AI host is dialled, another is named"),
        pytest.param("api.openai.com:443", None, id="an AI host is dialled, none is named"),
        pytest.param("elsewhere", "api.openai.com", id="an address is dialled, an AI host is named"),
        pytest.param("API.OpenAI.com:443", "api.openai.com", id="another spelling"),
    ],
)
def test_either_name_is_enough_to_be_read(
    act: Act, elsewhere: tuple[Standin, Authority], target: str, name: str | None
) -> None:
    server, _ = elsewhere
    before = len(server.requests)
    target = f"127.0.0.1:{server.port}" if target == "elsewhere" else target
    blind = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    blind.check_hostname = False
    blind.verify_mode = ssl.CERT_NONE
    with (
        connected(act.stage, target) as tunnel,
        suppress(OSError),
        blind.wrap_socket(tunnel, server_hostname=name) as secure,
    ):
        secure.sendall(POST)
        secure.recv(65536)
    assert act.left([IBAN]) == []
    assert all(IBAN.encode() not in request.body for request in server.requests[before:])
    assert len(act.events) <= 1


def test_a_service_whose_certificate_is_not_trusted_gets_nothing(tmp_path: Path, act: Act, http: httpx2.Client) -> None:
    with (
        pytest.raises(httpx2.HTTPError),
        httpx2.Client(proxy=act.stage.guard.url, trust_env=False, timeout=10) as other,
    ):
        other.post("https://api.openai.com/v1/chat/completions", content=BODY)
    assert (act.received, act.events) == ([], [])
