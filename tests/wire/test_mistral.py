"""Answers of Mistral's conversations come back whole."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from guard.wire.answer import Family
from guard.wire.mistral import MistralConversations

SSE = "text/event-stream"
type Restored = Callable[[Family, str, bytes], bytes]


def event(kind: str, **more: object) -> bytes:
    return b"event: %b\ndata: %b\n\n" % (kind.encode(), json.dumps({"type": kind, **more}).encode())


def said(content: object, output: int = 0, place: int = 0) -> bytes:
    return event("message.output.delta", id="m", output_index=output, content_index=place, content=content)


def called(arguments: str, call: str = "c") -> bytes:
    return event("function.call.delta", id="f", name="f", tool_call_id=call, output_index=1, arguments=arguments)


def events(stream: bytes) -> list[dict[str, Any]]:
    return [json.loads(part.partition(b"data: ")[2]) for part in stream.split(b"\n\n") if part]


def text(stream: bytes, **where: object) -> str:
    found = [one for one in events(stream) if one["type"] == "message.output.delta"]
    return "".join(one["content"] for one in found if all(one[name] == value for name, value in where.items()))


DONE = event("conversation.response.done", usage={})


def test_a_stream_is_restored_at_every_cut(restored: Restored, values: dict[Any, str]) -> None:
    stream = event("conversation.response.started", conversation_id="x") + said("Vu [[PER") + said("SON_1]], PERSON")
    new = restored(
        MistralConversations(), SSE, stream + said("_11") + called('{"a": "[[PERSON') + called('_1]]"}') + DONE
    )
    assert text(new) == f"Vu {values['PERSON', 1]}, Bob"
    arguments = "".join(one["arguments"] for one in events(new) if one["type"] == "function.call.delta")
    assert json.loads(arguments) == {"a": values["PERSON", 1]}


@pytest.mark.parametrize("ending", [DONE, b""], ids=["of the response", "of the stream"])
def test_what_is_held_comes_before_the_end(restored: Restored, ending: bytes) -> None:
    new = restored(MistralConversations(), SSE, said("C'est ") + said("PERSON_11") + ending)
    assert text(new) == "C'est Bob"
    assert new.endswith(ending)
    late = events(new)[2]
    assert late == {"type": "message.output.delta", "id": "m", "output_index": 0, "content_index": 0, "content": "Bob"}


def test_outputs_and_contents_do_not_mix(restored: Restored) -> None:
    stream = said("[[IBAN_") + said("PERSON_", 1) + said("[[PERSON", 0, 1) + said("CODE_2]]") + said("11", 1)
    new = restored(MistralConversations(), SSE, stream + said("_11]]", 0, 1) + DONE)
    assert text(new, output_index=0, content_index=0) == "FR76 3000"
    assert text(new, output_index=1) == "Bob"
    assert text(new, content_index=1) == "Bob"


@pytest.mark.parametrize(
    ("chunk", "read"),
    [
        pytest.param(lambda t: {"type": "text", "text": t}, lambda c: c["text"], id="text"),
        pytest.param(
            lambda t: {"type": "thinking", "thinking": [{"type": "text", "text": t}]},
            lambda c: c["thinking"][0]["text"],
            id="thinking",
        ),
    ],
)
def test_typed_chunks_are_restored(
    restored: Restored, chunk: Callable[[str], object], read: Callable[[Any], str]
) -> None:
    stream = said(chunk("[[PERSON_")) + said(chunk("11]] ")) + said(chunk("PERSON_11")) + DONE
    new = restored(MistralConversations(), SSE, stream)
    assert "".join(read(one["content"]) for one in events(new) if "content" in one) == "Bob Bob"


@pytest.mark.parametrize("odd", [b"[]", b'{"type": 1}', b'{"type": "message.output.delta", "content": 1}', b"{}"])
def test_odd_events_keep_their_bytes(restored: Restored, odd: bytes) -> None:
    stream = said("Bonjour [[PERSON_9]]") + b"data: " + odd + b"\n\n" + DONE
    assert restored(MistralConversations(), SSE, stream) == stream


def test_a_whole_answer_is_restored(restored_whole: Callable[[Family, object], Any], values: dict[Any, str]) -> None:
    outputs = [{"content": "[[PERSON_1]]"}, {"arguments": '{"a": "[[PERSON_1]]"}'}]
    said, called = restored_whole(MistralConversations(), {"outputs": outputs})["outputs"]
    assert said["content"] == values["PERSON", 1]
    assert json.loads(called["arguments"]) == {"a": values["PERSON", 1]}
