"""The bytes of an HTTP answer as received -> those that leave, by way of its inspection."""

import re
from collections.abc import Sequence
from contextlib import suppress

from guard.answers.inspection import Inspection
from guard.answers.reader import reader
from guard.answers.restored import rewriter
from guard.errors import StoreError, WireError
from guard.pipeline import Exchange, Guard
from guard.rules.schema import ServiceRule
from guard.terms import Answer
from guard.wire.answer import framed
from guard.wire.encoding import Decoder
from guard.wire.families import FAMILIES
from guard.wire.held.whole import Whole
from guard.wire.refusal import readable
from guard.wire.rewrite import Rewriter, essence_of, is_text
from guard.wire.routes import UNKNOWN

_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w-]+)", re.IGNORECASE)
_ASCII = frozenset(("utf-8", "utf8", "us-ascii", "ascii", "iso-8859-1", "latin1", "iso-8859-15", "windows-1252"))
"""Charsets in which letters and digits are read as in UTF-8."""
_ASSETS = ("image/", "font/", "text/css", "text/javascript", "application/javascript", "application/wasm", "video/")
"""What a service's own pages are made of, on paths that nobody declared."""


class Passing:
    """The bytes of an HTTP answer as received -> those its reader gets, with what was hidden put back."""

    def __init__(
        self,
        guard: Guard,
        inspection: Inspection,
        content_encoding: str | None,
        rewriter: Rewriter | None,
        unreadable: str | None = None,
    ) -> None:
        """`unreadable`: why it cannot be read, as far as its head tells. The analysis goes on until `close`."""
        self.inspection = inspection
        self._guard: Guard | None = guard
        guard.deciding += 1
        self._unreadable = unreadable
        self._through = False
        """True when a rule lets it go unread."""
        self._rewriter = rewriter
        self._encoding = content_encoding
        self._decoder: Decoder | None = None

    @classmethod
    def of(
        cls, guard: Guard, exchange: Exchange, service: ServiceRule, content_type: str, content_encoding: str | None
    ) -> "Passing | None":
        """None for an answer that no rule is about, and for what a page is made of."""
        one = reader(guard, exchange, service)
        essence = essence_of(content_type)
        if one is None or (one.endpoint == UNKNOWN and essence.startswith(_ASSETS)):
            return None
        family = FAMILIES[one.family]
        frames = framed(family, essence) if is_text(essence) else None
        cause = "media" if not is_text(essence) else "charset" if _charset(content_type) else None
        inspection = Inspection(guard, one, family, frames or Whole())
        return cls(guard, inspection, content_encoding, rewriter(guard, exchange, content_type, None), cause)

    async def feed(self, data: bytes) -> bytes:
        """The bytes that can leave now."""
        inspection = self.inspection
        plain = b""
        if self._unreadable == "media" and self._decoder is None:
            with suppress(StoreError):
                self._through = await inspection.lets("media")
        try:
            if self._unreadable is None or self._through:
                self._decoder = self._decoder or Decoder(self._encoding)
                plain = self._decoder.feed(data)
        except WireError as error:
            self._unreadable, self._through = error.cause, False
        if self._through:
            return plain
        if self._unreadable is not None and inspection.stop is None:
            await inspection.refuse(self._unreadable)
        return self._restored(await inspection.feed(plain))

    async def pause(self) -> bytes:
        """Nothing has come for a while; what can leave without more."""
        return self._restored(await self.inspection.pause())

    async def finish(self) -> bytes:
        """The end of the answer."""
        inspection = self.inspection
        if self._decoder is not None and self._unreadable is None:
            try:
                self._decoder.flush()
            except WireError as error:
                self._unreadable = error.cause
                if inspection.stop is None:
                    await inspection.refuse(error.cause)
        out = self._restored(await inspection.finish())
        return out + self._rewriter.flush() if self._rewriter else out

    async def fail(self) -> bytes:
        """Something broke that nobody foresaw: the rest is withheld."""
        return b"".join(await self.inspection.fail("internal"))

    def close(self) -> None:
        """The answer is over, or nobody waits for it any more."""
        if self._guard is not None:
            self._guard.deciding -= 1
            self._guard = None

    def _restored(self, events: Sequence[bytes]) -> bytes:
        data = b"".join(events)
        return self._rewriter.feed(data) if self._rewriter else data

    def instead(self, origin: str | None) -> Answer | None:
        """What is said in place of an answer that is withheld before any of it has left."""
        return readable(self.inspection.stop, origin) if self.inspection.stop is not None else None


def _charset(content_type: str) -> bool:
    """True when it names a charset that is not read."""
    named = _CHARSET.search(content_type)
    return named is not None and named[1].lower() not in _ASCII
