"""The items of a JSON array that comes in pieces keep their bytes, at every cut."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.wire.array import Item, Splitter


def split(data: bytes, size: int) -> list[Item]:
    splitter = Splitter()
    items = [item for at in range(0, len(data), size) for item in splitter.feed(data[at : at + size])]
    return items + splitter.flush()


TEXT = st.text(max_size=6)
ITEMS = st.lists(
    st.dictionaries(TEXT, TEXT | st.lists(TEXT | st.dictionaries(TEXT, st.none(), max_size=2), max_size=3), max_size=3),
    max_size=4,
)


@given(ITEMS, st.integers(1, 9), st.sampled_from([None, 2]), st.sampled_from(["", "\n", " \r\n"]))
def test_items_are_those_of_the_array_at_any_cut(
    items: list[object], size: int, indent: int | None, space: str
) -> None:
    data = (space + json.dumps(items, indent=indent) + space).encode()
    found = split(data, size)
    assert b"".join(item.raw for item in found) == data
    whole = [json.loads(item.data) for item in found if item.data.startswith("{")]
    assert whole == items


def test_an_item_leaves_as_soon_as_it_is_whole() -> None:
    splitter = Splitter()
    [first] = splitter.feed(b'[{"a": "]}"}')
    [second] = splitter.feed(b',\r\n{"b": {}}\n')
    [end] = splitter.feed(b"]")
    assert (first.data, second.data, end.data) == ('{"a": "]}"}', '{"b": {}}', "]")
    assert (first.whole, second.whole, end.whole) == (True, True, True)


def test_other_data_stands_where_the_item_stood() -> None:
    first, second, end = split(b'[{"a": 1}\n,\r\n {"b": 2}\n]\n', 4)[:3]
    assert first.with_data("{}") == b"[{}"
    assert second.with_data("{}") == b"\n,\r\n {}"
    assert second.after("{}") == b",\r\n{}"
    assert end.raw.strip() == b"]"


@pytest.mark.parametrize("data", [b'{"error": [{"a": 1}]}', b"", b"  ", b'"text"', b"Not Found"])
def test_text_that_is_no_array_is_one_item_at_its_end(data: bytes) -> None:
    found = split(data, 3)
    assert b"".join(item.raw for item in found) == data
    assert len(found) == bool(data)
    assert not any(item.whole for item in found)


@pytest.mark.parametrize("data", [b'[{"a": 1}, {"b": "', b"[", b'[{"a": 1},', b'[{"a": "\\'])
def test_an_array_that_was_cut_ends_in_what_was_cut(data: bytes) -> None:
    found = split(data, 2)
    assert b"".join(item.raw for item in found) == data
    assert not found[-1].whole
