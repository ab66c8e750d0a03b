"""A service's answer -> its events, which wait until every text in them is decided on."""

import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from guard.errors import WireError
from guard.wire.answer import Family, Frame, Frames, Kind, Piece, Remembering
from guard.wire.document import Leaf, Node, parse, quote, splice
from guard.wire.fields import Field, fields
from guard.wire.held.text import PATIENCE, Text
from guard.wire.held.whole import Event
from guard.wire.sse import ServerEvent, Splitter

_CHANNELS = 256
"""Texts under way that are remembered."""
_SPACE = re.compile(r"\s+")
_PLACES = frozenset(
    """id object type role model status event index name_id finish_reason stop_reason stop_sequence system_fingerprint
    service_tier created created_at updated_at timestamp signature encrypted_content encrypted_reasoning
    thoughtSignature uuid mime_type content_type format o p op path etag cursor mask phase field_name sender
    intended_usage progress messageTag""".split()
)
"""Names of fields that are about an answer and not said in it."""
_ENDINGS = ("_id", "Id", "_uuid", "Uuid", "_at", "_time", "_token", "Token", "_fingerprint")
_SAID_TWICE = frozenset(("logprobs", "top_logprobs", "token_logprobs", "logprobsResult", "logprobs_result"))
"""Fields that say a text once more, in tokens and in numbers."""
_NUMBER = 8
"""Digits of the shortest number that is looked at."""
_KNOWN = 8
"""Characters of a text that are enough to know it again."""
_SHORT = 64
_REMEMBERED = 4096


@dataclass(frozen=True, slots=True)
class _Part:
    """A leaf of an event, and where in which text it stands. `leaf` is None for data that is no JSON."""

    leaf: Leaf | None
    said: str = field(repr=False)
    text: Text
    start: int
    end: int


@dataclass(slots=True)
class _Waiting:
    frame: Frame
    parts: list[_Part] = field(default_factory=list)
    inner: "list[tuple[Leaf, Hold]]" = field(default_factory=list)


