"""RTF is read with what it hides; pictures and objects in it are unread."""

import pytest

from guard.wire.files.extract import extract


def test_text_escapes_and_notes_are_read() -> None:
    found = extract(rb"{\rtf1\ansi {\info{\author Zo\'e9}}Compte FR76 {\b 3000} \u233?{\footnote note}}")
    said = {piece.where: " ".join(piece.text.split()) for piece in found.pieces}

    assert "Compte FR76 3000" in said["text"]
    assert "Zoé" in said["all"]
    assert "note" in said["all"]


@pytest.mark.parametrize("document", [rb"{\rtf1 Ana}%b", rb"{\rtf1 {\*\kept %b} Ana}"])
def test_what_no_reader_shows_is_read_like_what_nobody_declared(document: bytes, iban: str) -> None:
    said = {piece.where: piece for piece in extract(document.replace(b"%b", iban.encode())).pieces}
    assert iban not in said["text"].text
    assert (iban in said["all"].text, said["all"].declared) == (True, False)


@pytest.mark.parametrize(
    ("more", "cause"), [(rb"{\pict\pngblip 8950}", "image"), (rb"{\object{\*\objdata 0105}}", "embedded-object")]
)
def test_pictures_and_objects_are_said(more: bytes, cause: str) -> None:
    assert extract(rb"{\rtf1 Ana " + more + b"}").causes == (cause,)
