"""Records of a socket, cut anywhere, keep their bytes."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from guard.wire.records import Messages, Record, Splitter

DATA = '{"type":1,"é":"😀"}\x1e{}\x1e{"type":6}\x1e'.encode()


@given(st.lists(st.integers(0, len(DATA)), max_size=8))
def test_records_are_the_same_at_any_cut(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(DATA)]
    splitter = Splitter()
    found = [one for a, b in pairwise(edges) for one in splitter.feed(DATA[a:b])]
    assert [one.data for one in found] == ['{"type":1,"é":"😀"}', "{}", '{"type":6}']
    assert b"".join(one.raw for one in found) == DATA
    assert splitter.flush() == []


def test_a_record_without_its_end_is_not_whole() -> None:
    splitter = Splitter()
    assert splitter.feed(b'{"type"') == []
    assert splitter.flush() == [Record(b'{"type"', whole=False)]


def test_other_data_keeps_the_separator() -> None:
    assert Record(b"{}\x1e").with_data('{"é":1}') == '{"é":1}\x1e'.encode()
    assert Record(b"{}").with_data("[]") == b"[]"


def test_a_message_is_one_event() -> None:
    [message] = Messages().feed(b"{}\x1e{}")
    assert (message.raw, message.whole, Messages().flush()) == (b"{}\x1e{}", True, [])
