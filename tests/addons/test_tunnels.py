"""Which connections are read, whatever way they begin."""

import ssl

import pytest
from mitmproxy import connection, exceptions, options
from mitmproxy.proxy import context as proxy_context
from mitmproxy.proxy import layer, layers
from mitmproxy.test import tflow

from addons.tunnels import Tunnels

AI = "api.openai.com"


def hello(name: str | None) -> bytes:
    """A real ClientHello for a name."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    session = context.wrap_bio(incoming, outgoing, server_hostname=name)
    with pytest.raises(ssl.SSLWantReadError):
        session.do_handshake()
    return outgoing.read()


def asked(host: str, data: bytes, greeting: bytes = b"") -> layer.NextLayer:
    context = proxy_context.Context(tflow.tclient_conn(), options.Options())
    context.client.tls = False
    context.server = connection.Server(address=(host, 443))
    context.layers = [layers.HttpLayer(context, layers.http.HTTPMode.regular)]
    asking = layer.NextLayer(context)
    asking.events = []
    asking._handle_event = None  # type: ignore[assignment]
    asking.data_client = lambda: data  # type: ignore[method-assign]
    asking.data_server = lambda: greeting  # type: ignore[method-assign]
    return asking


def decided(host: str, data: bytes, greeting: bytes = b"") -> str:
    asking = asked(host, data, greeting)
    try:
        Tunnels(lambda name: name == AI).next_layer(asking)
    except exceptions.AddonHalt:
        return "wait"
    if asking.layer is None:
        return "read"
    assert isinstance(asking.layer, layers.TCPLayer)
    assert asking.layer.flow is None, "a tunnel has no flow: nothing of it is seen or kept"
    return "tunnel"


@pytest.mark.parametrize(
    ("host", "data", "expected"),
    [
        pytest.param(AI, hello(AI), "read", id="an AI service"),
        pytest.param(AI, hello("harmless.example"), "read", id="an AI service under another TLS name"),
        pytest.param(AI, hello(None), "read", id="an AI service without TLS name"),
        pytest.param("104.18.7.192", hello(AI), "read", id="an AI service's TLS name at an address"),
        pytest.param("harmless.example", hello(AI), "read", id="an AI service's TLS name at another host"),
        pytest.param("harmless.example", hello("harmless.example"), "tunnel", id="another host"),
        pytest.param("harmless.example", b"SSH-2.0-x\r\n", "tunnel", id="another protocol at another host"),
        pytest.param(
            "harmless.example", b"GET / HTTP/1.1\r\n", "tunnel", id="plain HTTP inside CONNECT to another host"
        ),
        pytest.param(AI, b"POST / HTTP/1.1\r\n", "read", id="plain HTTP inside CONNECT to an AI service"),
        pytest.param(AI, b"\x16", "wait", id="one byte to an AI service"),
        pytest.param(AI, b"\x16\x03", "wait", id="two bytes to an AI service"),
        pytest.param(
            "harmless.example", b"\x16\x03", "wait", id="two bytes to another host: the name is not known yet"
        ),
        pytest.param("harmless.example", hello(AI)[:60], "wait", id="half a ClientHello"),
    ],
)
def test_the_decision_needs_the_host_and_the_tls_name(host: str, data: bytes, expected: str) -> None:
    assert decided(host, data) == expected


def test_a_server_that_speaks_first_is_tunnelled_on_another_host() -> None:
    assert decided("mail.example", b"", b"220 ready\r\n") == "tunnel"


def test_a_server_that_speaks_first_is_not_heard_where_an_ai_service_was_dialled() -> None:
    assert decided(AI, b"", b"220 ready\r\n") != "tunnel"
