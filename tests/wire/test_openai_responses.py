"""Answers of OpenAI's responses, as they stream."""

import json

import pytest

from guard.redact.placeholders import Grammar
from guard.redact.restore import Restorer
from guard.wire.answer import Kind, StreamRewriter
from guard.wire.openai_responses import OpenAIResponses

VALUES = {("PERSON", 1): 'Zoé "la Fouine" O\\Hara', ("IBAN_CODE", 2): "FR76 3000"}
GRAMMAR = Grammar(frozenset({"PERSON", "IBAN_CODE"}))


def restorer(kind: Kind) -> Restorer:
    return Restorer(VALUES, GRAMMAR, kind)


def event(**data: object) -> bytes:
    return f"event: {data['type']}\ndata: {json.dumps(data)}\n\n".encode()


def stream(text: str, arguments: str) -> bytes:
    place = {"item_id": "msg_1", "output_index": 0, "content_index": 0}
    call = {"item_id": "fc_1", "output_index": 1}
    item = {"type": "function_call", "id": "fc_1", "name": "f", "arguments": arguments}
    events = [event(type="response.created", response={"id": "r", "output": []})]
    events += [event(type="response.output_text.delta", delta=char, **place) for char in text]
    events += [event(type="response.output_text.done", text=text, **place)]
    events += [event(type="response.function_call_arguments.delta", delta=char, **call) for char in arguments]
    events += [event(type="response.function_call_arguments.done", arguments=arguments, **call)]
    events += [event(type="response.output_item.done", output_index=1, item=item)]
    events += [event(type="response.completed", response={"id": "r", "output": [item]})]
    return b"".join(events)


def rewritten(data: bytes, cut: int) -> list[dict[str, object]]:
    rewriter = StreamRewriter(OpenAIResponses(), restorer)
    out = rewriter.feed(data[:cut]) + rewriter.feed(data[cut:]) + rewriter.flush()
    return [json.loads(part.split(b"data: ", 1)[1]) for part in out.split(b"\n\n") if part]


def pieces(events: list[dict[str, object]], kind: str) -> str:
    return "".join(str(e["delta"]) for e in events if e["type"] == f"response.{kind}.delta")


@pytest.mark.parametrize("end", ["", " fin", "[["])
def test_texts_and_arguments_are_restored_at_any_cut(end: str) -> None:
    data = stream(f"Vu : [[PERSON_1]], [[IBAN_CODE_2]]{end}", '{"who": "[[PERSON_1]]"}')
    for cut in range(0, len(data), 131):
        events = rewritten(data, cut)

        assert pieces(events, "output_text") == f'Vu : Zoé "la Fouine" O\\Hara, FR76 3000{end}'
        assert json.loads(pieces(events, "function_call_arguments")) == {"who": VALUES["PERSON", 1]}
        done = [e for e in events if e["type"] == "response.function_call_arguments.done"]
        assert json.loads(str(done[0]["arguments"])) == {"who": VALUES["PERSON", 1]}
        assert [e["type"] for e in events][-1] == "response.completed"


def test_a_text_held_back_comes_before_its_end() -> None:
    events = rewritten(stream("PERSON_1", "{}"), 0)
    kinds = [str(e["type"]) for e in events]

    assert pieces(events, "output_text") == VALUES["PERSON", 1]
    last = max(i for i, kind in enumerate(kinds) if kind == "response.output_text.delta")
    assert last < kinds.index("response.output_text.done")


def test_a_number_of_any_length_stays_as_it_was() -> None:
    number = "9" * 5000
    data = f'data: {{"type":"response.output_text.delta","delta":"PERSON_1","n":{number},"x":1.50}}\n\n'.encode()
    rewriter = StreamRewriter(OpenAIResponses(), restorer)
    out = rewriter.feed(data) + rewriter.feed(b"data: [DONE]\n\n")

    late = next(line for line in out.decode().splitlines() if "Fouine" in line)
    assert f'"n": {number}, "x": 1.50' in late


def test_events_with_nothing_of_ours_keep_their_bytes() -> None:
    data = stream("Bonjour", '{"a": 1}')
    rewriter = StreamRewriter(OpenAIResponses(), restorer)

    assert rewriter.feed(data) + rewriter.flush() == data
