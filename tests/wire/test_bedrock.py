"""Bedrock's answers come back whole, Converse's and those of each model's own format."""

import base64
import json
from collections.abc import Callable, Iterator
from typing import Any

import botocore.eventstream
import pytest

from guard.demo.bedrock import message
from guard.wire.answer import Family
from guard.wire.bedrock import BedrockConverse, BedrockInvoke

AWS = "application/vnd.amazon.eventstream"
type Restored = Callable[[Family, str, bytes], bytes]


def delta(text: str, index: int = 0) -> bytes:
    return message("contentBlockDelta", {"contentBlockIndex": index, "delta": {"text": text}, "p": "abc"})


def called(text: str, index: int = 1) -> bytes:
    return message("contentBlockDelta", {"contentBlockIndex": index, "delta": {"toolUse": {"input": text}}})


STOP = message("contentBlockStop", {"contentBlockIndex": 0})
END = message("messageStop", {"stopReason": "end_turn"})
META = message("metadata", {"usage": {"inputTokens": 1}})


def events(stream: bytes) -> list[tuple[str, dict[str, Any]]]:
    """As boto3's own parser reads them; it checks every checksum."""
    buffer = botocore.eventstream.EventStreamBuffer()
    buffer.add_data(stream)
    return [(event.headers[":event-type"], json.loads(event.payload)) for event in buffer]


def text(stream: bytes, index: int = 0) -> str:
    found = [data for name, data in events(stream) if name == "contentBlockDelta"]
    return "".join(data["delta"].get("text", "") for data in found if data["contentBlockIndex"] == index)


def test_a_stream_is_restored_at_every_cut(restored: Restored, values: dict[Any, str]) -> None:
    stream = (
        message("messageStart", {"role": "assistant"}) + delta("Vu [[PER") + delta("SON_1]], PERSON") + delta("_11")
    )
    new = restored(BedrockConverse(), AWS, stream + STOP + called('{"a": "[[PERSON') + called('_1]]"}') + END + META)
    assert text(new) == f"Vu {values['PERSON', 1]}, Bob"
    found = [data["delta"] for name, data in events(new) if name == "contentBlockDelta"]
    arguments = "".join(one["toolUse"]["input"] for one in found if "toolUse" in one)
    assert json.loads(arguments) == {"a": values["PERSON", 1]}


EXCEPTION = message("x", {"message": "stopped"})
ENDS = {"of the block": STOP + END, "of the message": END, "of the stream": b"", "an exception": EXCEPTION}


@pytest.mark.parametrize("ending", ENDS.values(), ids=ENDS.keys())
def test_what_is_held_comes_before_the_end(restored: Restored, ending: bytes) -> None:
    new = restored(BedrockConverse(), AWS, delta("C'est ") + delta("PERSON_11") + ending)
    assert text(new) == "C'est Bob"
    assert new.endswith(ending)
    assert events(new)[2][0] == "contentBlockDelta"


def test_blocks_do_not_mix(restored: Restored) -> None:
    stream = delta("[[PERSON_") + delta("PERSON_", 1) + called('"[[IBAN_', 2) + delta("11]]") + delta("11", 1)
    new = restored(BedrockConverse(), AWS, stream + called('CODE_2]]"', 2) + END)
    assert (text(new), text(new, 1)) == ("Bob", "Bob")


def test_messages_with_nothing_of_ours_keep_their_bytes(restored: Restored) -> None:
    reasoning = {"contentBlockIndex": 0, "delta": {"reasoningContent": {"text": "PERSON_11", "signature": "PERSON_11"}}}
    start = {"contentBlockIndex": 0, "start": {"toolUse": {"name": "f"}}}
    odd = [{}, [], 1, {"contentBlockIndex": "x", "delta": 1}, {"delta": {"text": "a"}}]
    stream = b"".join(
        [
            message("contentBlockStart", start),
            message("contentBlockDelta", reasoning),
            delta("Bonjour [[PERSON_9]]"),
            *(message("odd", one) for one in odd),
            END,
        ]
    )
    assert restored(BedrockConverse(), AWS, stream) == stream


