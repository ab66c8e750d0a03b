"""ChatGPT's patches: what they leave out, several messages, the socket, older streams."""

import json
from collections.abc import Sequence

import pytest

from guard.demo.pages import PAGES
from guard.redact.placeholders import Grammar
from guard.redact.restore import Restorer
from guard.wire import records
from guard.wire.answer import Frames, Kind, StreamRewriter
from guard.wire.families import FAMILIES
from guard.wire.sse import Splitter

GRAMMAR = Grammar(frozenset({"PERSON"}))
NAME = 'Zoé "O\\Hara"'


def restorer(kind: Kind) -> Restorer:
    return Restorer({("PERSON", 1): NAME}, GRAMMAR, kind)


def stream(events: Sequence[object]) -> bytes:
    return b"".join(b"event: delta\ndata: " + json.dumps(event).encode() + b"\n\n" for event in events)


def rewritten(events: Sequence[object]) -> list[dict[str, object]]:
    rewriter = StreamRewriter(FAMILIES["chatgpt-web"], restorer)
    out = rewriter.feed(stream(events)) + rewriter.flush()
    return [json.loads(part.partition(b"data: ")[2]) for part in out.split(b"\n\n") if part]


def message(text: str, number: int) -> dict[str, object]:
    content = {"content_type": "text", "parts": [text]}
    return {"p": "", "o": "add", "v": {"message": {"id": str(number), "content": content}}, "c": number}


def test_a_message_that_begins_anew_is_another_text() -> None:
    path = "/message/content/parts/0"
    out = rewritten([message("a [[PERS", 0), message("", 0), {"p": path, "o": "append", "v": "ON_1]]"}])
    assert [event["v"] for event in out if event.get("o") == "append"] == ["[[PERS", "ON_1]]"]


def test_what_is_left_out_is_as_in_the_event_before() -> None:
    path = "/message/content/parts/0"
    out = rewritten([message("", 0), {"p": path, "o": "append", "v": "[[PER"}, {"v": "SON_1"}, {"v": "]] ok"}])
    assert "".join(str(event["v"]) for event in out[1:]) == f"{NAME} ok"


def test_a_text_begun_with_its_message_goes_on_in_patches() -> None:
    out = rewritten([message("Vu [[PERS", 0), {"p": "/message/content/parts/0", "o": "append", "v": "ON_1]]"}])
    begun = out[0]["v"]["message"]["content"]["parts"][0]  # type: ignore[index]
    assert begun + str(out[1]["v"]) == f"Vu {NAME}"


def test_two_messages_are_two_texts_and_the_first_keeps_its_end() -> None:
    path = "/message/content/parts/0"
    out = rewritten(
        [
            message("", 0),
            {"p": path, "o": "append", "v": "un [[PERSON"},
            message("_1]] deux", 1),
        ]
    )
    assert out[1]["v"] == "un "
    assert out[2] == {"p": path, "o": "append", "v": "[[PERSON"}
    assert out[3] == message("_1]] deux", 1)


def test_thoughts_are_a_text_of_their_own() -> None:
    thought, text = "/message/content/thoughts/0/content", "/message/content/parts/0"
    out = rewritten(
        [
            {"p": thought, "o": "append", "v": "[[PER"},
            {"p": text, "o": "append", "v": "[[PERSON"},
            {"p": thought, "o": "append", "v": "SON_1]]"},
            {"p": text, "o": "append", "v": "_1]]"},
        ]
    )
    said = {path: "".join(str(event["v"]) for event in out if event["p"] == path) for path in (thought, text)}
    assert said == {thought: NAME, text: NAME}


def test_older_streams_say_the_whole_text_each_time() -> None:
    def whole(text: str) -> dict[str, object]:
        return {"message": {"id": "m", "content": {"parts": [text]}}}

    out = rewritten([whole("Vu [[PER"), whole("Vu [[PERSON_1]]")])
    parts = [event["message"]["content"]["parts"][0] for event in out if "message" in event]  # type: ignore[index]
    assert parts == ["Vu ", f"Vu {NAME}"]


def test_a_token_is_left_alone() -> None:
    event = {"type": "resume_conversation_token", "token": "[[PERSON_1]]"}
    assert rewritten([event]) == [event]


def test_a_title_is_restored_at_once() -> None:
    assert rewritten([{"type": "title_generation", "title": "[[PERSON_1]]"}])[0]["title"] == NAME


@pytest.mark.parametrize("place", range(0, 25, 2))
def test_the_stream_on_a_socket_is_restored_by_topic(place: int) -> None:
    text = "Vu [[PERSON_1]] merci"
    page = PAGES["chatgpt-web"]
    rewriter = StreamRewriter(FAMILIES["chatgpt-socket"], restorer, records.Messages())
    heard = {"t1": b"", "t2": b""}
    for part in page.write([text[:place], text[place:]]):
        for topic in heard:
            item = {"type": "stream-item", "encoded_item": part.decode()}
            frame = {"type": "message", "topic_id": topic, "payload": {"payload": item}}
            for out in rewriter.parts(json.dumps([frame]).encode()):
                heard[topic] += json.loads(out)[0]["payload"]["payload"]["encoded_item"].encode()
    assert [page.read(answer) for answer in heard.values()] == [f"Vu {NAME} merci"] * 2


def test_a_stream_starts_with_nothing_to_remember() -> None:
    family = FAMILIES["chatgpt-web"]
    splitter: Frames = Splitter()
    StreamRewriter(family, restorer, splitter).feed(
        stream([{"p": "/message/content/parts/0", "o": "append", "v": "a"}])
    )
    rewriter = StreamRewriter(family, restorer)
    assert rewriter.feed(stream([{"v": "[[PER"}])) == stream([{"v": "[[PER"}])
