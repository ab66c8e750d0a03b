"""Files on their way to a service: what is confidential in them never arrives, whatever they are and however sent."""

import base64
import io
import json
import zipfile
from collections.abc import Callable, Mapping

import anthropic
import docx
import httpx2
import openai
import openpyxl
import pytest
from PIL import Image, ImageDraw, ImageFont

from guard.demo.exchange import PLACEHOLDER
from guard.demo.stage import Act

IBAN = "FR76 3000 6000 0112 3456 7890 189"
CSV = f"Nom;IBAN\r\nZoé;{IBAN}\r\n".encode()
FILES = "https://api.openai.com/v1/files"


def a_docx(text: str = f"Compte : {IBAN}") -> bytes:
    document = docx.Document()
    document.add_paragraph(text)
    document.core_properties.author = ""
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def an_xlsx() -> bytes:
    book = openpyxl.Workbook()
    hidden = book.create_sheet("H")
    hidden.sheet_state = "hidden"
    hidden.append(["Compte", IBAN])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def a_zip(*files: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files:
            archive.writestr(name, data)
    return out.getvalue()


def a_picture() -> bytes:
    exif = Image.Exif()
    exif[0x010E] = f"Compte : {IBAN}"
    out = io.BytesIO()
    Image.new("RGB", (40, 40), "white").save(out, "JPEG", exif=exif)
    return out.getvalue()


TEXTS: Mapping[str, bytes] = {
    "txt": f"Compte : {IBAN}".encode(),
    "csv": CSV,
    "csv of Windows": CSV.decode().encode("cp1252"),
    "md": f"# Compte\n\n- {IBAN}\n".encode(),
    "html": f"<!doctype html><p>Compte : {IBAN[:14]}<b>{IBAN[14:]}</b></p>".encode(),
    "json": json.dumps({"compte": IBAN}).encode(),
    "jsonl": f'{{"compte": "{IBAN}"}}\n{{"compte": "x"}}\n'.encode(),
    "xml": f'<?xml version="1.0"?><compte iban="{IBAN}"/>'.encode(),
    "eml": f"From: a@example.org\nTo: b@example.org\nSubject: Compte\nMIME-Version: 1.0\n\n{IBAN}\n".encode(),
}
FIXED: Mapping[str, Callable[[], bytes]] = {
    "docx": a_docx,
    "xlsx, in a hidden sheet": an_xlsx,
    "rtf": lambda: rb"{\rtf1 Compte : FR76 3000 {\b 6000} 0112 3456 7890 189}",
    "zip": lambda: a_zip(("a.txt", TEXTS["txt"])),
    "docx in a zip": lambda: a_zip(("a.docx", a_docx())),
}


@pytest.mark.parametrize("kind", TEXTS)
def test_a_text_file_arrives_without_the_value(act: Act, kind: str) -> None:
    kept = act.stage.clients.openai.files.create(file=(f"notes.{kind[:3]}", TEXTS[kind]), purpose="user_data")

    [received] = act.received
    assert act.left([IBAN]) == []
    assert PLACEHOLDER.search(received.body.decode("latin-1"))
    assert kept.id
    assert act.verdicts == ["redact"]


@pytest.mark.parametrize("kind", FIXED)
def test_another_file_with_the_value_is_refused_and_the_person_told_why(act: Act, kind: str) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        act.stage.clients.openai.files.create(file=("notes.bin", FIXED[kind]()), purpose="user_data")

    assert act.received == []
    assert "IBAN_CODE" in caught.value.message
    assert "fichier joint" in caught.value.message or "attached file" in caught.value.message


def test_a_file_with_nothing_to_hide_arrives_byte_for_byte(act: Act) -> None:
    data = a_docx("Le ciel est bleu.")
    act.stage.clients.openai.files.create(file=("bleu.docx", data), purpose="user_data")

    [received] = act.received
    assert data in received.body
    assert received.body == act.sent[-1]


def test_the_name_of_a_file_is_hidden_too(act: Act) -> None:
    name = f"releve {IBAN}.txt"
    act.stage.clients.openai.files.create(file=(name, b"rien"), purpose="user_data")

    [received] = act.received
    assert act.left([IBAN]) == []
    assert b'filename="releve [[IBAN_CODE_' in received.body


def test_a_document_in_a_message_to_claude_is_read(act: Act) -> None:
    def ask(data: bytes) -> object:
        source = {"type": "base64", "media_type": "application/pdf", "data": base64.b64encode(data).decode()}
        content = [{"type": "document", "source": source}, {"type": "text", "text": "Résume ce document."}]
        return act.stage.clients.anthropic.messages.create(
            model="claude-sonnet-5",
            max_tokens=50,
            messages=[{"role": "user", "content": content}],  # type: ignore[typeddict-item]
        )

    ask(TEXTS["txt"])
    [received] = act.received
    assert act.left([IBAN, base64.b64encode(TEXTS["txt"]).decode()]) == []
    sent = json.loads(received.body)["messages"][0]["content"][0]["source"]["data"]
    assert base64.b64decode(sent) == b"Compte : [[IBAN_CODE_1]]"

    with pytest.raises(anthropic.BadRequestError) as caught:
        ask(a_docx())
    assert len(act.received) == 1
    assert "IBAN_CODE" in str(caught.value)


def test_a_file_kept_by_claude_arrives_without_the_value(act: Act) -> None:
    kept = act.stage.clients.anthropic.beta.files.upload(file=("compte.csv", CSV, "text/csv"))

    assert kept.filename == "compte.csv"
    assert act.left([IBAN]) == []
    assert b"[[IBAN_CODE_1]]" in act.received[0].body


def test_what_a_picture_says_of_itself_is_read(act: Act) -> None:
    with pytest.raises(openai.BadRequestError):
        act.stage.clients.openai.images.edit(image=("photo.jpg", a_picture()), prompt="Plus clair")

    assert act.received == []


@pytest.mark.system
def test_the_words_on_a_picture_are_read(act: Act) -> None:
    picture = Image.new("RGB", (900, 120), "white")
    ImageDraw.Draw(picture).text((10, 30), f"IBAN {IBAN}", fill="black", font=ImageFont.load_default(36))
    out = io.BytesIO()
    picture.save(out, "PNG")
    url = f"data:image/png;base64,{base64.b64encode(out.getvalue()).decode()}"
    content = [{"type": "text", "text": "Que lis-tu ?"}, {"type": "image_url", "image_url": {"url": url}}]
    with pytest.raises(openai.BadRequestError) as caught:
        act.stage.clients.openai.chat.completions.create(
            model="gpt-5",
            messages=[{"role": "user", "content": content}],  # type: ignore[list-item]
        )

    assert act.received == []
    assert "une image" in caught.value.message


@pytest.mark.parametrize(
    ("data", "cause"),
    [
        pytest.param(b"ID3\x03\x00 sound", "media", id="sound"),
        pytest.param(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old-office", id="an old document"),
        pytest.param(a_zip(("a", bytes(20 * 2**20))), "archive-bomb", id="a bomb"),
        pytest.param(a_docx()[:-40], "corrupt-file", id="cut"),
        pytest.param(b"\x93\x01\xfe\xdc\xba", "unknown-file", id="bytes of nothing we know"),
    ],
)
def test_what_cannot_be_read_does_not_leave(act: Act, data: bytes, cause: str) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        act.stage.clients.openai.files.create(file=("notes.txt", data), purpose="user_data")

    assert act.received == []
    assert cause in caught.value.message
    assert act.events[-1]["unmapped"]["guard"]["uninspectable"] == [cause]


@pytest.mark.parametrize("kind", ["application/octet-stream", "text/plain", "application/x-www-form-urlencoded", ""])
def test_raw_bytes_are_a_file_whatever_they_are_said_to_be(act: Act, http: httpx2.Client, kind: str) -> None:
    refused = http.put("https://api.openai.com/v1/new/upload", content=a_docx(), headers={"content-type": kind})

    assert (refused.status_code, act.received) == (400, [])
    assert "IBAN_CODE" in refused.text


@pytest.mark.parametrize(
    "headers",
    [
        {"content-range": "bytes 0-9/100"},
        {"content-range": "bytes 90-99/100"},
        {"x-goog-upload-command": "upload", "x-goog-upload-offset": "0"},
        {"x-goog-upload-command": "upload, finalize", "x-goog-upload-offset": "262144"},
        {"upload-offset": "10"},
    ],
    ids=lambda headers: " ".join(headers.values()),
)
def test_a_piece_of_a_file_does_not_leave(act: Act, http: httpx2.Client, headers: dict[str, str]) -> None:
    refused = http.put("https://api.openai.com/v1/new/upload", content=b"0123456789", headers=headers)

    assert (refused.status_code, act.received) == (400, [])
    assert "partial-upload" in refused.text


def test_a_whole_file_in_one_piece_leaves(act: Act, http: httpx2.Client) -> None:
    headers = {
        "x-goog-upload-command": "upload, finalize",
        "x-goog-upload-offset": "0",
        "content-range": "bytes 0-9/10",
    }
    http.put("https://api.openai.com/v1/new/upload", content=b"le ciel...", headers=headers)

    assert [received.body for received in act.received] == [b"le ciel..."]
