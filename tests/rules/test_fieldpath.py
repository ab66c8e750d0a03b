"""The path language of services."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.rules.fieldpath import Step, parse

READ = {
    "one name": ("/model", (Step("model"),)),
    "any one, any depth": ("/a/*/**/b", (Step("a"), Step("*"), Step("**"), Step("b"))),
    "a position": ("/a/0", (Step("a"), Step("0"))),
    "escapes": ("/a~1b/c~0d/~01", (Step("a/b"), Step("c~d"), Step("~1"))),
    "a condition": ("/m/*{role=user}", (Step("m"), Step("*", (("role", frozenset({"user"})),)))),
    "one of several": ("/m{a=x|y}/b", (Step("m", (("a", frozenset({"x", "y"})),)), Step("b"))),
    "two conditions": ("/*{a=x,b=y|z}", (Step("*", (("a", frozenset({"x"})), ("b", frozenset({"y", "z"})))),)),
    "a slash in a value": (
        "/*{type=text/plain}/data",
        (Step("*", (("type", frozenset({"text/plain"})),)), Step("data")),
    ),
}


@pytest.mark.parametrize(("path", "steps"), READ.values(), ids=READ.keys())
def test_a_path_is_its_steps(path: str, steps: tuple[Step, ...]) -> None:
    assert parse(path) == steps


REFUSED = {
    "empty": ("", 1),
    "no slash": ("model", 1),
    "an empty step": ("/a//b", 4),
    "a last slash": ("/a/", 4),
    "a star in a name": ("/a/b*", 4),
    "three stars": ("/***", 2),
    "a bare tilde": ("/a~b", 2),
    "an open brace": ("/a{b=c", 3),
    "a closing brace": ("/a}", 3),
    "a brace in a brace": ("/a{b={c}}", 3),
    "text after a brace": ("/a{b=c}d", 8),
    "an empty condition": ("/a{}", 4),
    "no value": ("/a{b=}", 4),
    "an empty alternative": ("/a{b=c|}", 4),
    "no member": ("/a{=c}", 4),
    "a member twice": ("/a{b=c,b=d}", 8),
    "a condition at any depth": ("/**{a=b}", 2),
}


@pytest.mark.parametrize(("path", "character"), REFUSED.values(), ids=REFUSED.keys())
def test_a_path_that_means_nothing_is_refused_at_its_character(path: str, character: int) -> None:
    with pytest.raises(ValueError, match=rf"at character {character}$"):
        parse(path)


@given(st.text(alphabet="/*~01ab{}=|,", max_size=20))
def test_no_path_makes_it_fail_otherwise(path: str) -> None:
    try:
        steps = parse(path)
    except ValueError:
        return
    assert steps
    assert all(step.name for step in steps)


@given(
    st.lists(st.text(min_size=1, max_size=5).filter(lambda name: not set(name) & set("{}*")), min_size=1, max_size=5)
)
def test_every_name_can_be_written(names: list[str]) -> None:
    path = "".join("/" + name.replace("~", "~0").replace("/", "~1") for name in names)
    assert [step.name for step in parse(path)] == names
