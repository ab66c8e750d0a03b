"""Bytes of JSON lines -> one frame for each line, cut as they come (https://github.com/ndjson/ndjson-spec).

A line keeps its bytes as received, its line break included.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Line:
    """One line. Bytes that are not UTF-8 are lone surrogates, as `surrogateescape` makes them."""

    raw: bytes = field(repr=False)

    @property
    def data(self) -> str:
        """The line without white space around it."""
        return self.raw.decode("utf-8", "surrogateescape").strip(" \t\r\n")

    @property
    def whole(self) -> bool:
        """False for a last line without its end."""
        return self.raw.endswith(b"\n")

    def with_data(self, data: str) -> bytes:
        """The line with other data, and the white space around it as it was."""
        before, _, after = self.raw.partition(self.raw.strip(b" \t\r\n"))
        return before + data.encode("utf-8", "surrogateescape") + after


class Splitter:
    """Feeds on bytes at any cut; gives lines as soon as they are whole."""

    def __init__(self) -> None:
        self._rest: list[bytes] = []

    def feed(self, data: bytes) -> list[Line]:
        """The lines that these bytes complete."""
        *whole, rest = data.split(b"\n")
        if not whole:
            self._rest.append(data)
            return []
        whole[0] = b"".join([*self._rest, whole[0]])
        self._rest = [rest]
        return [Line(line + b"\n") for line in whole]

    def flush(self) -> list[Line]:
        """The last line, when it has no end."""
        rest, self._rest = b"".join(self._rest), []
        return [Line(rest)] if rest else []
