"""Words on pictures are read where tesseract is, and pictures are unread where it is not."""

import io
from collections.abc import Callable

import pytest
from PIL import Image

from guard.wire.files import images
from guard.wire.files.extract import extract
from guard.wire.files.gathering import IMAGES, Gathering

type Picture = Callable[..., bytes]


@pytest.fixture
def without_tesseract(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    images.readable.cache_clear()
    monkeypatch.setattr(images, "readable", images.readable.__wrapped__)


def saved(picture: Image.Image, form: str, **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, form, **options)
    return out.getvalue()


@pytest.mark.usefixtures("without_tesseract")
def test_without_tesseract_a_picture_is_unread_but_for_its_properties(make_picture: Picture) -> None:
    found = extract(make_picture())

    assert found.causes == ("image",)
    assert "dans la description" in found.pieces[0].text.splitlines()


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP"])
def test_text_behind_a_picture_is_read(iban: str, form: str) -> None:
    data = saved(Image.linear_gradient("L"), form)
    bare, told = extract(data), extract(data + f"\nLe compte est {iban} é\0{iban.replace(' ', '')}".encode())
    assert not any(iban in piece.text for piece in bare.pieces)
    said = {piece.where: piece for piece in told.pieces}
    assert f"Le compte est {iban} é" in said["beside"].text.splitlines()
    assert said["beside"].declared
    assert iban.replace(" ", "") in said["beside@"].text.splitlines()


@pytest.mark.usefixtures("without_tesseract")
def test_a_picture_too_small_for_a_letter_is_still_unread_where_nobody_can_look() -> None:
    assert extract(saved(Image.new("L", (8, 8)), "PNG")).causes == ("image",)


def test_more_pictures_than_are_looked_at_are_unread() -> None:
    out = Gathering(lambda data, out: "")
    out.bounds.images = 0
    images.look(Image.new("L", (99, 99)), "", out)

    assert (list(out.causes), IMAGES > 0) == (["image"], True)


def test_a_picture_larger_than_anybody_sends_is_unread() -> None:
    huge = saved(Image.new("1", (20_000, 10_000)), "PNG")

    assert extract(huge).causes == ("image",)


@pytest.mark.system
@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP"])
def test_tesseract_reads_the_words_on_a_picture(make_picture: Picture, iban: str, form: str) -> None:
    assert images.readable()
    with Image.open(io.BytesIO(make_picture("Compte " + iban, (1100, 120)))) as picture:
        found = extract(saved(picture, form))

    assert iban in "\n".join(piece.text for piece in found.pieces)
    assert found.causes == ()
