"""JSON, or JSON lines -> its strings, keys and long numbers, and back with some changed.

A text that no two readers would read the same, or with more leaves than are looked at one by one, is one stretch.
"""

import re
from collections.abc import Iterator, Mapping

from guard.errors import WireError
from guard.wire.document import Leaf, Node, Object, parse, quote, splice

MOST = 2000
"""Leaves that are looked at one by one."""
_DIGITS = 9
"""Shorter numbers are counts and settings."""
_LINE = re.compile(r"[^\n]*\n?")


def read(text: str) -> list[tuple[str, str]]:
    """(where, text) of each leaf, by number; of the whole, where it is empty, when it cannot be taken apart."""
    leaves = _leaves(text)
    return [("", text)] if leaves is None else [(f"leaf/{n}", leaf.text) for n, (_, leaf) in enumerate(leaves)]


def write(text: str, edits: Mapping[str, str]) -> str:
    """The text with some leaves changed."""
    if "" in edits:
        return edits[""]
    return splice(
        text,
        [
            (start + leaf.start, start + leaf.end, quote(edits[f"leaf/{n}"]))
            for n, (start, leaf) in enumerate(_leaves(text) or ())
            if f"leaf/{n}" in edits
        ],
    )


def _leaves(text: str) -> list[tuple[int, Leaf]] | None:
    """Leaves with where their JSON text begins; None when there is no way to take it apart, or too many."""
    try:
        found = list(_walk(parse(text), 0))
    except WireError:
        try:
            found = list(_lines(text))
        except WireError:
            return None
    return found if len(found) <= MOST else None


def _lines(text: str) -> Iterator[tuple[int, Leaf]]:
    for match in _LINE.finditer(text):
        if match.group().strip():
            yield from _walk(parse(match.group()), match.start())


def _walk(node: Node, start: int) -> Iterator[tuple[int, Leaf]]:
    if isinstance(node, Leaf):
        if node.text and (node.kind == "string" or sum(map(str.isdigit, node.text)) >= _DIGITS):
            yield start, node
    elif isinstance(node, Object):
        for key, value in node.members:
            yield start, key
            yield from _walk(value, start)
    else:
        for item in node.items:
            yield from _walk(item, start)
