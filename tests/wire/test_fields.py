"""Every leaf and every key has a place and a meaning."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.rules.schema import FieldRule
from guard.terms import Role
from guard.wire.document import parse
from guard.wire.fields import fields, outer, within

JSON = st.recursive(
    st.none() | st.integers() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.sampled_from("ab/~01*"), max_size=3), inner, max_size=4)
    ),
    max_leaves=20,
)


def rule(path: str, role: Role = Role.USER) -> FieldRule:
    return FieldRule(path=path, role=role)


def matched(document: object, path: str) -> list[str]:
    """Pointers of the values that a path matches."""
    found = fields(parse(json.dumps(document)), [rule(path)])
    return [field.pointer for field in found if field.rule and not field.key]


DOCUMENT = {
    "prompt": "p",
    "messages": [
        {"role": "user", "content": "c", "parts": [{"type": "text", "text": "t"}, {"type": "image", "text": "i"}]},
        {"role": "assistant", "content": {"deep": {"content": "d"}}},
        "bare",
    ],
    "a/b": {"~": "x"},
}


@pytest.mark.parametrize(
    ("path", "pointers"),
    [
        pytest.param("/prompt", ["/prompt"], id="a name"),
        pytest.param("/none", [], id="a name that is not there"),
        pytest.param("/prompt/more", [], id="a path that goes on below a leaf"),
        pytest.param("/messages/0/content", ["/messages/0/content"], id="a position"),
        pytest.param("/messages/*", ["/messages/2"], id="any position"),
        pytest.param("/messages/*/content", ["/messages/0/content"], id="only the leaf itself"),
        pytest.param("/*", ["/prompt"], id="any key"),
        pytest.param(
            "/**/content", ["/messages/0/content", "/messages/1/content/deep/content"], id="a name at any depth"
        ),
        pytest.param("/**/prompt", ["/prompt"], id="any depth is also none"),
        pytest.param("/messages/1/**", ["/messages/1/role", "/messages/1/content/deep/content"], id="all below"),
        pytest.param("/messages/**/deep/**", ["/messages/1/content/deep/content"], id="twice any depth"),
        pytest.param(
            "/messages/*/parts/*{type=text}/text", ["/messages/0/parts/0/text"], id="a condition on the object reached"
        ),
        pytest.param(
            "/messages/*/parts/*{type=text|image}/text",
            ["/messages/0/parts/0/text", "/messages/0/parts/1/text"],
            id="a condition with two values",
        ),
        pytest.param("/messages/*{role=user,content=c}/content", ["/messages/0/content"], id="two conditions"),
        pytest.param("/messages/*{role=user,content=z}/content", [], id="two conditions, one fails"),
        pytest.param("/messages/2{role=user}", [], id="a condition on what is no object"),
        pytest.param("/a~1b/~0", ["/a~1b/~0"], id="escaped names"),
        pytest.param("/**", [], id="everything"),
    ],
)
def test_a_path_reaches_what_it_says(path: str, pointers: list[str]) -> None:
    everything = [f.pointer for f in fields(parse(json.dumps(DOCUMENT)), []) if not f.key]
    assert matched(DOCUMENT, path) == (everything if path == "/**" else pointers)


def test_the_first_path_that_matches_counts() -> None:
    rules = [rule("/messages/0/content", Role.SYSTEM), rule("/messages/*/content", Role.USER), rule("/**", Role.OTHER)]
    found = fields(parse('{"messages":[{"content":"a"},{"content":"b"}],"x":"c"}'), rules)

    assert [field.rule and field.rule.role for field in found if not field.key] == [
        Role.SYSTEM,
        Role.USER,
        Role.OTHER,
    ]


def test_a_key_has_the_meaning_of_its_object() -> None:
    found = {f.pointer: f for f in fields(parse('{"metadata":{"Ana":"x"},"other":1}'), [rule("/metadata/**")]) if f.key}

    assert found["/metadata/Ana"].rule is not None
    assert found["/metadata"].rule is None
    assert found["/other"].rule is None


def test_names_lead_to_a_leaf_without_positions() -> None:
    found = {f.pointer: f.names for f in fields(parse('{"a":[{"b":["x"]}]}'), []) if not f.key}

    assert found == {"/a/0/b/0": ("a", "b")}


@given(JSON, st.lists(st.sampled_from(["/**", "/a", "/*/b", "/**/a/**", "/*{a=b}/*", "/~1"]), max_size=3))
def test_every_leaf_and_every_key_comes_once_under_its_own_pointer(document: object, paths: list[str]) -> None:
    found = list(fields(parse(json.dumps(document)), [rule(path) for path in paths]))

    expected = list(walk(document, ""))
    assert [(f.pointer, f.key, f.leaf.text if f.leaf.kind == "string" else json.loads(f.leaf.text)) for f in found] == (
        expected
    )
    assert len({(f.pointer, f.key) for f in found}) == len(found)


def walk(value: object, pointer: str) -> list[tuple[str, bool, object]]:
    """(RFC 6901 pointer, key or not, value), written anew."""
    if isinstance(value, dict):
        out: list[tuple[str, bool, object]] = []
        for key, inner in value.items():
            below = pointer + "/" + key.replace("~", "~0").replace("/", "~1")
            out += [(below, True, key), *walk(inner, below)]
        return out
    if isinstance(value, list):
        return [place for index, inner in enumerate(value) for place in walk(inner, f"{pointer}/{index}")]
    return [(pointer, False, value)]


def test_a_leaf_knows_what_its_array_means() -> None:
    found = fields(parse('{"prompt": [1, {"a": 2}, [3]]}'), [rule("/prompt"), rule("/prompt/2", Role.SYSTEM)])

    roles = {field.pointer: field.listed and field.listed.role for field in found}
    assert roles == {
        "/prompt": None,
        "/prompt/0": Role.USER,
        "/prompt/1/a": None,
        "/prompt/2/0": Role.SYSTEM,
    }


def test_rules_for_the_inside_of_a_string_say_outside_that_there_is_json() -> None:
    rules = (
        FieldRule(path="/a~>/b~>/c", role=Role.USER),
        FieldRule(path="/a~>/d", role=Role.SYSTEM),
        FieldRule(path="/e", role=Role.USER),
    )
    assert [(rule.path, rule.holds) for rule in outer(rules)] == [("/a", "json"), ("/e", "text")]
    inside = within(rules, "/a")
    assert [(rule.path, rule.role) for rule in inside] == [("/b~>/c", Role.USER), ("/d", Role.SYSTEM)]
    assert [rule.path for rule in within(inside, "/b")] == ["/c"]
    assert within(rules, "/e") == ()
