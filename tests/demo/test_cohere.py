"""The stand-in's Cohere dialect, as Cohere's SDK's own types read it."""

import json

import cohere
import httpx

from guard.demo import cohere as dialect
from guard.demo.exchange import Call, Exchange, Reply

REPLY = Reply("C'est [[PERSON_1]]", (Call("look", '{"qui": "[[PERSON_1]]"}'),))
MESSAGES = [{"role": "user", "content": "Bonjour"}]


def _client(body: bytes, media_type: str) -> cohere.ClientV2:
    answer = httpx.Response(200, headers={"content-type": media_type}, content=body)
    http = httpx.Client(transport=httpx.MockTransport(lambda request: answer))
    return cohere.ClientV2("k", httpx_client=http)


def test_a_whole_answer_says_what_it_was_told() -> None:
    client = _client(dialect.whole(Exchange({}), REPLY), "application/json")
    message = client.chat(model="m", messages=MESSAGES).message  # type: ignore[arg-type]
    assert message.content[0].text == REPLY.text  # type: ignore[index, union-attr]
    assert message.tool_calls[0].function.arguments == REPLY.calls[0].arguments  # type: ignore[index, union-attr]


def test_a_stream_carries_text_and_arguments_in_pieces() -> None:
    client = _client(b"".join(dialect.stream(Exchange({}), REPLY)), "text/event-stream")
    text = arguments = ""
    for event in client.chat_stream(model="m", messages=MESSAGES):  # type: ignore[arg-type]
        if event.type == "content-delta":
            text += event.delta.message.content.text  # type: ignore[operator, union-attr]
        elif event.type == "tool-call-delta":
            arguments += event.delta.message.tool_calls.function.arguments  # type: ignore[operator, union-attr]
    assert (text, arguments) == (REPLY.text, REPLY.calls[0].arguments)


def test_an_error_is_coheres() -> None:
    assert json.loads(dialect.error(400, "x"))["message"] == "x"
