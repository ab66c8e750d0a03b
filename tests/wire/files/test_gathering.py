"""What comes out of a file is kept within bounds."""

import pytest

from guard.errors import WireError
from guard.wire.files.gathering import CHARS, DEPTH, MEMBERS, UNPACKED, Bounds, Gathering


def nothing(data: bytes, out: Gathering) -> str:
    return ""


def endless(data: bytes, out: Gathering) -> str:
    out.inside("again", data)
    return ""


def many(data: bytes, out: Gathering) -> str:
    if not out.depth:
        for _ in range(MEMBERS + 1):
            out.inside("one", b"")
    return ""


def test_texts_are_kept_with_their_place_and_empty_ones_are_not() -> None:
    out = Gathering(nothing)
    out.text("page/1", "Ana", declared=False)
    out.text("page/2", " \n")

    assert [(piece.where, piece.text, piece.declared) for piece in out.pieces] == [("page/1", "Ana", False)]


def test_a_text_in_a_file_in_a_file_has_both_places_and_is_not_edited() -> None:
    def one(data: bytes, out: Gathering) -> str:
        out.text("", data.decode(), editable=True)
        return "text"

    out = Gathering(one)
    out.inside("a.txt", b"Ana")

    [piece] = out.pieces
    assert (piece.where, piece.editable) == ("a.txt!", False)


def test_too_much_text_is_said() -> None:
    out = Gathering(nothing)
    with pytest.raises(WireError) as caught:
        out.text("", "x" * (CHARS + 1))
    assert caught.value.cause == "too-large-file"


@pytest.mark.parametrize("reader", [endless, many])
def test_files_in_files_have_an_end(reader: object) -> None:
    out = Gathering(reader)  # type: ignore[arg-type]
    with pytest.raises(WireError) as caught:
        reader(b"", out)  # type: ignore[operator]
    assert caught.value.cause == "archive-bomb"
    assert out.bounds.members >= -1
    assert DEPTH < MEMBERS


def test_what_unpacks_without_measure_is_said() -> None:
    out = Gathering(nothing, Bounds())
    with pytest.raises(WireError) as caught:
        out.unpack(UNPACKED + 1)
    assert caught.value.cause == "archive-bomb"


def test_no_repr_shows_text() -> None:
    out = Gathering(nothing)
    out.text("", "Ana")
    assert "Ana" not in repr(out.pieces)
