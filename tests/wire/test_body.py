"""Every string of a body is read, and an edit changes its own place only."""

import base64
import codecs
import json
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.errors import WireError
from guard.rules.schema import FieldRule
from guard.terms import Role, Segment
from guard.wire.body import Reading, read, write

JSON_TYPE = "application/json"
ARGUMENTS = FieldRule(path="/call/arguments", role=Role.TOOL_ARGS, holds="json")
RULES = [
    FieldRule(path="/prompt", role=Role.USER),
    ARGUMENTS,
    FieldRule(path="/id", role=Role.OTHER, holds="opaque", form="[0-9a-z_]{3,}"),
    FieldRule(path="/thinking", role=Role.HISTORY, holds="signed"),
    FieldRule(path="/image", role=Role.FILE, holds="media"),
    FieldRule(path="/input/**", role=Role.TOOL_ARGS),
]
WORDS = st.text(st.characters(), max_size=12)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=20,
)


def body_of(document: object) -> bytes:
    return json.dumps(document).encode()


def texts(reading: Reading) -> dict[str, str]:
    return {segment.where: segment.text for segment in reading.segments}


def only(document: object, where: str) -> Segment:
    return {s.where: s for s in read(body_of(document), JSON_TYPE, RULES).segments}[where]


def causes(body: bytes, content_type: str = JSON_TYPE, rules: list[FieldRule] = RULES) -> tuple[str, ...]:
    """Why a body, or parts of it, cannot be read."""
    try:
        return read(body, content_type, rules).uninspectable
    except WireError as error:
        return (error.cause,)


# --- what is read ----------------------------------------------------------------------------------------------------


def test_declared_text_has_its_role_and_other_text_is_undeclared() -> None:
    document = {"prompt": "Bonjour", "new_field": ["texte"]}

    prompt, other = only(document, "body:/prompt"), only(document, "body:/new_field/0")
    assert (prompt.role, prompt.declared, prompt.text) == (Role.USER, True, "Bonjour")
    assert (other.role, other.declared, other.text) == (Role.OTHER, False, "texte")


def test_keys_are_text_too() -> None:
    key = only({"input": {"ana@example.com": 1}}, "key:/input/ana@example.com")

    assert (key.text, key.role, key.declared) == ("ana@example.com", Role.TOOL_ARGS, True)


def test_the_names_of_the_fields_are_a_hint() -> None:
    assert only({"input": {"client": {"iban": "x"}}}, "body:/input/client/iban").hint == "client iban"


@pytest.mark.parametrize(
    ("number", "segment"),
    [
        pytest.param("12345678", None, id="eight digits count something"),
        pytest.param("123456789", "123456789", id="nine digits may be somebody"),
        pytest.param("-1234.56789", "-1234.56789", id="with sign and point"),
        pytest.param("1e99", None, id="a very large one"),
        pytest.param("1e9999", None, id="an exponent that is long"),
        pytest.param("1.23456789e8", "123456789", id="with an exponent"),
        pytest.param("12345678900E-2", "123456789.00", id="with an exponent below zero"),
    ],
)
def test_long_numbers_are_text(number: str, segment: str | None) -> None:
    reading = read(f'{{"input":{{"n":{number}}}}}'.encode(), JSON_TYPE, RULES)

    assert texts(reading).get("body:/input/n") == segment


def test_a_number_of_the_protocol_is_not_edited_and_one_in_free_content_is() -> None:
    assert not only({"user_id": 123456789}, "body:/user_id").editable
    assert only({"input": {"id": 123456789}}, "body:/input/id").editable


def test_signed_text_is_read_and_never_edited_and_opaque_text_is_not_read() -> None:
    document = {"thinking": "Je pense", "id": "call_1"}

    assert not only(document, "body:/thinking").editable
    assert "body:/id" not in texts(read(body_of(document), JSON_TYPE, RULES))


def test_what_does_not_look_like_an_id_is_read_where_one_stands() -> None:
    assert only({"id": "Ana"}, "body:/id").text == "Ana"
    assert only({"id": "abc\ud800"}, "body:/id").text == "abc\ud800"


def test_words_that_nobody_declared_count_in_names_too() -> None:
    assert only({"x": {"Le dossier est prêt": 1}}, "key:/x/Le dossier est prêt").declared
    assert not only({"x": {"ana": 1}}, "key:/x/ana").declared


