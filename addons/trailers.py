"""Fields behind a body in chunks (RFC 9112 §7.1.2), on HTTP/1: left out, both ways, which the RFC allows.

mitmproxy raises on them (12.2), also on those that come over HTTP/2 and go on over HTTP/1, and then nobody gets an
answer. What is left out need not be read: it does not leave. Over HTTP/2 they come with the request, and are read.
"""

from typing import Any

import h11
from mitmproxy.proxy import events, layer
from mitmproxy.proxy.layers.http._base import HttpEvent
from mitmproxy.proxy.layers.http._events import RequestTrailers, ResponseTrailers
from mitmproxy.proxy.layers.http._http1 import Http1Client, Http1Connection, Http1Server

_READ, _REQUEST, _RESPONSE = Http1Connection.read_body, Http1Client.send, Http1Server.send


class _Bare:
    """mitmproxy's reader of one body, without what stands behind it."""

    def __init__(self, reader: Any) -> None:
        self._reader = reader
        self.read_eof = reader.read_eof

    def __call__(self, buf: Any) -> Any:
        """The next event of the body; None when more bytes are needed."""
        event = self._reader(buf)
        return h11.EndOfMessage() if isinstance(event, h11.EndOfMessage) else event


def drop_trailers() -> None:
    """Make mitmproxy end a body where it ends (tests/addons/test_trailers.py)."""

    def read_body(self: Http1Connection, event: events.Event) -> layer.CommandGenerator[None]:
        if not isinstance(self.body_reader, _Bare):
            self.body_reader = _Bare(self.body_reader)  # type: ignore[assignment]
        yield from _READ(self, event)

    def request(self: Http1Client, event: HttpEvent) -> layer.CommandGenerator[None]:
        if not isinstance(event, RequestTrailers):
            yield from _REQUEST(self, event)

    def response(self: Http1Server, event: HttpEvent) -> layer.CommandGenerator[None]:
        if not isinstance(event, ResponseTrailers):
            yield from _RESPONSE(self, event)

    Http1Connection.read_body = read_body  # type: ignore[method-assign]
    Http1Client.send, Http1Server.send = request, response  # type: ignore[method-assign]
