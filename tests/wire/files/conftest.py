"""Files of each kind, made here by the libraries that people's programs use, each with a planted value."""

import io
import zipfile
from collections.abc import Callable, Mapping
from email.message import EmailMessage

import docx
import openpyxl
import pptx
import pytest
from openpyxl.comments import Comment
from PIL import Image, ImageDraw, ImageFont
from pypdf import PdfWriter
from pypdf.annotations import FreeText
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

IBAN = "FR76 3000 6000 0112 3456 7890 189"


@pytest.fixture(scope="session")
def iban() -> str:
    return IBAN


def written(save: Callable[[io.BytesIO], object]) -> bytes:
    out = io.BytesIO()
    save(out)
    return out.getvalue()


def zipped(members: Mapping[str, bytes | str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


@pytest.fixture(scope="session")
def make_zip() -> Callable[[Mapping[str, bytes | str]], bytes]:
    return zipped


def a_docx() -> bytes:
    document = docx.Document()
    paragraph = document.add_paragraph("Compte : FR76 3000 ")
    paragraph.add_run("6000 0112").bold = True
    paragraph.add_run(" 3456 7890 189")
    document.add_table(1, 2).rows[0].cells[1].text = "dans une cellule"
    document.sections[0].header.paragraphs[0].text = "dans l'en-tête"
    document.core_properties.comments = "dans les propriétés"
    return written(document.save)


def an_xlsx() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Nom", "IBAN", "NIR"])
    sheet.append(["Ana", IBAN, 285057800608441])
    sheet["A2"].comment = Comment("dans un commentaire", "x")
    hidden = book.create_sheet("Caché")
    hidden.sheet_state = "hidden"
    hidden["A1"] = "dans une feuille masquée"
    return written(book.save)


def a_pptx() -> bytes:
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[0])
    slide.shapes.title.text = f"Compte {IBAN}"
    slide.notes_slide.notes_text_frame.text = "dans les notes"
    return written(deck.save)


def a_pdf(text: str = f"Compte {IBAN}", pages: int = 1, password: str = "") -> bytes:
    writer = PdfWriter()
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
        }
    )
    for _ in range(pages):
        page = writer.add_blank_page(300, 100)
        content = DecodedStreamObject()
        content.set_data(f"BT /F1 10 Tf 10 50 Td ({text}) Tj ET".encode("latin-1"))
        page[NameObject("/Contents")] = writer._add_object(content)
        fonts = DictionaryObject({NameObject("/F1"): font})
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
    if pages == 1:
        writer.add_annotation(0, FreeText(text="dans une note", rect=(10, 10, 90, 30)))
        writer.add_metadata({"/Keywords": "dans les propriétés"})
        writer.add_attachment("a.txt", b"dans un fichier joint")
    if password:
        writer.encrypt(password)
    return written(writer.write)


@pytest.fixture(scope="session")
def make_pdf() -> Callable[..., bytes]:
    return a_pdf


def an_odt(kind: str = "text") -> bytes:
    content = (
        '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
        ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><text:p>Compte : FR76 3000 '
        "<text:span>6000 0112</text:span> 3456 7890 189</text:p></office:body></office:document-content>"
    )
    manifest = '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    return zipped(
        {
            "mimetype": f"application/vnd.oasis.opendocument.{kind}",
            "content.xml": content,
            "META-INF/manifest.xml": manifest,
        }
    )


def an_eml(cte: str = "quoted-printable") -> bytes:
    mail = EmailMessage()
    mail["From"] = "Zoé <zoe@example.fr>"
    mail["To"] = "ana@example.fr"
    mail["Subject"] = "Notre compte à Évry"
    mail.set_content(f"Compte : {IBAN}\nÀ bientôt, dans un message.\n", cte=cte)
    mail.add_attachment(b"dans un fichier joint", maintype="text", subtype="plain", filename="a.txt")
    return mail.as_bytes()


def a_picture(text: str = f"IBAN {IBAN}", size: tuple[int, int] = (900, 120)) -> bytes:
    picture = Image.new("RGB", size, "white")
    ImageDraw.Draw(picture).text((10, 30), text, fill="black", font=ImageFont.load_default(36))
    exif = Image.Exif()
    exif[0x010E] = "dans la description"
    return written(lambda out: picture.save(out, "PNG", exif=exif))


@pytest.fixture(scope="session")
def make_picture() -> Callable[..., bytes]:
    return a_picture


MADE: Mapping[str, Callable[[], bytes]] = {
    "text": lambda: f"Compte : {IBAN}\n".encode(),
    "csv": lambda: f"Nom;IBAN\r\nZoé;{IBAN}\r\n".encode("cp1252"),
    "json": lambda: f'{{"compte": "{IBAN}", "n": [1, "\\u00e9t\\u00e9"]}}'.encode(),
    "jsonl": lambda: f'{{"compte": "{IBAN}"}}\n{{"compte": "x"}}\n'.encode(),
    "html": lambda: f"<!doctype html><p title='bulle'>Compte&nbsp;: <b>{IBAN}</b></p><!-- caché -->".encode(),
    "xml": lambda: f'<?xml version="1.0"?><a compte="{IBAN}"/>'.encode(),
    "eml": an_eml,
    "docx": a_docx,
    "xlsx": an_xlsx,
    "pptx": a_pptx,
    "odt": an_odt,
    "ods": lambda: an_odt("spreadsheet"),
    "rtf": lambda: (
        rb"{\rtf1\ansi Compte : FR76 3000 {\b 6000} 0112 3456 7890 189 \'e9t\'e9{\*\annotation dans une note}}"
    ),
    "pdf": a_pdf,
    "zip": lambda: zipped({"a/b.txt": f"Compte : {IBAN}"}),
}


@pytest.fixture(scope="session")
def made() -> Mapping[str, bytes]:
    """A file of each kind with the IBAN in its text."""
    return {name: make() for name, make in MADE.items()}
