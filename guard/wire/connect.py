"""Bytes of a stream in the Connect protocol -> its messages, and messages -> bytes.

Each message stands behind five bytes: flags, and its length in bytes (https://connectrpc.com/docs/protocol). Only those
whose content type says JSON are read here; with protobuf they stay what they are, bytes.
"""

import struct
from collections.abc import Iterable
from dataclasses import dataclass, field

from guard.errors import WireError
from guard.wire.encoding import decode

TYPE = "application/connect+json"
BORDER = "\x1e"
"""Between messages where they are read as JSON texts in a row: it stands in none of them."""
LAST = 2
"""The flag of the message that ends a stream."""
_PACKED = 1
_HEAD = struct.Struct(">BI")
_LONGEST = 2**26
"""Bytes of a message of an answer; what announces more is passed on as it comes, at the end."""


def claims(content_type: str) -> bool:
    """True when a body says that it is such a stream, of JSON."""
    return content_type.partition(";")[0].strip().lower() == TYPE


def envelope(payload: bytes, flags: int = 0) -> bytes:
    """One message."""
    return _HEAD.pack(flags, len(payload)) + payload


def messages(body: bytes, limit: int) -> list[tuple[int, str]]:
    """Flags and text of each message, unpacked; `limit`: bytes of all of them.

    WireError `encoding` or `too-large`, `binary` when one is no text.
    """
    found = []
    at = 0
    while at < len(body):
        if len(body) - at < _HEAD.size:
            raise WireError("encoding", "a stream that is cut")
        flags, size = _HEAD.unpack_from(body, at)
        at += _HEAD.size
        payload = body[at : at + size]
        if len(payload) < size or flags & ~(_PACKED | LAST):
            raise WireError("encoding", "a message that is cut, or of a kind nobody knows")
        at += size
        plain = decode(payload, "gzip", limit) if flags & _PACKED else payload  # gzip is the one coding that all know
        limit -= len(plain)
        if limit < 0:
            raise WireError("too-large", "messages larger than the guard reads")
        found.append((flags & ~_PACKED, _text(plain)))
    return found


def stream(told: Iterable[tuple[int, str]]) -> bytes:
    """The bytes of messages, none of them packed."""
    return b"".join(envelope(text.encode(), flags) for flags, text in told)


def _text(payload: bytes) -> str:
    try:
        text = payload.decode()
    except UnicodeDecodeError:
        raise WireError("binary", "a message that is no text") from None
    if BORDER in text:
        raise WireError("binary", "a message with control characters")
    return text


@dataclass(frozen=True, slots=True)
class Envelope:
    """One message of an answer."""

    raw: bytes = field(repr=False)
    whole: bool = True

    @property
    def data(self) -> str:
        """Its text; none when it is packed in a way nobody knows, or cut."""
        try:
            [(_, text)] = messages(self.raw, _LONGEST) if self.whole else [(0, "")]
        except WireError:
            return ""
        return text

    def with_data(self, data: str) -> bytes:
        """The message with another text, its length made anew."""
        return envelope(data.encode("utf-8", "surrogateescape"), self.raw[0] & ~_PACKED)


class Splitter:
    """Feeds on bytes at any cut; gives messages as soon as they are whole."""

    def __init__(self) -> None:
        self._rest = bytearray()

    def feed(self, data: bytes) -> list[Envelope]:
        """The messages that these bytes complete."""
        self._rest += data
        found = []
        at = 0
        while len(self._rest) - at >= _HEAD.size:
            _, size = _HEAD.unpack_from(self._rest, at)
            end = at + _HEAD.size + size
            if size > _LONGEST or len(self._rest) < end:
                break
            found.append(Envelope(bytes(self._rest[at:end])))
            at = end
        del self._rest[:at]
        return found

    def flush(self) -> list[Envelope]:
        """What stands at the end, cut."""
        rest, self._rest = bytes(self._rest), bytearray()
        return [Envelope(rest, whole=False)] if rest else []
