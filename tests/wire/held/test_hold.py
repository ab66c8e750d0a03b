"""Events wait until their texts are decided on, and leave in their order with what was decided, at any cut."""

import json
import re
from base64 import b64decode
from collections.abc import Sequence
from types import ModuleType

import pytest

from guard.demo import (
    anthropic_messages,
    bedrock,
    cohere,
    gemini,
    mistral,
    ollama,
    openai_chat,
    openai_responses,
)
from guard.demo.exchange import Exchange, Reply
from guard.errors import WireError
from guard.wire.answer import Plain, framed
from guard.wire.families import FAMILIES
from guard.wire.held.hold import Hold
from guard.wire.held.text import MARGIN, WINDOW
from guard.wire.held.whole import Whole

SENTENCE = "Une phrase qui se termine. "


def hold(family: str = "openai-chat", kind: str = "text/event-stream", limit: int = 10**6) -> Hold:
    return Hold(FAMILIES[family], framed(FAMILIES[family], kind) or Whole(), limit)


def chunk(text: str, **more: object) -> bytes:
    event = {"id": "c", "choices": [{"index": 0, "delta": {"content": text}} | more]}
    return b"data: " + json.dumps(event).encode() + b"\n\n"


def decide(held: Hold, word: str = "", new: str = "", *, quiet: bool = False) -> None:
    """Everything that is ready is decided on: a word is replaced."""
    for text, end in held.pending(quiet=quiet):
        at = text.view.find(word) + text.since if word and word in text.view else -1
        text.settle(end, [(at, at + len(word), new)] if text.decided <= at and at + len(word) <= end else ())


def content(events: Sequence[bytes]) -> str:
    lines = [line[6:] for line in b"".join(events).split(b"\n") if line.startswith(b"data: {")]
    return "".join(json.loads(line)["choices"][0]["delta"].get("content", "") for line in lines)


EVENTS, LINES, FRAMES = "text/event-stream", "application/x-ndjson", "application/vnd.amazon.eventstream"
DIALECTS: dict[str, tuple[ModuleType, str, str]] = {
    "openai-chat": (openai_chat, EVENTS, "/v1/chat/completions"),
    "openai-responses": (openai_responses, EVENTS, "/v1/responses"),
    "anthropic-messages": (anthropic_messages, EVENTS, "/v1/messages"),
    "gemini": (gemini, EVENTS, "/v1beta/models/g:streamGenerateContent?alt=sse"),
    "cohere": (cohere, EVENTS, "/v2/chat"),
    "mistral-conversations": (mistral, EVENTS, "/v1/conversations"),
    "ollama": (ollama, LINES, "/api/chat"),
    "bedrock-converse": (bedrock, FRAMES, "/model/x/converse-stream"),
    "bedrock-invoke": (bedrock, FRAMES, "/model/anthropic.claude/invoke-with-response-stream"),
}


@pytest.mark.parametrize("family", DIALECTS)
def test_every_dialect_is_changed_alike_at_any_cut(family: str) -> None:
    module, kind, path = DIALECTS[family]
    asked = Exchange({"model": "m", "stream": True, "messages": [{"role": "user", "content": "x"}]}, path)
    said = f"{SENTENCE * 6}Le projet Licorne avance. {SENTENCE * 6}"
    stream = b"".join(module.stream(asked, Reply(said, chunk=3)))

    def through(*cuts: int) -> bytes:
        held, out, at = hold(family, kind), list[bytes](), 0
        for cut in (*cuts, len(stream)):
            held.feed(stream[at:cut])
            at = cut
            decide(held, "Licorne", "[[X]]")
            out += held.release()
        held.finish()
        decide(held, "Licorne", "[[X]]")
        return b"".join(out + held.release())

    expected = through()
    inner = b"".join(map(b64decode, re.findall(rb'"bytes":"([^"]+)"', expected)))
    assert b"[[X]]" in expected + inner
    assert not {b"Lic", b"corne"} & set(re.findall(rb"Lic|corne", expected + inner))
    for cut in range(1, len(stream), len(stream) // 7):
        assert through(cut, min(cut + 150, len(stream))) == expected


def test_nothing_leaves_before_it_is_decided_on() -> None:
    held = hold()
    held.feed(chunk("Bonjour"))
    assert held.release() == []
    decide(held)
    assert held.release() == []
    held.finish()
    assert held.release() == []
    decide(held)
    assert held.release() == [chunk("Bonjour")]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 50])
