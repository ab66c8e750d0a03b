"""Requests -> the answers of a stand-in AI service on this machine, in the real formats of those it stands for.

TLS, HTTP/1.1, one thread a connection, on a free port of 127.0.0.1. It keeps every request it gets, byte for byte, in
memory only: what it has not, has not left the company.
"""

import gzip
import re
import socket
import ssl
import threading
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import ModuleType
from typing import Self, cast

import orjson

from guard.demo import (
    anthropic_messages,
    bedrock,
    cohere,
    gemini,
    mistral,
    ollama,
    openai_chat,
    openai_responses,
    responses_socket,
    uploads,
)
from guard.demo.certificates import ServerCertificate
from guard.demo.exchange import Exchange, Received, Reply, Speaker, obliging

_DIALECTS: tuple[tuple[re.Pattern[str], ModuleType], ...] = tuple(
    (re.compile(path), module)
    for path, module in (
        (r"(?:/anthropic)?/v1/messages(?:/count_tokens)?", anthropic_messages),
        (r"(?:/.+)?/(?:chat|fim)/completions", openai_chat),
        (r"(?:/.+)?/responses", openai_responses),
        (r"/v1/conversations(?:/.+)?", mistral),
        (r".*:(?:generateContent|streamGenerateContent)", gemini),
        (r"/v2/chat", cohere),
        (r"/api/chat", ollama),
        (r"/model/.+/(?:converse|converse-stream|invoke|invoke-with-response-stream)", bedrock),
    )
)
"""Path -> the format spoken there: a module with `whole`, `stream`, `error`, and `media_type` where it is another."""
_LONGEST_BODY = 64 * 2**20
"""Bytes of a request body; more is refused with 413."""
_PATIENCE = 30.0
"""Seconds that a connection may be silent."""
_TLS_HANDSHAKE = b"\x16"
"""First byte of a ClientHello (RFC 8446 §5.1)."""


class Standin:
    """The service, while it is entered. `speaker` says what it answers and may be changed at any time."""

    def __init__(self, certificate: ServerCertificate, speaker: Speaker = obliging) -> None:
        self.speaker = speaker
        self.requests: list[Received] = []
        """Every request, as it arrived, in order."""
        self.strays: list[bytes] = []
        """What came without TLS, by connection; it gets no answer."""
        self.answers: list[Reply] = []
        """What was said, in order."""
        self.messages: list[bytes] = []
        """Every message on a socket, in order."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate.chain, certificate.key)
        context.set_alpn_protocols(["http/1.1"])
        self._server = _Server(self, context)
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, name="standin", daemon=True
        )

    @property
    def port(self) -> int:
        """Where it listens, on 127.0.0.1."""
        return int(self._server.server_address[1])

    def __enter__(self) -> Self:
        """Listen."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop listening and end every connection."""
        self._server.shutdown()
        self._thread.join()
        self._server.end()


class _Server(ThreadingHTTPServer):
    """The threads; each ends with its connection."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, standin: Standin, context: ssl.SSLContext) -> None:
        self.standin = standin
        self._context = context
        self._open: set[socket.socket] = set()
        self._changed = threading.Condition()
        super().__init__(("127.0.0.1", 0), _Handler)

    def finish_request(self, request: object, client_address: object) -> None:
        """The TLS handshake, in the connection's own thread, then its requests."""
        plain = cast(socket.socket, request)
        plain.settimeout(_PATIENCE)
        if plain.recv(1, socket.MSG_PEEK) not in (b"", _TLS_HANDSHAKE):
            self.standin.strays.append(_everything(plain))
            return
        secure = self._context.wrap_socket(plain, server_side=True, do_handshake_on_connect=False)
        with self._changed:
            self._open.add(secure)
        try:
            secure.do_handshake()
            super().finish_request(secure, client_address)
        except OSError:
            pass  # a client that does not trust us, or left in the middle
        finally:
            secure.close()
            with self._changed:
                self._open.discard(secure)
                self._changed.notify_all()

    def end(self) -> None:
        """Close the listening socket, cut what is open, and wait a moment for its threads."""
        self.server_close()
        with self._changed:
            for connection in self._open:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
            self._changed.wait_for(lambda: not self._open, timeout=5)


