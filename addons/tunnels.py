"""Which connections are opened and which pass as they are (law 8), whatever way they begin.

mitmproxy takes a client that sends one or two bytes first for raw TCP, and a name in the ClientHello for the truth
(both measured): here the decision waits for three bytes, and looks at the host that was dialled and at the TLS name
together. If either is an AI service's, the connection is read.
"""

from collections.abc import Callable

from mitmproxy import exceptions, tls
from mitmproxy.net.tls import starts_like_tls_record
from mitmproxy.proxy import layer, layers
from mitmproxy.proxy.layers import modes
from mitmproxy.proxy.layers.tls import parse_client_hello

_RECORD = 3
"""Bytes from which a TLS record can be told from anything else."""


class Tunnels:
    """mitmproxy's addon; runs before its own choice of layers."""

    def __init__(self, serves: Callable[[str | None], bool]) -> None:
        self._serves = serves

    def next_layer(self, data: layer.NextLayer) -> None:
        """Let a connection to another host through untouched; leave the rest to mitmproxy, which reads it."""
        if data.layer is not None or isinstance(data.context.layers[-1], modes.HttpProxy):
            return
        context = data.context
        if context.client.tls or context.server.address is None or self._serves(context.server.address[0]):
            self._whole_record(data)
            return
        client = data.data_client()
        if data.data_server() and not client:
            data.layer = layers.TCPLayer(context, ignore=True)
            return
        self._whole_record(data)
        if starts_like_tls_record(client) and self._serves(self._name(client)):
            return
        data.layer = layers.TCPLayer(context, ignore=True)

    def tls_clienthello(self, data: tls.ClientHelloData) -> None:
        """The same decision once more where mitmproxy asks for it, so that neither stands alone."""
        address = data.context.server.address
        if not self._serves(data.client_hello.sni) and not (address and self._serves(address[0])):
            data.ignore_connection = True

    def _whole_record(self, data: layer.NextLayer) -> None:
        """Wait for enough bytes; nobody decides on fewer."""
        if 0 < len(data.data_client()) < _RECORD:
            raise exceptions.AddonHalt

    @staticmethod
    def _name(client: bytes) -> str | None:
        """The name in a ClientHello, once it is whole."""
        try:
            hello = parse_client_hello(client)
        except ValueError:
            return None
        if hello is None:
            raise exceptions.AddonHalt
        return hello.sni
