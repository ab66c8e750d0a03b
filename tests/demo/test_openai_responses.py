"""The stand-in's dialect of OpenAI's responses, as the OpenAI SDK reads it."""

import httpx2
import openai

from guard.demo import openai_responses
from guard.demo.exchange import Call, Exchange, Reply

REPLY = Reply("C'est [[PERSON_1]]", (Call("look", '{"qui": "[[PERSON_1]]"}'),))
ASKED = Exchange({"model": "gpt-5", "input": "Bonjour"})


def _client(body: bytes, media_type: str) -> openai.OpenAI:
    answer = httpx2.Response(200, headers={"content-type": media_type}, content=body)
    return openai.OpenAI(api_key="k", http_client=httpx2.Client(transport=httpx2.MockTransport(lambda request: answer)))


def test_a_whole_answer_says_what_it_was_told() -> None:
    with _client(openai_responses.whole(ASKED, REPLY), "application/json") as client:
        answer = client.responses.create(model="gpt-5", input="Bonjour")
    assert answer.output_text == REPLY.text
    assert answer.output[1].arguments == REPLY.calls[0].arguments  # type: ignore[union-attr]


def test_a_stream_carries_text_and_arguments_in_pieces() -> None:
    body = b"".join(openai_responses.stream(ASKED, REPLY))
    with (
        _client(body, "text/event-stream") as client,
        client.responses.stream(model="gpt-5", input="Bonjour") as events,
    ):
        kinds = [event.type for event in events]
        answer = events.get_final_response()
    assert answer.output_text == REPLY.text
    assert kinds.count("response.output_text.delta") > 3
    assert answer.output[1].arguments == REPLY.calls[0].arguments  # type: ignore[union-attr]
