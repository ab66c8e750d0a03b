"""JSON files are read leaf by leaf, and edited in place."""

import json

from hypothesis import given
from hypothesis import strategies as st

from guard.wire.files.jsontext import MOST, read, write

VALUES = st.recursive(
    st.none() | st.booleans() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)


def test_strings_keys_and_long_numbers_are_leaves() -> None:
    assert [text for _, text in read('{"nom": "Zo\\u00e9", "n": [12, 285057800608441, null]}')] == [
        "nom",
        "Zoé",
        "n",
        "285057800608441",
    ]


def test_json_lines_are_read_line_by_line_and_edited_in_place() -> None:
    text = '{"a": "Ana"}\n\n{"a": "Zoé"}\n'

    assert read(text) == [("leaf/0", "a"), ("leaf/1", "Ana"), ("leaf/2", "a"), ("leaf/3", "Zoé")]
    assert write(text, {"leaf/3": "[[PERSON_1]]"}) == '{"a": "Ana"}\n\n{"a": "[[PERSON_1]]"}\n'


def test_what_cannot_be_taken_apart_is_one_text() -> None:
    for text in ("[[PERSON_1]] bonjour", '{"a":1,"a":2}', "[" + '"x",' * MOST + '"x"]'):
        assert read(text) == [("", text)]
        assert write(text, {"": "x"}) == "x"


@given(VALUES)
def test_an_edit_shows_and_nothing_else_changes(value: object) -> None:
    text = json.dumps([value, "Ana"])
    found = read(text)

    assert write(text, {}) == text
    assert json.loads(write(text, {found[-1][0]: "Zoé"})) == [value, "Zoé"]
