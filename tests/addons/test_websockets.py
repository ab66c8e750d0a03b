"""mitmproxy's socket layer with a guard in it: only what was said to pass passes, whole and to the letter."""

import struct
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from mitmproxy.connection import Server
from mitmproxy.proxy import commands, context, events
from mitmproxy.proxy.layers import websocket
from mitmproxy.proxy.layers.websocket import WebsocketLayer
from mitmproxy.test import tflow
from wsproto import ConnectionType
from wsproto.connection import Connection
from wsproto.events import BytesMessage, CloseConnection, Ping, Pong, TextMessage

from addons.websockets import GUARDED, PASSAGE, GuardedLayer, guard_sockets
from guard.sockets import BROKEN, TOO_BIG, Passage

type Decide = Callable[[Any], Passage | None]


class Talk:
    """A client, a service, and the layer between them."""

    def __init__(self, decide: Decide, *, guarded: bool = True, largest: int = 2**25, deflate: bool = False) -> None:
        self.flow = tflow.twebsocketflow()
        assert self.flow.websocket is not None
        self.flow.websocket.messages.clear()
        self.flow.response.headers.pop("Sec-WebSocket-Extensions", None)
        if deflate:
            self.flow.response.headers["Sec-WebSocket-Extensions"] = "permessage-deflate"
        if guarded:
            self.flow.metadata[GUARDED] = "under"
        self.decide = decide
        self.context = context.Context(self.flow.client_conn, None)  # type: ignore[arg-type]
        self.context.server = Server(address=("service.example", 443))
        self.layer = GuardedLayer(self.context, self.flow)
        self.layer.largest = largest
        self.client, self.service = Connection(ConnectionType.CLIENT), Connection(ConnectionType.SERVER)
        self.most = 0
        """Messages that mitmproxy kept at once."""
        self.closed: list[object] = []
        self._run(events.Start())

    def say(self, *parts: str | bytes, from_client: bool = True) -> None:
        """One message in fragments."""
        side = self.client if from_client else self.service
        for number, part in enumerate(parts, 1):
            kind = TextMessage if isinstance(part, str) else BytesMessage
            data = side.send(kind(data=part, message_finished=number == len(parts)))
            self.receive(data, from_client=from_client)

    def receive(self, data: bytes, *, from_client: bool = True) -> None:
        connection = self.context.client if from_client else self.context.server
        self._run(events.DataReceived(connection, data))

    def _run(self, event: events.Event) -> None:
        for command in self.layer.handle_event(event):
            self._do(command)

    def _do(self, command: commands.Command) -> None:
        if isinstance(command, commands.SendData):
            side = self.client if command.connection is self.context.client else self.service
            side.receive_data(command.data)
        elif isinstance(command, commands.CloseConnection):
            self.closed.append(command.connection)
        elif isinstance(command, commands.StartHook):
            if command.name == "websocket_message":
                assert self.flow.websocket is not None
                self.most = max(self.most, len(self.flow.websocket.messages))
                passage = self.decide(self.flow.websocket.messages[-1])
                if passage is not None:
                    self.flow.metadata[PASSAGE] = passage
            self._run(events.HookCompleted(command, None))

    @staticmethod
    def heard(side: Connection) -> list[Any]:
        """Messages, put together, and closings."""
        found: list[Any] = []
        text = ""
        for event in side.events():
            if isinstance(event, TextMessage):
                text += event.data
                if event.message_finished:
                    found.append(text)
                    text = ""
            elif isinstance(event, BytesMessage):
                found.append(bytes(event.data))
            elif isinstance(event, CloseConnection):
                found.append((int(event.code), event.reason))
            else:
                found.append(type(event).__name__)
        return found


def passing(message: Any) -> Passage:
    return Passage(on=(message.content,))


def test_a_message_passes_both_ways_when_somebody_says_so() -> None:
    talk = Talk(passing)
    talk.say("Bonjour é😀")
    talk.say(b"\x80\x81", from_client=False)
    assert (talk.heard(talk.service), talk.heard(talk.client)) == (["Bonjour é😀"], [b"\x80\x81"])


@pytest.mark.parametrize("from_client", [True, False])
def test_without_a_word_nothing_passes_and_the_socket_ends(from_client: bool) -> None:
    talk = Talk(lambda message: None)
    talk.say("secret", from_client=from_client)
    for side in (talk.client, talk.service):
        [(code, reason)] = talk.heard(side)
        assert code == BROKEN
        assert "secret" not in reason
    assert len(talk.closed) == 2


def test_an_edited_message_of_any_length_keeps_every_letter() -> None:
    long = "é" * 8_000_000
    talk = Talk(lambda message: Passage(on=(long.encode(),)))
    talk.say("x")
    assert talk.heard(talk.service) == [long]


def test_a_message_in_fragments_is_one_message() -> None:
    talk = Talk(passing)
    talk.say("Mon IB", "AN est é", "")
    assert talk.heard(talk.service) == ["Mon IBAN est é"]


