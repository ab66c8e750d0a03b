"""Cohere's answers come back whole, in both versions of its chat."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from guard.wire.answer import Family
from guard.wire.cohere import Cohere

SSE = "text/event-stream"
type Restored = Callable[[Family, str, bytes], bytes]


def event(kind: str, message: Mapping[str, object] | None = None, **more: object) -> bytes:
    delta = {"delta": {"message": message}} if message is not None else {}
    data = {"type": kind, **more, **delta}
    return b"event: %b\ndata: %b\n\n" % (kind.encode(), json.dumps(data).encode())


def content(text: str, index: int = 0, name: str = "text") -> bytes:
    return event("content-delta", {"content": {name: text}}, index=index)


def call(text: str, index: int = 0) -> bytes:
    return event("tool-call-delta", {"tool_calls": {"function": {"arguments": text}}}, index=index)


def read(stream: bytes, kind: str, *steps: str, index: int = 0) -> str:
    text = ""
    for part in stream.split(b"\n\n"):
        name, _, data = part.partition(b"\ndata: ")
        one = json.loads(data) if data else {}
        assert not data or name == b"event: " + one["type"].encode()
        if one.get("type") == kind and one.get("index", 0) == index:
            here = one["delta"]["message"]
            for step in steps:
                here = here.get(step, "")
            text += here
    return text


END = event("message-end", None, delta={"finish_reason": "COMPLETE"})


def test_a_stream_is_restored_at_every_cut(restored: Restored, values: dict[Any, str]) -> None:
    stream = (
        event("message-start", {"role": "assistant"}, id="1")
        + event("content-start", {"content": {"type": "text", "text": ""}}, index=0)
        + content("Vu [[PER")
        + content("SON_1]], PERSON")
        + content("_11")
        + event("content-end", index=0)
        + event("tool-call-start", {"tool_calls": {"id": "c", "function": {"name": "f", "arguments": ""}}}, index=0)
        + call('{"a": "[[PERSON')
        + call('_1]]"}')
        + event("tool-call-end", index=0)
        + END
    )
    new = restored(Cohere(), SSE, stream)
    assert read(new, "content-delta", "content", "text") == f"Vu {values['PERSON', 1]}, Bob"
    arguments = read(new, "tool-call-delta", "tool_calls", "function", "arguments")
    assert json.loads(arguments) == {"a": values["PERSON", 1]}


@pytest.mark.parametrize(
    "ending", [event("content-end", index=0) + END, END, b""], ids=["of the content", "of the message", "of the stream"]
)
def test_what_is_held_comes_before_the_end(restored: Restored, ending: bytes) -> None:
    new = restored(Cohere(), SSE, content("C'est ") + content("PERSON_11") + ending)
    assert read(new, "content-delta", "content", "text") == "C'est Bob"
    assert new.endswith(ending)


def test_contents_thinking_and_plans_do_not_mix(restored: Restored) -> None:
    plan = [event("tool-plan-delta", {"tool_plan": part}) for part in ("[[PERSON_", "11]]")]
    stream = (
        content("[[IBAN_") + content("PERSON_", 1) + plan[0] + content("[[PERSON", name="thinking")
        + content("CODE_2]]") + content("11", 1) + plan[1] + content("_11]]", name="thinking") + END
    )  # fmt: skip
    new = restored(Cohere(), SSE, stream)
    assert read(new, "content-delta", "content", "text") == "FR76 3000"
    assert read(new, "content-delta", "content", "text", index=1) == "Bob"
    assert read(new, "content-delta", "content", "thinking") == "Bob"
    assert read(new, "tool-plan-delta", "tool_plan") == "Bob"


def test_version_1_is_restored_line_by_line(restored: Restored) -> None:
    def line(kind: str, **more: object) -> bytes:
        return json.dumps({"is_finished": False, "event_type": kind, **more}).encode() + b"\n"

    stream = line("stream-start") + line("text-generation", text="Vu PERSON_") + line("text-generation", text="11")
    new = restored(Cohere(), "application/stream+json", stream + line("stream-end", response={"text": "Vu PERSON_11"}))
    *lines, end = [json.loads(one) for one in new.splitlines()]
    assert "".join(one.get("text", "") for one in lines) == "Vu Bob"
    assert end["response"]["text"] == "Vu Bob"


@pytest.mark.parametrize("odd", [b"[]", b"1", b'{"type": 1}', b'{"type": "content-delta"}', b'{"type": "x-delta"}'])
def test_odd_events_keep_their_bytes(restored: Restored, odd: bytes) -> None:
    stream = content("Bonjour [[PERSON_9]]") + b"data: " + odd + b"\n\n" + END
    assert restored(Cohere(), SSE, stream) == stream


def test_a_whole_answer_is_restored(restored_whole: Callable[[Family, object], Any], values: dict[Any, str]) -> None:
    tool = {"id": "c", "function": {"name": "f", "arguments": '{"a": "[[PERSON_1]]"}'}}
    answer = {"message": {"content": [{"type": "text", "text": "[[PERSON_1]]"}], "tool_calls": [tool]}}
    message = restored_whole(Cohere(), answer)["message"]
    assert message["content"][0]["text"] == values["PERSON", 1]
    assert json.loads(message["tool_calls"][0]["function"]["arguments"]) == {"a": values["PERSON", 1]}