def test_what_is_said_of_any_field_is_said_of_the_values_of_a_form() -> None:
    rules = [FieldRule(path="/**", role=Role.DRAFT)]
    found = {s.where: s.role for s in read(b"q=Ana", "application/x-www-form-urlencoded", rules).segments}
    assert found["form:0/value"] is Role.DRAFT


def test_constants_are_not_text_and_values_steer() -> None:
    reading = read(b'{"stream":true,"model":"gpt-5","n":null}', JSON_TYPE, RULES)

    assert reading.values is not None
    assert (reading.values["/stream"], reading.values["/model"]) == ("true", "gpt-5")
    assert set(texts(reading)) == {"key:/stream", "key:/model", "body:/model", "key:/n"}


TOKENS = [FieldRule(path="/input", role=Role.USER), FieldRule(path="/input/*", role=Role.USER), *RULES]


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        pytest.param({"input": [15339, 1917]}, ("tokens",), id="one prompt"),
        pytest.param({"input": [[15339], [1917, 0]]}, ("tokens",), id="many prompts"),
        pytest.param({"input": ["Bonjour", 15339]}, ("tokens",), id="beside text"),
        pytest.param({"input": ["Bonjour", "Hello"]}, (), id="texts"),
        pytest.param({"input": 15339}, (), id="a number alone"),
        pytest.param({"input": [{"n": [15339]}]}, (), id="numbers deeper down"),
        pytest.param({"dimensions": [15339]}, (), id="numbers in another field"),
    ],
)
def test_a_prompt_in_numbers_of_a_vocabulary_is_not_read(document: object, expected: tuple[str, ...]) -> None:
    assert causes(body_of(document), rules=TOKENS) == expected


def test_numbers_in_tool_arguments_are_no_tokens() -> None:
    assert causes(body_of({"input": {"box": [12, 30, 480, 640]}})) == ()


# --- JSON in a string ------------------------------------------------------------------------------------------------


def test_tool_arguments_are_read_as_the_json_they_are() -> None:
    arguments = '{"to": "jean\\u0040example.fr", "n": {"Ana": 123456789}}'
    reading = read(body_of({"call": {"arguments": arguments}}), JSON_TYPE, RULES)

    inside = {where: text for where, text in texts(reading).items() if "~>" in where}
    assert inside == {
        "key:/call/arguments~>/to": "to",
        "body:/call/arguments~>/to": "jean@example.fr",
        "key:/call/arguments~>/n": "n",
        "key:/call/arguments~>/n/Ana": "Ana",
        "body:/call/arguments~>/n/Ana": "123456789",
    }
    assert {s.role for s in reading.segments if "~>" in s.where} == {Role.TOOL_ARGS}


def test_an_edit_inside_tool_arguments_leaves_them_json() -> None:
    arguments = '{"to" : "Jean", "note":"\\u00e9"}'
    body = body_of({"call": {"arguments": arguments}})
    edits = {"body:/call/arguments~>/to": "O'\"\\Hara\n", "key:/call/arguments~>/note": "Note"}

    new = json.loads(write(body, JSON_TYPE, RULES, edits))["call"]["arguments"]

    assert json.loads(new) == {"to": "O'\"\\Hara\n", "Note": "é"}
    assert new.startswith('{"to" : ')
    assert new.endswith('"\\u00e9"}')


@pytest.mark.parametrize(
    ("arguments", "where"),
    [
        pytest.param("Jean, 12 rue X", "body:/call/arguments", id="plain text"),
        pytest.param('{"to": "Jean', "body:/call/arguments", id="cut"),
        pytest.param("123456789", "body:/call/arguments", id="a number alone"),
        pytest.param('"jean\\u0040example.fr"', "body:/call/arguments~>", id="a string alone"),
    ],
)
def test_arguments_that_are_no_object_are_text(arguments: str, where: str) -> None:
    body = body_of({"call": {"arguments": arguments}})

    assert where in texts(read(body, JSON_TYPE, RULES))
    new = json.loads(write(body, JSON_TYPE, RULES, {where: "X"}))["call"]["arguments"]
    assert new == ('"X"' if where.endswith("~>") else "X")


def test_broken_arguments_with_escapes_are_uninspectable() -> None:
    body = body_of({"prompt": "Bonjour", "call": {"arguments": '{"to": "jean\\u0040example.fr'}})
    reading = read(body, JSON_TYPE, RULES)

    assert reading.uninspectable == ("json",)
    assert texts(reading)["body:/prompt"] == "Bonjour"


# --- files -----------------------------------------------------------------------------------------------------------


