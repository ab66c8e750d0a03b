"""JSON text -> a tree whose leaves know where they stand, and text with some leaves spliced anew.

Stricter than RFC 8259 where parsers disagree (duplicate keys, NaN, trailing text, depth over 64): what two readers
could read differently is not read at all. Positions are characters of the text, the end excluded.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from json import JSONDecodeError, dumps
from json.decoder import scanstring  # type: ignore[attr-defined]  # the stubs leave it out; it is C

from guard.errors import WireError

MAX_DEPTH = 64
_SPACE = re.compile(r"[ \t\n\r]*")
_RECORD = re.compile(r"[ \t\n\r\x1e]*")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_COUNT = re.compile(r"[0-9]{1,9}")
_CONSTANT = re.compile(r"true|false|null")


@dataclass(frozen=True, slots=True)
class Leaf:
    """A string, a number or a constant."""

    start: int
    end: int
    kind: str
    """string, number or constant"""
    text: str
    """The string's value, or the literal itself."""

    def __repr__(self) -> str:
        """Where it stands, never what it says (law 6)."""
        return f"Leaf({self.kind}, {self.start}:{self.end})"


@dataclass(frozen=True, slots=True)
class Object:
    """Members in the order of the text; no key stands twice."""

    members: "tuple[tuple[Leaf, Node], ...]"

    def get(self, key: str) -> "Node | None":
        """The value of a key, or None."""
        return next((value for name, value in self.members if name.text == key), None)

    def string(self, key: str) -> str | None:
        """The value of a key when it is a string."""
        value = self.get(key)
        return value.text if isinstance(value, Leaf) and value.kind == "string" else None


@dataclass(frozen=True, slots=True)
class Array:
    """Items in the order of the text."""

    items: "tuple[Node, ...]"


type Node = Leaf | Object | Array


def parse(text: str) -> Node:
    """The tree of a whole JSON text; WireError(`json`) when there is no single way to read it."""
    reader = _Reader(text)
    node, end = reader.value(reader.skip(0), 0)
    if reader.skip(end) != len(text):
        raise WireError("json", f"JSON text goes on after its end (character {end})")
    return node


def parse_all(text: str) -> Array:
    """Several JSON texts in a row, white space or a record separator (RFC 7464, SignalR) between them, as one array."""
    reader = _Reader(text)
    items: list[Node] = []
    at = _RECORD.match(text, 0).end()  # type: ignore[union-attr]  # it matches the empty text
    while at < len(text):
        node, end = reader.value(at, 1)
        items.append(node)
        at = _RECORD.match(text, end).end()  # type: ignore[union-attr]
        if at == end < len(text):
            raise WireError("json", f"JSON texts without anything between them (character {end})")
    return Array(tuple(items))


def render(node: Node, changes: Mapping[int, str]) -> str:
    """The JSON text of a tree; `changes`: where a leaf starts in its own text -> the string to write for it."""
    match node:
        case Leaf():
            if node.start in changes:
                return quote(changes[node.start])
            return quote(node.text) if node.kind == "string" else node.text
        case Object(members):
            return "{" + ",".join(f"{quote(key.text)}:{render(value, changes)}" for key, value in members) + "}"
        case Array(items):
            return "[" + ",".join(render(item, changes) for item in items) + "]"


def at(node: Node, *steps: str | int) -> Node | None:
    """What stands at the end of these keys and positions (-1 is the last), or None."""
    here: Node | None = node
    for step in steps:
        if isinstance(here, Object) and isinstance(step, str):
            here = here.get(step)
        elif isinstance(here, Array) and isinstance(step, int) and -len(here.items) <= step < len(here.items):
            here = here.items[step]
        else:
            return None
    return here


def string(node: Node | None) -> Leaf | None:
    """The node when it is a string."""
    return node if isinstance(node, Leaf) and node.kind == "string" else None


def objects(node: Node | None, *steps: str | int) -> list[Object]:
    """The objects in the array that stands at the end of these steps; none when there is no array."""
    here = at(node, *steps) if node is not None else None
    return [item for item in here.items if isinstance(item, Object)] if isinstance(here, Array) else []


def index(node: Node | None) -> str:
    """A count as it is written, `0` when it is none."""
    return node.text if isinstance(node, Leaf) and _COUNT.fullmatch(node.text) else "0"


def quote(text: str) -> str:
    """A JSON string literal of this text, readable where it can be."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return dumps(text)
    return dumps(text, ensure_ascii=False)


def splice(text: str, changes: Iterable[tuple[int, int, str]]) -> str:
    """The text with each (start, end, new) in place; all else stays to the character."""
    pieces: list[str] = []
    last = 0
    for start, end, new in sorted(changes):
        pieces += [text[last:start], new]
        last = end
    pieces.append(text[last:])
    return "".join(pieces)


class _Reader:
    """One pass over a text; `value` returns a node and the position after it."""

    def __init__(self, text: str) -> None:
        self.text = text

    def skip(self, at: int) -> int:
        match = _SPACE.match(self.text, at)
        return match.end() if match else at

    def fail(self, at: int, what: str) -> WireError:
        return WireError("json", f"not JSON: {what} at character {at}")

    def value(self, at: int, depth: int) -> tuple[Node, int]:
        first = self.text[at : at + 1]
        if first == '"':
            return self.string(at)
        if first in ("{", "["):
            if depth >= MAX_DEPTH:
                raise WireError("json", f"JSON nested deeper than {MAX_DEPTH}")
            return self.object(at, depth + 1) if first == "{" else self.array(at, depth + 1)
        for kind, pattern in (("number", _NUMBER), ("constant", _CONSTANT)):
            if match := pattern.match(self.text, at):
                return Leaf(at, match.end(), kind, match.group()), match.end()
        raise self.fail(at, "a value expected")

    def string(self, at: int) -> tuple[Leaf, int]:
        try:
            value, end = scanstring(self.text, at + 1, True)
        except JSONDecodeError as error:
            raise self.fail(error.pos, "a bad string") from None
        return Leaf(at, end, "string", value), end

    def object(self, at: int, depth: int) -> tuple[Object, int]:
        members: list[tuple[Leaf, Node]] = []
        seen: set[str] = set()
        at = self.skip(at + 1)
        while self.text[at : at + 1] != "}":
            if members:
                at = self.skip(self.expect(",", at))
            if self.text[at : at + 1] != '"':
                raise self.fail(at, "a key expected")
            key, at = self.string(at)
            if key.text in seen:
                raise WireError("json", f"JSON key stands twice (character {key.start})")
            seen.add(key.text)
            node, at = self.value(self.skip(self.expect(":", self.skip(at))), depth)
            members.append((key, node))
            at = self.skip(at)
        return Object(tuple(members)), at + 1

    def array(self, at: int, depth: int) -> tuple[Array, int]:
        items: list[Node] = []
        at = self.skip(at + 1)
        while self.text[at : at + 1] != "]":
            if items:
                at = self.skip(self.expect(",", at))
            node, at = self.value(at, depth)
            items.append(node)
            at = self.skip(at)
        return Array(tuple(items)), at + 1

    def expect(self, mark: str, at: int) -> int:
        if self.text[at : at + 1] != mark:
            raise self.fail(at, f"{mark!r} expected")
        return at + 1
