"""A piece of an inspected answer leaves when the hook has said so; all other answers stream as they did."""

from typing import Any

import pytest
from mitmproxy.options import Options
from mitmproxy.proxy import commands, events
from mitmproxy.proxy.context import Context
from mitmproxy.proxy.layers.http import HttpStream, SendHttp
from mitmproxy.proxy.layers.http._events import ResponseData, ResponseEndOfMessage
from mitmproxy.test.tflow import tclient_conn, tflow

from addons import streams
from addons.streams import INSPECTED, LEAVES, PAUSE, PIECE, AnswerPieceHook, inspect_streams, restored

SAID = {b"one": b"ONE", b"two": b"", b"": b"LATE", None: b"END"}
"""What came -> what may leave."""


@pytest.fixture
def stream(monkeypatch: pytest.MonkeyPatch) -> HttpStream:
    for name in ("state_stream_response_body", "_handle_event"):
        monkeypatch.setattr(HttpStream, name, getattr(HttpStream, name))
    inspect_streams()
    options = Options()
    options.add_option("store_streamed_bodies", bool, False, "")
    made = HttpStream(Context(tclient_conn(), options), 1)
    made.flow = tflow(resp=True)
    made.flow.metadata[INSPECTED] = True
    made.client_state, made.server_state = made.state_done, made.state_stream_response_body
    return made


def told(stream: HttpStream, event: events.Event) -> list[Any]:
    """The commands that an event leads to, the hook being answered as `SAID` says."""
    found: list[Any] = []
    for command in stream._handle_event(event):
        if isinstance(command, AnswerPieceHook):
            stream.flow.metadata[LEAVES] = SAID[stream.flow.metadata[PIECE]]
        found.append(command)
    return found


def sent(found: list[Any]) -> list[bytes]:
    return [each.event.data for each in found if isinstance(each, SendHttp) and isinstance(each.event, ResponseData)]


def test_a_piece_leaves_as_the_hook_says_and_not_at_all_when_it_says_nothing(stream: HttpStream) -> None:
    assert sent(told(stream, ResponseData(1, b"one"))) == [b"ONE"]
    assert sent(told(stream, ResponseData(1, b"two"))) == []
    hook, *rest = stream._handle_event(ResponseData(1, b"one"))
    assert isinstance(hook, AnswerPieceHook)
    assert sent(rest) == []


def test_the_hook_blocks_its_own_stream_alone(stream: HttpStream) -> None:
    assert AnswerPieceHook(stream.flow).blocking is True
    assert AnswerPieceHook.name == "answer_piece"


def test_the_end_is_asked_for_before_the_answer_ends(stream: HttpStream) -> None:
    found = told(stream, ResponseEndOfMessage(1))
    assert sent(found[:2]) == [b"END"]


def test_when_nothing_comes_somebody_looks_once(stream: HttpStream, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [100.0]
    monkeypatch.setattr(streams.time, "monotonic", lambda: clock[0])
    [wakeup] = [each for each in told(stream, ResponseData(1, b"one")) if isinstance(each, commands.RequestWakeup)]
    assert wakeup.delay == PAUSE
    clock[0] += PAUSE / 2
    assert not any(isinstance(each, commands.RequestWakeup) for each in told(stream, ResponseData(1, b"two")))
    clock[0] += PAUSE / 2
    [again] = told(stream, events.Wakeup(wakeup))
    assert again.delay == PAUSE / 2
    clock[0] += PAUSE / 2
    assert sent(told(stream, events.Wakeup(again))) == [b"LATE"]


def test_somebody_who_looks_after_the_end_finds_nothing_to_do(stream: HttpStream) -> None:
    [wakeup] = [each for each in told(stream, ResponseData(1, b"one")) if isinstance(each, commands.RequestWakeup)]
    told(stream, ResponseEndOfMessage(1))
    assert told(stream, events.Wakeup(wakeup)) == []


def test_other_answers_stream_as_before(stream: HttpStream) -> None:
    del stream.flow.metadata[INSPECTED]
    stream.flow.response.stream = lambda data: data.upper()  # type: ignore[union-attr]
    assert sent(told(stream, ResponseData(1, b"one"))) == [b"ONE"]


class Halving:
    """A rewriter that keeps every other piece, and breaks at a third."""

    def __init__(self) -> None:
        self.fed: list[bytes] = []

    def feed(self, data: bytes) -> bytes:
        self.fed.append(data)
        if len(self.fed) > 2:
            raise ValueError
        return data if len(self.fed) == 1 else b""

    def flush(self) -> bytes:
        return b"end"


def test_a_restored_answer_never_has_an_empty_chunk_and_is_cut_where_it_breaks() -> None:
    rewriter: Any = Halving()
    step = restored(rewriter)

    assert [step(piece) for piece in (b"one", b"two", b"three", b"four", b"")] == [[b"one"], [], [], [], []]
    assert rewriter.fed == [b"one", b"two", b"three"]


def test_what_a_restored_answer_held_back_leaves_at_its_end() -> None:
    rewriter: Any = Halving()
    step = restored(rewriter)

    assert [step(b"one"), step(b"")] == [[b"one"], [b"end"]]
