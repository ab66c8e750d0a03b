"""The stand-in's Anthropic dialect, as the Anthropic SDK's own types read it."""

import json
from typing import Any

import pytest
from anthropic.types import Message, RawMessageStreamEvent
from pydantic import TypeAdapter

from guard.demo import anthropic_messages
from guard.demo.exchange import Call, Exchange, Reply

ARGUMENTS = '{"qui": "[[PERSON_1]]"}'
ASKED = Exchange({"model": "claude-sonnet-5", "messages": [{"role": "user", "content": "Bonjour"}]})
EVENTS: TypeAdapter[Any] = TypeAdapter(RawMessageStreamEvent)


def _events(reply: Reply) -> list[Any]:
    raw = b"".join(anthropic_messages.stream(ASKED, reply)).decode()
    pairs = [part.split("\ndata: ") for part in raw.split("\n\n") if part]
    assert [name.removeprefix("event: ") for name, _ in pairs] == [json.loads(data)["type"] for _, data in pairs]
    return [EVENTS.validate_json(data) for name, data in pairs if name != "event: ping"]


@pytest.mark.parametrize(
    ("reply", "reason", "kinds"),
    [
        pytest.param(Reply("Bonjour"), "end_turn", ["text"], id="text"),
        pytest.param(Reply(calls=(Call("look", ARGUMENTS),)), "tool_use", ["tool_use"], id="call"),
        pytest.param(Reply("Oui", (Call("look", ARGUMENTS),)), "tool_use", ["text", "tool_use"], id="text and call"),
    ],
)
def test_a_whole_answer_says_what_it_was_told(reply: Reply, reason: str, kinds: list[str]) -> None:
    answer = Message.model_validate_json(anthropic_messages.whole(ASKED, reply))
    assert [block.type for block in answer.content] == kinds
    assert "".join(block.text for block in answer.content if block.type == "text") == reply.text
    given = [block.input for block in answer.content if block.type == "tool_use"]
    assert given == [json.loads(call.arguments) for call in reply.calls]
    assert answer.stop_reason == reason


@pytest.mark.parametrize("chunk", [1, 3, 100])
def test_a_stream_carries_text_and_arguments_in_pieces(chunk: int) -> None:
    events = _events(Reply("C'est [[PERSON_1]]", (Call("look", ARGUMENTS), Call("note", "{}")), chunk=chunk))
    deltas = [(event.index, event.delta) for event in events if event.type == "content_block_delta"]
    assert "".join(delta.text for _, delta in deltas if delta.type == "text_delta") == "C'est [[PERSON_1]]"
    pieces = [(at, delta.partial_json) for at, delta in deltas if delta.type == "input_json_delta"]
    assert "".join(piece for at, piece in pieces if at == 1) == ARGUMENTS
    assert "".join(piece for at, piece in pieces if at == 2) == "{}"
    assert (events[0].type, events[-1].type) == ("message_start", "message_stop")


def test_every_block_that_starts_also_stops() -> None:
    events = _events(Reply("x", (Call("a", "{}"), Call("b", "{}"))))
    started = [event.index for event in events if event.type == "content_block_start"]
    stopped = [event.index for event in events if event.type == "content_block_stop"]
    assert started == stopped == [0, 1, 2]


@pytest.mark.parametrize(
    ("status", "kind"), [(404, "not_found_error"), (400, "invalid_request_error"), (500, "api_error")]
)
def test_an_error_has_the_services_shape(status: int, kind: str) -> None:
    body = json.loads(anthropic_messages.error(status, "no"))
    assert body["error"] == {"type": kind, "message": "no"}
    assert body["type"] == "error"
