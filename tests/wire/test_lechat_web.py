"""Le Chat's numbered lines."""

import json

import pytest

from guard.redact.placeholders import Grammar
from guard.redact.restore import Restorer
from guard.wire.answer import Kind, StreamRewriter
from guard.wire.families import FAMILIES
from guard.wire.lechat_web import NumberedLines

NAME = 'Zoé "O\\Hara"'


def restorer(kind: Kind) -> Restorer:
    return Restorer({("PERSON", 1): NAME}, Grammar(frozenset({"PERSON"})), kind)


def rewritten(*lines: str) -> list[str]:
    rewriter = StreamRewriter(FAMILIES["lechat-web"], restorer, NumberedLines())
    out = b"".join(rewriter.feed(f"{line}\n".encode()) for line in lines) + rewriter.flush()
    return out.decode().splitlines()


def patch(operation: str, path: str, value: object, message: str = "m") -> str:
    patches = [{"op": operation, "path": path, "value": value}]
    return "15:" + json.dumps({"json": {"type": "message", "messageId": message, "patches": patches}})


def test_lines_keep_their_numbers() -> None:
    lines = [patch("replace", "/contentChunks/0/text", "Vu [[PERSON_1]]"), "8:null", "f:{}"]
    out = rewritten(*lines)
    assert [line.partition(":")[0] for line in out] == ["15", "8", "f"]
    assert json.loads(out[0][3:])["json"]["patches"][0]["value"] == f"Vu {NAME}"


def test_chunks_are_texts_of_their_own() -> None:
    out = rewritten(
        patch("add", "/contentChunks/0", {"type": "text", "text": "[[PER"}),
        patch("add", "/contentChunks/1", {"type": "text", "text": "SON_1]]"}),
        patch("append", "/contentChunks/0/text", "SON_1]]"),
    )
    values = [json.loads(line[3:])["json"]["patches"][0]["value"] for line in out]
    assert values == [{"type": "text", "text": ""}, {"type": "text", "text": "SON_1]]"}, NAME]


def test_the_end_of_a_message_brings_what_was_held_back() -> None:
    out = rewritten(patch("append", "/contentChunks/0/text", "a [["), patch("replace", "/generationStatus", "success"))
    values = [json.loads(line[3:])["json"]["patches"][0]["value"] for line in out]
    assert values == ["a ", "[[", "success"]


@pytest.mark.parametrize("end", ["8:null", '{"x":1}'])
def test_older_streams_have_strings(end: str) -> None:
    out = rewritten('0:"Vu [[PER"', '0:"SON_1]] ["', end)
    assert "".join(json.loads(line[2:]) for line in out if line.startswith("0:")) == f"Vu {NAME} ["
