"""The stand-in's dialect of Mistral's conversations, as Mistral's SDK's own types read it."""

import json

import httpx2
from mistralai.client import Mistral

from guard.demo import mistral
from guard.demo.exchange import Call, Exchange, Reply

REPLY = Reply("C'est [[PERSON_1]]", (Call("look", '{"qui": "[[PERSON_1]]"}'),))


def _client(body: bytes, media_type: str) -> Mistral:
    answer = httpx2.Response(200, headers={"content-type": media_type}, content=body)
    return Mistral(api_key="k", client=httpx2.Client(transport=httpx2.MockTransport(lambda request: answer)))


def test_a_whole_answer_says_what_it_was_told() -> None:
    client = _client(mistral.whole(Exchange({}), REPLY), "application/json")
    said, called = client.beta.conversations.start(model="m", inputs="Bonjour").outputs
    assert (said.content, called.arguments) == (REPLY.text, REPLY.calls[0].arguments)  # type: ignore[union-attr]


def test_a_stream_carries_text_and_arguments_in_pieces() -> None:
    client = _client(b"".join(mistral.stream(Exchange({}), REPLY)), "text/event-stream")
    events = [event.data for event in client.beta.conversations.start_stream(model="m", inputs="Bonjour")]
    said = "".join(str(one.content) for one in events if one.type == "message.output.delta")
    called = "".join(one.arguments for one in events if one.type == "function.call.delta")
    assert (said, called) == (REPLY.text, REPLY.calls[0].arguments)


def test_an_error_is_mistrals() -> None:
    assert json.loads(mistral.error(400, "x"))["message"] == "x"
