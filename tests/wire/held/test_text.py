"""A text is decided on in parts, and forgotten behind them."""

from guard.wire.held.text import CONTEXT, MARGIN, WINDOW, Text

SENTENCE = "Une phrase qui se termine. "


def test_a_text_without_any_space_is_decided_on_too() -> None:
    text = Text()
    text.grow("x" * (WINDOW + MARGIN + 1))
    assert text.ready(quiet=False) == WINDOW + 1


def test_text_that_is_decided_on_is_forgotten_but_for_some_context() -> None:
    text = Text()
    for _ in range(1000):
        text.grow(SENTENCE)
        if (end := text.ready(quiet=False)) > text.decided:
            text.settle(end)
    assert text.total == 1000 * len(SENTENCE)
    assert len(text.view) <= CONTEXT + MARGIN + 6 * len(SENTENCE)


def test_no_repr_shows_text() -> None:
    text = Text()
    text.grow("Licorne")
    assert "Licorne" not in repr(text)
