"""OpenAI's responses on a websocket: each message asks, and each event of the answer is a message.

Formats: https://platform.openai.com/docs/guides/websocket-mode (2026-11); Codex and the OpenAI SDK speak it.
"""

import socket
from collections.abc import Callable, Iterator

import orjson
from websockets.extensions.permessage_deflate import ServerPerMessageDeflateFactory
from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.server import ServerProtocol

from guard.demo import openai_responses
from guard.demo.exchange import Exchange, Received, Reply

_LONGEST = 2**26


def asked(received: Received) -> bool:
    """Whether a request opens such a socket."""
    opens = (received.header("upgrade") or "").lower() == "websocket"
    return opens and received.path.partition("?")[0].endswith("/responses")


def talk(received: Received, connection: socket.socket, speak: Callable[[bytes, Exchange], Reply]) -> None:
    """Accept and answer until the other side goes. `speak`: a message and what it asks -> what is said."""
    protocol = ServerProtocol(extensions=[ServerPerMessageDeflateFactory()], max_size=_LONGEST)
    protocol.receive_data(_head(received))
    [request] = protocol.events_received()
    if not isinstance(request, Request):
        return
    protocol.send_response(protocol.accept(request))
    _send(protocol, connection)
    parts = bytearray()
    while data := connection.recv(65536):
        protocol.receive_data(data)
        for event in protocol.events_received():
            if isinstance(event, Frame) and event.opcode in (Opcode.TEXT, Opcode.CONT):
                parts += event.data
                if event.fin:
                    for message in _answers(bytes(parts), speak):
                        protocol.send_text(message)
                    parts.clear()
        _send(protocol, connection)
        if protocol.close_expected():
            return


def _head(received: Received) -> bytes:
    fields = "".join(f"{name}: {value}\r\n" for name, value in received.headers)
    return f"{received.method} {received.path} HTTP/1.1\r\n{fields}\r\n".encode("latin-1")


def _send(protocol: ServerProtocol, connection: socket.socket) -> None:
    for data in protocol.data_to_send():
        connection.sendall(data)


def _answers(message: bytes, speak: Callable[[bytes, Exchange], Reply]) -> Iterator[bytes]:
    exchange = Exchange(orjson.loads(message))
    for event in openai_responses.stream(exchange, speak(message, exchange)):
        yield next(line[6:] for line in event.split(b"\n") if line.startswith(b"data: "))
