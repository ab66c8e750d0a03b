"""An answer that comes whole, as a stream of one event."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Event:
    """A whole answer as one event."""

    raw: bytes = field(repr=False)
    whole: bool = True

    @property
    def data(self) -> str:
        """Its text. Bytes that are not UTF-8 are lone surrogates, as `surrogateescape` makes them."""
        return self.raw.decode("utf-8", "surrogateescape")

    def with_data(self, data: str) -> bytes:
        """Another text."""
        return data.encode("utf-8", "surrogateescape")


class Whole:
    """An answer that comes whole: one event, at its end."""

    def __init__(self) -> None:
        self._rest = bytearray()

    def feed(self, data: bytes) -> list[Event]:
        """Nothing yet."""
        self._rest += data
        return []

    def flush(self) -> list[Event]:
        """The answer."""
        rest, self._rest = bytes(self._rest), bytearray()
        return [Event(rest)] if rest else []
