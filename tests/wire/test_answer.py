"""Answers of any kind, whole: every string passes the filter once, all else stays."""

import json
from collections.abc import Callable, Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.errors import WireError
from guard.wire import lines
from guard.wire.answer import Family, Kind, Plain, Reading, StreamRewriter, leave, whole
from guard.wire.document import parse
from guard.wire.families import FAMILIES

type Restored = Callable[[Family, str, bytes], bytes]


class Loud:
    """A filter that shouts one word, whatever it is cut into, and keeps a cut one back."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.rest = ""

    def feed(self, text: str) -> str:
        text = (self.rest + text).replace("ana", "ANA" if self.kind == "text" else '\\"ANA\\"')
        keep = next((n for n in (2, 1) if text.endswith("ana"[:n])), 0)
        self.rest = text[len(text) - keep :]
        return text[: len(text) - keep]

    def flush(self) -> str:
        rest, self.rest = self.rest, ""
        return rest


PLAIN = Plain(leave(("/**/arguments", "json"), ("/signed", "signed"), ("/opaque/**", "opaque")))


@pytest.mark.parametrize(
    ("text", "new"),
    [
        pytest.param('{"a" : "ana", "n":1.0}', '{"a" : "ANA", "n":1.0}', id="a string"),
        pytest.param('{"ana":"\\u0061na"}', '{"ANA":"ANA"}', id="keys and escapes"),
        pytest.param('["\\u00e9", "ana"]', '["\\u00e9", "ANA"]', id="others keep their escapes"),
        pytest.param('{"signed":"ana","opaque":{"ana":["ana"]}}', None, id="signed and opaque"),
        pytest.param(
            '{"arguments":"{\\"a\\":\\"ana\\"}"}', '{"arguments":"{\\"a\\":\\"\\\\\\"ANA\\\\\\"\\"}"}', id="JSON"
        ),
        pytest.param('{"arguments":"pour ana"}', '{"arguments":"pour ANA"}', id="arguments that are plain text"),
        pytest.param('{"arguments":{"ana":"ana"}}', '{"arguments":{"ANA":"ANA"}}', id="arguments that are an object"),
        pytest.param('"ana"', '"ANA"', id="a string alone"),
        pytest.param("Bonjour ana", "Bonjour ANA", id="text"),
        pytest.param("an", None, id="the end of a text is not lost"),
        pytest.param("", None, id="nothing"),
        pytest.param('{"a":"ana"}\n{"b":1}\n\n{"c":"ana"}', '{"a":"ANA"}\n{"b":1}\n\n{"c":"ANA"}', id="JSON lines"),
        pytest.param('{"a":"ana"}\r\n{"b":1}\r\n', '{"a":"ANA"}\r\n{"b":1}\r\n', id="JSON lines with CR LF"),
        pytest.param('{"a":"ana"}\nana', '{"a":"ANA"}\nANA', id="one line that is no JSON"),
        pytest.param('{"a":1,"a":"ana"}', '{"a":1,"a":"ANA"}', id="JSON we do not read is text"),
        pytest.param("[" * 70 + '"ana"' + "]" * 70, "[" * 70 + '"ANA"' + "]" * 70, id="JSON too deep is text"),
    ],
)
def test_a_whole_answer_is_filtered_leaf_by_leaf(text: str, new: str | None) -> None:
    assert whole(text, PLAIN, Loud) == (text if new is None else new)


@given(
    st.text()
    | st.recursive(st.none() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)).map(json.dumps)
)
def test_an_answer_with_nothing_to_change_is_the_same(text: str) -> None:
    assert whole(text, PLAIN, Loud) == text or "ana" in text


def test_a_stream_nobody_knows_is_filtered_event_by_event() -> None:
    rewriter = StreamRewriter(PLAIN, Loud)
    out = rewriter.feed(b'event: x\ndata: {"text": "ana"}\n\ndata: in\n\n: ana\n\ndata: [1') + rewriter.flush()

    assert out == b'event: x\ndata: {"text": "ANA"}\n\ndata: in\n\n: ana\n\ndata: [1'


def said(stream: bytes) -> list[str]:
    """The data of each event that a client is told of."""
    every = (b"\n".join(line[6:] for line in event.split(b"\n")) for event in stream.split(b"\n\n")[:-1])
    return [data.decode() for data in every if data]


def pieces(text: str, size: int) -> list[str]:
    return [text[at : at + size] for at in range(0, len(text), size)]


def events(data: Iterable[str]) -> bytes:
    return b"".join(f"data: {one}\n\n".encode() for one in data)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 50])
@pytest.mark.parametrize("end", [["[DONE]"], []])
def test_text_that_is_no_json_goes_on_over_events(
    restored: Restored, values: dict[tuple[str, int], str], size: int, end: list[str]
) -> None:
    sent = events([*pieces("Pour [[PERSON_11]] (1) : [[IBAN_CODE_2]], [[PERSON_1]]", size), *end])
    *shown, last = said(restored(PLAIN, "text/event-stream", sent)) + ["[DONE]"] * (not end)
    wanted = f"Pour {values['PERSON', 11]} (1) : {values['IBAN_CODE', 2]}, {values['PERSON', 1]}"
    assert ("".join(shown), last) == (wanted, "[DONE]")


@pytest.mark.parametrize("size", [1, 3, 50])
def test_text_in_json_strings_goes_on_over_events(
    restored: Restored, values: dict[tuple[str, int], str], size: int
) -> None:
    sent = events(json.dumps(piece) for piece in pieces("Pour [[PERSON_11]] : [[PERSON_1]]", size))
    shown = "".join(map(json.loads, said(restored(PLAIN, "text/event-stream", sent))))
    assert shown == f"Pour {values['PERSON', 11]} : {values['PERSON', 1]}"


def test_a_text_that_is_no_json_ends_with_the_event_that_is_some(restored: Restored) -> None:
    sent = events(["Voyez [[PERS", '{"done": true}', "ON_11]]"])
    assert said(restored(PLAIN, "text/event-stream", sent)) == ["Voyez ", "[[PERS", '{"done": true}', "ON_11]]"]


def test_json_that_is_broken_stays_as_broken_as_it_was(restored: Restored) -> None:
    sent = events(['{"a": NaN, "b": "[[PERSON_11]]", "c": "[[PERSON_1]]"}'])
    [shown] = said(restored(PLAIN, "text/event-stream", sent))
    assert json.loads(shown)["b"] == "Bob"


def test_texts_that_never_end_are_forgotten_and_lose_nothing() -> None:
    rewriter = StreamRewriter(FAMILIES["mscopilot"], Loud, lines.Splitter())
    sent = [{"event": "appendText", "messageId": f"m{n}", "partId": "p", "text": "Voyez an"} for n in range(600)]
    out = b"".join(rewriter.feed(json.dumps(event).encode() + b"\n") for event in sent) + rewriter.flush()
    said: dict[str, str] = {}
    for event in map(json.loads, out.splitlines()):
        said[event["messageId"]] = said.get(event["messageId"], "") + event["text"]
    assert said == {event["messageId"]: "Voyez an" for event in sent}
    assert len(rewriter._channels) <= 256


def test_a_plain_family_has_no_pieces_and_nothing_late() -> None:
    assert PLAIN.read(parse("{}")) == Reading()
    with pytest.raises(WireError):
        PLAIN.late(("a",), "text", parse("{}"))
