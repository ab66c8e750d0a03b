"""The stand-in's Bedrock dialect, as boto3's own parser reads it."""

import base64
import json
from typing import Any

import botocore.eventstream
import pytest

from guard.demo import bedrock
from guard.demo.exchange import Call, Exchange, Reply

REPLY = Reply("C'est [[PERSON_1]]", (Call("look", '{"qui": "[[PERSON_1]]"}'),))


def _events(path: str) -> list[tuple[str, dict[str, Any]]]:
    exchange = Exchange({}, path)
    assert exchange.stream
    assert bedrock.media_type(exchange) == "application/vnd.amazon.eventstream"
    buffer = botocore.eventstream.EventStreamBuffer()
    buffer.add_data(b"".join(bedrock.stream(exchange, REPLY)))
    return [(event.headers[":event-type"], json.loads(event.payload)) for event in buffer]


def test_converse_whole() -> None:
    answer = json.loads(bedrock.whole(Exchange({}, "/model/m/converse"), REPLY))
    said, called = answer["output"]["message"]["content"]
    assert (said["text"], called["toolUse"]["input"]) == (REPLY.text, {"qui": "[[PERSON_1]]"})


def test_converse_in_a_stream() -> None:
    deltas = [data["delta"] for name, data in _events("/model/m/converse-stream") if name == "contentBlockDelta"]
    assert "".join(delta.get("text", "") for delta in deltas) == REPLY.text
    assert "".join(delta["toolUse"]["input"] for delta in deltas if "toolUse" in delta) == REPLY.calls[0].arguments


@pytest.mark.parametrize(
    ("model", "whole", "key"),
    [
        ("titan", lambda answer: answer["results"][0]["outputText"], "outputText"),
        ("llama", lambda answer: answer["generation"], "generation"),
        ("claude", lambda answer: answer["content"][0]["text"], None),
    ],
)
def test_each_model_answers_in_its_own_format(model: str, whole: Any, key: str | None) -> None:
    answer = json.loads(bedrock.whole(Exchange({}, f"/model/{model}/invoke"), REPLY))
    assert whole(answer) == REPLY.text
    events = _events(f"/model/{model}/invoke-with-response-stream")
    inner = [json.loads(base64.b64decode(data["bytes"])) for name, data in events if name == "chunk"]
    said = [one.get(key, "") if key else one.get("delta", {}).get("text", "") for one in inner]
    assert "".join(said) == REPLY.text


def test_an_error_is_amazons() -> None:
    assert json.loads(bedrock.error(400, "x")) == {"message": "x"}
