"""How deep in strings of strings a place stands."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.redact.nesting import Nesting


def depth(text: str, step: int = 1000) -> int:
    nesting = Nesting()
    for at in range(0, len(text), step):
        nesting.feed(text[at : at + step])
    return nesting.depth


PLACES = {
    "nowhere": ("{", 0),
    "in a string": ('{"a": "b', 1),
    "behind one": ('{"a": "b"', 0),
    "in quoted words": (r'{"a": "she said \"b', 1),
    "in a string of JSON": (r'{"a": "{\"b\": \"c', 2),
    "in a list of strings of JSON, with spaces": (r'["\n [\"b', 2),
    "behind a string of JSON": (r'{"a": "{\"b\": \"c\"', 1),
    "behind it all": (r'{"a": "{\"b\": \"c\"}"', 0),
    "behind a backslash that is text": (r'{"a": "b\\"', 0),
    "behind a quote that is text, two deep": (r'{"a": "{\"b\": \"c\\\"', 2),
    "three deep": (r'{"a": "{\"b\": \"{\\\"c\\\": \\\"d', 3),
    "in a string that begins with a quote": (r'{"a": "\"b', 1),
}


@pytest.mark.parametrize(("text", "deep"), PLACES.values(), ids=PLACES)
def test_a_place_is_in_each_string_that_holds_it(text: str, deep: int) -> None:
    assert [depth(text, step) for step in (1, 2, 1000)] == [deep] * 3


@given(st.lists(st.text(alphabet='ab"\\\n{[é ', max_size=8), min_size=1, max_size=4))
def test_the_end_of_a_document_is_in_no_string_whatever_it_holds(texts: list[str]) -> None:
    text = json.dumps(texts)
    for _ in range(2):
        text = json.dumps({"a": text, "b": texts})

    assert depth(text) == depth(text, 1) == 0
