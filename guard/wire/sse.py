"""Bytes of an event stream -> whole events, cut as they come, and events -> bytes (WHATWG HTML §9.2).

An event keeps its bytes as received, so that one nobody edits leaves unchanged.
"""

import re
from dataclasses import dataclass, field

_END = re.compile(rb"(?:\r\n|\n|\r(?!\n)){2}")
_LINE = re.compile(rb"([^\r\n]*)(\r\n|\n|\r|\Z)")
_LONGEST_END = 4
"""Bytes of `_END` at most."""


@dataclass(frozen=True, slots=True)
class ServerEvent:
    """One event: its bytes with the blank line that ends it, its name, and its data lines joined by newlines.

    Bytes of the data that are not UTF-8 are lone surrogates, as `surrogateescape` makes them.
    """

    raw: bytes = field(repr=False)
    name: str
    data: str = field(repr=False)

    def with_data(self, data: str) -> bytes:
        """The event's bytes with other data: other lines stay, the data stands where the first data line stood."""
        out: list[bytes] = []
        placed = False
        for line, end in _LINE.findall(self.raw):
            key, _, value = line.partition(b":")
            if key != b"data":
                out += [line, end]
            elif not placed:
                start = b"data: " if value.startswith(b" ") else b"data:"
                lines = data.encode("utf-8", "surrogateescape").split(b"\n")
                out += [(end or b"\n").join(start + part for part in lines), end]
                placed = True
        return b"".join(out)

    @property
    def whole(self) -> bool:
        """False for the end of a stream that was cut: the blank line is missing, and clients drop such an event."""
        return _END.search(self.raw) is not None


class Splitter:
    """Feeds on bytes at any cut; gives events as soon as they are whole."""

    def __init__(self) -> None:
        self._rest = bytearray()
        self._seen = 0
        """Bytes of the rest in which no event ends."""

    def feed(self, data: bytes) -> list[ServerEvent]:
        """The events that these bytes complete."""
        self._rest += data
        events = []
        at = 0
        while (end := _END.search(self._rest, max(at, self._seen))) and not self._may_grow(end.end()):
            events.append(_event(bytes(self._rest[at : end.end()])))
            at = end.end()
        del self._rest[:at]
        self._seen = max(0, len(self._rest) - _LONGEST_END)
        return events

    def flush(self) -> list[ServerEvent]:
        """What stands at the end of the stream, whole or not."""
        rest, self._rest, self._seen = bytes(self._rest), bytearray(), 0
        return [_event(rest)] if rest else []

    def _may_grow(self, end: int) -> bool:
        """A CR at the very end may be half of a CR LF."""
        return end == len(self._rest) and self._rest.endswith(b"\r")


def _event(raw: bytes) -> ServerEvent:
    name, data = "", []
    for line, _ in _LINE.findall(raw):
        key, _, value = line.partition(b":")
        text = value.removeprefix(b" ").decode("utf-8", "surrogateescape")
        if key == b"event":
            name = text
        elif key == b"data":
            data.append(text)
    return ServerEvent(raw, name, "\n".join(data))
