"""The stand-in's Ollama dialect, as Ollama's SDK's own types read it."""

import json

import ollama

from guard.demo import ollama as dialect
from guard.demo.exchange import Call, Exchange, Reply

REPLY = Reply("C'est [[PERSON_1]]", (Call("look", '{"qui": "[[PERSON_1]]"}'),))
ASKED = Exchange({"model": "gpt-oss:20b", "stream": True})


def _said(lines: list[bytes]) -> tuple[str, list[object]]:
    answers = [ollama.ChatResponse.model_validate_json(line) for line in lines]
    calls = [call.function.arguments for one in answers for call in one.message.tool_calls or []]
    assert [one.done for one in answers] == [False] * (len(lines) - 1) + [True]
    return "".join(one.message.content or "" for one in answers), list(calls)


def test_a_whole_answer_and_a_stream_say_what_they_were_told() -> None:
    told = (REPLY.text, [{"qui": "[[PERSON_1]]"}])
    assert _said([dialect.whole(ASKED, REPLY)]) == told
    assert _said(b"".join(dialect.stream(ASKED, REPLY)).splitlines()) == told
    assert dialect.media_type(ASKED) == "application/x-ndjson"


def test_an_error_is_ollamas() -> None:
    assert json.loads(dialect.error(400, "x")) == {"error": "x"}
