"""JSON text is read as people read it."""

import json

from hypothesis import given
from hypothesis import strategies as st

from guard.wire.held.escapes import unescaped


@given(st.text())
def test_json_text_is_read_as_people_read_it_and_each_character_has_its_place(text: str) -> None:
    written = json.dumps(text)
    said, places = unescaped(written[1:-1])
    assert said == text
    assert len(places) == len(said) + 1
    assert (places[0], places[-1]) == (0, len(written) - 2)
