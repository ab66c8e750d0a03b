"""Answers of Hugging Face's text generation come back whole."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from guard.wire.answer import Family
from guard.wire.text_generation import TextGeneration

SSE = "text/event-stream"
type Restored = Callable[[Family, str, bytes], bytes]


def token(text: str, whole: str | None = None) -> bytes:
    data = {"index": 1, "token": {"id": 1, "text": text, "logprob": -1, "special": False}, "generated_text": whole}
    return b"data:" + json.dumps(data).encode() + b"\n\n"


def events(stream: bytes) -> list[dict[str, Any]]:
    return [json.loads(part.partition(b"data:")[2]) for part in stream.split(b"\n\n") if part]


def test_a_stream_is_restored_at_every_cut(restored: Restored, values: dict[Any, str]) -> None:
    stream = token("Vu [[PER") + token("SON_1]], PERSON") + token("_11", "Vu [[PERSON_1]], PERSON_11")
    found = events(restored(TextGeneration(), SSE, stream))
    expected = f"Vu {values['PERSON', 1]}, Bob"
    assert "".join(one["token"]["text"] for one in found) == found[-1]["generated_text"] == expected


@pytest.mark.parametrize("ending", [b"", b'data:{"error":"stopped"}\n\n'], ids=["the stream", "an error"])
def test_what_is_held_comes_before_the_end(restored: Restored, ending: bytes) -> None:
    new = restored(TextGeneration(), SSE, token("C'est ") + token("PERSON_11") + ending)
    assert "".join(one["token"]["text"] for one in events(new.removesuffix(ending))) == "C'est Bob"
    assert new.endswith(ending)


def test_a_whole_answer_is_restored(restored_whole: Callable[[Family, object], Any]) -> None:
    answer = [{"generated_text": "PERSON_11", "details": {"tokens": [{"text": "PERSON_11"}]}}]
    [one] = restored_whole(TextGeneration(), answer)
    assert one == {"generated_text": "Bob", "details": {"tokens": [{"text": "PERSON_11"}]}}
