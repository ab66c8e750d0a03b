"""Messages are read as people see them, and a body that is changed keeps its coding."""

import base64
from collections.abc import Mapping

import pytest

from guard.wire.files.extract import extract, rewritten

HEAD = "From: =?utf-8?q?Zo=C3=A9?= <zoe@example.fr>\r\nTo: a@example.fr\r\nSubject: Bonjour\r\nMIME-Version: 1.0\r\n"


def message(body: bytes, *headers: str) -> bytes:
    return (HEAD + "".join(f"{header}\r\n" for header in headers) + "\r\n").encode() + body


def texts(data: bytes) -> Mapping[str, str]:
    return {piece.where: piece.text for piece in extract(data).pieces}


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (message(b"Ana \xc3\xa9\r\n"), "Ana é\r\n"),
        (
            message(
                b"Ana =E9", "Content-Type: text/plain; charset=latin1", "Content-Transfer-Encoding: quoted-printable"
            ),
            "Ana é",
        ),
        (message(base64.b64encode("Ana é".encode()), "Content-Transfer-Encoding: base64"), "Ana é"),
        (message(b"Ana \xe9tait l\xe0"), "Ana était là"),
    ],
    ids=["8bit", "quoted-printable", "base64", "a set that is not said"],
)
def test_a_body_is_read_and_edited_in_its_coding(data: bytes, text: str) -> None:
    before = texts(data)
    assert before["0/body"] == text

    new = rewritten(data, {"0/body": text.replace("Ana", "[[PERSON_1]]")})
    assert texts(new) == {**before, "0/body": text.replace("Ana", "[[PERSON_1]]")}
    assert b"Ana" not in new


def test_headers_are_read_decoded_and_edited() -> None:
    data = message(b"x")
    assert texts(data)["0/header/0"] == "Zoé <zoe@example.fr>"

    new = rewritten(data, {"0/header/0": "[[PERSON_1]] <é@example.fr>"})
    assert texts(new)["0/header/0"] == "[[PERSON_1]] <é@example.fr>"
    assert b"To: a@example.fr" in new


def test_html_is_cut_as_markup_is() -> None:
    data = message(b"<p>FR76 <b>3000</b></p>", "Content-Type: text/html")

    assert texts(data)["0/text/1"] == "3000"
    assert b"<b>[[X_1]]</b>" in rewritten(data, {"0/text/1": "[[X_1]]"})


PARTS = (
    b"avant\r\n--b\r\nContent-Type: text/plain\r\n\r\nAna\r\n--b\r\nContent-Type: application/pdf\r\n"
    b'Content-Disposition: attachment; filename="Zoe.pdf"\r\n\r\n%PDF-1.7 rien\r\n'
    b"--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: Paul\r\n\r\ndedans\r\n--b--\r\napr\xc3\xa8s"
)


def test_parts_files_messages_in_it_and_text_around_are_read() -> None:
    found = extract(message(PARTS, "Content-Type: multipart/mixed; boundary=b"))
    said = "\n".join(piece.text for piece in found.pieces)

    assert [words for words in ("Ana", "Zoe.pdf", "Paul", "dedans", "avant") if words not in said] == []
    assert found.causes == ("corrupt-file",)


def test_a_message_that_does_not_end_is_broken() -> None:
    data = message(b"--b\r\n\r\nAna\r\n", "Content-Type: multipart/mixed; boundary=b")

    assert extract(data).causes == ("corrupt-file",)


def test_a_message_of_more_parts_than_anybody_looks_at_is_not_read() -> None:
    data = message(b"--b\r\n\r\nx\r\n" * 600 + b"--b--", "Content-Type: multipart/mixed; boundary=b")

    assert extract(data).causes == ("archive-bomb",)
