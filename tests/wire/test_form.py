"""Forms and queries are read as receivers read them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.errors import WireError
from guard.wire.form import decoded, read, write


@pytest.mark.parametrize(
    ("text", "segments"),
    [
        pytest.param("", {}, id="nothing"),
        pytest.param("a=b", {"q:0/name": "a", "q:0/value": "b"}, id="one pair"),
        pytest.param("a=Jean+D%27A", {"q:0/name": "a", "q:0/value": "Jean D'A"}, id="plus and percent"),
        pytest.param("%C3%A9=%F0%9F%98%80", {"q:0/name": "é", "q:0/value": "😀"}, id="UTF-8"),
        pytest.param("a&b=&=c", {"q:0/name": "a", "q:1/name": "b", "q:2/value": "c"}, id="halves of pairs"),
        pytest.param("a=b=c", {"q:0/name": "a", "q:0/value": "b=c"}, id="two equals signs"),
        pytest.param("a=1&a=2", {"q:0/name": "a", "q:0/value": "1", "q:1/name": "a", "q:1/value": "2"}, id="twice"),
        pytest.param("a=%zz%4", {"q:0/name": "a", "q:0/value": "%zz%4"}, id="percent signs that are none"),
        pytest.param("a=%2540", {"q:0/name": "a", "q:0/value": "%40"}, id="decoded once"),
        pytest.param("é", {"q:0/name": "é"}, id="not encoded at all"),
        pytest.param("a=1;b=2", {"q:0/name": "a", "q:0/value": "1;b=2"}, id="a semicolon is text"),
    ],
)
def test_names_and_values_are_segments(text: str, segments: dict[str, str]) -> None:
    found = list(read(text, "q"))

    assert {segment.where: segment.text for segment in found} == segments
    assert not any(segment.declared for segment in found)


def test_a_value_has_its_name_for_a_hint() -> None:
    assert [s.hint for s in read("my+iban=x", "q")] == ["", "my iban"]


@pytest.mark.parametrize("text", ["a=%FF", "%C3=x", "a=%ED%A0%80", "a=\udcff"])
def test_bytes_that_are_not_utf_8_are_not_read(text: str) -> None:
    with pytest.raises(WireError) as caught:
        list(read(text, "q"))
    assert caught.value.cause == "url"


def test_what_is_not_edited_stays_to_the_byte() -> None:
    text = "a=%7ejean&&b&=x&c=%zz+1&"

    assert write(text, "q", {"q:0/value": "N é&=+"}) == "a=N+%C3%A9%26%3D%2B&&b&=x&c=%zz+1&"
    assert write(text, "q", {}) == text
    assert write(text, "q", {"other:0/value": "x"}) == text


def test_an_edit_may_be_empty() -> None:
    assert write("a=b", "q", {"q:0/value": ""}) == "a="


PART = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


@given(st.text(st.sampled_from("ab=&%4+é")) | PART, st.data())
def test_exactly_the_edits_are_seen(text: str, data: st.DataObject) -> None:
    try:
        before = {s.where: s.text for s in read(text, "q")}
    except WireError:
        return
    chosen = data.draw(st.lists(st.sampled_from(sorted(before)), unique=True) if before else st.just([]))
    edits = {where: data.draw(PART.filter(bool)) for where in chosen}

    assert {s.where: s.text for s in read(write(text, "q", edits), "q")} == before | edits


@given(st.text(st.characters()))
def test_any_text_is_decoded_or_refused_with_one_kind_of_error(text: str) -> None:
    try:
        decoded(text).encode()
    except WireError:
        assert not text.isascii() or "%" in text
