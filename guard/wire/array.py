"""Bytes of one JSON array that comes in pieces -> one frame for each of its items, cut as they come.

Google's `streamGenerateContent` without `alt=sse` answers so. An item's frame keeps its bytes with what stands before
it, the bracket or the comma. Text that is no array is one frame, at its end.
"""

import re
from dataclasses import dataclass, field

_MARK = re.compile(rb'["\\\[\]{}]')
_SPACE = b" \t\r\n"


@dataclass(frozen=True, slots=True)
class Item:
    """One item, or what closes the array. Bytes that are not UTF-8 are lone surrogates."""

    raw: bytes = field(repr=False)
    begins: int
    """Bytes before the item itself."""
    whole: bool

    @property
    def data(self) -> str:
        """The item's JSON text; the bracket itself where the array is closed."""
        return self.raw[self.begins :].decode("utf-8", "surrogateescape").strip()

    def with_data(self, data: str) -> bytes:
        """The item with other data."""
        rest = self.raw[self.begins :]
        start = len(rest) - len(rest.lstrip(_SPACE))
        end = len(rest.rstrip(_SPACE))
        return self.raw[: self.begins] + rest[:start] + data.encode("utf-8", "surrogateescape") + rest[end:]

    def after(self, data: str) -> bytes:
        """An item of our own after this one."""
        return b",\r\n" + data.encode("utf-8", "surrogateescape")


class Splitter:
    """Feeds on bytes at any cut; gives items as soon as they are whole."""

    def __init__(self) -> None:
        self._rest = bytearray()
        self._at = 0
        """Bytes of the rest that have been looked at."""
        self._depth = 0
        self._string = False
        self._begins = 0
        """Where the item of the rest begins."""
        self._array: bool | None = None
        """None until the first character tells."""

    def feed(self, data: bytes) -> list[Item]:
        """The items that these bytes complete."""
        self._rest += data
        if self._array is None and (first := self._rest.lstrip(_SPACE)[:1]):
            self._array = first == b"["
        items: list[Item] = []
        while self._array and (mark := _MARK.search(self._rest, self._at)):
            self._at = mark.end()
            if item := self._step(mark[0]):
                items.append(item)
        if self._array:
            self._at = max(self._at, len(self._rest))
        return items

    def _step(self, mark: bytes) -> Item | None:
        """One character that opens or closes something; the item that it completes."""
        if mark == b"\\":
            self._at += self._string  # the escaped character may not have come yet: it is then skipped when it has
        elif mark == b'"':
            self._string = not self._string
        elif self._string:
            pass
        elif mark in b"[{":
            self._depth += 1
            if self._depth == 1 or (self._depth == 2 and self._begins == 0):
                self._begins = self._at - (self._depth == 2)
        else:
            self._depth -= 1
            if self._depth <= 1:
                return self._cut(closes=self._depth < 1)
        return None

    def _cut(self, *, closes: bool) -> Item:
        raw = bytes(self._rest[: self._at])
        item = Item(raw, len(raw) - 1 if closes else self._begins, whole=True)
        del self._rest[: self._at]
        self._at = self._begins = 0
        return item

    def flush(self) -> list[Item]:
        """What stands at the end: what follows the array, an array that was cut, or text that is none."""
        rest, self._rest = bytes(self._rest), bytearray()
        return [Item(rest, self._begins if self._array else 0, whole=False)] if rest else []
