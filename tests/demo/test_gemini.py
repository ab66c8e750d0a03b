"""The stand-in's Gemini dialect, as Google's SDK's own types read it."""

import json

import pytest
from google.genai.types import GenerateContentResponse

from guard.demo import gemini
from guard.demo.exchange import Call, Exchange, Reply

REPLY = Reply("C'est [[PERSON_1]]", (Call("look", '{"qui": "[[PERSON_1]]"}'),))
PATH = "/v1beta/models/gemini-2.5-flash:streamGenerateContent"


def _read(data: object) -> GenerateContentResponse:
    return GenerateContentResponse.model_validate(data)


def test_a_whole_answer_says_what_it_was_told() -> None:
    answer = _read(json.loads(gemini.whole(Exchange({}), REPLY)))
    assert answer.text == REPLY.text
    assert [call.args for call in answer.function_calls or []] == [{"qui": "[[PERSON_1]]"}]


@pytest.mark.parametrize(("query", "media_type"), [("?alt=sse", "text/event-stream"), ("", "application/json")])
def test_a_stream_is_events_or_an_array(query: str, media_type: str) -> None:
    exchange = Exchange({}, PATH + query)
    raw = b"".join(gemini.stream(exchange, REPLY)).decode()
    rows = (
        [json.loads(part.removeprefix("data: ")) for part in raw.split("\r\n\r\n") if part]
        if query
        else json.loads(raw)
    )
    answers = [_read(row) for row in rows]
    parts = [part for one in answers for part in one.candidates[0].content.parts]  # type: ignore[index, union-attr]
    assert exchange.stream
    assert gemini.media_type(exchange).startswith(media_type)
    assert "".join(part.text or "" for part in parts) == REPLY.text
    assert [part.function_call.args for part in parts if part.function_call] == [{"qui": "[[PERSON_1]]"}]


@pytest.mark.parametrize(("status", "name"), [(400, "INVALID_ARGUMENT"), (404, "NOT_FOUND"), (500, "INTERNAL")])
def test_an_error_is_googles(status: int, name: str) -> None:
    assert json.loads(gemini.error(status, "x"))["error"] == {"code": status, "message": "x", "status": name}
