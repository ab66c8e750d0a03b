"""AWS event streams: as botocore reads them, at every cut; broken ones are not passed."""

import base64
import struct
import zlib

import botocore.eventstream
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.demo.bedrock import message
from guard.errors import WireError
from guard.wire.eventstream import Message, Splitter, names

STREAM = (
    message("messageStart", {"role": "assistant"})
    + message("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"text": "é"}, "p": "abc"})
    + message("chunk", {"bytes": base64.b64encode(b'{"a":1}').decode(), "p": "xyz"})
)
# every type of header value there is, in the order of their numbers
HEADERS = b"".join(
    bytes([1, ord("a") + kind, kind]) + value
    for kind, value in enumerate(
        (b"", b"", b"\x01", b"\0\1", b"\0\0\0\1", bytes(8), b"\0\2ab", b"\0\2cd", bytes(8), bytes(16))
    )
)


def framed(head: bytes, payload: bytes) -> bytes:
    lengths = struct.pack(">II", 16 + len(head) + len(payload), len(head))
    body = lengths + struct.pack(">I", zlib.crc32(lengths)) + head + payload
    return body + struct.pack(">I", zlib.crc32(body))


def split(data: bytes, size: int = 2**20) -> list[Message]:
    splitter = Splitter()
    found = [one for at in range(0, len(data), size) for one in splitter.feed(data[at : at + size])]
    return found + splitter.flush()


def as_botocore(data: bytes) -> list[tuple[str, object]]:
    buffer = botocore.eventstream.EventStreamBuffer()
    buffer.add_data(data)
    return [(event.headers[":event-type"], orjson.loads(event.payload)) for event in buffer]


@pytest.mark.parametrize("size", [1, 2, 3, 11, 12, 13, 1000])
def test_messages_are_the_bytes_that_came_at_any_cut(size: int) -> None:
    found = split(STREAM, size)
    assert b"".join(one.raw for one in found) == STREAM
    assert [one.data for one in found] == [
        '{"role":"assistant"}',
        '{"contentBlockIndex":0,"delta":{"text":"é"},"p":"abc"}',
        '{"a":1}',
    ]
    assert all(one.whole for one in found)


@given(st.text(), st.text())
def test_botocore_reads_what_is_written_anew(text: str, other: str) -> None:
    _, delta, chunk = split(STREAM)
    data = orjson.dumps({"delta": {"text": text}, "p": other}).decode()
    assert as_botocore(delta.with_data(data)) == [("contentBlockDelta", {"delta": {"text": text}, "p": other})]
    [(name, payload)] = as_botocore(chunk.with_data(data))
    assert name == "chunk"
    assert isinstance(payload, dict)
    assert (payload["p"], base64.b64decode(payload["bytes"])) == ("xyz", data.encode())


def test_the_same_data_makes_the_same_bytes() -> None:
    for one in split(STREAM):
        assert one.with_data(one.data) == one.raw


def test_headers_of_every_type_are_passed_and_strings_read() -> None:
    raw = framed(HEADERS, b"{}")
    [one] = split(raw)
    assert names(one.head) == {"h": "cd"}
    assert one.with_data('{"a":1}') == framed(HEADERS, b'{"a":1}')


@pytest.mark.parametrize("place", range(0, len(STREAM), 5))
def test_a_wrong_bit_anywhere_is_an_error_or_a_stream_that_is_cut(place: int) -> None:
    broken = bytearray(STREAM)
    broken[place] ^= 0x40
    try:
        found = split(bytes(broken))
    except WireError:
        return
    assert not found[-1].whole


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(framed(b"\x05:even", b"{}"), id="a header that is cut"),
        pytest.param(framed(b"\x01a\x63", b"{}"), id="a header of no type"),
        pytest.param(framed(b"\x01a\x07\x00\x09ab", b"{}"), id="a value longer than the headers"),
        pytest.param(framed(b"\x01\xff\x00", b"{}"), id="a name that is not UTF-8"),
        pytest.param(message("chunk", {"p": "x"}), id="a chunk of nothing"),
        pytest.param(message("chunk", {"bytes": "***"}), id="a chunk that is not base64"),
        pytest.param(message("chunk", ["bytes"]), id="a chunk that is no object"),
        pytest.param(struct.pack(">III", 8, 0, zlib.crc32(struct.pack(">II", 8, 0))), id="shorter than itself"),
        pytest.param(struct.pack(">III", 2**31, 0, zlib.crc32(struct.pack(">II", 2**31, 0))), id="without end"),
    ],
)
def test_what_does_not_add_up_is_not_passed(raw: bytes) -> None:
    with pytest.raises(WireError) as caught:
        split(raw)
    assert caught.value.cause == "framing"


def test_a_stream_that_was_cut_ends_in_what_was_cut() -> None:
    for cut in range(1, len(STREAM)):
        found = split(STREAM[:cut])
        assert b"".join(one.raw for one in found) == STREAM[:cut]
