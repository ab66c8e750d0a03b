"""Gemini's web page: frames of `<length>\\n<JSON>\\n`, in which an answer says its whole text each time.

The length counts UTF-16 code units from behind the digits, both line breaks included; it is made anew for a frame that
changes. What a frame says is JSON in a string of an array (`["wrb.fr", rpc, "…"]`); here that JSON is the frame's data.
As the page was seen to read it in 2026; not documented.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from guard.errors import WireError
from guard.wire.answer import Frames, Piece, Reading, leave
from guard.wire.document import Array, Leaf, Node, at, parse, quote, render, splice, string

_HEAD = re.compile(rb"\s*([0-9]{1,9})(?=\r?\n)")
_GUARD = re.compile(rb"\s*\)\]\}'\s*?\n")
_MORE = bytes(range(0x80, 0xC0))
_FOUR = bytes(range(0xF0, 0xF8))


def _units(data: bytes) -> int:
    """UTF-16 code units of UTF-8 bytes."""
    begun = data.translate(None, _MORE)
    return 2 * len(begun) - len(begun.translate(None, _FOUR))


@dataclass(frozen=True, slots=True)
class Frame:
    """A length and its JSON, or JSON alone, as calls are answered that do not ask for pieces (`rt=c`)."""

    raw: bytes = field(repr=False)
    begins: int | None = None
    """Bytes of white space and digits; 0 for JSON without a length, None for what is no JSON and is passed on."""
    whole: bool = True

    @property
    def data(self) -> str:
        """The JSON inside the one answer of the frame; the frame's own JSON when it has none, or several."""
        if self.begins is None:
            return ""
        text = self._text
        leaf = _payload(text)
        return leaf.text if leaf else text.strip()

    @property
    def _text(self) -> str:
        return self.raw[self.begins :].decode("utf-8", "surrogateescape")

    def with_data(self, data: str) -> bytes:
        """The frame with other data and its right length."""
        text = self._text
        leaf = _payload(text)
        start = len(text) - len(text.lstrip())
        end = len(text.rstrip())
        change = (leaf.start, leaf.end, quote(data)) if leaf else (start, end, data)
        body = splice(text, [change]).encode("utf-8", "surrogateescape")
        if not self.begins:
            return body
        head = self.raw[: self.begins]
        white = head[: len(head) - len(head.lstrip())]
        return b"%b%d%b" % (white, _units(body), body)


def _payload(text: str) -> Leaf | None:
    """The string with the answer, when the frame has exactly one and it is JSON."""
    try:
        root = parse(text)
        found = [leaf for item in _items(root) if _is_answer(item) and (leaf := string(at(item, 2)))]
        if len(found) != 1:
            return None
        parse(found[0].text)
    except WireError:
        return None
    return found[0]


def _items(root: Node) -> tuple[Node, ...]:
    return root.items if isinstance(root, Array) else ()


def _is_answer(item: Node) -> bool:
    name = string(at(item, 0))
    return name is not None and name.text == "wrb.fr"


class LengthFrames:
    """Feeds on bytes at any cut; gives frames as soon as they are whole."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[Frame]:
        """The frames that these bytes complete."""
        self._rest += data
        return list(self._frames())

    def _frames(self) -> Iterator[Frame]:
        while True:
            if found := _GUARD.match(self._rest):
                yield Frame(self._rest[: found.end()])
                self._rest = self._rest[found.end() :]
            head = _HEAD.match(self._rest)
            if head is None:
                return
            size = int(head[1])
            if len(self._rest) - head.end() < size or _units(self._rest[head.end() :]) < size:
                return
            end = head.end() + _bytes(self._rest[head.end() :], size)
            yield Frame(self._rest[:end], head.end())
            self._rest = self._rest[end:]

    def flush(self) -> list[Frame]:
        """What stands at the end: a frame that was cut, or what has no length."""
        rest, self._rest = self._rest, b""
        head = _HEAD.match(rest)
        return [Frame(rest, head.end() if head else 0, whole=not rest.strip())] if rest else []


def _bytes(data: bytes, units: int) -> int:
    """How many bytes the first so many UTF-16 code units are."""
    text = data.decode("utf-8", "surrogateescape")
    first = text.encode("utf-16-le", "surrogatepass")[: 2 * units].decode("utf-16-le", "surrogatepass")
    return len(first.encode("utf-8", "surrogateescape"))


class GeminiWeb:
    """The family `gemini-web`."""

    leave = leave(("/*/2", "json"))

    def frames(self, essence: str) -> Frames | None:
        """Frames with lengths, whatever the type says."""
        return LengthFrames()

    def read(self, event: Node) -> Reading:
        """The text, the thoughts and the card of each candidate, whole."""
        pieces: list[Piece] = []
        ends: list[tuple[str, ...]] = []
        for candidate in _items(at(event, 4) or event) if isinstance(at(event, 4), Array) else ():
            name = string(at(candidate, 0))
            if name is None:
                continue
            for what, path in (("text", (1, 0)), ("thoughts", (37, 0, 0)), ("card", (22, 0))):
                if leaf := string(at(candidate, *path)):
                    pieces.append(Piece(leaf, (name.text, what), "text", whole=True))
            if isinstance(done := at(candidate, 8, 0), Leaf) and done.text == "2":
                ends.append((name.text,))
        return Reading(tuple(pieces), tuple(ends))

    def late(self, channel: tuple[str, ...], text: str, last: Node) -> str:
        """The last answer once more, with this text whole."""
        return render(last, {piece.leaf.start: text for piece in self.read(last).pieces if piece.channel == channel})
