"""PDF is read whole, or says why not."""

import io
from collections.abc import Callable

import pytest
from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DecodedStreamObject, NameObject, NumberObject

from guard.wire.files.extract import extract

type Pdf = Callable[..., bytes]


def test_pages_notes_properties_and_files_are_read(make_pdf: Pdf) -> None:
    found = {piece.where: piece.text for piece in extract(make_pdf("Ana")).pieces}

    assert found["pages"].strip() == "Ana"
    assert found["enclosed!"] == "dans un fichier joint"
    assert {"dans une note", "dans les propriétés", "a.txt"} <= set(found["strings"].splitlines())


def test_what_stands_beside_the_document_is_read(make_pdf: Pdf, iban: str) -> None:
    plain = make_pdf("Ana")
    commented = plain.replace(b"\n", b"\n% Compte " + iban.encode() + b"\n", 1)
    for data in (plain + iban.encode(), iban.encode() + b"\n" + plain, commented):
        found = {piece.where: piece for piece in extract(data).pieces}
        assert iban in found["beside"].text
        assert not found["beside"].declared
    assert "beside" not in {piece.where for piece in extract(plain).pieces}


def test_an_author_is_read_as_what_every_document_has(make_pdf: Pdf) -> None:
    writer = PdfWriter(clone_from=io.BytesIO(make_pdf("Ana")))
    writer.add_metadata({"/Author": "Zoé", "/Title": "Paul"})
    out = io.BytesIO()
    writer.write(out)
    found = {piece.where: piece for piece in extract(out.getvalue()).pieces}

    assert ("Zoé" in found["author"].text, found["author"].declared) == (True, False)
    assert ("Zoé" in found["strings"].text, "Paul" in found["strings"].text) == (False, True)


def test_a_document_with_a_password_says_so(make_pdf: Pdf) -> None:
    assert extract(make_pdf("Ana", password="x")).causes == ("encrypted-file",)


def test_a_document_of_ten_thousand_pages_is_not_read_page_by_page(make_pdf: Pdf) -> None:
    assert extract(make_pdf("Ana", pages=1001)).causes == ("too-large-file",)


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_a_document_that_is_cut_is_read_or_broken(make_pdf: Pdf, share: float) -> None:
    whole = make_pdf("Ana")
    found = extract(whole[: int(len(whole) * share)])

    assert found.causes or any("Ana" in piece.text for piece in found.pieces)


def test_a_stamp_that_no_page_draws_is_read(make_pdf: Pdf) -> None:
    writer = PdfWriter(clone_from=io.BytesIO(make_pdf("Ana")))
    stamp = DecodedStreamObject()
    stamp.set_data(b"BT /F1 10 Tf (Confidentiel) Tj ET")
    stamp[NameObject("/Type")], stamp[NameObject("/Subtype")] = NameObject("/XObject"), NameObject("/Form")
    stamp[NameObject("/Resources")] = writer.pages[0]["/Resources"]
    stamp[NameObject("/BBox")] = ArrayObject(NumberObject(n) for n in (0, 0, 90, 30))
    writer.root_object[NameObject("/Stamp")] = writer._add_object(stamp)
    out = io.BytesIO()
    writer.write(out)

    assert "Confidentiel" in {piece.where: piece.text for piece in extract(out.getvalue()).pieces}["drawings"]


@pytest.mark.parametrize(("size", "causes"), [(100, ("image",)), (8, ())])
def test_a_picture_in_the_drawing_of_a_page_is_seen(make_pdf: Pdf, size: int, causes: tuple[str, ...]) -> None:
    drawn = f"Ana) Tj ET\nBI /W {size} /H {size} /CS /G /BPC 8 ID xyz\nEI\nBT ("

    assert extract(make_pdf(drawn)).causes == causes


@pytest.mark.system
def test_tesseract_reads_a_scanned_page(make_picture: Callable[[], bytes], iban: str) -> None:
    out = io.BytesIO()
    with Image.open(io.BytesIO(make_picture())) as picture:
        picture.convert("RGB").save(out, "PDF")
    found = extract(out.getvalue())

    assert iban in "\n".join(piece.text for piece in found.pieces)
    assert found.causes == ()


def test_letters_without_a_meaning_are_no_text(make_pdf: Pdf) -> None:
    data = make_pdf("Ana").replace(b"/Helvetica", b"/Helvetica/ToUnicode 99 0 R", 1)

    assert extract(data).kind == "pdf"
