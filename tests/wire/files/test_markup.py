"""Markup is cut where a tag can stand inside a value, and put together again to the character."""

from hypothesis import given
from hypothesis import strategies as st

from guard.wire.files.markup import MOST, read, stretches, write

MARKUP = st.text("<>/b!- ap=\"'123", max_size=60)


def test_a_value_split_by_a_tag_stands_in_neighbours() -> None:
    found = dict(read("<p>FR76 <b class='x'>3000</b> 6000<!-- x --> 0112</p>"))

    assert [found[f"text/{n}"] for n in range(4)] == ["<p>FR76", "3000", "6000", "0112</p>"]
    assert found["tags/0"] == " <b class='x'>"


@given(MARKUP)
def test_nothing_of_the_text_is_left_out(text: str) -> None:
    texts, tags = stretches(text)

    assert "".join(text[start:end] for start, end in sorted(texts + tags)) == text
    assert write(text, {}) == text


def test_an_edit_changes_its_own_stretch() -> None:
    assert write("<b>Ana</b> et <i>Zoé</i>", {"text/1": "[[PERSON_1]]"}) == "<b>[[PERSON_1]]</b> et <i>Zoé</i>"


def test_a_text_of_more_tags_than_anybody_looks_at_is_one_stretch() -> None:
    text = "<b>x</b>" * MOST

    assert read(text) == [("text/0", text)]
    assert write(text, {"text/0": "x"}) == "x"


def test_comments_that_never_end_cost_no_time() -> None:
    assert len(stretches("<!--" * 50_000)[0]) == 1
