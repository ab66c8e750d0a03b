"""Gemini's answers come back whole, in each of their framings."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from guard.wire.answer import Family
from guard.wire.document import parse
from guard.wire.gemini import Gemini

SSE, ARRAY = "text/event-stream", "application/json"
type Restored = Callable[[Family, str, bytes], bytes]


def said(*texts: str, reason: str | None = None, index: int = 0, **part: object) -> dict[str, Any]:
    end = {"finishReason": reason} if reason else {}
    parts = [{"text": text, **part} for text in texts]
    return {"candidates": [{"content": {"parts": parts, "role": "model"}, **end, "index": index}]}


def events(*answers: object) -> bytes:
    return b"".join(b"data: " + json.dumps(one).encode() + b"\r\n\r\n" for one in answers)


def array(*answers: object) -> bytes:
    return b"[" + b"\n,\r\n".join(json.dumps(one).encode() for one in answers) + b"\n]\n"


def answers(stream: bytes) -> list[dict[str, Any]]:
    if stream.startswith(b"["):
        return json.loads(stream)  # type: ignore[no-any-return]
    return [json.loads(part.partition(b"data: ")[2]) for part in stream.split(b"\r\n\r\n") if part]


def text(stream: bytes, index: int = 0, *, thoughts: bool = False) -> str:
    candidates = [c for one in answers(stream) for c in one.get("response", one)["candidates"] if c["index"] == index]
    parts = [part for c in candidates for part in c["content"]["parts"]]
    return "".join(part.get("text", "") for part in parts if part.get("thought", False) is thoughts)


FRAMINGS = pytest.mark.parametrize(
    ("framing", "media_type"), [(events, SSE), (array, ARRAY)], ids=["events", "an array"]
)


@FRAMINGS
def test_a_stream_is_restored_at_every_cut(
    restored: Restored, framing: Callable[..., bytes], media_type: str, values: dict[Any, str]
) -> None:
    stream = framing(said("Vu [[PER"), said("SON_1]], PERSON"), said("_11", reason="STOP"))
    assert text(restored(Gemini(), media_type, stream)) == f"Vu {values['PERSON', 1]}, Bob"


@FRAMINGS
@pytest.mark.parametrize(
    "ending", [[said("", reason="STOP")], [], [{"usageMetadata": {}}]], ids=["a reason", "none", "usage"]
)
def test_what_is_held_comes_before_the_end(
    restored: Restored, framing: Callable[..., bytes], media_type: str, ending: list[object]
) -> None:
    new = restored(Gemini(), media_type, framing(said("C'est "), said("PERSON_11"), *ending))
    shown = [one for one in answers(new) if "candidates" in one]
    assert "".join(one["candidates"][0]["content"]["parts"][0]["text"] for one in shown) == "C'est Bob"


@FRAMINGS
def test_candidates_and_thoughts_do_not_mix(restored: Restored, framing: Callable[..., bytes], media_type: str) -> None:
    new = restored(
        Gemini(),
        media_type,
        framing(
            said("[[PERSON_", thought=True),
            said("[[IBAN_"),
            said("PERSON_", index=1),
            said("11]]", thought=True),
            said("CODE_2]]"),
            said("11", index=1),
        ),
    )
    assert (text(new), text(new, thoughts=True), text(new, 1)) == ("FR76 3000", "Bob", "Bob")


@FRAMINGS
def test_answers_with_nothing_of_ours_keep_their_bytes(
    restored: Restored, framing: Callable[..., bytes], media_type: str
) -> None:
    call = {"functionCall": {"name": "f", "args": {}}, "thoughtSignature": "PERSON_11"}
    odd = [{}, {"candidates": 1}, {"candidates": [1, {}]}, {"candidates": [{"content": {"parts": [call, 1]}}]}]
    stream = framing(said("Bonjour [[PERSON_9]]"), *odd, said("."))
    assert restored(Gemini(), media_type, stream) == stream


@FRAMINGS
def test_the_command_lines_wrapping_is_kept(restored: Restored, framing: Callable[..., bytes], media_type: str) -> None:
    new = restored(Gemini(), media_type, framing({"response": said("PERSON_")}, {"response": said("11")}))
    assert text(new) == "Bob"
    assert all("response" in one for one in answers(new))


def test_arguments_in_pieces_are_restored(restored: Restored) -> None:
    def piece(value: str) -> dict[str, Any]:
        argument = {"jsonPath": "$.qui", "stringValue": value, "willContinue": True}
        return {"candidates": [{"content": {"parts": [{"functionCall": {"partialArgs": [argument]}}]}, "index": 0}]}

    new = restored(Gemini(), SSE, events(piece("[[PERSON"), piece("_11]]"), piece("PERSON_11")))
    arguments = [
        argument
        for one in answers(new)
        for part in one["candidates"][0]["content"]["parts"]
        for argument in part["functionCall"]["partialArgs"]
    ]
    assert "".join(argument["stringValue"] for argument in arguments) == "BobBob"
    assert {argument["jsonPath"] for argument in arguments} == {"$.qui"}


def test_one_answer_alone_is_restored_part_by_part(restored: Restored) -> None:
    part = {"functionCall": {"name": "f", "args": {"a": "[[PERSON_11]]"}}, "thoughtSignature": "PERSON_11"}
    one = said("Vu [[PERSON_11]]", "PERSON_11", reason="STOP")
    one["candidates"][0]["content"]["parts"].append(part)
    new = json.loads(restored(Gemini(), ARRAY, json.dumps(one).encode()))
    parts = new["candidates"][0]["content"]["parts"]
    assert [part.get("text") for part in parts] == ["Vu Bob", "Bob", None]
    assert parts[2] == {"functionCall": {"name": "f", "args": {"a": "Bob"}}, "thoughtSignature": "PERSON_11"}


def test_an_error_ends_every_text() -> None:
    assert Gemini().read(parse('{"error": {"code": 400}}')).ends == ((),)
