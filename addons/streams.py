"""mitmproxy's streamed answers with a decision in them: a piece leaves when the guard has said so, and not otherwise.

mitmproxy asks for what to send of a streamed answer in the middle of its event loop, so that nothing can be waited for
(12.2). Here the hook `answer_piece` is asked, which may wait, while other requests go on. Without an answer of its own
nothing leaves. When nothing comes for a while, it is asked for what can leave without more.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from mitmproxy import http
from mitmproxy.proxy import commands, events, layer
from mitmproxy.proxy.layers.http import HttpStream, SendHttp
from mitmproxy.proxy.layers.http._events import ResponseData, ResponseEndOfMessage, ResponseTrailers

from guard.wire.rewrite import Rewriter

log = logging.getLogger("guard.proxy")
INSPECTED, PIECE, LEAVES = "guard-inspected", "guard-piece", "guard-leaves"
"""Keys of a flow's metadata: its answer is inspected; bytes of it, None at its end, empty when nothing comes; what may
leave."""
PAUSE = 1.5
"""Seconds without a byte after which a finished sentence does not wait for the next one."""
_LAST, _DUE = "guard-last", "guard-due"
"""When the last bytes came; whether somebody will look."""
_STREAM, _EVENT = HttpStream.state_stream_response_body, HttpStream._handle_event


@dataclass
class AnswerPieceHook(commands.StartHook):
    """A piece of an inspected answer has come."""

    flow: http.HTTPFlow


def inspect_streams() -> None:
    """Make mitmproxy ask for each piece of an inspected answer (tests/addons/test_streams.py)."""
    HttpStream.state_stream_response_body = _state  # type: ignore[method-assign]
    HttpStream._handle_event = _event  # type: ignore[method-assign]


def _event(self: HttpStream, event: events.Event) -> layer.CommandGenerator[None]:
    """mitmproxy's streams of HTTP refuse to be woken; one that has ended meanwhile is left alone."""
    if not isinstance(event, events.Wakeup):
        yield from _EVENT(self, event)
    elif self.server_state == self.state_stream_response_body and self.client_state != self.state_errored:
        yield from _quiet(self)


def _state(self: HttpStream, event: events.Event) -> layer.CommandGenerator[None]:
    if INSPECTED not in self.flow.metadata:
        yield from _STREAM(self, event)
    elif isinstance(event, ResponseData):
        self.flow.metadata[_LAST] = time.monotonic()
        yield from _ask(self, event.data)
        yield from _later(self, PAUSE)
    elif isinstance(event, ResponseTrailers) and self.flow.response is not None:
        self.flow.response.trailers = event.trailers
    elif isinstance(event, ResponseEndOfMessage):
        yield from _ask(self, None)
        yield from self.send_response(already_streamed=True)


def _quiet(stream: HttpStream) -> layer.CommandGenerator[None]:
    """Somebody looks: has nothing come for a while?"""
    stream.flow.metadata.pop(_DUE, None)
    left = stream.flow.metadata[_LAST] + PAUSE - time.monotonic()
    if left > 0:
        yield from _later(stream, left)
    else:
        yield from _ask(stream, b"")


def _ask(stream: HttpStream, piece: bytes | None) -> layer.CommandGenerator[None]:
    stream.flow.metadata[PIECE] = piece
    stream.flow.metadata.pop(LEAVES, None)
    yield AnswerPieceHook(stream.flow)
    if data := stream.flow.metadata.pop(LEAVES, b""):
        yield SendHttp(ResponseData(stream.stream_id, data), stream.context.client)


def _later(stream: HttpStream, seconds: float) -> layer.CommandGenerator[None]:
    """Look again, once."""
    if _DUE not in stream.flow.metadata:
        stream.flow.metadata[_DUE] = True
        yield commands.RequestWakeup(seconds)


def restored(rewriter: Rewriter) -> Callable[[bytes], list[bytes]]:
    """What mitmproxy calls with each chunk of an answer that is restored, and with b"" at its end.

    An empty chunk would end the stream.
    """
    broken = False

    def step(data: bytes) -> list[bytes]:
        nonlocal broken
        if broken:
            return []
        try:
            out = rewriter.feed(data) if data else rewriter.flush()
        except Exception as error:  # noqa: BLE001 - the rest of a broken answer is withheld
            broken = True
            log.error("answer cut after %s", type(error).__name__)
            return []
        return [out] if out else []

    return step
