"""Values are masked as far as a stretch goes, and none is cut that may wait for its end."""

from collections.abc import Sequence

import pytest

from guard.answers.stretch import Stretch
from guard.terms import Classification, Finding
from guard.wire.answer import Kind
from guard.wire.held.text import Text


def finding(start: int, end: int) -> Finding:
    return Finding("iban", "IBAN_CODE", Classification.CONFIDENTIAL, 0, start, end, 1.0)


def masked(said: str, spans: Sequence[tuple[int, int]], end: int | None = None, kind: Kind = "text") -> tuple[str, int]:
    """The text as it leaves, and up to where it is decided on."""
    text = Text(kind)
    text.grow(said)
    stretch = Stretch.of(text, len(said) if end is None else end)
    found = [finding(*span) for span in spans]
    stretch.stop_before(found)
    stretch.settle([one for one in found if stretch.reaches(one)], {})
    return text.shown(0, stretch.end, said[: stretch.end]), stretch.end


def test_a_value_is_masked_where_it_stands() -> None:
    assert masked("Le compte 12345 est clos. ", [(10, 15)]) == ("Le compte [[IBAN_CODE]] est clos. ", 26)


def test_a_value_that_may_go_on_waits_for_its_end() -> None:
    assert masked("Le compte 12345", [(10, 15)]) == ("Le compte ", 10)
    assert masked("Le compte 12345 est clos. ", [(10, 15)], end=12) == ("Le compte ", 10)


@pytest.mark.parametrize(
    ("said", "value", "wanted"),
    [
        pytest.param('{"a": "12345", "b": 1}', "12345", '{"a": "[[IBAN_CODE]]", "b": 1}', id="a string"),
        pytest.param('{"a": 12345, "b": 1}', "12345", '{"a": "[[IBAN_CODE]]", "b": 1}', id="a number"),
    ],
)
def test_a_mask_in_json_leaves_json(said: str, value: str, wanted: str) -> None:
    at = said.index(value)
    assert masked(said, [(at, at + len(value))], kind="json")[0] == wanted
