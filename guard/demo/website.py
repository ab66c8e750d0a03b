"""The web pages of AI services on this machine: requests -> answers in their forms, and sockets that answer back.

TLS on two free ports of 127.0.0.1, one for HTTP and one for sockets. What arrives is kept, byte for byte, in memory
only. What is said back is every placeholder that arrived, in small pieces.
"""

import asyncio
import json
import re
import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self, cast

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from guard.demo.certificates import ServerCertificate
from guard.demo.exchange import PLACEHOLDER, Received
from guard.demo.pages import CONVERSATION, PAGES, Page

HTTP_HOSTS = (
    "chatgpt.com", "claude.ai", "gemini.google.com", "www.perplexity.ai", "chat.mistral.ai", "chat.deepseek.com",
    "grok.com", "huggingface.co", "duck.ai", "poe.com", "chat.z.ai", "you.com", "www.genspark.ai", "t3.chat",
    "www.kimi.com", "chat.qwen.ai",
)  # fmt: skip
SOCKET_HOSTS = ("ws.chatgpt.com", "copilot.microsoft.com", "substrate.office.com", "gateway.meta.ai")
_PIECE = 3
_SENDS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(address), family)
    for address, family in (
        (r"[^/]+/backend-\w+/(?:f/)?conversation(?:/resume)?", "chatgpt-web"),
        (r"[^/]+/api/organizations/.*/completion", "claude-web"),
        (r"[^/]+/_/BardChatUi/data/.*", "gemini-web"),
        (r"[^/]+/rest/sse/perplexity_ask", "perplexity-web"),
        (r"chat\.mistral\.ai/api/chat", "lechat-web"),
        (r"[^/]+/api/v0/chat/completion", "deepseek-web"),
        (r"[^/]+/rest/app-chat/conversations/.*", "grok-web"),
        (r"[^/]+/chat/conversation/.*", "huggingchat-web"),
        (r"[^/]+/duckchat/v1/chat", "duckai-web"),
        (r"chat\.qwen\.ai/api/v2/chat/completions", "qwen-web"),
        (r"chat\.z\.ai/api/v2/chat/completions", "zai-web"),
        (r"you\.com/api/streamingSearch", "you-web"),
        (r"[^/]+/api/agent/ask_proxy", "genspark"),
        (r"t3\.chat/api/chat", "ui-messages"),
        (r"[^/]+/apiv2/kimi\.gateway\.chat\.v1\.ChatService/Chat", "kimi-web"),
    )
)
"""Host and path -> the form of its answers."""


