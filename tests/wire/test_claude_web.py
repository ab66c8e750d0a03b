"""Claude's page: thinking is restored too, and what is held back comes as an event of its block."""

import json
from collections.abc import Sequence

from guard.redact.placeholders import Grammar
from guard.redact.restore import Restorer
from guard.wire.answer import Kind, StreamRewriter
from guard.wire.families import FAMILIES

NAME = 'Zoé "O\\Hara"'


def restorer(kind: Kind) -> Restorer:
    return Restorer({("PERSON", 1): NAME}, Grammar(frozenset({"PERSON"})), kind)


def rewritten(*events: object) -> list[dict[str, object]]:
    rewriter = StreamRewriter(FAMILIES["claude-web"], restorer)
    data = b"".join(b"event: x\ndata: " + json.dumps(event).encode() + b"\n\n" for event in events)
    out = rewriter.feed(data) + rewriter.flush()
    return [json.loads(part.partition(b"data: ")[2]) for part in out.split(b"\n\n") if part]


def delta(kind: str, part: object, index: int = 0) -> dict[str, object]:
    name = {"text_delta": "text", "thinking_delta": "thinking", "thinking_summary_delta": "summary"}.get(kind, kind)
    return {"type": "content_block_delta", "index": index, "delta": {"type": kind, name: part}}


def parts(events: Sequence[dict[str, object]], name: str) -> str:
    deltas = [event["delta"] for event in events if "delta" in event]
    return "".join(str(one.get(name, "")) for one in deltas if isinstance(one, dict))


def test_thinking_is_restored_over_events() -> None:
    out = rewritten(delta("thinking_delta", "de [[PERS"), delta("thinking_delta", "ON_1]] ?"))
    assert parts(out, "thinking") == f"de {NAME} ?"


def test_a_summary_that_ends_in_a_half_keeps_it() -> None:
    stop = {"type": "content_block_stop", "index": 0}
    first, late, last = rewritten(delta("thinking_summary_delta", {"summary": "vu [[PER"}), stop)
    assert first == delta("thinking_summary_delta", {"summary": "vu "})
    assert late == delta("thinking_summary_delta", {"summary": "[[PER"})
    assert last == stop


def test_a_thought_is_no_part_of_the_text() -> None:
    out = rewritten(delta("thinking_delta", "[[PERSON"), delta("text_delta", "_1]]", 1))
    assert (parts(out, "thinking"), parts(out, "text")) == ("[[PERSON", "_1]]")


def test_older_streams_bring_completions() -> None:
    out = rewritten(*({"type": "completion", "completion": text} for text in ("Vu [[PERSON", "_1]] [")))
    assert "".join(str(event["completion"]) for event in out) == f"Vu {NAME} ["


def test_artifacts_are_json_in_pieces() -> None:
    pieces = ('{"a": "[[PERS', 'ON_1]]"}')
    out = rewritten(
        *({**delta("x", ""), "delta": {"type": "input_json_delta", "partial_json": piece}} for piece in pieces)
    )
    assert json.loads(parts(out, "partial_json")) == {"a": NAME}
