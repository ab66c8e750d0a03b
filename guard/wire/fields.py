"""A JSON tree and what a rule file says of its fields -> every leaf with its pointer and its meaning (law 2).

Pointers are RFC 6901. A leaf no path matches is undeclared, never skipped.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import re2

from guard.rules.fieldpath import Step, parse
from guard.rules.schema import FieldRule
from guard.terms import Role
from guard.wire.document import Array, Leaf, Node, Object

type States = tuple[tuple[FieldRule, tuple[Step, ...], frozenset[int]], ...]
"""For each path that may still match: the positions in it that have been reached."""


@dataclass(frozen=True, slots=True)
class Field:
    """A leaf of the tree, or a key of one of its objects."""

    pointer: str
    leaf: Leaf
    rule: FieldRule | None
    """The first path that matches it; None when nobody declared it."""
    names: tuple[str, ...]
    """The keys that lead to it, array positions left out."""
    key: bool = False
    listed: FieldRule | None = None
    """What matches the array that the leaf stands in, for a leaf that stands in one."""


NESTED = "~>"
"""Between the pointer of a JSON string and the pointer inside it: in RFC 6901 a `~` is only ever followed by 0 or 1."""


@lru_cache(maxsize=4096)
def outer(rules: tuple[FieldRule, ...]) -> tuple[FieldRule, ...]:
    """The rules as they stand outside of JSON strings: one whose path goes on inside says that there is JSON."""
    told = []
    for rule in rules:
        head, nested, _ = rule.path.partition(NESTED)
        told.append(rule.model_copy(update={"path": head, "holds": "json", "role": Role.OTHER}) if nested else rule)
    return tuple(dict.fromkeys(told))


@lru_cache(maxsize=4096)
def within(rules: tuple[FieldRule, ...], head: str) -> tuple[FieldRule, ...]:
    """What rules say of the inside of a JSON string that stands at a path; nothing when none goes on there."""
    begin = head + NESTED
    return tuple(
        rule.model_copy(update={"path": rule.path.removeprefix(begin)}) for rule in rules if rule.path.startswith(begin)
    )


@lru_cache(maxsize=4096)
def _steps(path: str) -> tuple[Step, ...]:
    return parse(path)


def fields(root: Node, rules: Sequence[FieldRule]) -> Iterator[Field]:
    """Every leaf and every key, in the order of the text."""
    start = tuple((rule, _steps(rule.path), frozenset({0})) for rule in outer(tuple(rules)))
    yield from _walk(root, "", tuple((rule, steps, _closure(steps, at)) for rule, steps, at in start), ())


def _walk(
    node: Node, pointer: str, states: States, names: tuple[str, ...], listed: FieldRule | None = None
) -> Iterator[Field]:
    match node:
        case Leaf():
            yield Field(pointer, node, _matched(states), names, listed=listed)
        case Object(members):
            inside = _matched(states)
            for key, value in members:
                below = f"{pointer}/{_escape(key.text)}"
                yield Field(below, key, inside, names, key=True)
                yield from _walk(value, below, _move(states, key.text, value), (*names, key.text))
        case Array(items):
            inside = _matched(states)
            for index, item in enumerate(items):
                yield from _walk(item, f"{pointer}/{index}", _move(states, str(index), item), names, inside)


def members(names: Sequence[str], rules: Sequence[FieldRule]) -> list[FieldRule | None]:
    """What is said of each value of a form, as of the members of one JSON object."""
    pairs = tuple((Leaf(at, at, "string", name), Leaf(at, at, "string", "")) for at, name in enumerate(names))
    return [found.rule for found in fields(Object(pairs), rules) if not found.key]


def idle(rule: FieldRule | None, text: str) -> bool:
    """Whether a string says nothing: a rule file calls it opaque, and it has the form that such strings have there."""
    if rule is None or rule.holds != "opaque":
        return False
    plain = text.encode("utf-8", "replace").decode()  # half a character, as JSON can write one, is no UTF-8
    return rule.form is None or _form(rule.form).fullmatch(plain) is not None


@lru_cache(maxsize=256)
def _form(pattern: str) -> "re2._Regexp[str]":
    return re2.compile(pattern)


def _escape(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


def _matched(states: States) -> FieldRule | None:
    return next((rule for rule, steps, at in states if len(steps) in at), None)


def _move(states: States, name: str, reached: Node) -> States:
    moved = []
    for rule, steps, at in states:
        after = _closure(steps, frozenset(_after(steps, at, name, reached)))
        if after:
            moved.append((rule, steps, after))
    return tuple(moved)


def _after(steps: tuple[Step, ...], at: frozenset[int], name: str, reached: Node) -> Iterator[int]:
    for index in at:
        if index == len(steps):
            continue
        step = steps[index]
        if step.name == "**":
            yield index
        elif step.name in ("*", name) and _holds(step, reached):
            yield index + 1


def _holds(step: Step, reached: Node) -> bool:
    if not step.where:
        return True
    return isinstance(reached, Object) and all(reached.string(key) in values for key, values in step.where)


def _closure(steps: tuple[Step, ...], at: frozenset[int]) -> frozenset[int]:
    """`**` may stand for no step at all."""
    reached = set(at)
    for index in sorted(at):
        while index < len(steps) and steps[index].name == "**":
            index += 1
            reached.add(index)
    return frozenset(reached)
