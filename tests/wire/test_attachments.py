"""Strings that carry files are known by what they say and by what they hold, and changed in their own coding."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.errors import WireError
from guard.terms import Role, Segment
from guard.wire.attachments import Attachment, carries, of_string, rewritten, told, within
from guard.wire.files import kinds

PDF = b"%PDF-1.7 and some more of it, so that it is long enough"


def coded(data: bytes) -> str:
    return base64.b64encode(data).decode()


@pytest.mark.parametrize(
    ("text", "unasked", "asked"),
    [
        pytest.param(coded(PDF), True, True, id="base64 of a PDF"),
        pytest.param(base64.urlsafe_b64encode(b"\xff\xd8\xff" + bytes(40)).decode(), True, True, id="for URLs"),
        pytest.param("data:text/plain,Ana", True, True, id="a data: URL"),
        pytest.param("data:;base64,QUJD", True, True, id="a data: URL without a type"),
        pytest.param(coded(b"Bonjour, tout le monde, comment allez-vous ?"), False, True, id="base64 of text"),
        pytest.param("https://example.com/a.png", False, False, id="an address"),
        pytest.param("gs://bucket/a.png", False, False, id="an address in a store"),
        pytest.param("JVBERi0 is how a PDF begins in base64", False, True, id="a sentence"),
        pytest.param("data: rien", False, True, id="a word"),
    ],
)
def test_what_carries_a_file(text: str, unasked: bool, asked: bool) -> None:
    assert (carries(text, declared=False), carries(text, declared=True)) == (unasked, asked)


BEGINS = [
    b"%PDF-1.7",
    b"PK\x03\x04",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    b"{\\rtf1",
    b"\x89PNG\r\n\x1a\n",
    b"\xff\xd8\xff\xe0",
    b"GIF89a",
    b"RIFF\x00\x00\x00\x00WEBP",
    b"OggS",
    b"ID3\x03",
    b"\x00\x00\x00\x1cftypheic",
    b"\x00\x00\x00\x20ftypmp42",
    b"\x1f\x8b\x08",
    b"7z\xbc\xaf\x27\x1c",
    b"Rar!\x1a\x07",
]


@pytest.mark.parametrize("begins", BEGINS)
def test_base64_of_every_kind_of_file_is_known(begins: bytes) -> None:
    assert kinds.of(begins + bytes(40))
    assert carries(coded(begins + bytes(40)), declared=False)


def segment(text: str, *, editable: bool = True) -> Segment:
    return Segment("body:/a", Role.USER, text, editable=editable)


@given(st.binary(min_size=1, max_size=60), st.booleans())
def test_the_bytes_in_a_string_are_those_that_were_put_there(data: bytes, url: bool) -> None:
    text = f"data:image/png;base64,{coded(data)}" if url else coded(data)
    try:
        found = list(of_string(segment(text)))
    except WireError:
        return
    assert all(one.where.startswith("body:/a") for one in found)
    assert [one.data for one in found if isinstance(one, Attachment)] in ([], [data])


def test_a_text_is_read_at_once_and_is_as_editable_as_what_carries_it() -> None:
    [one] = of_string(segment(coded("Né".encode()), editable=False))

    assert isinstance(one, Segment)
    assert (one.where, one.role, one.text, one.editable) == ("body:/a!", Role.FILE, "Né", False)


@pytest.mark.parametrize(
    ("text", "new"),
    [
        (coded(b"Ana"), coded(b"[[PERSON_1]]")),
        ("data:text/plain;base64," + coded(b"Ana"), "data:text/plain;base64," + coded(b"[[PERSON_1]]")),
        ("data:text/plain,An%61", "data:text/plain,%5B%5BPERSON_1%5D%5D"),
        ("QW\r\n5h", coded(b"[[PERSON_1]]")),
    ],
)
def test_an_edit_is_written_in_the_coding_of_the_string(text: str, new: str) -> None:
    assert rewritten(text, {"": "[[PERSON_1]]"}) == new


@pytest.mark.parametrize("text", ["data:;base64,$", "é", "QUJDR"])
def test_what_is_not_base64_is_said(text: str) -> None:
    with pytest.raises(WireError) as caught:
        list(of_string(segment(text)))
    assert caught.value.cause == "media"


def test_edits_inside_a_file_are_told_from_those_beside_it() -> None:
    edits = {"body:/a!leaf/1": "x", "body:/a": "y", "body:/ab!": "z"}

    assert within("body:/a", edits) == {"leaf/1": "x"}


@pytest.mark.parametrize("long", [" ", ";", "a;", ";base64", "; base64 ", "A", "=", "%41"])
def test_text_that_begins_like_a_file_costs_no_time(long: str) -> None:
    for begins in ("data:", "data:;base64", "\n" * 9, "JVBERi0", "data:x;base64,"):
        assert carries(begins + long * 100_000, declared=False) in (True, False)


def test_an_empty_file_says_nothing() -> None:
    assert list(told("body:", b"")) == []
