"""JSON lines keep their bytes, at every cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.wire.lines import Line, Splitter


@given(st.binary(max_size=60).map(lambda b: b.replace(b"\x00", b"\n")), st.integers(1, 7))
def test_lines_are_the_bytes_that_came_at_any_cut(data: bytes, size: int) -> None:
    split = Splitter()
    lines = [line for at in range(0, len(data), size) for line in split.feed(data[at : at + size])]
    last = split.flush()
    assert b"".join(line.raw for line in lines + last) == data
    assert all(line.whole for line in lines)
    assert not any(line.whole for line in last)


def test_a_line_leaves_as_soon_as_it_is_whole() -> None:
    split = Splitter()
    assert split.feed(b'{"a":') == []
    assert split.feed(b'1}\n{"b"') == [Line(b'{"a":1}\n')]


@pytest.mark.parametrize("raw", [b'{"a":1}\n', b' {"a":1}\t\r\n', b'{"a":1}'], ids=["plain", "spaces", "no end"])
def test_other_data_stands_where_the_data_stood(raw: bytes) -> None:
    line = Line(raw)
    assert line.data == '{"a":1}'
    assert line.with_data(line.data) == raw
    assert line.with_data('{"é":"\udcff"}') == raw.replace(b'{"a":1}', '{"é":"'.encode() + b'\xff"}')


def test_an_empty_line_has_no_data() -> None:
    assert Line(b"\r\n").data == ""
