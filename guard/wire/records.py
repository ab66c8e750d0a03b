"""Bytes of a socket -> frames: a whole message, or its records where 0x1E ends each one (SignalR's JSON protocol).

https://github.com/dotnet/aspnetcore/blob/main/src/SignalR/docs/specs/HubProtocol.md
"""

from dataclasses import dataclass, field

_END = b"\x1e"


@dataclass(frozen=True, slots=True)
class Record:
    """One record, with the separator that ends it, or a message without any."""

    raw: bytes = field(repr=False)
    whole: bool = True

    @property
    def data(self) -> str:
        """Its JSON text. Bytes that are not UTF-8 are lone surrogates, as `surrogateescape` makes them."""
        return self.raw.removesuffix(_END).decode("utf-8", "surrogateescape")

    def with_data(self, data: str) -> bytes:
        """The record with other data."""
        return data.encode("utf-8", "surrogateescape") + (_END if self.raw.endswith(_END) else b"")


class Splitter:
    """Feeds on bytes at any cut; gives records as soon as they are whole."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[Record]:
        """The records that these bytes complete."""
        *whole, self._rest = (self._rest + data).split(_END)
        return [Record(record + _END) for record in whole]

    def flush(self) -> list[Record]:
        """A record without its end."""
        rest, self._rest = self._rest, b""
        return [Record(rest, whole=False)] if rest else []


class Messages:
    """A socket on which each message is one event."""

    def feed(self, data: bytes) -> list[Record]:
        """The message."""
        return [Record(data)]

    def flush(self) -> list[Record]:
        """Nothing waits."""
        return []
