"""Perplexity's blocks: chunks by patch, answers whole, and both at once."""

import json
from typing import Any

from guard.redact.placeholders import Grammar
from guard.redact.restore import Restorer
from guard.wire.answer import Kind, StreamRewriter
from guard.wire.families import FAMILIES

NAME = 'Zoé "O\\Hara"'


def restorer(kind: Kind) -> Restorer:
    return Restorer({("PERSON", 1): NAME}, Grammar(frozenset({"PERSON"})), kind)


def rewritten(*events: object) -> list[Any]:
    rewriter = StreamRewriter(FAMILIES["perplexity-web"], restorer)
    data = b"".join(b"event: message\ndata: " + json.dumps(event).encode() + b"\n\n" for event in events)
    out = rewriter.feed(data) + rewriter.flush()
    return [json.loads(part.partition(b"data: ")[2]) for part in out.split(b"\n\n") if part]


def chunk(number: int, text: str) -> dict[str, object]:
    patches = [{"op": "add", "path": f"/chunks/{number}", "value": text}]
    return {"blocks": [{"intended_usage": "ask_text", "diff_block": {"field": "markdown_block", "patches": patches}}]}


def patches(events: list[Any]) -> list[tuple[str, str]]:
    found = [event["blocks"][0]["diff_block"]["patches"][0] for event in events if event.get("blocks")]
    return [(one["path"], one["value"]) for one in found]


def test_chunks_go_on_from_event_to_event() -> None:
    out = rewritten(chunk(0, "Vu [[PER"), chunk(1, "SON_1]]"))
    assert patches(out) == [("/chunks/0", "Vu "), ("/chunks/1", NAME)]


def test_what_is_held_back_is_one_more_chunk() -> None:
    out = rewritten(chunk(4, "fin [["), {"final": True})
    assert patches(out) == [("/chunks/4", "fin "), ("/chunks/5", "[[")]


def test_an_answer_that_is_said_whole_each_time() -> None:
    def whole(text: str, *, final: bool = False) -> dict[str, object]:
        block = {"intended_usage": "ask_text", "markdown_block": {"answer": text}}
        return {"blocks": [block], "final": final, "text": json.dumps({"answer": text})}

    out = rewritten(whole("Vu [[PER"), whole("Vu [[PERSON_1]] [", final=True))
    assert [event["blocks"][0]["markdown_block"]["answer"] for event in out] == ["Vu ", f"Vu {NAME} ["]
    assert json.loads(out[-1]["text"]) == {"answer": f"Vu {NAME} ["}


def test_the_question_is_said_back_with_its_values() -> None:
    [event] = rewritten({"query_str": "Qui est [[PERSON_1]] ?", "thread_title": "[[PERSON_1]]"})
    assert event == {"query_str": f"Qui est {NAME} ?", "thread_title": NAME}


def test_the_threads_token_is_left_alone() -> None:
    assert rewritten({"read_write_token": "[[PERSON_1]]"}) == [{"read_write_token": "[[PERSON_1]]"}]
