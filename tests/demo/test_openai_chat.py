"""The stand-in's OpenAI dialect, as the OpenAI SDK's own types read it."""

import json
from typing import Any

import pytest
from openai.types.chat import ChatCompletion, ChatCompletionChunk

from guard.demo import openai_chat
from guard.demo.exchange import Call, Exchange, Reply

ARGUMENTS = '{"qui": "[[PERSON_1]]"}'
ASKED = Exchange({"model": "gpt-5", "messages": [{"role": "user", "content": "Bonjour"}]})
COUNTED = Exchange(dict(ASKED.body) | {"stream_options": {"include_usage": True}})


def _lines(exchange: Exchange, reply: Reply) -> list[str]:
    raw = b"".join(openai_chat.stream(exchange, reply)).decode()
    return [line.removeprefix("data: ") for line in raw.split("\n\n") if line]


def _chunks(exchange: Exchange, reply: Reply) -> list[ChatCompletionChunk]:
    return [ChatCompletionChunk.model_validate_json(line, strict=True) for line in _lines(exchange, reply)[:-1]]


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        pytest.param(Reply("Bonjour"), "stop", id="text"),
        pytest.param(Reply(calls=(Call("look", ARGUMENTS),)), "tool_calls", id="call"),
        pytest.param(Reply("Voici", (Call("look", ARGUMENTS), Call("note", "{}"))), "tool_calls", id="text and calls"),
    ],
)
def test_a_whole_answer_says_what_it_was_told(reply: Reply, reason: str) -> None:
    answer = ChatCompletion.model_validate_json(openai_chat.whole(ASKED, reply), strict=True)
    [choice] = answer.choices
    calls: list[Any] = list(choice.message.tool_calls or [])
    assert (choice.message.content or "") == reply.text
    assert [(c.function.name, c.function.arguments) for c in calls] == [(c.name, c.arguments) for c in reply.calls]
    assert choice.finish_reason == reason
    assert answer.usage is not None


@pytest.mark.parametrize("chunk", [1, 3, 100])
def test_a_stream_carries_text_and_arguments_in_pieces(chunk: int) -> None:
    chunks = _chunks(ASKED, Reply("C'est [[PERSON_1]]", (Call("look", ARGUMENTS),), chunk=chunk))
    deltas = [choice.delta for part in chunks for choice in part.choices]
    calls = [call.function for delta in deltas for call in delta.tool_calls or [] if call.function]
    assert "".join(delta.content or "" for delta in deltas) == "C'est [[PERSON_1]]"
    assert "".join(call.arguments or "" for call in calls) == ARGUMENTS
    assert [call.name for call in calls if call.name] == ["look"]
    assert chunks[-1].choices[0].finish_reason == "tool_calls"
    assert len({part.id for part in chunks}) == 1


def test_a_stream_ends_with_done() -> None:
    assert _lines(ASKED, Reply("x"))[-1] == "[DONE]"


def test_usage_comes_last_and_only_when_asked_for() -> None:
    assert all("usage" not in json.loads(line) for line in _lines(ASKED, Reply("x"))[:-1])
    *before, last = _chunks(COUNTED, Reply("x"))
    assert all(part.usage is None for part in before)
    assert last.choices == []
    assert last.usage is not None


@pytest.mark.parametrize(("status", "kind"), [(404, "invalid_request_error"), (500, "server_error")])
def test_an_error_has_the_services_shape(status: int, kind: str) -> None:
    error = json.loads(openai_chat.error(status, "no"))["error"]
    assert error == {"message": "no", "type": kind, "param": None, "code": None}