def data_url(kind: str, data: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


@pytest.mark.parametrize(
    ("url", "text"),
    [
        pytest.param(data_url("text/plain", "Né à Évry".encode()), "Né à Évry", id="plain text"),
        pytest.param(data_url("text/csv;charset=utf-8", b"a;b"), "a;b", id="with a charset"),
        pytest.param(data_url("application/json", b'["Ana"]'), "Ana", id="JSON"),
        pytest.param(data_url("image/svg+xml", b"<svg/>"), "<svg/>", id="XML"),
        pytest.param(data_url("TEXT/PLAIN", b"x"), "x", id="in capitals"),
        pytest.param(data_url("text/plain", "né".encode("utf-16")), "né", id="UTF-16"),
        pytest.param("data:text/plain,Jean%20Dupont", "Jean Dupont", id="without base64"),
        pytest.param(data_url("image/png", b"Jean Dupont"), "Jean Dupont", id="text that calls itself a picture"),
        pytest.param(data_url("", b"x"), "x", id="no type is plain text"),
        pytest.param(" \n" + data_url("text/plain", b"x"), "x", id="with white space in front"),
    ],
)
@pytest.mark.parametrize("field", ["image", "prompt", "undeclared"])
def test_a_text_file_in_a_data_url_is_read(field: str, url: str, text: str) -> None:
    [segment] = (s for s in read(body_of({field: url}), JSON_TYPE, RULES).segments if s.role is Role.FILE)

    assert segment.where.startswith(f"body:/{field}!")
    assert (segment.text, segment.declared, segment.editable) == (text, True, True)


@pytest.mark.parametrize("field", ["image", "prompt", "undeclared"])
def test_a_text_file_in_a_data_url_is_edited_in_its_own_coding(field: str) -> None:
    body = body_of({field: data_url("text/csv", b"Nom;IBAN\r\nAna;FR76"), "after": "x"})

    new = write(body, JSON_TYPE, RULES, {f"body:/{field}!": "Nom;IBAN\r\nAna;[[IBAN_CODE_1]]"})
    assert json.loads(new) == {field: data_url("text/csv", b"Nom;IBAN\r\nAna;[[IBAN_CODE_1]]"), "after": "x"}


PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(40)


@pytest.mark.parametrize(
    ("url", "data"),
    [
        pytest.param(data_url("image/png", PICTURE), PICTURE, id="a picture"),
        pytest.param(data_url("text/plain", b"%PDF-1.7"), b"%PDF-1.7", id="a PDF that calls itself text"),
        pytest.param("\t\x1f" + data_url("image/png", PICTURE), PICTURE, id="a picture behind white space"),
        pytest.param(data_url("text/plain", b"\xff\xfe\xfd"), b"\xff\xfe\xfd", id="half a character"),
    ],
)
@pytest.mark.parametrize("field", ["image", "prompt", "undeclared"])
def test_a_file_that_is_no_text_waits_for_its_reader(field: str, url: str, data: bytes) -> None:
    reading = read(body_of({field: url}), JSON_TYPE, RULES)

    assert [(file.where, file.data) for file in reading.files] == [(f"body:/{field}", data)]
    assert not any(segment.where.startswith(f"body:/{field}") for segment in reading.segments)


@pytest.mark.parametrize("field", ["image", "prompt", "undeclared"])
def test_base64_of_a_file_is_a_file_also_where_nobody_said_so(field: str) -> None:
    bare = base64.b64encode(PICTURE).decode()

    assert [file.data for file in read(body_of({field: bare}), JSON_TYPE, RULES).files] == [PICTURE]


def test_what_says_it_is_a_file_and_cannot_be_decoded_is_named() -> None:
    assert causes(body_of({"image": data_url("text/plain;charset=utf-7", b"+AGo-")})) == ("charset",)
    assert causes(body_of({"image": "data:text/plain;base64,$$$"})) == ("media",)
    assert causes(body_of({"image": "Né à Évry"})) == ("media",)


def test_the_address_of_a_file_is_text() -> None:
    assert only({"image": "https://example.com/ana.png"}, "body:/image").text == "https://example.com/ana.png"


# --- characters ------------------------------------------------------------------------------------------------------

TEXT = '{"prompt":"Né à Évry, 3 €, 😀"}'


@pytest.mark.parametrize(
    "coded",
    [
        pytest.param(TEXT.encode(), id="UTF-8"),
        pytest.param(codecs.BOM_UTF8 + TEXT.encode(), id="UTF-8 with a mark"),
        pytest.param(TEXT.encode("utf-16-le"), id="UTF-16 LE"),
        pytest.param(TEXT.encode("utf-16-be"), id="UTF-16 BE"),
        pytest.param(codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"), id="UTF-16 LE with a mark"),
        pytest.param(codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), id="UTF-16 BE with a mark"),
        pytest.param(TEXT.encode("utf-32-le"), id="UTF-32 LE"),
        pytest.param(TEXT.encode("utf-32-be"), id="UTF-32 BE"),
        pytest.param(codecs.BOM_UTF32_LE + TEXT.encode("utf-32-le"), id="UTF-32 LE with a mark"),
        pytest.param(codecs.BOM_UTF32_BE + TEXT.encode("utf-32-be"), id="UTF-32 BE with a mark"),
    ],
)
def test_a_body_is_read_and_edited_in_its_own_encoding(coded: bytes) -> None:
    assert texts(read(coded, JSON_TYPE, RULES))["body:/prompt"] == "Né à Évry, 3 €, 😀"

    new = write(coded, JSON_TYPE, RULES, {"body:/prompt": "Où ? 🌍"})
    assert texts(read(new, JSON_TYPE, RULES))["body:/prompt"] == "Où ? 🌍"
    assert new[:4] == coded[:4]
    undone = write(new, JSON_TYPE, RULES, {"body:/prompt": "Né à Évry, 3 €, 😀"})
    assert undone == coded


@pytest.mark.parametrize(
    ("body", "content_type", "cause"),
    [
        pytest.param(b'{"prompt":"\xff"}', JSON_TYPE, "binary", id="bytes that are not UTF-8"),
        pytest.param(b'{"prompt":"a\x00b"}', JSON_TYPE, "binary", id="a NUL"),
        pytest.param("é".encode("utf-16-le") + b"\x00", "text/plain", "binary", id="half a UTF-16 character"),
        pytest.param(b'{"prompt":"x"}', "application/json; charset=utf-7", "charset", id="UTF-7"),
        pytest.param(b'{"prompt":"x"}', 'application/json; charset="UTF-7"', "charset", id="UTF-7 in quotes"),
        pytest.param(b'{"prompt":"x"}', "application/json; Charset = UTF-7", "charset", id="UTF-7 with spaces"),
        pytest.param(b'{"prompt":"x"}', "application/json; charset*=us-ascii''utf-7", "charset", id="UTF-7, extended"),
        pytest.param(
            b'{"prompt":"x"}', "application/json; charset=utf-8; charset=utf-7", "charset", id="two, one UTF-7"
        ),
        pytest.param(b'{"prompt":"x"}', "application/json; charset=ibm037", "charset", id="EBCDIC"),
        pytest.param(b'{"prompt":"x"} x', JSON_TYPE, "json", id="text after the end"),
        pytest.param(b"prompt=x", JSON_TYPE, "json", id="a form where JSON is spoken"),
        pytest.param(b"--b\r\n\r\nx\r\n--b", "multipart/form-data; boundary=b", "multipart", id="parts without an end"),
        pytest.param(b'{"prompt":"x"}', "Multipart/Mixed", "multipart", id="JSON that calls itself multipart"),
    ],
)
def test_a_body_with_no_single_reading_is_not_read(body: bytes, content_type: str, cause: str) -> None:
    assert causes(body, content_type) == (cause,)


# --- other bodies ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "content_type", "segments"),
    [
        pytest.param(b"", "", {}, id="nothing"),
        pytest.param(b"a=Jean+D&b", "application/x-www-form-urlencoded", ["a", "Jean D", "b"], id="a form"),
        pytest.param("Né".encode(), "text/plain", ["Né"], id="text"),
        pytest.param(b"a=1", "", ["a=1"], id="text without a type"),
        pytest.param(b' {"a":"b"}', "text/plain", ["a", "b"], id="JSON that calls itself text"),
        pytest.param(b'["b"]', "application/x-www-form-urlencoded", ["b"], id="JSON that calls itself a form"),
        pytest.param(b"123456789", "application/json", ["123456789"], id="a number as JSON"),
    ],
)
def test_a_body_nobody_declared_is_read_as_what_it_is(body: bytes, content_type: str, segments: list[str]) -> None:
    reading = read(body, content_type, [])

    assert [segment.text for segment in reading.segments] == list(segments)
    assert not any(segment.declared for segment in reading.segments)


