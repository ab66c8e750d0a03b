"""Le Chat's web page: numbered lines `15:{"json": …}` with patches of a message's chunks.

Older streams have `0:"piece"` lines. As the page was seen to read it in 2026; not documented.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from guard.wire import lines
from guard.wire.answer import Frames, Piece, Reading
from guard.wire.document import Array, Leaf, Node, Object, at, quote, string

_NUMBER = re.compile(rb"\s*[0-9a-f]{1,4}:")
_CHUNK = re.compile(r"/contentChunks/[0-9]{1,6}")


@dataclass(frozen=True, slots=True)
class Numbered:
    """One line; its data is what stands behind the number."""

    line: lines.Line

    @property
    def raw(self) -> bytes:
        """The line as it came."""
        return self.line.raw

    @property
    def whole(self) -> bool:
        """False for a last line without its end."""
        return self.line.whole

    @property
    def data(self) -> str:
        """The JSON behind the number."""
        return lines.Line(self.raw[self._begins :]).data

    def with_data(self, data: str) -> bytes:
        """The line with other data."""
        return self.raw[: self._begins] + lines.Line(self.raw[self._begins :]).with_data(data)

    @property
    def _begins(self) -> int:
        found = _NUMBER.match(self.raw)
        return found.end() if found else 0


class NumberedLines:
    """Feeds on bytes at any cut; gives lines as soon as they are whole."""

    def __init__(self) -> None:
        self._lines = lines.Splitter()

    def feed(self, data: bytes) -> list[Numbered]:
        """The lines that these bytes complete."""
        return [Numbered(line) for line in self._lines.feed(data)]

    def flush(self) -> list[Numbered]:
        """The last line, when it has no end."""
        return [Numbered(line) for line in self._lines.flush()]


class LeChatWeb:
    """The family `lechat-web`."""

    leave = ()

    def frames(self, essence: str) -> Frames | None:
        """Lines, whatever the type says."""
        return NumberedLines()

    def read(self, event: Node) -> Reading:
        """Pieces by message and chunk."""
        if isinstance(event, Leaf) and event.kind == "string":
            return Reading((Piece(event, ("line",), "text"),))
        message = at(event, "json")
        patches = at(message, "patches") if message is not None else None
        if not isinstance(patches, Array):
            return Reading()
        name = string(at(event, "json", "messageId"))
        place = name.text if name else ""
        over = any(string(at(patch, "path")) and _path(patch) == "/generationStatus" for patch in patches.items)
        pieces = tuple(piece for patch in patches.items for piece in _pieces(patch, place))
        return Reading(pieces, ((place,),) if over else ())

    def late(self, channel: tuple[str, ...], text: str, last: Node) -> str:
        """One more piece of the same text."""
        if channel == ("line",):
            return quote(text)
        patch = f'{{"op":"append","path":{quote(channel[1])},"value":{quote(text)}}}'
        return f'{{"json":{{"type":"message","messageId":{quote(channel[0])},"patches":[{patch}]}}}}'


def _path(patch: Node) -> str:
    leaf = string(at(patch, "path"))
    return leaf.text if leaf else ""


def _pieces(patch: Node, message: str) -> Iterator[Piece]:
    if not isinstance(patch, Object):
        return
    path, value = _path(patch), patch.get("value")
    if _CHUNK.fullmatch(path) and value is not None and (leaf := string(at(value, "text"))):
        yield Piece(leaf, (message, f"{path}/text"), "text")
    elif path.endswith("/text") and (leaf := string(value)):
        yield Piece(leaf, (message, path), "text", whole=patch.string("op") == "replace")
