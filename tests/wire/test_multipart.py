"""Parts are told apart in one way, or not at all; what is not changed keeps its bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.errors import WireError
from guard.wire.multipart import MOST, parse, write

TYPE = "multipart/form-data; boundary=XX"
BODY = (
    b'--XX\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nuser_data\r\n'
    b'--XX\r\nContent-Disposition: form-data; name="file"; filename="Zo\xc3\xa9 \\"x\\".csv"\r\n'
    b"Content-Type: text/csv\r\nContent-Length: 7\r\n\r\nNom;Ana\r\n--XX--\r\n"
)


def content(body: bytes) -> list[bytes]:
    return [body[part.start : part.end] for part in parse(body, TYPE)]


def test_parts_have_names_file_names_headers_and_contents() -> None:
    first, second = parse(BODY, TYPE)

    assert (first.name, second.name) == ("purpose", "file")
    assert [found.text for found in second.filenames] == ['Zoé "x".csv']
    assert second.header("content-type") == "text/csv"
    assert content(BODY) == [b"user_data", b"Nom;Ana"]


def one(head: bytes, data: bytes = b"x") -> bytes:
    return b"--XX\r\n" + head + b"\r\n\r\n" + data + b"\r\n--XX--\r\n"


def test_an_extended_file_name_is_read_and_edited() -> None:
    body = one(b"Content-Disposition: form-data; name=f; filename*=UTF-8''Zo%C3%A9.csv")
    [part] = parse(body, TYPE)
    assert [(found.key, found.text) for found in part.filenames] == [("filename*", "Zoé.csv")]

    [again] = parse(write(body, TYPE, {}, {(0, "filename*"): "[[PERSON_1]] é.csv"}), TYPE)
    assert again.filenames[0].text == "[[PERSON_1]] é.csv"


def test_contents_lengths_and_names_are_edited_and_nothing_else() -> None:
    new = write(BODY, TYPE, {1: b"Nom;[[PERSON_1]]"}, {(1, "filename"): "[[PERSON_2]].csv"})

    assert new == BODY.replace(b"Nom;Ana", b"Nom;[[PERSON_1]]").replace(b": 7", b": 16").replace(
        b'Zo\xc3\xa9 \\"x\\".csv', b"[[PERSON_2]].csv"
    )
    assert write(BODY, TYPE, {}, {}) == BODY


@given(st.lists(st.binary(max_size=30), min_size=1, max_size=4), st.binary(max_size=30))
def test_every_body_comes_apart_and_together_again(contents: list[bytes], new: bytes) -> None:
    body = b"".join(b"--XX\r\n\r\n" + data + b"\r\n" for data in contents) + b"--XX--"
    try:
        found = content(body)
    except WireError:
        assert any(b"--XX" in data for data in contents)
        return
    assert found == contents
    assert b"--XX" in new or content(write(body, TYPE, {0: new}, {})) == [new, *contents[1:]]


DISPOSITION = b'Content-Disposition: form-data; name="a"'


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        pytest.param(BODY, "multipart/form-data", id="no boundary"),
        pytest.param(BODY, TYPE + "; boundary=YY", id="two boundaries"),
        pytest.param(BODY, "multipart/form-data; boundary*=utf-8''XX", id="an extended boundary"),
        pytest.param(b"FR76\r\n" + BODY, TYPE, id="text before it"),
        pytest.param(BODY + b"FR76", TYPE, id="text behind it"),
        pytest.param(BODY[:-8], TYPE, id="no end"),
        pytest.param(BODY.replace(b"\r\n", b"\n"), TYPE, id="bare line feeds"),
        pytest.param(one(DISPOSITION, b"x\n--XX\r\n\r\ny"), TYPE, id="a boundary behind a line feed"),
        pytest.param(one(DISPOSITION, b"--XX--"), TYPE, id="a boundary at the start of a part"),
        pytest.param(one(DISPOSITION).replace(b"--XX--", b"--XX --"), TYPE, id="a space in the boundary"),
        pytest.param(one(DISPOSITION + b'; name="b"'), TYPE, id="two names"),
        pytest.param(one(DISPOSITION + b"\r\n" + DISPOSITION), TYPE, id="two dispositions"),
        pytest.param(one(DISPOSITION + b"; what is this"), TYPE, id="a parameter that is none"),
        pytest.param(one(DISPOSITION + b"\r\n folded: x"), TYPE, id="a folded header"),
        pytest.param(one(DISPOSITION + b"\r\nContent-Transfer-Encoding: base64"), TYPE, id="a transfer coding"),
        pytest.param(one(DISPOSITION + b"\r\nContent-Type: multipart/mixed; boundary=b"), TYPE, id="parts in a part"),
        pytest.param(one(b"Content-Disposition: form-data; filename*=utf-7''a"), TYPE, id="a name in UTF-7"),
        pytest.param(one(b'Content-Disposition: form-data; name="\xff"'), TYPE, id="a name that is not UTF-8"),
        pytest.param(b"--XX\r\nA: b\r\nno end\r\n--XX--", TYPE, id="headers without an end"),
        pytest.param(b"--XX\r\n\r\n\r\n" * (MOST + 1) + b"--XX--", TYPE, id="too many parts"),
    ],
)
def test_what_could_be_taken_apart_in_two_ways_is_not(body: bytes, kind: str) -> None:
    with pytest.raises(WireError) as caught:
        parse(body, kind)
    assert caught.value.cause == "multipart"


def test_a_new_content_may_not_hold_the_boundary() -> None:
    with pytest.raises(WireError):
        write(BODY, TYPE, {0: b"x\r\n--XX--"}, {})
