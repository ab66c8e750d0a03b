"""An answer that comes whole is one event, at its end, with its own bytes."""

import pytest

from guard.wire.held.whole import Whole


@pytest.mark.parametrize("pieces", [[b'{"a":', b'"x"}'], [b"\xff\xfe", b"a"]], ids=["text", "bytes"])
def test_nothing_comes_before_the_end_and_then_all(pieces: list[bytes]) -> None:
    whole = Whole()
    assert [whole.feed(piece) for piece in pieces] == [[], []]
    [event] = whole.flush()
    assert event.raw == event.with_data(event.data) == b"".join(pieces)
    assert "x" not in repr(event).replace("Event", "")
    assert whole.flush() == []
