"""Families whose texts stand at fixed places: each text goes on by itself, and ends with nothing lost."""

import json
from typing import Any

import pytest

from guard.redact.placeholders import Grammar
from guard.redact.restore import Restorer
from guard.wire import records
from guard.wire.answer import Kind, StreamRewriter, framed
from guard.wire.families import FAMILIES

NAME = 'Zoé "O\\Hara"'


def restorer(kind: Kind) -> Restorer:
    return Restorer({("PERSON", 1): NAME}, Grammar(frozenset({"PERSON"})), kind)


def messages(family: str, *events: object) -> list[Any]:
    rewriter = StreamRewriter(FAMILIES[family], restorer, records.Messages())
    return [json.loads(part) for event in events for part in rewriter.parts(json.dumps(event).encode())]


def lines(family: str, *events: object) -> list[Any]:
    rewriter = StreamRewriter(FAMILIES[family], restorer, framed(FAMILIES[family], "text/plain") or records.Messages())
    out = b"".join(rewriter.feed(json.dumps(event).encode() + b"\n") for event in events) + rewriter.flush()
    return [json.loads(line) for line in out.splitlines()]


def append(text: str, part: str = "p1") -> dict[str, str]:
    return {"event": "appendText", "messageId": "m", "partId": part, "text": text}


def test_parts_of_a_copilot_message_are_texts_of_their_own() -> None:
    out = messages("mscopilot", append("[[PER"), append("Vu [[", "p2"), append("SON_1]]"), append("PERSON_1]]", "p2"))
    assert [event["text"] for event in out] == ["", "Vu ", NAME, NAME]


def test_a_part_that_ends_brings_what_was_held_back_first() -> None:
    done = {"event": "partCompleted", "messageId": "m", "partId": "p1"}
    assert messages("mscopilot", append("a [["), done) == [append("a "), append("[["), done]


def test_titles_and_suggestions_are_restored_at_once() -> None:
    event = {"event": "suggestedFollowups", "suggestions": ["Et [[PERSON_1]] ?"]}
    assert messages("mscopilot", event) == [{**event, "suggestions": [f"Et {NAME} ?"]}]


def test_replaced_text_is_whole() -> None:
    def replace(text: str) -> dict[str, str]:
        return {**append(text), "event": "replaceText"}

    assert [e["text"] for e in messages("mscopilot", replace("Vu [[PE"), replace("Vu [[PERSON_1]]"))] == [
        "Vu ",
        f"Vu {NAME}",
    ]


def test_groks_thinking_is_no_part_of_its_answer() -> None:
    def token(text: str, *, thinking: bool) -> dict[str, object]:
        return {"result": {"response": {"token": text, "isThinking": thinking}}}

    out = lines("grok-web", token("[[PER", thinking=True), token("x", thinking=False), token("SON_1]]", thinking=True))
    assert [event["result"]["response"]["token"] for event in out] == ["", "x", NAME]


def test_groks_whole_message_ends_its_tokens() -> None:
    last = {"result": {"response": {"modelResponse": {"message": "a [["}}}}
    out = lines("grok-web", {"result": {"response": {"token": "a [[", "isThinking": False}}}, last)
    assert [event["result"]["response"].get("token") for event in out] == ["a ", "[[", None]


def test_padding_is_no_part_of_a_token() -> None:
    out = lines(
        "huggingchat-web", *({"type": "stream", "token": text.ljust(16, "\0")} for text in ("[[PER", "SON_1]]"))
    )
    assert "".join(event["token"].rstrip("\0") for event in out) == NAME


@pytest.mark.parametrize("kind", ["content", "reasoning"])
def test_github_copilots_bodies_go_on_by_kind(kind: str) -> None:
    rewriter = StreamRewriter(FAMILIES["github-copilot-web"], restorer)
    events = [{"type": kind, "body": "[[PER"}, {"type": "other", "body": "SON_1]]"}, {"type": kind, "body": "SON_1]]"}]
    out = rewriter.feed(b"".join(b"data: " + json.dumps(event).encode() + b"\n\n" for event in events))
    assert [json.loads(part[6:])["body"] for part in out.split(b"\n\n") if part] == ["", "SON_1]]", NAME]


def test_a_signalr_record_that_ends_the_answer_brings_what_was_held_back_first() -> None:
    rewriter = StreamRewriter(FAMILIES["signalr"], restorer, records.Splitter())
    update = {"type": 1, "target": "update", "arguments": [{"writeAtCursor": "a [["}]}
    out = rewriter.feed((json.dumps(update) + '\x1e{"type":3}\x1e').encode())
    first, late, last = [json.loads(record) for record in out.split(b"\x1e") if record]
    assert [first["arguments"][0]["writeAtCursor"], late["arguments"][0]["writeAtCursor"]] == ["a ", "[["]
    assert last == {"type": 3}
