"""Each kind of file gives its texts, hidden ones too; what cannot be read says why; texts are edited in place."""

import gzip
import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.errors import WireError
from guard.wire.files import images
from guard.wire.files.extract import _UNREAD, LIGHT, extract, light, rewritten
from guard.wire.files.gathering import Extract

EDITED = ["text", "csv", "json", "jsonl", "html", "xml", "eml"]
FIXED = ["docx", "xlsx", "pptx", "odt", "ods", "rtf", "pdf", "zip"]


def said(found: Extract) -> str:
    return "\n".join(piece.text for piece in found.pieces)


def squeezed(text: str) -> str:
    return re.sub(r"\s+", " ", text)


@pytest.mark.parametrize("kind", EDITED + FIXED)
def test_the_planted_value_is_read(made: Mapping[str, bytes], iban: str, kind: str) -> None:
    found = extract(made[kind])

    assert found.causes == ()
    assert iban in squeezed(said(found))


@pytest.mark.parametrize(
    ("kind", "hidden"),
    [
        ("docx", ["dans une cellule", "dans l'en-tête", "dans les propriétés"]),
        ("xlsx", ["dans un commentaire", "dans une feuille masquée", "Caché", "285057800608441"]),
        ("pptx", ["dans les notes"]),
        ("pdf", ["dans une note", "dans les propriétés", "dans un fichier joint"]),
        ("eml", ["Notre compte à Évry", "Zoé <zoe@example.fr>", "dans un message", "dans un fichier joint", "a.txt"]),
        ("rtf", ["été", "dans une note"]),
        ("html", ["bulle", "caché"]),
        ("json", ["été", "compte"]),
        ("zip", ["a/b.txt"]),
    ],
)
def test_what_the_format_hides_is_read(made: Mapping[str, bytes], kind: str, hidden: list[str]) -> None:
    text = said(extract(made[kind]))

    assert [words for words in hidden if words not in text] == []


@pytest.mark.parametrize("kind", EDITED)
def test_an_edit_changes_its_own_place_and_no_other(made: Mapping[str, bytes], iban: str, kind: str) -> None:
    before = extract(made[kind])
    edits = {p.where: p.text.replace(iban, "[[IBAN_CODE_1]]") for p in before.pieces if iban in p.text}
    assert edits
    assert all(piece.editable for piece in before.pieces if piece.where in edits)

    after = extract(rewritten(made[kind], edits))

    assert {p.where: p.text for p in after.pieces} == {p.where: p.text for p in before.pieces} | edits
    assert after.kind == before.kind


@pytest.mark.parametrize("kind", FIXED)
def test_other_formats_are_never_edited(made: Mapping[str, bytes], kind: str) -> None:
    assert not any(piece.editable for piece in extract(made[kind]).pieces)
    with pytest.raises(WireError):
        rewritten(made[kind], {"": "x"})


@pytest.mark.parametrize(
    ("data", "cause"),
    [
        pytest.param(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old-office", id="an old Word document"),
        pytest.param(
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "encrypted-file",
            id="a Word document with a password",
        ),
        pytest.param(b"ID3\x03\x00", "media", id="sound"),
        pytest.param(b"\x00\x00\x00\x18ftypmp42", "media", id="a film"),
        pytest.param(gzip.compress(b"x"), "archive", id="gzip"),
        pytest.param(b"7z\xbc\xaf\x27\x1c\x00\x04", "archive", id="7z"),
        pytest.param(b"x" * 257 + b"ustar\x0000", "archive", id="tar"),
        pytest.param(b"\x7fELF\x02\x01", "unknown-file", id="a program"),
        pytest.param(b"\x93\x01\x02\x03\xfe\xdc\xba", "unknown-file", id="bytes of nothing we know"),
        pytest.param(b"PK\x03\x04 and then nothing", "corrupt-file", id="a ZIP that ends at once"),
        pytest.param(b"%PDF-1.7 and then nothing", "corrupt-file", id="a PDF that ends at once"),
        pytest.param(b"\x89PNG\r\n\x1a\n and then nothing", "image", id="a picture that ends at once"),
    ],
)
def test_what_cannot_be_read_says_why(data: bytes, cause: str) -> None:
    assert extract(data).causes == (cause,)


def test_the_words_on_a_picture_are_read_or_it_is_said_that_they_are_not(
    make_picture: Callable[[], bytes], iban: str
) -> None:
    found = extract(make_picture())

    assert "dans la description" in said(found)
    if images.readable():
        assert iban in said(found)
    else:
        assert found.causes == ("image",)


@pytest.mark.parametrize("kind", ["text", "csv", "json", "html", "xml"])
def test_small_texts_are_read_at_once(made: Mapping[str, bytes], kind: str) -> None:
    assert light(made[kind]) == extract(made[kind])
    assert light(made["text"] + b" " * LIGHT) is None


@pytest.mark.parametrize("kind", ["eml", *FIXED])
def test_all_else_is_left_to_a_process(made: Mapping[str, bytes], kind: str) -> None:
    assert light(made[kind]) is None


@given(st.binary(max_size=200), st.sampled_from([b"", b"%PDF-1.4\n", b"PK\x03\x04", b"{\\rtf1 ", b"<a>", b"{"]))
def test_hostile_bytes_never_raise(data: bytes, begins: bytes) -> None:
    found = extract(begins + data)

    assert all(re.fullmatch("[a-z-]+", cause) for cause in found.causes)


@given(st.text(max_size=80), st.text(max_size=20))
def test_a_text_is_what_it_was_edited_to(text: str, new: str) -> None:
    data = text.encode("utf-8", "replace")
    found = light(data)
    if found is None or found.kind != "text" or not found.pieces:
        return
    again = light(rewritten(data, {"": f"x{new}".encode("utf-8", "replace").decode()}))
    assert again is None or said(again) == f"x{new}".encode("utf-8", "replace").decode()


# --- docs/files.md ---------------------------------------------------------------------------------------------------

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs/files.md").read_text()
CAUSE = re.compile(r"""(?:WireError|unread)\(\s*"([a-z-]+)"|causes=\("([a-z-]+)",\)|: \("([a-z-]+)", "a""")
ELSEWHERE = {"internal", "file-failure", "file-timeout", "partial-upload", "multipart"}
"""Causes of the guard's own defects, and those named in guard/wire beside the readers."""


def rows(heading: str) -> dict[str, list[str]]:
    """The rows of a section's table by their first cell."""
    section = PAGE.partition(f"## {heading}")[2].partition("\n## ")[0]
    lines = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("| ")]
    return {cells[0].strip(" `"): [cell.strip() for cell in cells[1:]] for cells in lines[1:]}


def test_the_page_has_every_kind_and_says_what_can_be_hidden_in_it(
    made: Mapping[str, bytes], make_picture: Callable[[], bytes]
) -> None:
    outcome = {
        name: "yes" if any(piece.editable for piece in extract(data).pieces) else "no"
        for name, data in {**made, "image": make_picture()}.items()
    }

    assert {kind: cells[-1] for kind, cells in rows("What is read").items()} == outcome


def test_the_page_has_every_cause() -> None:
    sources = "".join(path.read_text() for path in (ROOT / "guard/wire/files").glob("*.py"))
    named = {next(filter(None, groups)) for groups in CAUSE.findall(sources)} | ELSEWHERE
    named |= {cause for cause, _ in _UNREAD.values()}

    assert set(rows("What is not read")) == named - {"internal"}
