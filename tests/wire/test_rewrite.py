"""Answers as they come over the wire: coded, streamed or not text at all."""

import gzip
import json
import zlib
from collections.abc import Callable

import brotli
import pytest
import zstandard

from guard.errors import WireError
from guard.redact.placeholders import Grammar
from guard.redact.restore import Restorer
from guard.wire.answer import Kind
from guard.wire.families import FAMILIES
from guard.wire.rewrite import Rewriter

VALUES = {("PERSON", 1): 'Zoé "O\\Hara"'}
GRAMMAR = Grammar(frozenset({"PERSON"}))
ANSWER = json.dumps({"choices": [{"message": {"content": "Vu [[PERSON_1]]"}}]}).encode()
STREAM = b"".join(
    b'data: {"choices": [{"index": 0, "delta": {"content": %s}}]}\n\n' % json.dumps(part).encode()
    for part in ("Vu [[PER", "SON_1]] [", "fin")
)
CODINGS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstandard.ZstdCompressor().compress,
    "identity": bytes,
}


def restorer(kind: Kind) -> Restorer:
    return Restorer(VALUES, GRAMMAR, kind)


def rewriter(content_type: str, coding: str | None = None, family: str = "openai-chat") -> Rewriter:
    made = Rewriter.of(content_type, coding, FAMILIES[family], restorer)
    assert made is not None
    return made


def said(stream: bytes) -> str:
    """What a client puts together."""
    found = [json.loads(part.removeprefix(b"data: ")) for part in stream.split(b"\n\n") if part]
    return "".join(one["choices"][0]["delta"]["content"] for one in found)


@pytest.mark.parametrize(("coding", "compress"), CODINGS.items(), ids=CODINGS.keys())
def test_a_whole_answer_is_restored_in_plain_bytes(coding: str, compress: Callable[[bytes], bytes]) -> None:
    coded = compress(ANSWER)
    made = rewriter("application/json", coding)

    out = b"".join(made.feed(bytes([byte])) for byte in coded) + made.flush()

    assert json.loads(out)["choices"][0]["message"]["content"] == 'Vu Zoé "O\\Hara"'
    assert not made.stream


@pytest.mark.parametrize(("coding", "compress"), CODINGS.items(), ids=CODINGS.keys())
def test_a_coded_stream_is_restored_at_every_cut(coding: str, compress: Callable[[bytes], bytes]) -> None:
    coded = compress(STREAM)
    for cut in range(len(coded) + 1):
        made = rewriter("text/event-stream; charset=utf-8", coding)
        assert said(made.feed(coded[:cut]) + made.feed(coded[cut:]) + made.flush()) == 'Vu Zoé "O\\Hara" [fin'
        assert made.stream


def test_events_leave_as_they_come() -> None:
    made = rewriter("text/event-stream")
    first = STREAM.index(b"\n\n") + 2

    assert said(made.feed(STREAM[:first])) == "Vu "
    assert made.feed(STREAM[first : first + 9]) == b""


@pytest.mark.parametrize(
    ("content_type", "body", "new"),
    [
        pytest.param("text/plain", b"Vu [[PERSON_1]]", 'Vu Zoé "O\\Hara"'.encode(), id="text"),
        pytest.param("", b"Vu PERSON_1", 'Vu Zoé "O\\Hara"'.encode(), id="no type"),
        pytest.param("text/html", b"<b>&#91;&#91;PERSON_1&#93;&#93;</b>", '<b>Zoé "O\\Hara"</b>'.encode(), id="HTML"),
        pytest.param(
            "Application/Problem+JSON", b'{"detail":"PERSON_1"}', b'{"detail":"Zo\xc3\xa9 \\"O\\\\Hara\\""}', id="JSON"
        ),
        pytest.param(
            "text/plain", b"\xff PERSON_1 \xfe", b'\xff Zo\xc3\xa9 "O\\Hara" \xfe', id="bytes that are not UTF-8"
        ),
        pytest.param(
            "application/json", b'{"a":"\xff","b":"PERSON_9"}', b'{"a":"\xff","b":"PERSON_9"}', id="nothing of ours"
        ),
        pytest.param("application/json", b"", b"", id="nothing"),
    ],
)
def test_any_text_is_restored(content_type: str, body: bytes, new: bytes) -> None:
    made = rewriter(content_type)

    assert made.feed(body) == b""
    assert made.flush() == new


@pytest.mark.parametrize(
    "content_type", ["image/png", "application/octet-stream", "audio/mpeg", "application/pdf", "application/zip"]
)
def test_what_is_no_text_passes(content_type: str) -> None:
    assert Rewriter.of(content_type, None, FAMILIES["json"], restorer) is None


def test_half_a_character_in_a_value_does_not_lose_the_answer() -> None:
    values = {("PERSON", 1): "Zo\ud83d"}
    made = Rewriter.of("text/plain", None, FAMILIES["json"], lambda kind: Restorer(values, GRAMMAR, kind))
    assert made is not None
    made.feed(b"Vu PERSON_1.")

    assert made.flush() == b"Vu Zo?."


def test_an_answer_whose_coding_is_unknown_or_broken_is_not_guessed() -> None:
    with pytest.raises(WireError):
        rewriter("application/json", "exotic")
    made = rewriter("application/json", "gzip")
    made.feed(gzip.compress(ANSWER)[:-3])
    with pytest.raises(WireError):
        made.flush()


def test_an_answer_without_a_body_has_none() -> None:
    assert rewriter("application/json", "gzip").flush() == b""


@pytest.mark.parametrize("media_type", ["application/x-ndjson", "application/stream+json; charset=utf-8"])
def test_json_lines_leave_as_they_come(media_type: str) -> None:
    made = rewriter(media_type)

    assert made.stream
    assert made.feed(b'{"a":"PERSON_1"}\n{"b"') == '{"a":"Zoé \\"O\\\\Hara\\""}\n'.encode()
    assert made.feed(b":1}\n") + made.flush() == b'{"b":1}\n'


def test_an_event_stream_of_aws_that_is_broken_is_not_passed() -> None:
    made = rewriter("application/vnd.amazon.eventstream")

    with pytest.raises(WireError):
        made.feed(bytes(16))
