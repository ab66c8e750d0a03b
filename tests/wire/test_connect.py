"""Messages of the Connect protocol: read one by one, edited with their lengths, at any cut."""

import gzip
import json
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.errors import WireError
from guard.rules.schema import FieldRule
from guard.terms import Role
from guard.wire import body as bodies
from guard.wire.connect import Envelope, Splitter, claims, envelope, messages

TYPE = "application/connect+json"
RULES = [FieldRule(path="/**/content", role=Role.USER)]


def packed(value: object) -> bytes:
    return envelope(gzip.compress(json.dumps(value).encode(), mtime=0), 1)


def told(body: bytes) -> dict[str, str]:
    segments = bodies.read(body, TYPE, RULES).segments
    return {segment.where: segment.text for segment in segments if segment.where.startswith("body:")}


def test_json_streams_are_claimed_and_others_are_not() -> None:
    assert [claims(kind) for kind in (TYPE, "Application/Connect+JSON; charset=utf-8")] == [True, True]
    assert [claims(kind) for kind in ("application/json", "application/connect+proto", "")] == [False] * 3


def test_one_message_is_read_like_its_json_and_edited_with_its_length() -> None:
    body = envelope(b'{"x": 1, "content": "Ana"}')
    assert told(body) == {"body:/content": "Ana"}
    new = bodies.write(body, TYPE, RULES, {"body:/content": "[[PERSON_1]] é"})
    assert new == envelope('{"x": 1, "content": "[[PERSON_1]] é"}'.encode())
    assert bodies.write(body, TYPE, RULES, {}) is body


def test_several_messages_are_read_by_their_positions_and_packed_ones_too() -> None:
    body = packed({"content": "Ana"}) + envelope(b'{"content": "Zo\\u00e9"}', 2)
    assert told(body) == {"body:/0/content": "Ana", "body:/1/content": "Zoé"}
    new = bodies.write(body, TYPE, RULES, {"body:/0/content": "N"})
    assert messages(new, 99) == [(0, '{"content": "N"}'), (2, '{"content": "Zo\\u00e9"}')]


@pytest.mark.parametrize(
    ("body", "cause"),
    [
        (b"\0\0\0", "encoding"),
        (struct.pack(">BI", 0, 9) + b"{}", "encoding"),
        (envelope(b"{}", 4), "encoding"),
        (envelope(b"{}", 1), "encoding"),
        (envelope(b"\xff"), "binary"),
        (envelope(b"{}\x1e{}"), "binary"),
        (envelope(b" " * 60) + packed(" " * 60), "too-large"),
        (envelope(gzip.compress(b" " * 200, mtime=0), 1), "too-large"),
    ],
)
def test_what_is_no_whole_message_is_not_read(body: bytes, cause: str) -> None:
    with pytest.raises(WireError) as caught:
        messages(body, 100)
    assert caught.value.cause == cause


def test_protobuf_is_no_text() -> None:
    with pytest.raises(WireError):
        bodies.read(envelope(b"\x0a\x03Ana"), "application/connect+proto", RULES)


@given(st.lists(st.binary(max_size=9), max_size=4), st.integers(1, 7), st.binary(max_size=4))
def test_an_answer_is_cut_into_its_messages_at_any_cut(payloads: list[bytes], size: int, rest: bytes) -> None:
    data = b"".join(map(envelope, payloads)) + rest
    splitter = Splitter()
    found = [one for at in range(0, len(data), size) for one in splitter.feed(data[at : at + size])]
    assert [one.raw for one in found] == [envelope(payload) for payload in payloads]
    assert b"".join(one.raw for one in [*found, *splitter.flush()]) == data


def test_a_message_of_an_answer_gets_its_length_anew() -> None:
    assert Envelope(packed({"a": 1})).data == '{"a": 1}'
    assert Envelope(packed({"a": 1})).with_data("{}") == envelope(b"{}")
    assert Envelope(envelope(b"{}", 2)).with_data("é") == envelope("é".encode(), 2)


@pytest.mark.parametrize("raw", [envelope(b"\xff"), envelope(b"x", 1), struct.pack(">BI", 0, 2**31) + b"x"])
def test_what_cannot_be_read_passes_as_it_is(raw: bytes) -> None:
    splitter = Splitter()
    found = [*splitter.feed(raw), *splitter.flush()]
    assert [(one.raw, one.data) for one in found] == [(raw, "")]


def test_no_repr_shows_the_text() -> None:
    assert "Castaing" not in repr(Envelope(envelope(b"Castaing")))
