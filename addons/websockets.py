"""mitmproxy's websocket layer with a guard in it: a message passes when somebody has said so, and not otherwise.

mitmproxy's own layer forwards a message when the hook that should decide fails, cuts edited text at 4000 bytes in the
middle of characters, keeps every message of a socket for ever, and collects a message of any size (all measured, 12.2).
Here the hook leaves a Passage; without one nothing passes and the socket is closed. Pings are answered here, and a
client gives no reason for closing: up to 125 bytes of text that nobody reads (RFC 6455 §5.5). Sockets to other hosts
pass as they come.
"""

import time

from mitmproxy.http import HTTPFlow
from mitmproxy.proxy import commands, events, layer
from mitmproxy.proxy.context import Context
from mitmproxy.proxy.layers import websocket
from mitmproxy.proxy.layers.websocket import (
    WebsocketConnection,
    WebsocketEndHook,
    WebsocketLayer,
    WebsocketMessageHook,
)
from mitmproxy.websocket import WebSocketMessage
from wsproto.connection import ConnectionState
from wsproto.events import BytesMessage, CloseConnection, Event, Message, Ping, Pong, TextMessage
from wsproto.frame_protocol import Opcode
from wsproto.utilities import LocalProtocolError, RemoteProtocolError

from guard.sockets import BROKEN, TOO_BIG, Passage

_SLICE = 4096
"""Bytes given to wsproto at once: permessage-deflate makes up to a thousand times as many of them, without a limit."""
GUARDED, PASSAGE = "guard", "guard-passage"
"""Keys of a flow's metadata: it goes to an AI service; what its newest message leads to."""


def guard_sockets(limit: int) -> None:
    """Make mitmproxy build this layer for websockets; `limit`: bytes of one message."""

    class Limited(GuardedLayer):
        largest = limit

    websocket.WebsocketLayer = Limited  # type: ignore[misc]


class GuardedLayer(WebsocketLayer):
    """Both ways of one socket."""

    largest = 32 * 2**20

    def __init__(self, context: Context, flow: HTTPFlow) -> None:
        super().__init__(context, flow)
        self._waiting: dict[bool, int] = {}
        """Bytes of the message that is not whole yet, by whether the client sends it."""

    def relay_messages(self, event: events.Event) -> layer.CommandGenerator[None]:
        """What one arrival of bytes, or the end of a connection, leads to."""
        assert self.flow.websocket is not None  # noqa: S101 - mitmproxy sets it before
        if not isinstance(event, (events.DataReceived, events.ConnectionClosed)):
            return  # nobody injects messages here
        from_client = event.connection == self.context.client
        source = self.client_ws if from_client else self.server_ws
        data = event.data if isinstance(event, events.DataReceived) else b""
        slices: list[bytes | None] = [data[at : at + _SLICE] for at in range(0, len(data), _SLICE)]
        try:
            for part in slices or [None]:
                source.receive_data(part)
                for found in source.events():
                    yield from self._one(found, source, from_client=from_client)
                    if self._handle_event == self.done:
                        return
        except (RemoteProtocolError, LocalProtocolError):
            yield from self._end(1002, "", from_client=from_client)

    def _one(self, found: Event, source: WebsocketConnection, *, from_client: bool) -> layer.CommandGenerator[None]:
        other = self.server_ws if from_client else self.client_ws
        if isinstance(found, Message):
            data = found.data.encode() if isinstance(found.data, str) else bytes(found.data)
            source.frame_buf.append(data)
            self._waiting[from_client] = self._waiting.get(from_client, 0) + len(data)
            if self._waiting[from_client] > self.largest:
                source.frame_buf.clear()
                yield from self._end(TOO_BIG, "message too large", from_client=from_client)
            elif found.message_finished:
                whole = b"".join(source.frame_buf)
                source.frame_buf.clear()
                self._waiting[from_client] = 0
                kind = Opcode.TEXT if isinstance(found.data, str) else Opcode.BINARY
                yield from self._pass(WebSocketMessage(kind, from_client, whole))
        elif isinstance(found, (Ping, Pong)) and GUARDED not in self.flow.metadata:
            yield other.send2(found)
        elif isinstance(found, Ping):
            yield source.send2(found.response())
            yield other.send2(Ping())
        elif isinstance(found, CloseConnection):
            unread = from_client and GUARDED in self.flow.metadata
            yield from self._end(found.code, "" if unread else found.reason or "", from_client=from_client)

    def _pass(self, message: WebSocketMessage) -> layer.CommandGenerator[None]:
        """Ask what a message leads to, and do that."""
        assert self.flow.websocket is not None  # noqa: S101
        self.flow.websocket.messages[:] = [message]
        self.flow.metadata.pop(PASSAGE, None)
        yield WebsocketMessageHook(self.flow)
        self.flow.websocket.messages.clear()
        passage: Passage | None = self.flow.metadata.pop(PASSAGE, None)
        if GUARDED not in self.flow.metadata:
            passage = Passage(on=(message.content,))
        elif passage is None:
            passage = Passage(close=(BROKEN, "the company's proxy could not check this message"))
        here, there = self.client_ws, self.server_ws
        if not message.from_client:
            here, there = there, here
        text = message.type is Opcode.TEXT
        for part in passage.on:
            yield there.send2(_message(part, text=text))
        for part in passage.back:
            yield here.send2(_message(part, text=True))
        if passage.close is not None:
            yield from self._end(*passage.close, from_client=message.from_client)

    def _end(self, code: int, reason: str, *, from_client: bool) -> layer.CommandGenerator[None]:
        """Close both sides, each as far as it is open."""
        assert self.flow.websocket is not None  # noqa: S101
        self.flow.websocket.timestamp_end = time.time()
        self.flow.websocket.closed_by_client = from_client
        self.flow.websocket.close_code = code
        self.flow.websocket.close_reason = reason
        for socket in (self.server_ws, self.client_ws):
            if socket.state in {ConnectionState.OPEN, ConnectionState.REMOTE_CLOSING}:
                yield socket.send2(CloseConnection(code, reason))
            yield commands.CloseConnection(socket.conn)
        yield WebsocketEndHook(self.flow)
        self.flow.live = False
        self._handle_event = self.done


def _message(data: bytes, *, text: bool) -> TextMessage | BytesMessage:
    return TextMessage(data.decode()) if text else BytesMessage(data)