class Website:
    """All of it, while it is entered."""

    def __init__(self, certificate: ServerCertificate) -> None:
        self.requests: list[Received] = []
        """Every request, as it arrived, in order."""
        self.messages: list[str | bytes] = []
        """Every message on a socket, in order."""
        self.snapshot = ""
        """The text of the conversation that is read back, or told on a socket."""
        self.says = ""
        """What is said instead of the placeholders."""
        self.page: Mapping[str, str] = {}
        """Path -> HTML of our own."""
        self.conversation = CONVERSATION
        """The conversation that is read back."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate.chain, certificate.key)
        self._http = _Http(self, context)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._loop = asyncio.new_event_loop()
        self._ended = asyncio.Event()
        self._threads = [
            threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True),
            threading.Thread(target=self._loop.run_until_complete, args=(self._sockets(context),), daemon=True),
        ]

    @property
    def upstream(self) -> dict[str, int]:
        """Host -> port."""
        sockets = int(self._listening.getsockname()[1])
        return dict.fromkeys(HTTP_HOSTS, int(self._http.server_address[1])) | dict.fromkeys(SOCKET_HOSTS, sockets)

    def __enter__(self) -> Self:
        """Listen."""
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self._http.shutdown()
        self._http.server_close()
        self._loop.call_soon_threadsafe(self._ended.set)
        for thread in self._threads:
            thread.join(timeout=5)
        self._loop.close()

    async def _sockets(self, context: ssl.SSLContext) -> None:
        """On one event loop: a TLS socket that two threads read and write at once loses bytes now and then."""
        async with serve(self._talk, sock=self._listening, ssl=context, max_size=2**26):
            await self._ended.wait()

    async def _talk(self, connection: ServerConnection) -> None:
        """One socket: what is said back depends on where it was opened."""
        path = connection.request.path if connection.request else ""
        said: Callable[[str], list[str]] = _said_by_signalr if "Chathub" in path else _said_by_copilot
        with suppress(ConnectionClosed):
            async for message in connection:
                self.messages.append(message)
                if isinstance(message, bytes):
                    await connection.send(message)
                elif path.startswith("/p6/"):
                    await _say(connection, _said_by_chatgpt(self.snapshot))
                else:
                    await _say(connection, said(message))


async def _say(connection: ServerConnection, messages: list[str]) -> None:
    for message in messages:
        await connection.send(message)


def _pieces(received: str) -> list[str]:
    """What a service says: all placeholders it got."""
    return _cut("Vu " + " ; ".join(dict.fromkeys(PLACEHOLDER.findall(received))) + " é")


def _cut(text: str) -> list[str]:
    return [text[at : at + _PIECE] for at in range(0, len(text), _PIECE)]


def _said_by_copilot(received: str) -> list[str]:
    part = {"messageId": "m2", "partId": "p1"}
    events: list[dict[str, str]] = [
        {"event": "startMessage", "conversationId": "conv-0001", "messageId": "m2"},
        *({"event": "appendText", **part, "text": piece} for piece in _pieces(received)),
        {"event": "partCompleted", **part},
        {"event": "done", "messageId": "m2"},
    ]
    return [json.dumps(event) for event in events]


def _said_by_signalr(received: str) -> list[str]:
    def record(value: object) -> str:
        return json.dumps(value) + "\x1e"

    pieces = _pieces(received)
    said = [record({"type": 1, "target": "update", "arguments": [{"writeAtCursor": piece}]}) for piece in pieces]
    messages = [{"author": "bot", "text": "".join(pieces)}]
    last = record({"type": 2, "item": {"messages": messages}}) + record({"type": 3})
    return ["".join(said[at : at + 2]) for at in range(0, len(said), 2)] + [last]


def _said_by_chatgpt(received: str) -> list[str]:
    stream = PAGES["chatgpt-web"].write(_pieces(received))
    items = [{"type": "stream-item", "conversation_id": CONVERSATION, "encoded_item": part.decode()} for part in stream]
    return [json.dumps({"type": "message", "topic_id": "t1", "payload": {"payload": item}}) for item in items]


class _Http(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, website: Website, context: ssl.SSLContext) -> None:
        self.website = website
        self._context = context
        super().__init__(("127.0.0.1", 0), _Handler)

    def finish_request(self, request: object, client_address: object) -> None:
        """The TLS handshake in the connection's own thread."""
        plain = cast(socket.socket, request)
        plain.settimeout(30)
        with suppress(OSError), self._context.wrap_socket(plain, server_side=True) as secure:
            super().finish_request(secure, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Http

    def handle_any_method(self) -> None:
        """Keep the request, then answer it."""
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        received = Received(self.command, self.path, tuple(self.headers.items()), body)
        site, path = self.server.website, self.path.partition("?")[0]
        if path in site.page:
            self._say("text/html; charset=utf-8", site.page[path].encode())
            return
        site.requests.append(received)
        address = (received.header("host") or "") + path
        family = next((family for pattern, family in _SENDS if pattern.fullmatch(address)), None)
        if family is not None:
            self._stream(PAGES[family], _cut(site.says) if site.says else _pieces(_plain(received)))
        elif self.command == "GET":
            parts = {"content": {"parts": [site.snapshot]}}
            said = {"id": site.conversation, "title": site.snapshot, "mapping": {"a1": {"message": parts}}}
            self._say("application/json", json.dumps(said).encode())
        else:
            self._say("application/json", b'{"status":"ok"}')

    do_GET = do_POST = do_PUT = do_PATCH = do_OPTIONS = handle_any_method  # noqa: N815 - http.server's names

    def _say(self, media_type: str, body: bytes) -> None:
        self.send_response(200)
        self.send_header("content-type", media_type)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _stream(self, page: Page, pieces: list[str]) -> None:
        self.send_response(200)
        self.send_header("content-type", page.media_type)
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        for part in page.write(pieces):
            self.wfile.write(b"%x\r\n%b\r\n" % (len(part), part))
        self.wfile.write(b"0\r\n\r\n")

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: request lines may hold prompt text."""


def _plain(received: Received) -> str:
    """What was asked: a page that reads has its question in the address."""
    text = received.path if received.method == "GET" else received.body.decode("utf-8", "replace")
    return text.replace("%5B", "[").replace("%5D", "]")
