"""Messages come back whole, however they are cut, and what is signed stays as it is."""

import json

import anthropic as anthropic_sdk
import httpx2
import pytest

from guard.redact.placeholders import Grammar
from guard.redact.restore import Restorer
from guard.wire.answer import Kind, StreamRewriter, whole
from guard.wire.anthropic_messages import AnthropicMessages

ZOE = 'Zoé "la Fouine" O\\Hara\n😀'
VALUES = {("PERSON", 1): ZOE, ("PERSON", 11): "Bob", ("IBAN_CODE", 2): "FR76 3000"}
GRAMMAR = Grammar(frozenset({"PERSON", "IBAN_CODE"}))


def restorer(kind: Kind) -> Restorer:
    return Restorer(VALUES, GRAMMAR, kind)


def event(name: str, **data: object) -> bytes:
    return f"event: {name}\ndata: {json.dumps({'type': name} | data)}\n\n".encode()


def start(index: int, **block: object) -> bytes:
    return event("content_block_start", index=index, content_block=block)


def text_start(index: int) -> bytes:
    return start(index, type="text", text="")


def delta(index: int, kind: str, **data: object) -> bytes:
    return event("content_block_delta", index=index, delta={"type": kind} | data)


def said(text: str, index: int = 0) -> bytes:
    return delta(index, "text_delta", text=text)


def call(partial: str, index: int = 1) -> bytes:
    return delta(index, "input_json_delta", partial_json=partial)


def stop(index: int = 0) -> bytes:
    return event("content_block_stop", index=index)


BEGIN = event(
    "message_start",
    message={
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude-x",
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {"input_tokens": 3, "output_tokens": 1},
    },
)
END = event("message_delta", delta={"stop_reason": "end_turn", "stop_sequence": None}, usage={"output_tokens": 9}) + (
    event("message_stop")
)
PING = event("ping")


def rewritten(*pieces: bytes) -> bytes:
    rewriter = StreamRewriter(AnthropicMessages(), restorer)
    return b"".join(map(rewriter.feed, pieces)) + rewriter.flush()


def events(stream: bytes) -> list[dict[str, object]]:
    return [json.loads(part.partition(b"data: ")[2]) for part in stream.split(b"\n\n") if b"data: {" in part]


def text(stream: bytes, name: str = "text", index: int = 0) -> str:
    found = [one for one in events(stream) if one["type"] == "content_block_delta" and one["index"] == index]
    return "".join(one["delta"].get(name, "") for one in found)  # type: ignore[attr-defined]


COMPACT = b"".join(
    [
        text_start(0),
        said("Vu [[PER"),
        PING,
        said("SON_1]], PERSON_1"),
        call('{"a": "[[PERSON'),
        said("1"),
        stop(0),
        call('_1]]"}'),
        stop(1),
        event("message_stop"),
    ]
)


def test_every_cut_of_the_bytes_gives_the_same_answer() -> None:
    expected = rewritten(COMPACT)
    assert text(expected) == f"Vu {ZOE}, Bob"
    assert json.loads(text(expected, "partial_json", 1)) == {"a": ZOE}

    for cut in range(len(COMPACT)):
        assert rewritten(COMPACT[:cut], COMPACT[cut:]) == expected
    assert rewritten(*(bytes([byte]) for byte in COMPACT)) == expected


@pytest.mark.parametrize("size", [1, 2, 3, 7])
@pytest.mark.parametrize("after", ["", ".", " [[PERS", " PERSON", "\n"])
def test_deltas_of_any_size_are_restored(size: int, after: str) -> None:
    words = f"Pour [[PERSON_1]] : PERSON_11, [[IBAN_CODE_2]]{after}"
    stream = b"".join(said(words[at : at + size]) for at in range(0, len(words), size)) + stop() + END

    assert text(rewritten(text_start(0) + stream)) == f"Pour {ZOE} : Bob, FR76 3000{after}"


@pytest.mark.parametrize("size", [1, 4, 50])
def test_tool_input_stays_json(size: int) -> None:
    written = json.dumps({"to": "[[PERSON_1]]", "l": ["PERSON_11\nPERSON_1", {"[[IBAN_CODE_2]]": 1}]})
    stream = b"".join(call(written[at : at + size]) for at in range(0, len(written), size)) + stop(1) + END

    new = text(rewritten(start(1, type="tool_use", id="t", name="f", input={}) + stream), "partial_json", 1)
    assert json.loads(new) == {"to": ZOE, "l": [f"Bob\n{ZOE}", {"FR76 3000": 1}]}


@pytest.mark.parametrize(
    "ending",
    [
        pytest.param(stop() + END, id="the end of the block"),
        pytest.param(END, id="the end of the message"),
        pytest.param(event("message_stop"), id="the last event"),
        pytest.param(event("error", error={"type": "overloaded_error", "message": "x"}), id="an error"),
        pytest.param(b"", id="the end of the stream"),
    ],
)
def test_what_is_held_comes_before_the_end(ending: bytes) -> None:
    new = rewritten(text_start(0) + said("C'est ") + said("PERSON_1") + PING + ending)

    assert text(new) == f"C'est {ZOE}"
    kinds = [one["type"] for one in events(new)]
    last = len(kinds) - kinds[::-1].index("content_block_delta")
    ends = ("content_block_stop", "message_stop", "error")
    assert all(kinds.index(kind) >= last for kind in ends if kind in kinds)
    assert new.count(b"event: content_block_delta\n") == kinds.count("content_block_delta")


