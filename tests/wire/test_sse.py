"""Events are cut as the standard says, wherever the bytes are cut."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.wire.sse import ServerEvent, Splitter


def split(*pieces: bytes) -> list[ServerEvent]:
    splitter = Splitter()
    return [event for piece in pieces for event in splitter.feed(piece)] + splitter.flush()


def one(raw: bytes) -> ServerEvent:
    [event] = split(raw)
    return event


@pytest.mark.parametrize(
    ("raw", "name", "data"),
    [
        pytest.param(b"data: a\n\n", "", "a", id="data"),
        pytest.param(b"data:a\n\n", "", "a", id="without the space"),
        pytest.param(b"data:  a\n\n", "", " a", id="one space only is taken off"),
        pytest.param(b"event: x\ndata: a\n\n", "x", "a", id="with a name"),
        pytest.param(b"data: a\ndata: b\n\n", "", "a\nb", id="two lines"),
        pytest.param(b"data\n\n", "", "", id="data without a colon"),
        pytest.param(b": ping\n\n", "", "", id="a comment"),
        pytest.param(b"data: a\r\n\r\n", "", "a", id="CR LF"),
        pytest.param(b"data: a\r\r", "", "a", id="CR"),
        pytest.param(b"data: a\r\n\n", "", "a", id="CR LF, then LF"),
        pytest.param(b"data: a\n\r\n", "", "a", id="LF, then CR LF"),
        pytest.param(b"data-x: b\ndatabase: c\ndata: a\n\n", "", "a", id="fields that only begin alike"),
        pytest.param("data: é😀\n\n".encode(), "", "é😀", id="UTF-8"),
        pytest.param(b"id: 1\nretry: 5\n\n", "", "", id="no data at all"),
        pytest.param(b"data: a", "", "a", id="cut in its first line"),
    ],
)
def test_an_event_is_read_and_keeps_its_bytes(raw: bytes, name: str, data: str) -> None:
    event = one(raw)

    assert (event.raw, event.name, event.data) == (raw, name, data)


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_events_come_as_soon_as_they_are_whole(end: bytes) -> None:
    stream = b"data: a" + end + end + b"data: b" + end + end
    splitter = Splitter()
    first = splitter.feed(stream[: len(stream) // 2 + 1])

    assert [event.data for event in first] == ["a"]


@given(
    st.lists(st.sampled_from([b"data: a", b"event: x", b":", b"", b"\n", b"\r", b"\r\n", b"x"]), max_size=30),
    st.lists(st.integers(0, 200), max_size=8),
)
def test_any_cut_gives_the_same_events_and_no_byte_is_lost(parts: list[bytes], cuts: list[int]) -> None:
    stream = b"".join(parts)
    places = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
    pieces = [stream[start:end] for start, end in pairwise(places)]

    events = split(*pieces)

    assert b"".join(event.raw for event in events) == stream
    assert events == split(stream) == split(*(bytes([byte]) for byte in stream))


@pytest.mark.parametrize(
    ("raw", "data", "new"),
    [
        pytest.param(b"data: a\n\n", "b", b"data: b\n\n", id="one line"),
        pytest.param(b"data:a\n\n", "b", b"data:b\n\n", id="without the space"),
        pytest.param(
            b"event: x\nid: 1\ndata: a\nretry: 2\n\n", "b", b"event: x\nid: 1\ndata: b\nretry: 2\n\n", id="other fields"
        ),
        pytest.param(b": c\r\ndata: a\r\n\r\n", "b", b": c\r\ndata: b\r\n\r\n", id="CR LF"),
        pytest.param(b"data: a\ndata: a\n: c\n\n", "b", b"data: b\n: c\n\n", id="fewer lines"),
        pytest.param(b"data: a\r\n\r\n", "b\nc", b"data: b\r\ndata: c\r\n\r\n", id="more lines"),
        pytest.param(b"data: a", "b\nc", b"data: b\ndata: c", id="more lines in a cut event"),
        pytest.param(b"data-x: 1\ndata: a\n\n", "b", b"data-x: 1\ndata: b\n\n", id="a field that begins alike"),
        pytest.param(b"data: a\n\n", "é\ud83d".encode("utf-8", "ignore").decode(), "data: é\n\n".encode(), id="UTF-8"),
        pytest.param(b"data: \xff a\n\n", "\udcff b", b"data: \xff b\n\n", id="bytes that are not UTF-8"),
    ],
)
def test_other_data_leaves_the_rest_to_the_byte(raw: bytes, data: str, new: bytes) -> None:
    assert one(raw).with_data(data) == new


@pytest.mark.parametrize(
    ("raw", "whole"), [(b"data: a\n\n", True), (b"data: a\r\r", True), (b"data: a\n", False), (b"data: a", False)]
)
def test_an_event_knows_when_it_was_cut(raw: bytes, whole: bool) -> None:
    assert one(raw).whole is whole


def test_a_large_event_in_small_pieces_is_searched_once() -> None:
    pieces = [b"data: "] + [b"x" * 100] * 50_000 + [b"\n\n"]

    assert len(split(*pieces)[0].raw) == 5_000_008


def test_no_repr_shows_the_text() -> None:
    assert "Dupont" not in repr(one(b"data: Dupont\n\n"))
