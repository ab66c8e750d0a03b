"""The path of a field, as services' rule files write it -> the steps that lead there.

`/messages/*{role=user|tool}/content/*{type=text}/text`: names as in RFC 6901 (`~1` is a slash, `~0` a tilde), `*` any
one key or position, `**` any number of steps, none included. Braces ask that the object reached by their step has
these string members. Matching is the reader's business; this only says what was written.
"""

import re
from dataclasses import dataclass

_STEP = re.compile(r"/([^/{}]*)(?:\{([^{}]*)\})?")
_MEMBER = re.compile(r"([^=|,]+)=([^=,]+)")
_BAD_ESCAPE = re.compile(r"~(?![01])")


@dataclass(frozen=True, slots=True)
class Step:
    """One step down."""

    name: str
    """A key or position, `*` for any one, `**` for any number of steps."""
    where: tuple[tuple[str, frozenset[str]], ...] = ()
    """String members that the object reached must have, each with the values it may have."""


def parse(path: str) -> tuple[Step, ...]:
    """The steps of a path; ValueError says what is wrong and at which character, from 1."""
    steps = []
    at = 0
    while at < len(path):
        found = _STEP.match(path, at)
        if found is None:
            what = "a brace that does not close" if path[at] == "{" else "a step must begin with /"
            raise ValueError(f"{what}, at character {at + 1}")
        steps.append(_step(found))
        at = found.end()
    if not steps:
        raise ValueError("an empty path, at character 1")
    return tuple(steps)


def _step(found: re.Match[str]) -> Step:
    name, condition = found[1], found[2]
    place = f"at character {found.start(1) + 1}"
    if not name:
        raise ValueError(f"a step without a name, {place}")
    if "*" in name and name not in ("*", "**"):
        raise ValueError(f"* stands for a whole step, {place}")
    if _BAD_ESCAPE.search(name):
        raise ValueError(f"~ must be written ~0, {place}")
    if condition is None:
        return Step(_literal(name))
    if name == "**":
        raise ValueError(f"** reaches many objects and cannot ask for members, {place}")
    return Step(_literal(name), _members(condition, found.start(2)))


def _literal(name: str) -> str:
    return name.replace("~1", "/").replace("~0", "~")


def _members(condition: str, start: int) -> tuple[tuple[str, frozenset[str]], ...]:
    members: dict[str, frozenset[str]] = {}
    for part in condition.split(","):
        place = f"at character {start + 1}"
        found = _MEMBER.fullmatch(part)
        values = found[2].split("|") if found else []
        if found is None or not all(values):
            raise ValueError(f"braces want member=value or member=one|other, {place}")
        if found[1] in members:
            raise ValueError(f"the member {found[1]} twice, {place}")
        members[found[1]] = frozenset(values)
        start += len(part) + 1
    return tuple(members.items())
