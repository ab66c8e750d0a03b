"""Chat completions come back whole, however they are cut."""

import json
from collections.abc import Callable
from itertools import pairwise

import httpx2
import openai as openai_sdk
import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.redact.placeholders import Grammar
from guard.redact.restore import Restorer
from guard.wire.answer import Kind, StreamRewriter, whole
from guard.wire.openai_chat import OpenAIChat

ZOE = 'Zoé "la Fouine" O\\Hara\n😀'
VALUES = {("PERSON", 1): ZOE, ("PERSON", 11): "Bob", ("IBAN_CODE", 2): "FR76 3000"}
GRAMMAR = Grammar(frozenset({"PERSON", "IBAN_CODE"}))
DONE = b"data: [DONE]\n\n"


def restorer(kind: Kind) -> Restorer:
    return Restorer(VALUES, GRAMMAR, kind)


def chunk(*choices: dict[str, object], **more: object) -> bytes:
    data = {"id": "c-1", "object": "chat.completion.chunk", "created": 1, "model": "gpt-5", "choices": choices}
    return b"data: " + json.dumps(data | more).encode() + b"\n\n"


def choice(delta: dict[str, object], index: int = 0, finish: str | None = None) -> dict[str, object]:
    return {"index": index, "delta": delta, "finish_reason": finish}


def said(text: str, index: int = 0, finish: str | None = None) -> bytes:
    return chunk(choice({"content": text}, index, finish))


def call(arguments: str, index: int = 0, number: int = 0, **first: object) -> bytes:
    part = {"index": number, "function": {"arguments": arguments} | first}
    return chunk(choice({"tool_calls": [part]}, index))


def end(finish: str = "stop", index: int = 0) -> bytes:
    return chunk(choice({}, index, finish))


def rewritten(*pieces: bytes) -> bytes:
    rewriter = StreamRewriter(OpenAIChat(), restorer)
    return b"".join(map(rewriter.feed, pieces)) + rewriter.flush()


def chunks(stream: bytes) -> list[dict[str, object]]:
    lines = [part.partition(b"data: ")[2] for part in stream.replace(b"\r\n", b"\n").split(b"\n\n") if b"data:" in part]
    return [json.loads(line) for line in lines if line.startswith(b"{")]


def text(stream: bytes, name: str = "content", index: int = 0) -> str:
    """What a client puts together for one text of one choice."""
    found = [c for one in chunks(stream) for c in one["choices"] if c["index"] == index]  # type: ignore[attr-defined]
    return "".join(c["delta"].get(name) or "" for c in found)


def arguments(stream: bytes, index: int = 0, number: int = 0) -> str:
    found = [c for one in chunks(stream) for c in one["choices"] if c["index"] == index]  # type: ignore[attr-defined]
    calls = [part for c in found for part in c["delta"].get("tool_calls", ()) if part["index"] == number]
    return "".join(part["function"].get("arguments", "") for part in calls)


COMPACT = b"".join(
    [
        said("Vu [[PER"),
        call('{"a": "[[PERSON_1', name="f"),
        b": ping\n\n",
        said("SON_1]], PERSON"),
        call(']]"}'),
        said("_11", finish="tool_calls"),
        DONE,
    ]
)


def test_every_cut_of_the_bytes_gives_the_same_answer() -> None:
    expected = rewritten(COMPACT)
    assert text(expected) == f"Vu {ZOE}, Bob"
    assert json.loads(arguments(expected)) == {"a": ZOE}

    for cut in range(len(COMPACT)):
        assert rewritten(COMPACT[:cut], COMPACT[cut:]) == expected
    assert rewritten(*(bytes([byte]) for byte in COMPACT)) == expected


@pytest.mark.parametrize("size", [1, 2, 3, 7])
@pytest.mark.parametrize("after", ["", ".", " et [[PERSON_11]]", " [[PERS", " PERSON", "\n"])
def test_deltas_of_any_size_are_restored(size: int, after: str) -> None:
    words = f"Pour [[PERSON_1]] : PERSON_11, [[IBAN_CODE_2]]{after}"
    stream = b"".join(said(words[at : at + size]) for at in range(0, len(words), size)) + end() + DONE

    assert text(rewritten(stream)) == f"Pour {ZOE} : Bob, FR76 3000{after.replace('[[PERSON_11]]', 'Bob')}"


