"""JSON is read in one way or not at all, and spliced without touching the rest."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.errors import WireError
from guard.wire.document import (
    Array,
    Leaf,
    Node,
    Object,
    at,
    index,
    objects,
    parse,
    parse_all,
    quote,
    render,
    splice,
    string,
)

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters()),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(), max_size=8), inner, max_size=4)
    ),
    max_leaves=20,
)


def plain(node: Node) -> object:
    """The Python value of a tree."""
    match node:
        case Leaf(kind="string", text=text):
            return text
        case Leaf(text=text):
            return json.loads(text)
        case Object(members):
            return {key.text: plain(value) for key, value in members}
        case Array(items):
            return [plain(item) for item in items]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('{"a":1,"a":2}', id="a key twice"),
        pytest.param('{"a":1,"\\u0061":2}', id="a key twice, once escaped"),
        pytest.param('[{"x":{"b":1,"b":1}}]', id="a key twice, deep"),
        pytest.param('{"":1,"":2}', id="the empty key twice"),
        pytest.param("[NaN]", id="NaN"),
        pytest.param("[Infinity]", id="Infinity"),
        pytest.param("[-Infinity]", id="minus Infinity"),
        pytest.param("{} {}", id="two values"),
        pytest.param("{}x", id="text after the end"),
        pytest.param("{}\0", id="a NUL after the end"),
        pytest.param("[" * 65 + "]" * 65, id="depth 65"),
        pytest.param('{"a":' * 65 + "1" + "}" * 65, id="objects of depth 65"),
        pytest.param("[" * 100_000, id="depth that would break the stack"),
        pytest.param('"a\nb"', id="a control character in a string"),
        pytest.param('"a\tb"', id="a tab in a string"),
        pytest.param('"\0"', id="a NUL in a string"),
        pytest.param(r'"\x41"', id="an unknown escape"),
        pytest.param(r'"\u12"', id="a short escape"),
        pytest.param(r'"\u+123"', id="a sign in an escape"),
        pytest.param(r'"\u 123"', id="a space in an escape"),
        pytest.param('"abc', id="a string without end"),
        pytest.param('"abc\\', id="a string that ends in a backslash"),
        pytest.param("'abc'", id="single quotes"),
        pytest.param("{a:1}", id="a bare key"),
        pytest.param("{1:1}", id="a number for a key"),
        pytest.param('{"a" 1}', id="no colon"),
        pytest.param('{"a":1 "b":2}', id="no comma in an object"),
        pytest.param("[1 2]", id="no comma in an array"),
        pytest.param("[1,]", id="a comma before the end of an array"),
        pytest.param('{"a":1,}', id="a comma before the end of an object"),
        pytest.param("[,1]", id="a comma first"),
        pytest.param("[1,,2]", id="two commas"),
        pytest.param("[1}", id="the wrong end"),
        pytest.param("[1", id="no end"),
        pytest.param('{"a":1', id="no end of an object"),
        pytest.param("01", id="a leading zero"),
        pytest.param("+1", id="a plus sign"),
        pytest.param("1.", id="no digits after the point"),
        pytest.param(".5", id="no digit before the point"),
        pytest.param("1e", id="no exponent"),
        pytest.param("0x10", id="hexadecimal"),
        pytest.param("1_000", id="an underscore in a number"),
        pytest.param("\u0661", id="digits of another script"),
        pytest.param("tru", id="half a constant"),
        pytest.param("True", id="a constant in capitals"),
        pytest.param("[1] // x", id="a line comment"),
        pytest.param("/* x */ [1]", id="a block comment"),
        pytest.param("\u00a0[1]", id="a space JSON does not know"),
        pytest.param("\ufeff[1]", id="a byte order mark"),
        pytest.param("", id="nothing"),
        pytest.param(" \n", id="spaces only"),
    ],
)
def test_what_two_readers_could_read_differently_is_not_read(text: str) -> None:
    with pytest.raises(WireError) as caught:
        parse(text)
    assert caught.value.cause == "json"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("[" * 64 + "]" * 64, id="depth 64"),
        pytest.param(' \t\r\n{ "a" : [ 1 , 2 ] } \n', id="spaces everywhere"),
        pytest.param('{"a":{"a":1},"b":{"a":2}}', id="the same key in different objects"),
        pytest.param("[0,-0,1.5,-2e10,1E+2,3e-4]", id="forms of numbers"),
        pytest.param(r'"\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00"', id="every escape"),
        pytest.param(r'["\ud800","\udc00x"]', id="lone surrogates are kept"),
        pytest.param('"\x7f\u2028"', id="characters that only look like control"),
        pytest.param("true", id="a constant alone"),
        pytest.param('{"":{"~/":[]}}', id="odd keys"),
    ],
)
def test_what_is_json_is_read_as_others_read_it(text: str) -> None:
    assert plain(parse(text)) == json.loads(text)


@given(JSON, st.booleans(), st.sampled_from([None, 1, "\t"]))
def test_agrees_with_the_standard_library_on_every_value(value: object, ascii_only: bool, indent: str | None) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent)

    assert plain(parse(text)) == json.loads(text)


@given(st.text() | st.text(st.sampled_from('{}[]":,\\u0123eE+-. truefalsn\n')))
def test_any_text_is_read_or_refused_with_one_kind_of_error(text: str) -> None:
    try:
        node = parse(text)
    except WireError:
        return
    assert plain(node) == json.loads(text)


@given(JSON)
def test_a_leaf_knows_where_it_stands(value: object) -> None:
    text = json.dumps(value)

    for leaf in leaves(parse(text)):
        written = text[leaf.start : leaf.end]
        assert json.loads(written) == leaf.text if leaf.kind == "string" else written == leaf.text


def leaves(node: Node) -> list[Leaf]:
    match node:
        case Leaf():
            return [node]
        case Object(members):
            return [leaf for key, value in members for leaf in (key, *leaves(value))]
        case Array(items):
            return [leaf for item in items for leaf in leaves(item)]


@given(st.text(st.characters()))
def test_a_quoted_text_is_read_back_and_can_be_sent(text: str) -> None:
    assert json.loads(quote(text)) == text
    quote(text).encode()


def test_splicing_leaves_all_else_to_the_character() -> None:
    text = ' {"a" : 1.0,\t"b":"\\u0041"}\r\n'
    b = parse(text)
    assert isinstance(b, Object)
    leaf = b.get("b")
    assert isinstance(leaf, Leaf)

    assert splice(text, [(leaf.start, leaf.end, '"new"')]) == ' {"a" : 1.0,\t"b":"new"}\r\n'
    assert splice(text, []) == text


def test_splices_may_come_in_any_order() -> None:
    assert splice("0123456789", [(6, 8, "x"), (1, 2, "y"), (2, 3, "")]) == "0y345x89"


def test_no_repr_and_no_error_shows_the_text() -> None:
    assert "Dupont" not in repr(parse('{"Dupont":["Dupont",{"Dupont":123}]}'))
    for broken in ('{"Dupont":"Dupont', '{"Dupont":1,"Dupont":2}', '["Dupont"] Dupont', "Dupont"):
        with pytest.raises(WireError) as caught:
            parse(broken)
        assert "Dupont" not in f"{caught.value!r} {caught.value}"
        assert caught.value.__cause__ is None


def test_an_object_gives_its_members_by_key() -> None:
    root = parse('{"a":"x","b":1,"c":{"d":null}}')
    assert isinstance(root, Object)

    assert (root.string("a"), root.string("b"), root.string("z")) == ("x", None, None)
    assert isinstance(root.get("c"), Object)
    assert root.get("z") is None


def test_numbers_keep_their_digits() -> None:
    huge = "1" + "0" * 5000
    node = parse(f"[{huge},1e999]")
    assert isinstance(node, Array)

    assert [leaf.text for leaf in node.items if isinstance(leaf, Leaf)] == [huge, "1e999"]
    assert math.isinf(float("1e999"))


@given(JSON)
def test_a_tree_is_written_as_it_was_read(value: object) -> None:
    assert json.loads(render(parse(json.dumps(value)), {})) == value


def test_one_leaf_can_be_written_anew() -> None:
    root = parse('{"a": [1, "b"], "c": "d"}')
    leaf = string(at(root, "a", -1))
    assert leaf is not None
    assert json.loads(render(root, {leaf.start: 'x"\\y'})) == {"a": [1, 'x"\\y'], "c": "d"}


@pytest.mark.parametrize("steps", [("a", 2), ("a", -3), ("a", "b"), ("x",), (0,), ("c", "d")])
def test_where_nothing_stands_there_is_nothing(steps: tuple[str | int, ...]) -> None:
    assert at(parse('{"a": [1, "b"], "c": "d"}'), *steps) is None


@pytest.mark.parametrize("text", ["", " \n", "{}\x1e[1]\x1e", "1 2 3", '"a"\n"b"'])
def test_json_texts_in_a_row_are_one_array(text: str) -> None:
    items = [json.loads(part) for part in text.replace("\x1e", " ").split()]
    assert json.loads(render(parse_all(text), {})) == items


@pytest.mark.parametrize("text", ["{}{}", "[1]2", "{} x", '"a""b"'])
def test_json_texts_must_be_apart(text: str) -> None:
    with pytest.raises(WireError):
        parse_all(text)


def test_the_objects_of_an_array_are_told_from_the_rest() -> None:
    root = parse('{"a": {"b": [1, {"c": 1}, [], {"d": 2}]}}')
    assert [one.members[0][0].text for one in objects(root, "a", "b")] == ["c", "d"]
    assert objects(root, "a") == objects(root, "x") == objects(None, "a") == []


@pytest.mark.parametrize(
    ("text", "count"), [("7", "7"), ('"7"', "7"), ("-1", "0"), ("1.5", "0"), ("[]", "0"), ("1e9", "0")]
)
def test_a_count_is_digits(text: str, count: str) -> None:
    assert index(parse(text)) == count