class Hold:
    """One answer, or one socket. `limit`: bytes that may wait; a WireError `too-large` when there are more."""

    def __init__(self, family: Family, frames: Frames, limit: int, patience: int = PATIENCE) -> None:
        """`patience`: events without a piece of a text after which it does not keep the others waiting."""
        self._patience = patience
        self._family = family.fresh() if isinstance(family, Remembering) else family
        self._frames = frames
        self._limit = limit
        self._bytes = 0
        self._taken = 0
        """Events so far."""
        self._queue: deque[_Waiting] = deque()
        self._channels: dict[tuple[str, ...], Text] = {}
        self._open: dict[int, Text] = {}
        """Texts with something that is not decided on, in the order in which they began."""
        self._inner: dict[tuple[str, ...], Hold] = {}
        self._clean: set[tuple[bool, str]] = set()
        """Short leaves in which nothing was found: they come in each event."""
        self._cut = False
        self._message: str | None = None
        """What has still not been said in place of what is withheld."""
        self._why = ""
        """What is said there."""
        self._heads: tuple[str, ...] = ()
        """How the texts begin that were cut."""

    def feed(self, data: bytes) -> None:
        """More of the answer."""
        self._bytes += len(data)
        self._all(self._frames.feed(data))
        if self._bytes > self._limit:
            raise WireError("too-large", "an answer of which more has to wait than can")

    def finish(self) -> None:
        """No more comes."""
        try:
            self._all(self._frames.flush())
        finally:
            self._end(())
        for inner in self._inner.values():
            inner.finish()

    def pending(self, *, quiet: bool = False) -> list[tuple[Text, int]]:
        """The texts that can be decided on now, each with the position up to which."""
        for text in self._open.values():
            text.ended = text.ended or self._taken - text.last > self._patience
        found = [(text, end) for text in self._open.values() if (end := text.ready(quiet=quiet)) > text.decided]
        return found + [each for inner in self._inner.values() for each in inner.pending(quiet=quiet)]

    def withhold(self, message: str) -> bool:
        """Nothing that is not decided on leaves. The message stands at the end of each text that people read, and where
        one of them is said once more: a page shows the first or the last, and nobody knows which.

        False when no text that people read has come in which it could stand: then it takes the next one.
        """
        self._cut, self._message, self._why = True, message, message
        self._heads = tuple(
            text.head for text in self._channels.values() if text.kind == "text" and len(text.head) >= _KNOWN
        )
        for waiting in self._queue:
            for part in waiting.parts:
                if part.text.decided < part.end:
                    self._stop(part.text)
            for _, hold in waiting.inner:
                hold.withhold(self._message or "")
                self._message = None
        for text in self._channels.values():
            if text.decided < text.total:
                self._stop(text)
        self._open.clear()
        return self._message is None

    def interject(self, data: bytes) -> None:
        """Say this before what is withheld, in place of the message."""
        self._message, self._why = None, ""
        place = next((n for n, waiting in enumerate(self._queue) if _withheld(waiting)), len(self._queue))
        self._queue.insert(place, _Waiting(Event(data)))
        self._bytes += len(data)

    def _stop(self, text: Text) -> None:
        """Withheld: a leaf by itself that is no prose leaves all the same, since clients need it."""
        if not text.flowing and not text.declared and text.total <= _SHORT:
            text.settle(text.total)
            return
        speaks = text.kind == "text" and text.editable
        if speaks and text.flowing:
            self._message = None
        elif speaks:
            speaks = bool(self._heads) and text.head.startswith(self._heads)
        text.withhold(self._why if speaks else "")

    def release(self, *, all_but_last: bool = False) -> list[bytes]:
        """The events that can leave, each by itself; `all_but_last`: as long as another one comes behind it."""
        out = []
        while len(self._queue) > all_but_last and all(part.text.decided >= part.end for part in self._queue[0].parts):
            waiting = self._queue.popleft()
            self._bytes -= len(waiting.frame.raw)
            out.append(_written(waiting))
        self._open = {key: text for key, text in self._open.items() if text.decided < text.total}
        self._channels = {name: text for name, text in self._channels.items() if not text.over}
        for name in list(self._channels)[: max(0, len(self._channels) - _CHANNELS)]:
            if self._channels[name].decided >= self._channels[name].total:
                del self._channels[name]
        return out

    # --- events ------------------------------------------------------------------------------------------------------

    def _all(self, frames: Sequence[Frame]) -> None:
        """Every event; one that cannot be read does not leave, and is said when the others have been taken."""
        wrong = None
        for frame in frames:
            self._taken += 1
            waiting = _Waiting(frame)
            try:
                self._take(waiting, frame)
            except WireError as error:
                wrong = error
                self._bytes -= len(frame.raw)
            else:
                self._queue.append(waiting)
        if wrong is not None and not self._cut:
            raise wrong

    def _take(self, waiting: _Waiting, frame: Frame) -> None:
        if not frame.data:
            if not isinstance(frame, ServerEvent) and (said := frame.raw.decode("utf-8", "replace")).strip():
                waiting.parts.append(self._alone(None, said, Text(editable=False)))
            return
        try:
            root = parse(frame.data)
        except WireError:
            self._plain(waiting, frame)
            return
        self._read(waiting, root, whole=frame.whole)

    def _plain(self, waiting: _Waiting, frame: Frame) -> None:
        """Data that is no JSON: text as it stands, going on from one event to the next."""
        if frame.data == "[DONE]":
            self._end(())
            return
        text = self._channel((), Piece(Leaf(0, 0, "string", ""), (), "text"), frame.data)
        start, end = text.grow(frame.data)
        text.last = self._taken
        waiting.parts.append(_Part(None, frame.data, text, start, end))

    def _read(self, waiting: _Waiting, root: Node, *, whole: bool) -> None:
        reading = self._family.read(root)
        told = set()
        for piece in reading.pieces:
            told.add(piece.leaf.start)
            part = self._piece(piece)
            part.text.last = self._taken
            waiting.parts.append(part)
        for inner in reading.inner:
            told.add(inner.leaf.start)
            hold = self._inner.get(inner.channel)
            if hold is None:
                hold = self._inner[inner.channel] = Hold(inner.family, Splitter(), self._limit)
                if self._cut:
                    hold.withhold("")
            hold.feed(inner.leaf.text.encode("utf-8", "surrogatepass"))
            waiting.inner.append((inner.leaf, hold))
        for found in fields(root, self._family.leave):
            if found.key or found.leaf.start not in told:
                waiting.parts += self._leaf(found)
        for prefix in reading.ends if whole else ((),):
            self._end(prefix)

    def _piece(self, piece: Piece) -> _Part:
        said = piece.leaf.text.rstrip(piece.padding) if piece.padding else piece.leaf.text
        text = self._channel(piece.channel, piece, said)
        if piece.whole:
            more = said[text.total :]
            text.grow(more)
            return _Part(piece.leaf, said, text, 0, len(said))
        start, end = text.grow(said)
        return _Part(piece.leaf, said, text, start, end)

    def _channel(self, name: tuple[str, ...], piece: Piece, said: str) -> Text:
        """The text that a piece goes on; a new one when what was said before is taken back."""
        text = self._channels.get(name)
        if text is not None and not text.ended and (text.extends(said) if piece.whole else not text.again):
            if not self._cut or not text.withheld or (self._message is not None and piece.kind == "text"):
                self._begun(text)
            return text
        if text is not None:
            text.ended = True
        text = self._channels[name] = Text(piece.kind, again=piece.whole)
        self._begun(text)
        return text

    def _begun(self, text: Text) -> None:
        """Something comes that is to be decided on; nothing is any more once the answer is cut."""
        if self._cut:
            self._stop(text)
        else:
            self._open[id(text)] = text

    def _leaf(self, found: Field) -> Iterator[_Part]:
        """A leaf that is no piece of a text."""
        leaf, holds = found.leaf, found.rule.holds if found.rule else "text"
        if leaf.kind == "constant":
            return
        if not _SAID_TWICE.isdisjoint(found.names):
            raise WireError("logprobs", "an answer that says its text once more in tokens")
        known = bool(found.names) and _about(found.names[-1]) and not _SPACE.search(leaf.text)
        if holds == "opaque" or (leaf.kind == "number" and (known or len(leaf.text) < _NUMBER)):
            return
        if holds == "signed" and not found.key and not known:
            yield self._signed(found)
            return
        declared = not known and not found.key and leaf.kind == "string"
        if len(leaf.text) <= _SHORT and (declared, leaf.text) in self._clean and not (self._cut and declared):
            return
        kind: Kind = "json" if holds == "json" and leaf.text.lstrip()[:1] in ("{", "[", '"') else "text"
        editable = leaf.kind == "string" and not found.key and holds != "signed"
        hint = " ".join(found.names[-2:])
        yield self._alone(leaf, leaf.text, Text(kind, declared=declared, editable=editable, hint=hint))

    def _signed(self, found: Field) -> _Part:
        """Text that a reader sees and nobody can edit: thinking, which goes on from one event to the next."""
        name = ("signed", found.pointer)
        text = self._channel(name, Piece(found.leaf, name, "text"), found.leaf.text)
        text.editable, text.last = False, self._taken
        start, end = text.grow(found.leaf.text)
        return _Part(found.leaf, found.leaf.text, text, start, end)

    def _alone(self, leaf: Leaf | None, said: str, text: Text) -> _Part:
        text.flowing = False
        text.grow(said)
        self._begun(text)
        return _Part(leaf, said, text, 0, len(said))

    def passed(self, text: Text) -> None:
        """Nothing was found in a text: a short leaf is not asked about again."""
        if not text.flowing and text.total <= _SHORT and len(self._clean) < _REMEMBERED:
            self._clean.add((text.declared, text.view))

    def _end(self, prefix: tuple[str, ...]) -> None:
        for name in [name for name in self._channels if name[: len(prefix)] == prefix]:
            self._channels[name].ended = True


def _withheld(waiting: _Waiting) -> bool:
    return bool(waiting.inner) or any(part.text.withheld for part in waiting.parts)


def _written(waiting: _Waiting) -> bytes:
    """The bytes of an event; its own when nothing in it is changed."""
    changes = []
    for part in waiting.parts:
        new = part.text.shown(part.start, part.end, part.said)
        part.text.left(part.end)
        if new == part.said:
            continue
        if part.leaf is None:
            return waiting.frame.with_data(new) if waiting.frame.data else b""
        changes.append((part.leaf.start, part.leaf.end, quote(new)))
    for leaf, hold in waiting.inner:
        new = b"".join(hold.release()).decode("utf-8", "surrogatepass")
        if new != leaf.text:
            changes.append((leaf.start, leaf.end, quote(new)))
    return waiting.frame.with_data(splice(waiting.frame.data, changes)) if changes else waiting.frame.raw


def _about(name: str) -> bool:
    """True for the name of a field that is about the answer: an id, a type, a time."""
    return name in _PLACES or name.endswith(_ENDINGS)