@pytest.mark.parametrize(
    "begins",
    [
        b"%PDF-1.7\n",
        b"%!PS-Adobe-3.0\n",
        b"GIF89a",
        b"ID3\x03",
        b"Rar!\x1a\x07\x01",
        b"RIFF....WEBP",
        b"PK\x03\x04",
        b"MSCF",
    ],
)
@pytest.mark.parametrize("content_type", ["", "text/plain", "application/octet-stream"])
def test_a_file_that_begins_in_letters_is_no_text(begins: bytes, content_type: str) -> None:
    reading = read(begins + b" Jean Dupont", content_type, [])

    assert ([file.where for file in reading.files], reading.segments) == (["body:"], ())


def test_a_body_in_parts_is_read_and_edited_part_by_part() -> None:
    body = b'--b\r\nContent-Disposition: form-data; name="prompt"\r\n\r\nJean\r\n--b--\r\n'
    kind = "multipart/form-data; boundary=b"

    assert texts(read(body, kind, RULES)) == {"part-name:0": "prompt", "body:part/0": "Jean"}
    assert write(body, kind, RULES, {"body:part/0": "Né"}) == body.replace(b"Jean", "Né".encode())


def test_an_upload_is_a_file_whatever_it_looks_like() -> None:
    reading = read(b'{"a":"Jean"}', JSON_TYPE, [], upload=True)

    assert {s.where: s.role for s in reading.segments} == {"body:!leaf/0": Role.FILE, "body:!leaf/1": Role.FILE}
    assert write(b'{"a":"Jean"}', JSON_TYPE, [], {"body:!leaf/1": "x"}) == b'{"a":"x"}'