@given(st.lists(st.integers(1, 60), max_size=12))
def test_tool_arguments_stay_json_at_any_cut(cuts: list[int]) -> None:
    written = json.dumps({"to": "[[PERSON_1]]", "l": ["PERSON_11\nPERSON_1", "[[iban\\_code\\_2]]"]})
    places = [0, *sorted({min(cut, len(written)) for cut in cuts}), len(written)]
    stream = b"".join(call(written[a:b]) for a, b in pairwise(places)) + end("tool_calls") + DONE

    assert json.loads(arguments(rewritten(stream))) == {"to": ZOE, "l": [f"Bob\n{ZOE}", "FR76 3000"]}


def test_events_with_nothing_of_ours_keep_their_bytes() -> None:
    stream = b"".join(
        [
            b": comment\n\n",
            b"retry: 3000\nid: 7\n\n",
            chunk(choice({"role": "assistant", "content": ""}), obfuscation="x", usage=None),
            b'data:  {"id" : "c", "choices":[ {"index":0,"delta":{"content":"Bonjour [[PERSON_9]] "}} ]}\n\n',
            said("l'amie de PERSONNE"),
            call("{}"),
            chunk(choice({"content": None, "refusal": None}, finish="stop")),
            chunk(usage={"total_tokens": 3}),
            DONE,
        ]
    )
    assert rewritten(stream) == stream
    crlf = stream.replace(b"\n", b"\r\n")
    assert rewritten(crlf) == crlf


def test_a_stream_with_cr_lf_is_restored() -> None:
    stream = (said("[[PERSON_") + said("1]]") + end() + DONE).replace(b"\n", b"\r\n")

    new = rewritten(stream)
    assert text(new) == ZOE
    assert new.count(b"\r\n\r\n") == 4


ENDS: dict[str, bytes] = {
    "a reason to finish": end() + DONE,
    "DONE alone": DONE,
    "the end of the stream": b"",
    "an empty chunk, then the end": chunk(usage={"total_tokens": 1}),
}


@pytest.mark.parametrize("ending", ENDS.values(), ids=ENDS.keys())
def test_what_is_held_comes_before_the_end(ending: bytes) -> None:
    new = rewritten(said("C'est ") + said("PERSON_1") + ending)

    assert text(new) == f"C'est {ZOE}"
    late = new.index(json.dumps(ZOE)[1:-1].encode())
    for mark in (b'"stop"', b"[DONE]"):
        assert mark not in new or late < new.index(mark)
    assert chunks(new)[-1]["id"] == "c-1"


def test_the_last_text_may_come_with_the_reason_to_finish() -> None:
    new = rewritten(said("C'est PER") + said("SON_1", finish="stop") + DONE)

    assert text(new) == f"C'est {ZOE}"
    assert len(chunks(new)) == 2


def test_a_late_chunk_is_like_those_before_it() -> None:
    new = chunks(rewritten(said("[[PERSON_1") + end() + DONE))

    assert [sorted(one) for one in new] == [sorted(new[0])] * 3
    assert [one["model"] for one in new] == ["gpt-5"] * 3


def test_choices_and_calls_do_not_mix() -> None:
    stream = b"".join(
        [
            said("[[PERSON_1", 0),
            said("[[PERSON_1", 1),
            call('{"a":"[[PERSON_', 0, 0),
            call('{"b":"[[PERSON_', 0, 1),
            call('{"c":"[[IBAN_CODE_', 1, 0),
            said("]]", 1),
            said("1]]", 0),
            call('11]]"}', 0, 1),
            call('1]]"}', 0, 0),
            call('2]]"}', 1, 0),
            end(index=1),
            end(index=0),
            DONE,
        ]
    )
    new = rewritten(stream)

    assert (text(new, index=0), text(new, index=1)) == ("Bob", ZOE)
    assert json.loads(arguments(new, 0, 0)) == {"a": ZOE}
    assert json.loads(arguments(new, 0, 1)) == {"b": "Bob"}
    assert json.loads(arguments(new, 1, 0)) == {"c": "FR76 3000"}


