"""Fields, file names and files of a form are read as what they are, and edited in their places."""

import json
from collections.abc import Sequence

import pytest

from guard.errors import WireError
from guard.rules.schema import FieldRule
from guard.terms import Role, Segment
from guard.wire import body as bodies
from guard.wire.attachments import Attachment
from guard.wire.formdata import claims

TYPE = "multipart/form-data; boundary=XX"
RULES = [
    FieldRule(path="/prompt", role=Role.USER),
    FieldRule(path="/options", role=Role.OTHER, holds="json"),
    FieldRule(path="/id", role=Role.OTHER, holds="opaque", form="[a-c]+"),
    FieldRule(path="/data", role=Role.FILE, holds="media"),
]


def form(*parts: tuple[str, bytes]) -> bytes:
    """Parts of (disposition and headers, content)."""
    made = b"".join(
        b"--XX\r\nContent-Disposition: form-data; " + head.encode() + b"\r\n\r\n" + content + b"\r\n"
        for head, content in parts
    )
    return made + b"--XX--\r\n"


def read(body: bytes, rules: Sequence[FieldRule] = RULES) -> bodies.Reading:
    return bodies.read(body, TYPE, rules)


def told(body: bytes) -> dict[str, Segment]:
    return {segment.where: segment for segment in read(body).segments}


def test_a_declared_field_has_its_role_and_another_is_undeclared() -> None:
    found = told(form(('name="prompt"', b"Ana"), ('name="other"', b"Paul")))

    assert (found["body:part/0"].role, found["body:part/0"].declared) == (Role.USER, True)
    assert (found["body:part/1"].text, found["body:part/1"].declared) == ("Paul", False)


def test_a_file_is_read_whatever_its_type_is_said_to_be_and_its_name_is_text() -> None:
    found = told(form(('name="file"; filename="Zoe.csv"\r\nContent-Type: image/png', b"Nom;Ana")))

    assert (found["body:part/0!"].role, found["body:part/0!"].text) == (Role.FILE, "Nom;Ana")
    assert (found["filename:0"].role, found["filename:0"].text) == (Role.FILENAME, "Zoe.csv")
    assert found["part-header:0/1"].text == "Content-Type: image/png"


@pytest.mark.parametrize(
    "head", ['name="prompt"', 'name="file"; filename="a.txt"\r\nContent-Type: text/plain', 'name="data"']
)
def test_bytes_that_are_no_text_wait_for_their_reader(head: str) -> None:
    reading = read(form((head, b"%PDF-1.7 x")))

    assert reading.files == (Attachment("body:part/0", b"%PDF-1.7 x"),)


def test_json_in_a_part_is_read_leaf_by_leaf_and_edited() -> None:
    body = form(('name="options"', b'{"a": ["Ana"]}'), ('name="b"\r\nContent-Type: application/json', b'"Paul"'))
    found = told(body)
    assert (found["body:part/0~>/a/0"].text, found["body:part/0~>/a/0"].declared) == ("Ana", True)
    assert found["body:part/1~>"].text == "Paul"

    new = bodies.write(body, TYPE, RULES, {"body:part/0~>/a/0": "[[PERSON_1]]", "body:part/1~>": "x"})
    assert new == form(
        ('name="options"', b'{"a": ["[[PERSON_1]]"]}'), ('name="b"\r\nContent-Type: application/json', b'"x"')
    )


def test_text_that_only_looks_like_json_is_text() -> None:
    assert told(form(('name="prompt"', b"{Ana}")))["body:part/0"].text == "{Ana}"
    with pytest.raises(WireError):
        read(form(('name="prompt"', b"{\\u0041na}")))


def test_an_opaque_field_is_not_read_unless_it_looks_like_none() -> None:
    assert "body:part/0" not in told(form(('name="id"', b"abc")))
    assert told(form(('name="id"', b"abcd")))["body:part/0"].text == "abcd"


def test_what_is_said_beside_a_part_counts_like_what_is_said_in_it() -> None:
    body = form(('name="x"; note="Le dossier est prêt"\r\nContent-Description: La note de synthèse', b"a"))
    found = {segment.where: segment for segment in read(body).segments}
    assert found["part-header:0/1"].declared
    assert found["part-parameter:0/1"].declared
    assert not found["part-parameter:0/1"].editable


def test_the_texts_of_a_file_are_edited_in_place() -> None:
    body = form(('name="file"; filename="Ana.json"', json.dumps({"nom": "Ana"}).encode()))

    new = bodies.write(body, TYPE, RULES, {"body:part/0!leaf/1": "[[PERSON_1]]", "filename:0": "[[PERSON_1]].json"})
    assert new == body.replace(b'"Ana"', b'"[[PERSON_1]]"').replace(b'"Ana.json"', b'"[[PERSON_1]].json"')
    assert bodies.write(body, TYPE, RULES, {}) is body


def test_a_part_of_a_body_that_is_no_form_is_a_file_or_json() -> None:
    body = b'--XX\r\nContent-Type: application/json\r\n\r\n{"title": "Ana"}\r\n--XX\r\n\r\nPaul\r\n--XX--'
    reading = bodies.read(body, "multipart/related; boundary=XX", [])

    assert {s.where: s.text for s in reading.segments if s.where.startswith("body:")} == {
        "body:part/0~>/title": "Ana",
        "body:part/1!": "Paul",
    }


def test_a_character_set_of_a_part_that_others_read_differently_is_refused() -> None:
    with pytest.raises(WireError) as caught:
        read(form(('name="prompt"\r\nContent-Type: text/plain; charset=utf-7', b"+AGo-")))
    assert caught.value.cause == "charset"


@pytest.mark.parametrize(
    ("kind", "claimed"), [("Multipart/Mixed; boundary=b", True), ("text/plain", False), ("", False)]
)
def test_only_multipart_claims_to_be_multipart(kind: str, claimed: bool) -> None:
    assert claims(kind) is claimed


def test_a_path_goes_on_inside_the_json_of_a_part() -> None:
    rules = [
        FieldRule(path="/data~>/inputs", role=Role.USER),
        FieldRule(path="/data~>/id", role=Role.OTHER, holds="opaque"),
    ]
    body = form(('name="data"', b'{"inputs": "Bonjour", "id": "x"}'))
    found = {segment.where: segment.role for segment in read(body, rules).segments}
    assert found["body:part/0~>/inputs"] is Role.USER
    assert "body:part/0~>/id" not in found
    new = bodies.write(body, TYPE, rules, {"body:part/0~>/inputs": "[[PERSON_1]]"})
    assert new == body.replace(b"Bonjour", b"[[PERSON_1]]")