@pytest.mark.parametrize(
    ("body", "content_type", "edits", "new"),
    [
        pytest.param(b"Jean", "text/plain", {"body:": "Né"}, "Né".encode(), id="text"),
        pytest.param(
            b"a=Jean+D&b&c=%41",
            "application/x-www-form-urlencoded",
            {"form:0/value": "[[PERSON_1]]"},
            b"a=%5B%5BPERSON_1%5D%5D&b&c=%41",
            id="a form",
        ),
    ],
)
def test_other_bodies_are_edited_too(body: bytes, content_type: str, edits: dict[str, str], new: bytes) -> None:
    assert write(body, content_type, [], edits) == new


# --- laws ------------------------------------------------------------------------------------------------------------


@given(st.dictionaries(st.sampled_from(["prompt", "input", "x", "thinking"]) | WORDS, VALUES))
def test_every_string_is_a_segment(document: dict[str, object]) -> None:
    document = {key: value for key, value in document.items() if key not in ("id", "image", "call")}
    found = {segment.where: segment.text for segment in read(body_of(document), JSON_TYPE, RULES).segments}

    expected = {where: text for where, text in strings(document, "").items() if text and "data:" not in text}
    assert expected.items() <= found.items()
    assert all(
        found[where].lstrip("-").isdecimal() for where in found.keys() - expected.keys() if "data:" not in found[where]
    )


@given(
    st.fixed_dictionaries({"prompt": WORDS}, optional={"input": VALUES, "x": VALUES, "n": st.integers()}),
    st.booleans(),
    st.data(),
)
def test_exactly_the_edits_are_seen_and_nothing_else_changes(
    document: dict[str, object], ascii_only: bool, data: st.DataObject
) -> None:
    text = json.dumps(document, ensure_ascii=ascii_only)
    body = text.encode("utf-8", "surrogatepass" if ascii_only else "replace")
    before = {s.where: s for s in read(body, JSON_TYPE, RULES).segments}
    places = [where for where, segment in before.items() if segment.editable and where.startswith("body:")]
    chosen = data.draw(st.lists(st.sampled_from(places), unique=True) if places else st.just([]))
    edits = {where: f"[[PERSON_{n}]] {data.draw(WORDS)}" for n, where in enumerate(chosen, 1)}

    after = {s.where: s.text for s in read(write(body, JSON_TYPE, RULES, edits), JSON_TYPE, RULES).segments}

    assert after == {where: edits.get(where, segment.text) for where, segment in before.items()}


@given(VALUES, st.data())
def test_the_lens_reaches_into_nested_json(arguments: object, data: st.DataObject) -> None:
    body = body_of({"call": {"arguments": json.dumps(arguments)}})
    before = {s.where: s.text for s in read(body, JSON_TYPE, RULES).segments}
    places = [where for where in before if where.startswith("body:")]
    edits = {
        where: "new" for where in data.draw(st.lists(st.sampled_from(places), unique=True) if places else st.just([]))
    }

    new = write(body, JSON_TYPE, RULES, edits)

    after = {s.where: s.text for s in read(new, JSON_TYPE, RULES).segments}
    assert after == before | edits


