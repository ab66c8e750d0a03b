"""A service's answer, whole or in a stream -> the same answer with its text passed through a filter (law 5).

The filter is the caller's (the Restorer). Text that comes in pieces has one filter for each of its channels, so that a
placeholder cut anywhere is still seen whole; all other strings are passed one by one. Signed parts stay as they are.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Literal, Protocol

from guard.errors import WireError
from guard.rules.schema import FieldRule
from guard.terms import Role
from guard.wire.document import Leaf, Node, parse, quote, splice
from guard.wire.fields import fields
from guard.wire.sse import ServerEvent, Splitter

type Kind = Literal["text", "json"]
"""text: plain; json: a piece of JSON text, in which a value must be escaped."""


class Filter(Protocol):
    """Text through, in pieces."""

    def feed(self, text: str) -> str:
        """What is certain so far."""

    def flush(self) -> str:
        """What was held back."""


type NewFilter = Callable[[Kind], Filter]


@dataclass(frozen=True, slots=True)
class Piece:
    """A leaf of a stream's event that continues a text begun in earlier ones."""

    leaf: Leaf
    channel: tuple[str, ...]
    """Which text it continues: choice, block, tool call, …"""
    kind: Kind


@dataclass(frozen=True, slots=True)
class Reading:
    """What an event does to the texts under way."""

    pieces: tuple[Piece, ...] = ()
    ends: tuple[tuple[str, ...], ...] = ()
    """Prefixes of the channels that end with this event."""


class Family(Protocol):
    """What a family of formats knows of its answers."""

    @property
    def leave(self) -> tuple[FieldRule, ...]:
        """Fields of an answer that are JSON text (`json`), signed or opaque (left as they are)."""

    def read(self, event: Node) -> Reading:
        """The pieces in one event of a stream."""

    def late(self, channel: tuple[str, ...], text: str, last: Node) -> bytes:
        """An event of our own that brings the end of a text; `last` is the event that brought its last piece."""


def leave(*paths: tuple[str, Literal["json", "signed", "opaque"]]) -> tuple[FieldRule, ...]:
    """Field rules for answers, from (path, holds) pairs."""
    return tuple(FieldRule(path=path, role=Role.OTHER, holds=holds) for path, holds in paths)


@dataclass(frozen=True, slots=True)
class Plain:
    """A family nobody knows more of: strings of an answer, one by one."""

    leave: tuple[FieldRule, ...] = ()

    def read(self, event: Node) -> Reading:
        """No text comes in pieces, as far as we know."""
        return Reading()

    def late(self, channel: tuple[str, ...], text: str, last: Node) -> bytes:
        """Never asked: there are no channels."""
        raise WireError("internal", "a plain answer has no channels")


def whole(text: str, family: Family, new_filter: NewFilter) -> str:
    """A whole answer, filtered: JSON leaf by leaf, JSON lines line by line, anything else as one text."""
    if (one := _json(text, family, new_filter)) is not None:
        return one
    lines = [(line, _json(line, family, new_filter)) for line in re.split(r"(?<=\n)", text)]
    if any(new is None and line.strip() for line, new in lines):
        return _once(text, "text", new_filter)
    return "".join(line if new is None else new for line, new in lines)


def _json(text: str, family: Family, new_filter: NewFilter) -> str | None:
    try:
        root = parse(text)
    except WireError:
        return None
    return splice(text, _changes(root, family, new_filter, ()))


def _changes(root: Node, family: Family, new_filter: NewFilter, besides: Iterable[Leaf]) -> list[tuple[int, int, str]]:
    """The strings of a tree that filtering changes, but for some leaves."""
    skipped = {leaf.start for leaf in besides}
    changes = []
    for found in fields(root, family.leave):
        holds = found.rule.holds if found.rule else "text"
        if found.leaf.kind != "string" or holds in ("signed", "opaque") or found.leaf.start in skipped:
            continue
        nested = holds == "json" and not found.key and found.leaf.text.lstrip()[:1] in ("{", "[", '"')
        new = _once(found.leaf.text, "json" if nested else "text", new_filter)
        if new != found.leaf.text:
            changes.append((found.leaf.start, found.leaf.end, quote(new)))
    return changes


def _once(text: str, kind: Kind, new_filter: NewFilter) -> str:
    through = new_filter(kind)
    return through.feed(text) + through.flush()


@dataclass(slots=True)
class _Channel:
    through: Filter
    last: Node


@dataclass(slots=True)
class StreamRewriter:
    """An event stream, filtered as it comes. No event waits for another; held text leaves before its channel ends."""

    family: Family
    new_filter: NewFilter
    _split: Splitter = field(default_factory=Splitter)
    _channels: dict[tuple[str, ...], _Channel] = field(default_factory=dict)

    def feed(self, data: bytes) -> bytes:
        """The bytes that can leave now."""
        return b"".join(map(self._event, self._split.feed(data)))

    def flush(self) -> bytes:
        """The end of the stream."""
        return b"".join(map(self._event, self._split.flush())) + self._end(())

    def _event(self, event: ServerEvent) -> bytes:
        cut = not event.whole  # only at the end of the stream: nothing of ours can come after it
        if not event.data:
            return self._end(()) + event.raw if cut else event.raw
        try:
            root = parse(event.data)
        except WireError:
            # `[DONE]` and the like say that every text is over; JSON that is broken says nothing
            return event.raw if event.data.startswith("{") and not cut else self._end(()) + event.raw
        reading = self.family.read(root)
        ends = ((),) if cut else reading.ends
        changes = [change for piece in reading.pieces if (change := self._piece(piece, root, ends))]
        changes += _changes(root, self.family, self.new_filter, (piece.leaf for piece in reading.pieces))
        tail = b"".join(map(self._end, ends))
        return tail + (event.with_data(splice(event.data, changes)) if changes else event.raw)

    def _piece(self, piece: Piece, root: Node, ends: Iterable[tuple[str, ...]]) -> tuple[int, int, str] | None:
        channel = self._channels.get(piece.channel)
        if channel is None:
            channel = self._channels[piece.channel] = _Channel(self.new_filter(piece.kind), root)
        channel.last = root
        new = channel.through.feed(piece.leaf.text)
        if any(piece.channel[: len(prefix)] == prefix for prefix in ends):
            # the last piece of its text takes along what was held back
            new += self._channels.pop(piece.channel).through.flush()
        return None if new == piece.leaf.text else (piece.leaf.start, piece.leaf.end, quote(new))

    def _end(self, prefix: tuple[str, ...]) -> bytes:
        """Our own events for texts that end and still hold something back."""
        out = b""
        for name in [name for name in self._channels if name[: len(prefix)] == prefix]:
            channel = self._channels.pop(name)
            if text := channel.through.flush():
                out += self.family.late(name, text, channel.last)
        return out
