"""A service's answer, whole or in a stream -> the same answer with its text passed through a filter (law 5).

The filter is the caller's (the Restorer). Text that comes in pieces has one filter for each of its channels, so that a
placeholder cut anywhere is still seen whole; all other strings are passed one by one. Signed parts stay as they are.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol, runtime_checkable

from guard.errors import WireError
from guard.rules.schema import FieldRule
from guard.terms import Role
from guard.wire import connect, eventstream, lines
from guard.wire.document import Leaf, Node, Object, parse, quote, splice
from guard.wire.fields import fields
from guard.wire.sse import Splitter

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
    whole: bool = False
    """True when it says the whole text so far once more, and does not only continue it."""
    padding: str = ""
    """Characters at its end that are no part of the text."""


@dataclass(frozen=True, slots=True)
class Inner:
    """A leaf that carries a piece of another stream, in a family of its own."""

    leaf: Leaf
    channel: tuple[str, ...]
    family: "Family"


@dataclass(frozen=True, slots=True)
class Reading:
    """What an event does to the texts under way."""

    pieces: tuple[Piece, ...] = ()
    ends: tuple[tuple[str, ...], ...] = ()
    """Prefixes of the channels that end with this event."""
    inner: tuple[Inner, ...] = ()


class Family(Protocol):
    """What a family of formats knows of its answers."""

    @property
    def leave(self) -> tuple[FieldRule, ...]:
        """Fields of an answer that are JSON text (`json`), signed or opaque (left as they are)."""

    def read(self, event: Node) -> Reading:
        """The pieces in one event of a stream."""

    def late(self, channel: tuple[str, ...], text: str, last: Node) -> bytes | str:
        """An event of our own that brings the end of a text; `last` is the event that brought its last piece.

        Bytes leave as they are; a string is its JSON, and is framed as the event that brought the last piece was. Of a
        text that comes whole each time, `text` is all of it.
        """


class Frame(Protocol):
    """One event as it came; the JSON in it is `data`."""

    @property
    def raw(self) -> bytes:
        """Its bytes, framing included."""

    @property
    def data(self) -> str:
        """Its text; bytes that are not UTF-8 are lone surrogates, as `surrogateescape` makes them."""

    @property
    def whole(self) -> bool:
        """False for the end of a stream that was cut."""

    def with_data(self, data: str) -> bytes:
        """Its bytes with another text in it."""


class Frames(Protocol):
    """Bytes at any cut -> whole events."""

    def feed(self, data: bytes) -> Sequence[Frame]:
        """The events that these bytes complete."""

    def flush(self) -> Sequence[Frame]:
        """What stands at the end of the stream, whole or not."""


@runtime_checkable
class Placed(Protocol):
    """What a frame knows besides when its bytes depend on its place."""

    def after(self, data: str) -> bytes:
        """A frame of our own that stands after it."""


@runtime_checkable
class Framed(Protocol):
    """What a family knows besides when its streams are not event streams."""

    def frames(self, essence: str) -> Frames | None:
        """How an answer of this media type is cut; None when it comes whole."""


@runtime_checkable
class Remembering(Protocol):
    """What a family knows besides when its events can only be read after those before them."""

    def fresh(self) -> Family:
        """The same family, for one stream."""


_DONE = "[DONE]"
"""Data that says that every text is over (https://platform.openai.com/docs/api-reference/streaming)."""
_BARE, _STRING = ("", "bare"), ("", "string")
"""Channels of data that is no JSON, and of data that is one JSON string: a text that goes on from event to event."""
_CHANNELS = 256
"""Texts under way that are remembered: one that began before so many others, and has not ended, ends."""
_FRAMES: Mapping[str, Callable[[], Frames]] = {
    "text/event-stream": Splitter,
    "application/vnd.amazon.eventstream": eventstream.Splitter,
    # JSON lines have no registered name; Ollama uses the first, Cohere the second
    "application/x-ndjson": lines.Splitter,
    "application/stream+json": lines.Splitter,
    "application/ndjson": lines.Splitter,
    "application/jsonl": lines.Splitter,
    connect.TYPE: connect.Splitter,
}
"""Media type -> how any family's answer of this type is cut."""


def framed(family: Family, essence: str) -> Frames | None:
    """How an answer of this media type is cut into events; None when it is no stream."""
    own = family.frames(essence) if isinstance(family, Framed) else None
    known = _FRAMES.get(essence)
    return own if own is not None or known is None else known()


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
    frame: Frame
    """In which the last piece came."""
    said: str = ""
    """What has left of a text that comes whole each time."""


@dataclass(slots=True)
class StreamRewriter:
    """An event stream, filtered as it comes. No event waits for another; held text leaves before its channel ends."""

    family: Family
    new_filter: NewFilter
    split: Frames = field(default_factory=Splitter)
    _channels: dict[tuple[str, ...], _Channel] = field(default_factory=dict)
    _inner: "dict[tuple[str, ...], StreamRewriter]" = field(default_factory=dict)

    def __post_init__(self) -> None:
        """A family that remembers does so for one stream."""
        if isinstance(self.family, Remembering):
            self.family = self.family.fresh()

    def feed(self, data: bytes) -> bytes:
        """The bytes that can leave now."""
        return b"".join(self.parts(data))

    def parts(self, data: bytes) -> list[bytes]:
        """The events that can leave now, ours among them, each by itself."""
        return [part for event in self.split.feed(data) for part in self._event(event)]

    def flush(self) -> bytes:
        """The end of the stream."""
        return b"".join(part for event in self.split.flush() for part in self._event(event)) + b"".join(self._end(()))

    def _event(self, event: Frame) -> list[bytes]:
        cut = not event.whole  # only at the end of the stream: nothing of ours can come after it
        if not event.data:
            return [*self._end(()), event.raw] if cut else [event.raw]
        if event.data == _DONE:
            return [*self._end(()), event.raw]
        try:
            root = parse(event.data)
        except WireError:
            return self._bare(event)
        if _BARE in self._channels and not isinstance(root, Object):
            return self._bare(event)  # a word of a text that happens to be JSON: a number, a mark
        reading = self.family.read(root)
        if isinstance(root, Leaf) and root.kind == "string" and not reading.pieces:
            reading = Reading((Piece(root, _STRING, "text"),))
        ends = ((),) if cut else (_BARE, *reading.ends)
        changes = [change for piece in reading.pieces if (change := self._piece(piece, root, event, ends))]
        changes += [change for inner in reading.inner if (change := self._stream(inner))]
        told = [piece.leaf for piece in reading.pieces] + [inner.leaf for inner in reading.inner]
        changes += _changes(root, self.family, self.new_filter, told)
        tail = [part for prefix in ends for part in self._end(prefix)]
        for name in list(self._channels)[: max(0, len(self._channels) - _CHANNELS)]:
            tail += self._end(name)
        return [*tail, event.with_data(splice(event.data, changes)) if changes else event.raw]

    def _bare(self, event: Frame) -> list[bytes]:
        """Data that is no JSON is text; JSON that is broken is filtered by itself."""
        cut = not event.whole
        if event.data.startswith("{"):
            new = _once(event.data, "json", self.new_filter)
            return [*(self._end(()) if cut else ()), event.raw if new == event.data else event.with_data(new)]
        tail: list[bytes] = []
        channel = self._channels.get(_BARE)
        if channel is None:
            tail = self._end(())
            channel = self._channels[_BARE] = _Channel(self.new_filter("text"), Leaf(0, 0, "string", ""), event)
        channel.frame = event
        new = channel.through.feed(event.data)
        if cut:
            new += self._channels.pop(_BARE).through.flush()
        return [*tail, event.raw if new == event.data else event.with_data(new)]

    def _stream(self, inner: Inner) -> tuple[int, int, str] | None:
        """The piece of a stream inside this one, filtered; what it holds back comes with a later piece."""
        stream = self._inner.get(inner.channel)
        if stream is None:
            stream = self._inner[inner.channel] = StreamRewriter(inner.family, self.new_filter)
        new = stream.feed(inner.leaf.text.encode("utf-8", "surrogatepass")).decode("utf-8", "surrogatepass")
        return None if new == inner.leaf.text else (inner.leaf.start, inner.leaf.end, quote(new))

    def _piece(
        self, piece: Piece, root: Node, frame: Frame, ends: Iterable[tuple[str, ...]]
    ) -> tuple[int, int, str] | None:
        channel = self._channels.get(piece.channel)
        if channel is None or piece.whole:
            channel = self._channels[piece.channel] = _Channel(self.new_filter(piece.kind), root, frame)
        channel.last, channel.frame = root, frame
        text = piece.leaf.text.rstrip(piece.padding) if piece.padding else piece.leaf.text
        new = channel.through.feed(text)
        if piece.whole:
            channel.said = new
        if any(piece.channel[: len(prefix)] == prefix for prefix in ends):
            # the last piece of its text takes along what was held back
            new += self._channels.pop(piece.channel).through.flush()
        return None if new == text else (piece.leaf.start, piece.leaf.end, quote(new))

    def _end(self, prefix: tuple[str, ...]) -> list[bytes]:
        """Our own events for texts that end and still hold something back."""
        out = []
        for name in [name for name in self._channels if name[: len(prefix)] == prefix]:
            channel = self._channels.pop(name)
            if text := channel.through.flush():
                late = self._late(name, channel, text)
                out.append(late if isinstance(late, bytes) else _framed_like(channel.frame, late))
        return out

    def _late(self, name: tuple[str, ...], channel: _Channel, text: str) -> bytes | str:
        if name == _BARE:
            return text
        return quote(text) if name == _STRING else self.family.late(name, channel.said + text, channel.last)


def _framed_like(frame: Frame, data: str) -> bytes:
    return frame.after(data) if isinstance(frame, Placed) else frame.with_data(data)
