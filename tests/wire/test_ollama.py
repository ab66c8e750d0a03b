"""Ollama's answers come back whole, line by line."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from guard.wire.answer import Family
from guard.wire.ollama import Ollama

LINES = "application/x-ndjson"
type Restored = Callable[[Family, str, bytes], bytes]


def line(**more: object) -> bytes:
    return json.dumps({"model": "m", "created_at": "now", **more}).encode() + b"\n"


def said(text: str, name: str = "content", *, done: bool = False) -> bytes:
    return line(message={"role": "assistant", name: text}, done=done)


def lines(stream: bytes) -> list[dict[str, Any]]:
    return [json.loads(one) for one in stream.splitlines()]


def text(stream: bytes, name: str = "content") -> str:
    return "".join(one["message"].get(name, "") for one in lines(stream) if "message" in one)


def test_a_stream_is_restored_at_every_cut(restored: Restored, values: dict[Any, str]) -> None:
    stream = said("Vu [[PER") + said("SON_1]], PERSON") + said("_11") + said("", done=True)
    assert text(restored(Ollama(), LINES, stream)) == f"Vu {values['PERSON', 1]}, Bob"


ENDS = {
    "done": line(done=True, done_reason="stop"),
    "none": b"",
    "an error": line(error="stopped"),
    "cut": b'{"model": "m", "message": {"con',
}


@pytest.mark.parametrize("ending", ENDS.values(), ids=ENDS.keys())
def test_what_is_held_comes_before_the_end(restored: Restored, ending: bytes) -> None:
    new = restored(Ollama(), LINES, said("C'est ") + said("PERSON_11") + ending)
    assert text(new.removesuffix(ending)) == "C'est Bob"
    assert new.endswith(ending)
    assert lines(new.removesuffix(ending))[-1]["model"] == "m"


def test_the_last_line_may_lack_its_end(restored: Restored) -> None:
    new = restored(Ollama(), LINES, said("PERSON_") + said("11").rstrip(b"\n"))
    assert text(new) == "Bob"


def test_thinking_and_content_do_not_mix(restored: Restored) -> None:
    stream = said("[[PERSON_", "thinking") + said("[[IBAN_") + said("11]]", "thinking") + said("CODE_2]]")
    new = restored(Ollama(), LINES, stream)
    assert (text(new), text(new, "thinking")) == ("FR76 3000", "Bob")


def test_completions_are_restored(restored: Restored) -> None:
    stream = (
        line(thinking="PERSON_") + line(thinking="11") + line(response="[[PERSON_") + line(response="11]] PERSON_11")
    )
    found = lines(restored(Ollama(), LINES, stream + line(response="", done=True)))
    assert "".join(one.get("response", "") for one in found) == "Bob Bob"
    assert "".join(one.get("thinking", "") for one in found) == "Bob"


def test_calls_are_restored_where_they_stand(restored: Restored, values: dict[Any, str]) -> None:
    call = {"function": {"name": "f", "arguments": {"a": ["[[PERSON_1]]"]}}}
    [one] = lines(restored(Ollama(), LINES, line(message={"tool_calls": [call]}, done=False)))
    assert one["message"]["tool_calls"][0]["function"]["arguments"] == {"a": [values["PERSON", 1]]}


@pytest.mark.parametrize("odd", [b"[]\n", b"1\n", b"\n", b'{"message": 1}\n', b"not JSON\n"])
def test_odd_lines_keep_their_bytes(restored: Restored, odd: bytes) -> None:
    stream = said("Bonjour [[PERSON_9]]") + odd + said("", done=True)
    assert restored(Ollama(), LINES, stream) == stream