def test_a_change_stands_once_whatever_the_pieces(size: int) -> None:
    held, said, out = hold(), f"{SENTENCE * 8}Le projet Licorne avance. {SENTENCE * 8}", list[bytes]()
    for at in range(0, len(said), size):
        held.feed(chunk(said[at : at + size]))
        decide(held, "Licorne", "[[X]]")
        out += held.release()
    assert len(content(out)) < len(said)
    held.finish()
    decide(held, "Licorne", "[[X]]")
    assert content(out + held.release()) == said.replace("Licorne", "[[X]]")


def test_what_waits_is_bounded_by_sentences_and_without_them_by_a_window() -> None:
    held, out, longest, fed = hold(), "", 0, 0
    for _ in range(300):
        held.feed(chunk("mot " * 10))
        fed += 40
        decide(held)
        out += content(held.release())
        longest = max(longest, fed - len(out))
    assert WINDOW <= longest < WINDOW + MARGIN + 200


def test_when_nothing_comes_a_finished_sentence_does_not_wait() -> None:
    held = hold()
    held.feed(chunk("Je cherche. "))
    held.feed(chunk("Et "))
    decide(held)
    assert held.release() == []
    decide(held, quiet=True)
    assert content(held.release()) == "Je cherche. "


def test_a_text_said_whole_each_time_is_changed_each_time() -> None:
    held, out = hold("mscopilot", "application/x-ndjson"), list[bytes]()
    said = f"{SENTENCE * 6}Le projet Licorne avance. {SENTENCE * 6}"
    for end in range(30, len(said) + 30, 30):
        event = {"event": "replaceText", "messageId": "m", "partId": "p", "text": said[:end]}
        held.feed(json.dumps(event).encode() + b"\n")
        decide(held, "Licorne", "[[X]]")
        out += held.release()
    held.finish()
    decide(held, "Licorne", "[[X]]")
    out += held.release()
    texts = [json.loads(event)["text"] for event in out]
    assert texts[-1] == said.replace("Licorne", "[[X]]")
    assert not any("Lic" in text for text in texts)
    assert all(texts[-1].startswith(text) or text.endswith("[[X]]") for text in texts)


def test_what_is_withheld_leaves_as_empty_events_with_one_message() -> None:
    held = hold()
    held.feed(chunk(SENTENCE * 9))
    decide(held)
    out = held.release()
    held.feed(chunk("Le secret."))
    assert held.withhold("[non]")
    held.feed(chunk("Encore.") + chunk("", finish_reason="stop") + b"data: [DONE]\n\n")
    held.finish()
    out += held.release()
    assert content(out).endswith("[non]")
    assert "secret" not in content(out)
    assert "Encore" not in content(out)
    assert out[-1] == b"data: [DONE]\n\n"


def test_the_message_takes_the_next_text_when_none_waits() -> None:
    held = hold()
    assert not held.withhold("[non]")
    held.feed(chunk("Le secret.") + chunk("Encore."))
    assert content(held.release()) == "[non]"


def test_a_text_that_begins_later_and_one_that_says_a_cut_one_again_say_why_too() -> None:
    held = hold("grok-web", "application/x-ndjson")

    def said(**response: object) -> bytes:
        return json.dumps({"result": {"response": response}}).encode() + b"\n"

    held.feed(said(token="Une phrase et le secret.", isThinking=True))
    assert held.withhold("[non]")
    held.feed(said(token="Une phrase", isThinking=False))
    held.feed(said(token=" et le secret.", isThinking=False))
    held.feed(said(modelResponse={"message": "Une phrase et le secret.", "title": "Le titre"}))
    held.finish()
    out = [json.loads(line)["result"]["response"] for line in held.release()]
    assert [one.get("token") for one in out] == ["[non]", "[non]", "", None]
    assert out[-1]["modelResponse"] == {"message": "[non]", "title": ""}


def test_a_text_said_whole_each_time_keeps_the_message() -> None:
    held = hold("mscopilot", "application/x-ndjson")
    line = '{"event":"replaceText","messageId":"m","partId":"p","text":"%s"}\n'
    held.feed(line.replace("%s", "Un").encode())
    held.withhold("[non]")
    held.feed(line.replace("%s", "Un deux").encode())
    held.feed(line.replace("%s", "Un deux trois").encode())
    assert [json.loads(event)["text"] for event in held.release()] == ["[non]"] * 3


def test_ids_and_the_like_leave_in_a_cut_answer_and_prose_does_not() -> None:
    held = hold("json", "application/x-ndjson")
    held.withhold("[non]")
    held.feed(b'{"id":"a1","type":"x","title":"Le secret","n":123456789,"ok":true}\n')
    assert held.release() == [b'{"id":"a1","type":"x","title":"","n":123456789,"ok":true}\n']