def test_two_choices_in_one_chunk_do_not_mix() -> None:
    both = [
        chunk(choice({"content": "[[PERS"}, 0), choice({"content": "PERSON_1"}, 1)),
        chunk(choice({"content": "ON_1]]"}, 0), choice({"content": "1"}, 1, "stop")),
        chunk(choice({}, 0, "stop")),
        DONE,
    ]
    new = rewritten(*both)

    assert (text(new, index=0), text(new, index=1)) == (ZOE, "Bob")


@pytest.mark.parametrize(
    ("delta", "read"),
    [
        pytest.param(lambda part: {"refusal": part}, lambda d: d["refusal"], id="a refusal"),
        pytest.param(lambda part: {"reasoning_content": part}, lambda d: d["reasoning_content"], id="reasoning"),
        pytest.param(lambda part: {"reasoning": part}, lambda d: d["reasoning"], id="reasoning, by its other name"),
        pytest.param(
            lambda part: {"function_call": {"arguments": part}},
            lambda d: d["function_call"]["arguments"],
            id="a function call of old",
        ),
        pytest.param(
            lambda part: {"tool_calls": [{"index": 3, "custom": {"input": part}}]},
            lambda d: d["tool_calls"][0]["custom"]["input"],
            id="a custom tool",
        ),
        pytest.param(
            lambda part: {"content": [{"type": "text", "text": part}]},
            lambda d: d["content"][0]["text"],
            id="typed parts of text",
        ),
        pytest.param(
            lambda part: {"content": [{"type": "thinking", "thinking": [{"type": "text", "text": part}]}]},
            lambda d: d["content"][0]["thinking"][0]["text"],
            id="typed parts of thought",
        ),
    ],
)
def test_every_text_of_a_chunk_is_restored(
    delta: Callable[[str], dict[str, object]], read: Callable[[dict[str, object]], str]
) -> None:
    new = rewritten(chunk(choice(delta("[[PERSON_"))), chunk(choice(delta("11]] PERSON_11"))), end(), DONE)

    deltas = [c["delta"] for one in chunks(new) for c in one["choices"]]  # type: ignore[attr-defined]
    assert "".join(read(part) for part in deltas if part) == "Bob Bob"


def test_completions_of_old_are_restored() -> None:
    def piece(part: str) -> bytes:
        return chunk({"index": 0, "text": part, "finish_reason": None})

    new = rewritten(piece("[[PERSON_"), piece("11]] et "), piece("PERSON_11"), DONE)
    assert "".join(c["text"] for one in chunks(new) for c in one["choices"]) == "Bob et Bob"  # type: ignore[attr-defined]


def test_reasoning_that_is_signed_stays_as_it_is() -> None:
    stream = chunk(choice({"reasoning_details": [{"type": "reasoning.text", "text": "PERSON_11", "signature": "s"}]}))
    assert rewritten(stream) == stream


def test_a_stream_cut_in_the_middle_ends_in_what_was_cut() -> None:
    whole_event = said("Vu [[PERSON_1]] et [[PERSON_1")
    cut_event = said("]] encore").rstrip(b"\n")

    for cut in range(len(cut_event)):
        new = rewritten(whole_event + cut_event[:cut])
        assert new.endswith(b"\n\n" + cut_event[:cut])
        assert text(new.removesuffix(cut_event[:cut])) == f"Vu {ZOE} et [[{ZOE}"


def test_a_last_event_without_its_blank_line_is_restored_too() -> None:
    new = rewritten(said("[[PERSON_") + said("1]] PERSON_11").rstrip(b"\n"))

    assert text(new) == f"{ZOE} Bob"
    assert not new.endswith(b"\n")


def test_broken_data_passes_and_the_text_goes_on() -> None:
    broken = b'data: {"choices": [{"ind\n\n'
    new = rewritten(said("[[PERSON_"), broken, b"event: x\n\n", said("1]]"), end(), DONE)

    assert broken in new
    assert text(new.replace(broken, b"")) == ZOE


