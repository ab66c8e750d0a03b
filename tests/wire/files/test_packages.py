"""Archives and office documents are read part by part, within bounds; what is odd about them is said."""

import io
import zipfile
from collections.abc import Callable, Mapping

import pytest

from guard.wire.files.extract import extract

type Zip = Callable[[Mapping[str, bytes | str]], bytes]

WORD = {"[Content_Types].xml": "<Types/>", "word/document.xml": "<w><p><t>Ana</t></p></w>"}
BILLION = (
    '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><w><p>&c;</p></w>'
)


def nested(make_zip: Zip, levels: int) -> bytes:
    data = b"Ana"
    for _ in range(levels):
        data = make_zip({"inner": data})
    return data


def test_each_file_of_an_archive_is_read_and_so_is_its_name(make_zip: Zip) -> None:
    found = extract(make_zip({"zoe.txt": "Ana", "b/c.html": "<p>Paul</p>"}))

    assert [(piece.where, piece.text) for piece in found.pieces] == [
        ("name", "zoe.txt"),
        ("zoe.txt!", "Ana"),
        ("name", "b/c.html"),
        ("b/c.html!text/0", "<p>Paul</p>"),
    ]


@pytest.mark.parametrize(
    ("more", "cause"),
    [
        pytest.param({"word/vbaProject.bin": b"\x01"}, "macro", id="a macro"),
        pytest.param({"word/activeX/activeX1.bin": b"\x01"}, "macro", id="a control"),
        pytest.param({"word/embeddings/oleObject1.bin": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"}, "old-office", id="OLE"),
        pytest.param({"word/media/a.mp4": b"\x00\x00\x00\x18ftypmp42"}, "media", id="a film"),
        pytest.param({"word/comments.xml": BILLION}, "xml-entities", id="a billion laughs"),
        pytest.param({"word/comments.xml": "<w>"}, "corrupt-file", id="broken XML"),
        pytest.param({"word/comments.xml": "<w>" * 5000 + "</w>" * 5000}, "corrupt-file", id="XML without a bottom"),
        pytest.param({"word/media/a.bin": b"\x93\x01\xfe\xdc\xba"}, "unknown-file", id="bytes of nothing we know"),
    ],
)
def test_what_a_document_holds_and_nobody_can_read_is_said(
    make_zip: Zip, more: Mapping[str, bytes | str], cause: str
) -> None:
    found = extract(make_zip({**WORD, **more}))

    assert found.causes == (cause,)
    assert "Ana" in {piece.text.strip() for piece in found.pieces}


def test_files_in_a_document_are_read(make_zip: Zip) -> None:
    inner = make_zip({**WORD, "word/document.xml": "<w><p>Paul</p></w>"})
    found = extract(make_zip({**WORD, "word/embeddings/a.docx": inner, "word/afchunk.htm": "<p>Zoé"}))

    assert found.causes == ()
    assert {"Ana", "Paul", "<p>Zoé"} <= {piece.text.strip() for piece in found.pieces}


def test_an_author_is_read_as_what_every_document_has(make_zip: Zip) -> None:
    core = "<c><creator>Ana</creator><title>Zoé</title><lastModifiedBy>Paul</lastModifiedBy></c>"
    found = {p.where: p for p in extract(make_zip({**WORD, "docProps/core.xml": core})).pieces}

    author, rest = found["docProps/core.xml/author"], found["docProps/core.xml"]
    assert (author.text, author.declared, rest.text.split(), rest.declared) == ("Ana\nPaul", False, ["Zoé"], True)


def test_what_programs_add_for_themselves_is_no_reason_to_refuse(make_zip: Zip) -> None:
    dull = {"docProps/thumbnail.jpeg": b"\xff\xd8\xff", "xl/printerSettings/printerSettings1.bin": b"\x93\x01"}

    assert extract(make_zip({**WORD, **dull})).causes == ()


def test_an_encrypted_document_of_opendocument_says_so(make_zip: Zip) -> None:
    manifest = "<m><f><encryption-data/></f></m>"
    data = make_zip({"mimetype": "x", "META-INF/manifest.xml": manifest, "content.xml": b"\x93\x01\xfe"})

    assert extract(data).causes == ("encrypted-file",)


def encrypted(make_zip: Zip) -> bytes:
    data = bytearray(make_zip({"a.txt": "Ana"}))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def twice() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.txt", "Ana")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("a.txt", "Zoé")
    return out.getvalue()


def noted() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.txt", "Ana")
        archive.comment = b"FR76"
    return out.getvalue()


def lying(make_zip: Zip) -> bytes:
    data = bytearray(make_zip({"a.txt": "Ana" * 100}))
    at = data.index(b"PK\x01\x02")
    data[at + 24 : at + 28] = (3).to_bytes(4, "little")
    return bytes(data)


@pytest.mark.parametrize(
    ("make", "cause"),
    [
        pytest.param(encrypted, "encrypted-file", id="a password"),
        pytest.param(lambda make_zip: twice(), "corrupt-file", id="two files of one name"),
        pytest.param(lambda make_zip: noted(), "corrupt-file", id="a note"),
        pytest.param(lying, "corrupt-file", id="a wrong size"),
        pytest.param(lambda make_zip: make_zip({"a": "Ana"}) + b"FR76", "corrupt-file", id="text behind it"),
        pytest.param(lambda make_zip: make_zip({"a": "Ana" * 900})[:100], "corrupt-file", id="cut"),
        pytest.param(lambda make_zip: make_zip({"a": bytes(20 * 2**20)}), "archive-bomb", id="a bomb"),
        pytest.param(
            lambda make_zip: make_zip({f"{n}": bytes(7 * 2**20) for n in range(20)}), "archive-bomb", id="many bombs"
        ),
        pytest.param(lambda make_zip: nested(make_zip, 6), "archive-bomb", id="archives in archives"),
        pytest.param(lambda make_zip: make_zip({f"{n}": "" for n in range(6000)}), "archive-bomb", id="too many files"),
    ],
)
def test_an_archive_that_is_odd_is_not_read(make_zip: Zip, make: Callable[[Zip], bytes], cause: str) -> None:
    assert cause in extract(make(make_zip)).causes


def test_text_between_two_files_of_an_archive_is_seen(make_zip: Zip) -> None:
    data = make_zip({"a": "Ana"})
    prefixed = b"PK\x03\x04" + b"FR76 3000" * 9 + data

    assert extract(prefixed).causes == ("corrupt-file",)
