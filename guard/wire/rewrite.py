"""An answer's bytes, coded or not -> the same answer filtered, in plain bytes (law 5).

Event streams pass as they come; any other text waits for its end; other bytes are not text and pass.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from guard.wire.answer import Family, NewFilter, StreamRewriter, framed, whole
from guard.wire.encoding import Decoder

_TEXT = re.compile(
    r"text/.*|application/(?:.*json.*|xml|x-ndjson|javascript|vnd\.amazon\.eventstream)|.*\+(?:json|xml)|"
)


def essence_of(content_type: str) -> str:
    """The media type alone, in lower case."""
    return content_type.partition(";")[0].strip().lower()


def is_text(essence: str) -> bool:
    """True for a media type whose bytes are text, or nobody knows."""
    return _TEXT.fullmatch(essence) is not None


@dataclass(slots=True)
class Rewriter:
    """Feeds on the answer's bytes as received."""

    stream: bool
    """True when bytes leave as they come."""
    _decoder: Decoder
    _family: Family
    _new_filter: NewFilter
    _events: StreamRewriter | None
    _waiting: list[bytes] = field(default_factory=list)
    listen: Callable[[bytes], None] | None = None
    """Told the plain bytes as they come, before they are filtered."""

    @classmethod
    def of(
        cls,
        content_type: str,
        content_encoding: str | None,
        family: Family,
        new_filter: NewFilter,
        listen: Callable[[bytes], None] | None = None,
    ) -> "Rewriter | None":
        """The rewriter for an answer; None when it is no text."""
        essence = essence_of(content_type)
        if not is_text(essence):
            return None
        frames = framed(family, essence)
        events = StreamRewriter(family, new_filter, frames) if frames is not None else None
        return cls(events is not None, Decoder(content_encoding), family, new_filter, events, listen=listen)

    def feed(self, data: bytes) -> bytes:
        """The bytes that can leave now. WireError when the answer's coding is broken."""
        plain = self._decoder.feed(data)
        if self.listen is not None:
            self.listen(plain)
        if self._events:
            return self._events.feed(plain)
        self._waiting.append(plain)
        return b""

    def flush(self) -> bytes:
        """The end of the answer."""
        rest = self._decoder.flush()
        if self._events:
            return self._events.feed(rest) + self._events.flush()
        text = b"".join([*self._waiting, rest]).decode("utf-8", "surrogateescape")
        new = whole(text, self._family, self._new_filter)
        try:
            return new.encode("utf-8", "surrogateescape")
        except UnicodeEncodeError:  # a value with half a character in it, put back into plain text
            return new.encode("utf-8", "replace")
