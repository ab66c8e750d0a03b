"""Bytes of an AWS event stream -> whole messages, and messages with another payload, lengths and checksums made anew.

A message is: total length, headers' length, CRC-32 of these eight bytes, headers, payload, CRC-32 of all before; all
numbers are big-endian (smithy.io, `amazon.eventstream` specification). What does not add up raises WireError: an answer
that cannot be read is not passed on.
"""

import base64
import binascii
import struct
import zlib
from dataclasses import dataclass, field

import orjson

from guard.errors import WireError

_PRELUDE = struct.Struct(">III")
_CRC = struct.Struct(">I")
_LONGEST = 24 * 2**20
"""Bytes of one message; the specification allows 16 MiB of payload and 128 KiB of headers."""
_STRING = 7
"""Type of a header's value."""
# bytes of a value by its type; types 6 (bytes) and 7 (string) carry their length
_SIZES = {0: 0, 1: 0, 2: 1, 3: 2, 4: 4, 5: 8, 8: 8, 9: 16}


@dataclass(frozen=True, slots=True)
class Message:
    """One message. `raw` is cut short at the end of a stream that was cut."""

    raw: bytes = field(repr=False)
    head: bytes = field(default=b"", repr=False)
    """Its headers' bytes."""
    payload: bytes = field(default=b"", repr=False)
    packed: str | None = field(default=None, repr=False)
    """JSON text that the payload holds as base64 in its member `bytes`, as in streams of InvokeModel."""

    @property
    def whole(self) -> bool:
        """False for what stands at the end of a stream that was cut."""
        return bool(self.head or self.payload)

    @property
    def data(self) -> str:
        """The JSON text inside."""
        return self.payload.decode("utf-8", "surrogateescape") if self.packed is None else self.packed

    def with_data(self, data: str) -> bytes:
        """The message with other data; headers and all other members stay."""
        inner = data.encode("utf-8", "surrogateescape")
        if self.packed is None:
            return _message(self.head, inner)
        packed = base64.b64encode(inner).decode()
        return _message(self.head, orjson.dumps(orjson.loads(self.payload) | {"bytes": packed}))


class Splitter:
    """Feeds on bytes at any cut; gives messages as soon as they are whole."""

    def __init__(self) -> None:
        self._rest = bytearray()

    def feed(self, data: bytes) -> list[Message]:
        """The messages that these bytes complete. WireError(`framing`) when lengths or checksums are wrong."""
        self._rest += data
        messages = []
        while (size := self._size()) and len(self._rest) >= size:
            messages.append(_read(bytes(self._rest[:size])))
            del self._rest[:size]
        return messages

    def flush(self) -> list[Message]:
        """What stands at the end of a stream that was cut."""
        rest, self._rest = bytes(self._rest), bytearray()
        return [Message(rest)] if rest else []

    def _size(self) -> int:
        """Bytes of the message that begins here; 0 while that is not known."""
        if len(self._rest) < _PRELUDE.size:
            return 0
        total, head, check = _PRELUDE.unpack_from(self._rest)
        if zlib.crc32(self._rest[:8]) != check:
            raise WireError("framing", "an event stream whose prelude is broken")
        if not _PRELUDE.size + head + _CRC.size <= total <= _LONGEST:
            raise WireError("framing", "an event stream with a message of an impossible length")
        return int(total)


def _read(raw: bytes) -> Message:
    if zlib.crc32(raw[: -_CRC.size]) != _CRC.unpack(raw[-_CRC.size :])[0]:
        raise WireError("framing", "an event stream whose checksum is wrong")
    _, size, _ = _PRELUDE.unpack_from(raw)
    head = raw[_PRELUDE.size : _PRELUDE.size + size]
    payload = raw[_PRELUDE.size + size : -_CRC.size]
    return Message(raw, head, payload, _packed(payload) if names(head).get(":event-type") == "chunk" else None)


def _packed(payload: bytes) -> str | None:
    """The JSON text inside a chunk of InvokeModel; WireError when there is none: what cannot be read is not passed."""
    try:
        inner = orjson.loads(payload)["bytes"]
        return base64.b64decode(inner, validate=True).decode()
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError, binascii.Error):
        raise WireError("framing", "a chunk that does not hold JSON") from None


def names(head: bytes) -> dict[str, str]:
    """The string headers: `:event-type`, `:message-type`, `:content-type`, … WireError when they do not add up."""
    found = {}
    at = 0
    try:
        while at < len(head):
            end = at + 1 + head[at]
            name, kind, at = head[at + 1 : end].decode(), head[end], end + 1
            size = _SIZES.get(kind)
            if size is None:
                (size,) = struct.unpack_from(">H", head, at)
                at += 2
            if kind == _STRING:
                found[name] = head[at : at + size].decode()
            at += size
    except (IndexError, struct.error, UnicodeDecodeError):
        raise WireError("framing", "an event stream whose headers are broken") from None
    if at != len(head):
        raise WireError("framing", "an event stream whose headers are broken")
    return found


def _message(head: bytes, payload: bytes) -> bytes:
    total = _PRELUDE.size + len(head) + len(payload) + _CRC.size
    lengths = struct.pack(">II", total, len(head))
    body = lengths + _CRC.pack(zlib.crc32(lengths)) + head + payload
    return body + _CRC.pack(zlib.crc32(body))