class _Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def handle_any_method(self) -> None:
        """Keep the request, then answer it."""
        body = self._body()
        if body is None:
            self.close_connection = True
            self._say(413, openai_chat.error(413, "request too large"))
            return
        received = Received(self.command, self.path, tuple(self.headers.items()), body)
        self.server.standin.requests.append(received)
        if responses_socket.asked(received):
            self.close_connection = True
            responses_socket.talk(received, self.connection, self._speak_on)
        else:
            self._answer(received)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = handle_any_method  # noqa: N815 - http.server's names

    def _answer(self, received: Received) -> None:
        path = received.path.partition("?")[0]
        found = next((module for pattern, module in _DIALECTS if pattern.fullmatch(path)), None)
        dialect = found or (anthropic_messages if received.header("anthropic-version") else openai_chat)
        if (uploaded := uploads.answer(received)) is not None:
            self._say(200, uploaded)
        elif received.method == "GET" and path == "/v1/models":
            self._say(200, dialect.models())
        elif received.method != "POST" or found is None:
            self._say(404, dialect.error(404, "nothing stands at this address"))
        elif (exchange := _exchange(received)) is None:
            self._say(400, dialect.error(400, "the body is not a JSON object"))
        elif path.endswith("count_tokens"):
            self._say(200, anthropic_messages.count(exchange))
        else:
            self._speak(received, dialect, exchange)

    def _speak_on(self, message: bytes, exchange: Exchange) -> Reply:
        self.server.standin.messages.append(message)
        return self._said(exchange)

    def _said(self, exchange: Exchange) -> Reply:
        reply = self.server.standin.speaker(exchange)
        self.server.standin.answers.append(reply)
        return reply

    def _speak(self, received: Received, dialect: ModuleType, exchange: Exchange) -> None:
        reply = self._said(exchange)
        zipped = reply.gzip and "gzip" in (received.header("accept-encoding") or "")
        if exchange.stream:
            kind = (
                dialect.media_type(exchange) if hasattr(dialect, "media_type") else "text/event-stream; charset=utf-8"
            )
            self._stream(_cut(dialect.stream(exchange, reply), reply.cut), kind, zipped=zipped)
        elif zipped:
            self._say(200, gzip.compress(dialect.whole(exchange, reply)), [("content-encoding", "gzip")])
        else:
            self._say(200, dialect.whole(exchange, reply))

    def _say(self, status: int, body: bytes, headers: Iterable[tuple[str, str]] = ()) -> None:
        self._begin(status, "application/json", [("content-length", str(len(body))), *headers])
        self.wfile.write(body)

    def _stream(self, events: Iterator[bytes], kind: str, *, zipped: bool) -> None:
        coding = [("content-encoding", "gzip")] if zipped else []
        self._begin(200, kind, [("transfer-encoding", "chunked"), *coding])
        press = zlib.compressobj(wbits=31)
        for event in events:
            self._chunk(press.compress(event) + press.flush(zlib.Z_SYNC_FLUSH) if zipped else event)
        if zipped:
            self._chunk(press.flush())
        self.wfile.write(b"0\r\n\r\n")

    def _chunk(self, data: bytes) -> None:
        self.wfile.write(b"%x\r\n%b\r\n" % (len(data), data))

    def _begin(self, status: int, content_type: str, headers: Iterable[tuple[str, str]]) -> None:
        self.send_response(status)
        for name, value in [("content-type", content_type), ("cache-control", "no-cache"), *headers]:
            self.send_header(name, value)
        self.end_headers()

    def _body(self) -> bytes | None:
        """The body without transfer coding; None when it is too long."""
        if (self.headers.get("transfer-encoding") or "").lower() != "chunked":
            length = int(self.headers.get("content-length") or 0)
            return self.rfile.read(length) if length <= _LONGEST_BODY else None
        body = bytearray()
        while size := int(self.rfile.readline(64).partition(b";")[0], 16):
            if len(body) + size > _LONGEST_BODY:
                return None
            body += self.rfile.read(size)
            self.rfile.readline(2)
        while self.rfile.readline(65536).strip():  # trailers
            continue
        return bytes(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: request lines may hold prompt text."""


def _everything(plain: socket.socket) -> bytes:
    """What comes until half a second of silence, at most 1 MiB."""
    plain.settimeout(0.5)
    data = bytearray()
    with suppress(OSError):
        while len(data) < 2**20 and (more := plain.recv(65536)):
            data += more
    return bytes(data)


def _cut(events: Iterator[bytes], size: int) -> Iterator[bytes]:
    """The same bytes in pieces of one size; as they are when it is 0."""
    if not size:
        yield from events
        return
    whole = b"".join(events)
    yield from (whole[at : at + size] for at in range(0, len(whole), size))


def _exchange(received: Received) -> Exchange | None:
    body = received.body
    try:
        body = gzip.decompress(body) if received.header("content-encoding") == "gzip" else body
        value = orjson.loads(body)
    except (OSError, EOFError, zlib.error, orjson.JSONDecodeError):
        return None
    return Exchange(value, received.path) if isinstance(value, dict) else None