def test_a_refusal_goes_back_and_the_socket_stays_open() -> None:
    talk = Talk(lambda message: Passage(back=(b"non", b"vraiment")) if b"x" in message.content else passing(message))
    talk.say("x")
    talk.say("y")
    assert (talk.heard(talk.client), talk.heard(talk.service)) == (["non", "vraiment"], ["y"])


def test_a_refusal_to_bytes_is_text() -> None:
    talk = Talk(lambda message: Passage(back=(b"non",)))
    talk.say(b"\x80")
    assert talk.heard(talk.client) == ["non"]


def test_several_messages_leave_in_order() -> None:
    talk = Talk(lambda message: Passage(on=(b"1", b"2", b"3")))
    talk.say("x", from_client=False)
    assert talk.heard(talk.client) == ["1", "2", "3"]


def test_memory_of_a_long_socket_is_bounded() -> None:
    talk = Talk(passing)
    for number in range(200):
        talk.say(f"{number}", from_client=number % 2 == 0)
    assert talk.flow.websocket is not None
    assert (talk.most, talk.flow.websocket.messages) == (1, [])


def test_a_message_without_end_is_cut_off() -> None:
    talk = Talk(passing, largest=10_000)
    sent = 0
    while not talk.closed:
        talk.receive(talk.client.send(TextMessage(data="a" * 1000, message_finished=False)))
        sent += 1000
    assert sent == 11_000
    assert talk.heard(talk.client) == [(TOO_BIG, "message too large")]
    assert talk.heard(talk.service) == [(TOO_BIG, "message too large")]


def test_the_size_counts_by_message() -> None:
    talk = Talk(passing, largest=1000)
    for _ in range(5):
        talk.say("a" * 900)
    assert talk.heard(talk.service) == ["a" * 900] * 5


def test_pings_are_answered_here_and_bring_nothing_along() -> None:
    talk = Talk(passing)
    talk.receive(talk.client.send(Ping(b"secret")))
    [pong] = talk.client.events()
    assert isinstance(pong, Pong)
    assert bytes(pong.payload) == b"secret"
    [ping] = talk.service.events()
    assert isinstance(ping, Ping)
    assert bytes(ping.payload) == b""
    talk.receive(talk.client.send(Pong(b"secret")))
    assert talk.heard(talk.service) == []


@pytest.mark.parametrize(("from_client", "reason"), [(True, None), (False, "au revoir")])
def test_a_side_that_leaves_ends_the_socket_and_a_client_does_not_say_why(
    from_client: bool, reason: str | None
) -> None:
    talk = Talk(passing)
    side = talk.client if from_client else talk.service
    talk.receive(side.send(CloseConnection(1000, "au revoir")), from_client=from_client)
    [(code, said)] = talk.heard(talk.service if from_client else talk.client)
    assert (code, said or None) == (1000, reason)
    assert len(talk.closed) == 2


def test_pings_and_reasons_to_another_host_pass_as_they_come() -> None:
    talk = Talk(lambda message: None, guarded=False)
    talk.receive(talk.client.send(Ping(b"x")))
    talk.receive(talk.client.send(CloseConnection(1000, "au revoir")))
    ping, closing = talk.service.events()
    assert isinstance(ping, Ping)
    assert isinstance(closing, CloseConnection)
    assert (bytes(ping.payload), closing.reason) == (b"x", "au revoir")


def test_what_is_no_websocket_ends_the_socket() -> None:
    talk = Talk(passing)
    talk.receive(b"\xff\xff\xff\xff" * 4)
    assert len(talk.closed) == 2


def test_a_socket_to_another_host_passes_as_it_comes() -> None:
    talk = Talk(lambda message: None, guarded=False)
    talk.say("à quelqu'un d'autre")
    assert talk.heard(talk.service) == ["à quelqu'un d'autre"]


@pytest.fixture
def original() -> Iterator[None]:
    before = websocket.WebsocketLayer
    yield
    websocket.WebsocketLayer = before  # type: ignore[misc]


def test_mitmproxy_builds_this_layer(original: None) -> None:
    guard_sockets(1234)
    assert issubclass(websocket.WebsocketLayer, GuardedLayer)
    assert websocket.WebsocketLayer.largest == 1234
    assert issubclass(websocket.WebsocketLayer, WebsocketLayer)


def test_a_small_message_that_grows_without_measure_ends_the_socket_before_it_has_grown() -> None:
    talk = Talk(lambda message: Passage(on=(message.content,)), largest=2**22, deflate=True)
    packer = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    bomb = packer.compress(bytes(2**27)) + packer.flush(zlib.Z_SYNC_FLUSH)[:-4]
    head = bytes([0xC1, 0x80 | 127]) + struct.pack(">Q", len(bomb)) + bytes(4)  # RFC 6455 §5.2, RFC 7692 §6: FIN, RSV1
    tracemalloc.start()
    try:
        talk.receive(head + bomb)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert talk.flow.websocket is not None
    assert talk.flow.websocket.close_code == TOO_BIG
    assert most < 2**25
