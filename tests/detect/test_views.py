"""Views: every character of a view knows where it stood."""

from hypothesis import given
from hypothesis import strategies as st

from guard.detect.disguises import readings
from guard.detect.unmasking import unmasked
from guard.detect.views import changed, plainly


def test_a_span_leads_through_two_views() -> None:
    inner = changed(plainly("a%34%31b"), [(1, 7, "41", 3)])
    outer = changed(inner, [(3, 4, "", 0)])

    assert (outer.text, outer.span(1, 2), outer.span(1, 3)) == ("a41", (1, 4), (1, 7))


def test_a_piece_read_backwards_leads_to_where_it_stood() -> None:
    view = changed(plainly("xabcx"), [(1, 4, "cba", -1)])

    assert (view.text, view.span(1, 3)) == ("xcbax", (2, 4))


@given(st.text(alphabet="a4%35\\u0&#;=\n\u200b\u0336４\u202e\u202c\x1fA", max_size=60))
def test_whatever_the_text_every_span_lies_in_it(text: str) -> None:
    for reading in readings(text).each:
        length = len(reading.view.text)
        for at in range(length):
            start, end = reading.view.span(at, at + 1)
            assert 0 <= start <= end <= len(text)


@given(st.text(alphabet=st.characters(min_codepoint=97, max_codepoint=122), max_size=80))
def test_plain_words_have_no_other_reading(text: str) -> None:
    assert unmasked(text) == (None, True)