def test_blocks_do_not_mix() -> None:
    stream = b"".join([said("[[PERSON_1", 0), said("PERSON_1", 2), call('{"a":"PERSON_', 1), said("]]", 0)])
    new = rewritten(stream + call('11"}', 1) + said("1 ", 2) + stop(0) + stop(1) + stop(2) + END)

    assert (text(new, index=0), text(new, index=2)) == (ZOE, "Bob ")
    assert json.loads(text(new, "partial_json", 1)) == {"a": "Bob"}


def test_a_text_may_begin_with_its_block() -> None:
    new = rewritten(start(0, type="text", text="PERS") + said("ON_11 ") + stop() + END)

    [first] = [one["content_block"] for one in events(new) if one["type"] == "content_block_start"]
    assert first["text"] + text(new) == "Bob "  # type: ignore[index]


def test_thinking_is_signed_and_stays_as_it_is() -> None:
    stream = b"".join(
        [
            BEGIN,
            start(0, type="thinking", thinking="[[PERSON_1]]", signature=""),
            delta(0, "thinking_delta", thinking="Le nom [[PERSON_1]]"),
            delta(0, "signature_delta", signature="PERSON_1"),
            stop(0),
            start(1, type="redacted_thinking", data="[[PERSON_1]]"),
            stop(1),
            END,
        ]
    )
    assert rewritten(stream) == stream


def test_events_with_nothing_of_ours_keep_their_bytes() -> None:
    stream = b"".join(
        [
            BEGIN,
            b": comment\n\n",
            text_start(0),
            PING,
            said("Bonjour [[PERSON_9]], une PERSONNE."),
            b'event: content_block_delta\ndata:{"index" : 0,"type":"content_block_delta","delta":{"type":"new"}}\n\n',
            stop(),
            END,
        ]
    )
    assert rewritten(stream) == stream
    crlf = stream.replace(b"\n", b"\r\n")
    assert rewritten(crlf) == crlf


def test_other_deltas_are_restored_one_by_one() -> None:
    cited = {"type": "char_location", "cited_text": "Vu [[PERSON_11]]"}
    new = rewritten(delta(0, "citations_delta", citation=cited) + END)

    assert events(new)[0]["delta"]["citation"]["cited_text"] == "Vu Bob"  # type: ignore[index]


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"[1]", id="an array"),
        pytest.param(b'{"type": 1}', id="a type that is none"),
        pytest.param(b'{"type": "content_block_delta"}', id="no delta"),
        pytest.param(b'{"type": "content_block_delta", "delta": 1, "index": "x"}', id="a delta that is none"),
        pytest.param(b'{"type": "content_block_delta", "delta": {"type": "text_delta", "text": 1}}', id="a number"),
        pytest.param(b'{"type": "content_block_delta", "delta": {"type": "x", "": "PERSON_"}}', id="an empty name"),
        pytest.param(b'{"type": "content_block_start", "content_block": {"type": "text"}}', id="a block of nothing"),
        pytest.param(b'{"type": "content_block_stop", "index": 1e999}', id="an odd index"),
    ],
)
def test_odd_events_pass(data: bytes) -> None:
    stream = b"data: " + data + b"\n\n" + event("message_stop")

    assert rewritten(stream) == stream


def test_a_whole_answer_is_restored_but_for_what_is_signed() -> None:
    written = {
        "content": [
            {"type": "thinking", "thinking": "[[PERSON_1]]", "signature": "s"},
            {"type": "text", "text": "Vu [[person_1]]"},
            {"type": "tool_use", "id": "t", "name": "f", "input": {"a": ["[[PERSON_1]]"], "[[PERSON_11]]": 1}},
        ]
    }
    new = json.loads(whole(json.dumps(written), AnthropicMessages(), restorer))

    assert new["content"][0] == written["content"][0]
    assert new["content"][1]["text"] == f"Vu {ZOE}"
    assert new["content"][2]["input"] == {"a": [ZOE], "Bob": 1}


def test_the_anthropic_client_reads_the_restored_stream() -> None:
    stream = b"".join(
        [
            BEGIN,
            text_start(0),
            *(said(char) for char in "Vu : [[PERSON_11]], PERSON_1"),
            stop(0),
            start(1, type="tool_use", id="toolu_1", name="find", input={}),
            *(call(char) for char in '{"who": "[[PERSON_1]]"}'),
            stop(1),
            END,
        ]
    )
    reply = httpx2.Response(200, headers={"content-type": "text/event-stream"}, content=rewritten(stream))
    http = httpx2.Client(transport=httpx2.MockTransport(lambda request: reply))
    question = {"role": "user", "content": "x"}
    with (
        anthropic_sdk.Anthropic(api_key="x", http_client=http, max_retries=0) as ai,
        ai.messages.stream(model="claude-x", max_tokens=9, messages=[question]) as answer,  # type: ignore[list-item]
    ):
        final = answer.get_final_message()

    assert final.content[0].text == f"Vu : Bob, {ZOE}"  # type: ignore[union-attr]
    assert final.content[1].input == {"who": ZOE}  # type: ignore[union-attr]