def test_a_whole_answer_is_restored(restored_whole: Callable[[Family, object], Any], values: dict[Any, str]) -> None:
    content = [
        {"reasoningContent": {"reasoningText": {"text": "PERSON_11", "signature": "s"}}},
        {"text": "[[PERSON_1]]"},
        {"toolUse": {"input": {"a": "[[PERSON_1]]"}}},
    ]
    new = restored_whole(BedrockConverse(), {"output": {"message": {"content": content}}})
    thought, said, call = new["output"]["message"]["content"]
    assert thought == content[0]
    assert (said["text"], call["toolUse"]["input"]["a"]) == (values["PERSON", 1], values["PERSON", 1])


# --- InvokeModel -----------------------------------------------------------------------------------------------------


def chunk(event: object) -> bytes:
    return message("chunk", {"bytes": base64.b64encode(json.dumps(event).encode()).decode(), "p": "abcd"})


def chunks(stream: bytes) -> Iterator[Any]:
    for name, data in events(stream):
        assert (name, data["p"]) == ("chunk", "abcd")
        yield json.loads(base64.b64decode(data["bytes"]))


def anthropic(piece: str) -> dict[str, Any]:
    return {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": piece}}


def openai(piece: str) -> dict[str, Any]:
    return {"id": "c", "choices": [{"index": 0, "delta": {"content": piece}, "finish_reason": None}]}


def nova(piece: str) -> dict[str, Any]:
    return {"contentBlockDelta": {"delta": {"text": piece}, "contentBlockIndex": 0}}


MODELS: dict[str, tuple[Callable[[str], Any], Callable[[Any], str], Any]] = {
    "Anthropic": (anthropic, lambda one: one.get("delta", {}).get("text", ""), {"type": "message_stop"}),
    "OpenAI": (
        openai,
        lambda one: one["choices"][0]["delta"].get("content", ""),
        {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]},
    ),
    "Nova": (
        nova,
        lambda one: one.get("contentBlockDelta", {}).get("delta", {}).get("text", ""),
        {"messageStop": {"stopReason": "x"}},
    ),
    "Titan": (
        lambda piece: {"outputText": piece, "completionReason": None},
        lambda one: one.get("outputText", ""),
        {"outputText": "", "completionReason": "FINISH"},
    ),
    "Llama": (
        lambda piece: {"generation": piece, "stop_reason": None},
        lambda one: one.get("generation", ""),
        {"generation": "", "stop_reason": "stop"},
    ),
    "Mistral": (
        lambda piece: {"outputs": [{"text": piece, "stop_reason": None}]},
        lambda one: one["outputs"][0]["text"],
        {"outputs": [{"text": "", "stop_reason": "stop"}]},
    ),
    "Cohere": (
        lambda piece: {"text": piece, "is_finished": False},
        lambda one: one.get("text", ""),
        {"text": "", "is_finished": True, "finish_reason": "COMPLETE"},
    ),
}


@pytest.mark.parametrize(("piece", "read", "end"), MODELS.values(), ids=MODELS.keys())
def test_each_models_own_stream_is_restored(
    restored: Restored, values: dict[Any, str], piece: Callable[[str], Any], read: Callable[[Any], str], end: Any
) -> None:
    stream = b"".join(map(chunk, [piece("Vu [[PER"), piece("SON_1]] et "), piece("PERSON_11"), end]))
    found = list(chunks(restored(BedrockInvoke(), AWS, stream)))
    assert "".join(map(read, found)) == f"Vu {values['PERSON', 1]} et Bob"


def test_metrics_of_a_chunk_keep_their_bytes(restored: Restored) -> None:
    stream = chunk({"amazon-bedrock-invocationMetrics": {"inputTokenCount": 1}}) + chunk({"messageStart": {}})
    assert restored(BedrockInvoke(), AWS, stream) == stream
