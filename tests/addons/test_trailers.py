"""A message with trailers arrives whole, without them, and the connection goes on."""

from typing import Any

import pytest
from mitmproxy import http
from mitmproxy.options import Options
from mitmproxy.proxy import events
from mitmproxy.proxy.context import Context
from mitmproxy.proxy.layers.http import ReceiveHttp
from mitmproxy.proxy.layers.http._events import (
    RequestData,
    RequestEndOfMessage,
    RequestHeaders,
    RequestTrailers,
    ResponseTrailers,
)
from mitmproxy.proxy.layers.http._http1 import Http1Client, Http1Connection, Http1Server
from mitmproxy.test.tflow import tclient_conn

from addons.trailers import drop_trailers

HEAD = b"POST http://example.com/ HTTP/1.1\r\nhost: example.com\r\ntransfer-encoding: chunked\r\n\r\n"


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Http1Server:
    for kind, name in ((Http1Connection, "read_body"), (Http1Client, "send"), (Http1Server, "send")):
        monkeypatch.setattr(kind, name, getattr(kind, name))
    drop_trailers()
    options = Options()
    options.add_option("validate_inbound_headers", bool, True, "")
    made = Http1Server(Context(tclient_conn(), options))
    list(made.handle_event(events.Start()))
    return made


def received(client: Http1Server, *pieces: bytes) -> list[Any]:
    found: list[Any] = []
    for piece in pieces:
        found += client.handle_event(events.DataReceived(client.conn, piece))
    return [each.event for each in found if isinstance(each, ReceiveHttp)]


@pytest.mark.parametrize("trailers", [b"", b"x-checksum: 1\r\n", b"one: 1\r\ntwo: 2\r\n"])
@pytest.mark.parametrize("size", [1, 1000])
def test_a_body_ends_where_it_ends_whatever_stands_behind_it(client: Http1Server, trailers: bytes, size: int) -> None:
    sent = HEAD + b"3\r\nabc\r\n0\r\n" + trailers + b"\r\n"
    found = received(client, *(sent[at : at + size] for at in range(0, len(sent), size)))

    assert isinstance(found[0], RequestHeaders)
    assert b"".join(each.data for each in found if isinstance(each, RequestData)) == b"abc"
    assert isinstance(found[-1], RequestEndOfMessage)


def test_what_came_over_http2_goes_on_without_them(client: Http1Server) -> None:
    trailers = http.Headers(((b"x-note", b"1"),))
    server = Http1Client(client.context)
    server.stream_id = client.stream_id = 1
    assert list(server.send(RequestTrailers(1, trailers))) == []
    assert list(client.send(ResponseTrailers(1, trailers))) == []