def test_an_error_in_the_stream_is_restored_as_it_stands() -> None:
    new = rewritten(said("a"), b'data: {"error": {"message": "no [[PERSON_11]]", "code": null}}\n\n')

    assert new.endswith(b'data: {"error": {"message": "no Bob", "code": null}}\n\n')


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"[]", id="an array"),
        pytest.param(b"1", id="a number"),
        pytest.param(b'"[[PERSON_9]]"', id="a string"),
        pytest.param(b'{"choices": 1}', id="choices that are none"),
        pytest.param(b'{"choices": [1, {"index": "x", "delta": 2, "finish_reason": 3}]}', id="choices of nothing"),
        pytest.param(b'{"choices": [{"delta": {"content": ["a"], "tool_calls": {}}}]}', id="parts for a text"),
        pytest.param(b'{"choices": [{"delta": {"tool_calls": [{"function": 1}, {}]}}]}', id="calls of nothing"),
        pytest.param(b'{"choices": {"a": 1e999}, "x": 1e999}', id="odd numbers"),
    ],
)
def test_odd_events_pass(data: bytes) -> None:
    stream = b"data: " + data + b"\n\n" + DONE

    assert rewritten(stream) == stream


def test_odd_numbers_and_half_characters_do_not_break_what_comes_late() -> None:
    odd = {"index": 0, "delta": {"content": "\ud83d PERSON_11"}}
    first = b'data: {"id": "\\ud83d", "n": 1e999, "b": 1' + b"0" * 5000 + b', "choices": [' + json.dumps(odd).encode()
    new = rewritten(first + b"]}\n\n", DONE)

    assert new.count(b"data: ") == 3
    assert b'"content": "Bob"' in new
    assert new.count(b"1" + b"0" * 5000) == 2


# --- whole answers ---------------------------------------------------------------------------------------------------


def test_a_whole_answer_is_restored() -> None:
    written = {
        "choices": [
            {
                "message": {
                    "content": "Vu [[PERSON_1]]",
                    "tool_calls": [
                        {"id": "call_PERSON_9", "function": {"name": "f", "arguments": '{"a": "[[PERSON_1]]"}'}},
                        {"id": "c", "function": {"name": "f", "arguments": "texte pour [[PERSON_1]]"}},
                    ],
                },
                "logprobs": {"content": [{"token": "PERSON_1"}]},
            }
        ],
        "usage": {"total_tokens": 3},
    }
    new = json.loads(whole(json.dumps(written), OpenAIChat(), restorer))

    message = new["choices"][0]["message"]
    assert message["content"] == f"Vu {ZOE}"
    assert json.loads(message["tool_calls"][0]["function"]["arguments"]) == {"a": ZOE}
    assert message["tool_calls"][1]["function"]["arguments"] == f"texte pour {ZOE}"
    assert new["choices"][0]["logprobs"] == written["choices"][0]["logprobs"]


# --- the real client -------------------------------------------------------------------------------------------------


def client(body: bytes, content_type: str) -> openai_sdk.OpenAI:
    reply = httpx2.Response(200, headers={"content-type": content_type}, content=body)
    http = httpx2.Client(transport=httpx2.MockTransport(lambda request: reply))
    return openai_sdk.OpenAI(api_key="x", http_client=http, max_retries=0)


def test_the_openai_client_reads_the_restored_stream() -> None:
    stream = b"".join(
        [
            chunk(choice({"role": "assistant", "content": ""})),
            *(said(char) for char in "Vu : PERSON_1, [[PERSON_11]], PERSON_1"),
            call("", name="find", **{"id": "call_1"}),
            *(call(char) for char in '{"who": "[[PERSON_1]]"}'),
            end("tool_calls"),
            DONE,
        ]
    )
    with (
        client(rewritten(stream), "text/event-stream") as ai,
        ai.chat.completions.stream(model="gpt-5", messages=[{"role": "user", "content": "x"}]) as events,
    ):
        final = events.get_final_completion()

    message = final.choices[0].message
    assert message.content == f"Vu : {ZOE}, Bob, {ZOE}"
    assert message.tool_calls is not None
    assert json.loads(message.tool_calls[0].function.arguments) == {"who": ZOE}
    assert final.choices[0].finish_reason == "tool_calls"