@given(st.binary() | st.text().map(str.encode), st.sampled_from(["", JSON_TYPE, "text/plain"]) | st.text())
def test_any_bytes_are_read_or_refused_with_one_kind_of_error(body: bytes, content_type: str) -> None:
    for rules in (RULES, []):
        try:
            reading = read(body, content_type, rules)
        except WireError:
            continue
        assert write(body, content_type, rules, {}) is body
        assert len({segment.where for segment in reading.segments}) == len(reading.segments)


FORM = "application/x-www-form-urlencoded;charset=utf-8"
NESTED = [
    FieldRule(path="/f.req~>/1~>/0/0", role=Role.USER),
    FieldRule(path="/f.req~>/1~>/2/*", role=Role.OTHER, holds="opaque"),
    FieldRule(path="/at", role=Role.OTHER, holds="opaque"),
    FieldRule(path="/plain", role=Role.DRAFT),
]


def nested_form(text: str, plain: str = "p") -> bytes:
    inner = json.dumps([[text, 0], ["fr"], ["c_1", "r_1"]])
    return urlencode({"f.req": json.dumps([None, inner]), "at": "token", "plain": plain}).encode()


def test_json_in_json_in_a_form_is_read_where_paths_lead() -> None:
    segments = {s.where: s for s in read(nested_form("Bonjour à tous", "Bonj"), FORM, NESTED).segments}
    said = segments["form:0/value~>/1~>/0/0"]
    assert (said.role, said.text, said.declared) == (Role.USER, "Bonjour à tous", True)
    assert segments["form:0/value~>/1~>/1/0"].declared is False
    assert segments["form:2/value"].role is Role.DRAFT
    assert not [s for s in segments.values() if s.text in ("token", "c_1", "r_1")]


@given(st.text(st.characters(exclude_categories=["Cs"])), st.text(st.characters(exclude_categories=["Cs"])))
def test_an_edit_inside_a_form_changes_nothing_else(text: str, plain: str) -> None:
    body = nested_form("Bonjour", "Bonj")
    edits = {"form:0/value~>/1~>/0/0": text, "form:2/value": plain}
    assert write(body, FORM, NESTED, {}) is body
    new = dict(parse_qsl(write(body, FORM, NESTED, edits).decode(), keep_blank_values=True))
    first, inner = json.loads(new.pop("f.req"))
    assert (first, json.loads(inner)) == (None, [[text, 0], ["fr"], ["c_1", "r_1"]])
    assert new == {"at": "token", "plain": plain}


def test_a_form_that_claims_json_and_is_none_is_read_as_text() -> None:
    [name, value] = read(b"f.req=Bonjour", FORM, NESTED).segments
    assert (name.text, value.text, value.role) == ("f.req", "Bonjour", Role.OTHER)


RECORDS = [FieldRule(path="/*/arguments/*/text", role=Role.USER)]
every_separator = pytest.mark.parametrize("separator", ["\x1e", "\n", "\r\n"])


@every_separator
def test_json_texts_in_a_row_are_read_by_their_positions(separator: str) -> None:
    records = ['{"arguments":[{"text":"un"}]}', '{"type":6}', '{"arguments":[{"text":"deux"}]}', ""]
    body = separator.join(records).encode()
    declared = {s.where: s.text for s in read(body, JSON_TYPE, RECORDS).segments if s.declared}
    assert declared == {"body:/0/arguments/0/text": "un", "body:/2/arguments/0/text": "deux"}
    new = write(body, JSON_TYPE, RECORDS, {"body:/2/arguments/0/text": "é\x1e"})
    assert new == separator.join(records).replace('"deux"', '"é\\u001e"').encode()


def test_json_texts_with_nothing_between_them_are_not_read() -> None:
    with pytest.raises(WireError):
        read(b'{"a":1}{"b":2}\n', JSON_TYPE, RECORDS)


def strings(value: object, pointer: str) -> dict[str, str]:
    """Every string and key by where it stands, found without our reader."""
    out: dict[str, str] = {}
    if isinstance(value, str):
        out[f"body:{pointer}"] = value
    elif isinstance(value, list):
        for index, item in enumerate(value):
            out |= strings(item, f"{pointer}/{index}")
    elif isinstance(value, dict):
        for key, item in value.items():
            below = pointer + "/" + key.replace("~", "~0").replace("/", "~1")
            out |= {f"key:{below}": key} | strings(item, below)
    return out
