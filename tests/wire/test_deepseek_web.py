"""DeepSeek's patches: fragments are texts of their own, and paths are as in the event before."""

import json

from guard.redact.placeholders import Grammar
from guard.redact.restore import Restorer
from guard.wire.answer import Kind, StreamRewriter
from guard.wire.families import FAMILIES

NAME = 'Zoé "O\\Hara"'
CONTENT = "response/fragments/-1/content"


def restorer(kind: Kind) -> Restorer:
    return Restorer({("PERSON", 1): NAME}, Grammar(frozenset({"PERSON"})), kind)


def rewritten(*events: object) -> list[dict[str, object]]:
    rewriter = StreamRewriter(FAMILIES["deepseek-web"], restorer)
    out = b"".join(rewriter.feed(b"data: " + json.dumps(event).encode() + b"\n\n") for event in events)
    return [json.loads(part[6:]) for part in (out + rewriter.flush()).split(b"\n\n") if part]


def begin(kind: str, text: str) -> dict[str, object]:
    return {"p": "response/fragments", "o": "APPEND", "v": [{"type": kind, "content": text}]}


def test_a_fragment_goes_on_in_bare_events() -> None:
    out = rewritten(begin("RESPONSE", "Vu [["), {"p": CONTENT, "v": "PER"}, {"v": "SON_1]]"}, {"v": " ok"})
    first = out[0]["v"][0]["content"]  # type: ignore[index]
    assert first + "".join(str(event["v"]) for event in out[1:]) == f"Vu {NAME} ok"


def test_a_thought_that_ends_in_a_half_keeps_it_to_itself() -> None:
    out = rewritten(begin("THINK", "hm [[PERSON"), begin("RESPONSE", "_1]]"))
    assert out[1] == {"p": CONTENT, "o": "APPEND", "v": "[[PERSON"}
    assert out[2] == begin("RESPONSE", "_1]]")


def test_a_batch_is_a_list_of_operations_below_a_path() -> None:
    batch = [{"p": "fragments/-1/content", "o": "APPEND", "v": "ON_1]]"}, {"p": "status", "o": "SET", "v": "FINISHED"}]
    out = rewritten(begin("RESPONSE", "[[PERS"), {"p": "response", "o": "BATCH", "v": batch})
    assert out[1]["v"][0]["v"] == NAME  # type: ignore[index]


def test_older_streams_have_one_content() -> None:
    out = rewritten({"p": "response/content", "o": "APPEND", "v": "[[PER"}, {"v": "SON_1]]"})
    assert "".join(str(event["v"]) for event in out) == NAME


def test_a_title_is_restored_at_once() -> None:
    assert rewritten({"content": "Dossier [[PERSON_1]]"}) == [{"content": f"Dossier {NAME}"}]