def test_something_said_between_stands_before_what_is_withheld() -> None:
    held = hold()
    held.feed(chunk("", finish_reason=None))
    held.feed(b'data: {"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{"}}]}}]}\n\n')
    assert not held.withhold("[non]")
    held.interject(b"event: error\n\n")
    held.feed(chunk("Encore."))
    out = held.release()
    assert out.index(b"event: error\n\n") == 1
    assert "non" not in content(out)


def test_text_that_is_no_json_goes_on_from_event_to_event() -> None:
    held = Hold(Plain(), framed(Plain(), "text/event-stream") or Whole(), 1000)
    held.feed(b"data: Le projet Lic\n\ndata: orne avance.\n\n: veille\n\ndata: [DONE]\n\n")
    decide(held, "Licorne", "[[X]]")
    assert b"".join(held.release()) == b"data: Le projet [[X]]\n\ndata:  avance.\n\n: veille\n\ndata: [DONE]\n\n"


@pytest.mark.parametrize(
    ("body", "new"),
    [
        (b'{"a":"Licorne","b":{"c":["Licorne"]}}', b'{"a":"[[X]]","b":{"c":["[[X]]"]}}'),
        (b"Le projet Licorne", b"Le projet [[X]]"),
        (b'{"a":"x"}', b'{"a":"x"}'),
        (b"\xff\xfe Licorne", b"\xff\xfe [[X]]"),
        (b"", b""),
    ],
)
def test_a_whole_answer_is_one_event(body: bytes, new: bytes) -> None:
    held = hold("json", "application/json")
    held.feed(body)
    held.finish()
    decide(held, "Licorne", "[[X]]")
    assert b"".join(held.release()) == new


def test_bytes_that_are_no_event_are_read_and_never_edited() -> None:
    held = hold("json", "application/connect+json")
    held.feed(b"\0\0\0\0\x16Licorne, de longueur \xff")
    held.finish()
    [(text, end)] = held.pending()
    assert (text.view[5:12], text.editable, end) == ("Licorne", False, 27)


def test_frames_without_a_length_are_read_and_edited() -> None:
    held = hold("gemini-web", "application/json")
    held.feed(b")]}'\n\nLicorne, sans longueur")
    held.finish()
    decide(held, "Licorne", "[[X]]")
    assert b"".join(held.release()) == b")]}'\n\n[[X]], sans longueur"


def test_signed_text_is_read_on_from_event_to_event_and_never_edited() -> None:
    held = hold("anthropic-messages")
    for part in ("Le projet Lic", "orne avance."):
        delta = {"type": "content_block_delta", "index": 0, "delta": {"type": "thinking_delta", "thinking": part}}
        held.feed(b"event: content_block_delta\ndata: " + json.dumps(delta).encode() + b"\n\n")
    held.finish()
    [text] = [text for text, _ in held.pending() if text.declared and text.flowing]
    assert (text.view, text.editable) == ("Le projet Licorne avance.", False)


def test_a_stream_inside_another_is_held_too() -> None:
    held = Hold(FAMILIES["chatgpt-socket"], framed(FAMILIES["chatgpt-socket"], "application/x-ndjson") or Whole(), 9999)
    inner = ['data: {"p":"/message/content/parts/0","o":"append","v":"Le Lic"}\n\n', 'data: {"v":"orne."}\n\n']
    for item in [*inner, "data: [DONE]\n\n"]:
        held.feed(json.dumps({"topic_id": "t", "payload": {"payload": {"encoded_item": item}}}).encode() + b"\n")
        decide(held, "Licorne", "[[X]]")
    held.finish()
    decide(held, "Licorne", "[[X]]")
    said = "".join(json.loads(event)["payload"]["payload"]["encoded_item"] for event in held.release())
    assert '"v":"Le [[X]]"' in said
    assert '"v":"."' in said


def test_tokens_that_say_a_text_once_more_are_refused_and_do_not_leave() -> None:
    held = hold()
    with pytest.raises(WireError) as raised:
        held.feed(chunk("Licorne", logprobs={"content": [{"token": "Lic"}]}))
    assert raised.value.cause == "logprobs"
    assert held.release() == []


def test_more_than_may_wait_is_refused() -> None:
    held = hold(limit=1000)
    with pytest.raises(WireError) as raised:
        held.feed(b"data: " + b"x" * 1000)
    assert raised.value.cause == "too-large"


def test_a_short_leaf_in_which_nothing_was_found_is_not_asked_about_again() -> None:
    held = hold()
    for _ in range(2):
        held.feed(chunk("Bonjour"))
        asked = [text.view for text, _ in held.pending() if not text.flowing]
        for text, end in held.pending():
            held.passed(text)
            text.settle(end)
    assert asked == []
