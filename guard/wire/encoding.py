"""Content-coded bytes -> plain bytes (RFC 9110 §8.4), whole or as they come, within limits.

The law it keeps: no leaf unread (law 2). A coding we do not know, a member left over, bytes after the end, a checksum
that is wrong, a place beside the content where text can ride along: each is a WireError, never a guess.
"""

import zlib
from collections.abc import Callable, Iterator
from typing import Protocol

import brotli
import zstandard

from guard.errors import WireError

_PIECE = 64 * 1024
"""Bytes handed from one layer to the next."""
_ZSTD_SLICE = 256
"""Bytes given to zstd at once: its object has no output limit, and a block of 4 bytes can stand for 128 KiB."""
_ZSTD_WINDOW = 8 * 2**20
"""Largest window, in bytes, that a zstd content coding may ask for (RFC 9659 §3)."""
_LAYERS = 3
_PARTS = 4096
"""Gzip members or zstd frames in one body; each costs a new decompressor."""
_BURST = 16 * 2**20
"""Most bytes that one `Decoder.feed` may come to, at each layer."""
_GZIP_EXTRA = 0x1C
"""FEXTRA, FNAME and FCOMMENT (RFC 1952 §2.3.1): text that stands in the header, beside the content."""


def decode(body: bytes, content_encoding: str | None, limit: int) -> bytes:
    """The plain body. WireError `too-large` over `limit` bytes at any layer, `encoding` when it is not whole."""
    if len(body) > limit:
        raise _too_large()
    layers = _layers(content_encoding, strict=True) if body else []
    if not layers:
        return body
    out = bytearray()
    for start in range(0, len(body), _PIECE):
        for piece in _through(layers, body[start : start + _PIECE], limit):
            out += piece
    _end(layers)
    return bytes(out)


class Decoder:
    """The plain bytes of an answer as it comes. After a WireError it is of no more use."""

    def __init__(self, content_encoding: str | None) -> None:
        self._layers = _layers(content_encoding, strict=False)
        self._begun = False

    def feed(self, data: bytes) -> bytes:
        """What these bytes come to. WireError `too-large` when that is more than 16 MiB."""
        self._begun = self._begun or bool(data)
        if not self._layers:
            return data
        for layer in self._layers:
            layer.produced = 0
        return b"".join(_through(self._layers, data, _BURST))

    def flush(self) -> bytes:
        """The end of the answer: nothing is left to give, but WireError `encoding` when it came too early."""
        if self._begun:
            _end(self._layers)
        return b""


class _Part(Protocol):
    """One gzip member, zstd frame, zlib or brotli stream."""

    done: bool
    rest: bytes
    """What came after its end."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Plain pieces; errors of its library pass."""


class _Zlib:
    def __init__(self, wbits: int) -> None:
        self._inner = zlib.decompressobj(wbits)
        self.done = False
        self.rest = b""

    def feed(self, data: bytes) -> Iterator[bytes]:
        while True:
            piece = self._inner.decompress(data, _PIECE)
            data = self._inner.unconsumed_tail
            yield piece
            if self._inner.eof or (len(piece) < _PIECE and not data):
                break
        self.done, self.rest = self._inner.eof, self._inner.unused_data


class _Brotli:
    rest = b""
    """Always: the library itself refuses bytes after the end."""

    def __init__(self) -> None:
        self._inner = brotli.Decompressor()
        self.done = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        piece = self._inner.process(data, output_buffer_limit=_PIECE)
        while piece or not self._inner.can_accept_more_data():  # output may wait though input is wanted
            yield piece
            piece = self._inner.process(b"", output_buffer_limit=_PIECE)
        self.done = self._inner.is_finished()


class _Zstd:
    def __init__(self) -> None:
        self._inner = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW).decompressobj()
        self.done = False
        self.rest = b""

    def feed(self, data: bytes) -> Iterator[bytes]:
        for start in range(0, len(data), _ZSTD_SLICE):
            yield self._inner.decompress(data[start : start + _ZSTD_SLICE])
            if self._inner.eof:
                self.done, self.rest = True, self._inner.unused_data + data[start + _ZSTD_SLICE :]
                return


type _Open = Callable[[bytes, bool], _Part]
"""(first bytes, strict) -> the part that begins with them."""


def _open_gzip(head: bytes, strict: bool) -> _Part:
    if strict and head[3] & _GZIP_EXTRA:
        raise WireError("encoding", "a gzip header with a name, a comment or extra data")
    return _Zlib(16 + zlib.MAX_WBITS)


def _open_deflate(head: bytes, strict: bool) -> _Part:
    # RFC 9110 §8.4.1.2 means zlib (RFC 1950 §2.2: method 8, header a multiple of 31); some senders leave its frame out
    framed = head[0] & 0x0F == zlib.DEFLATED and int.from_bytes(head) % 31 == 0
    return _Zlib(zlib.MAX_WBITS if framed else -zlib.MAX_WBITS)


def _open_brotli(head: bytes, strict: bool) -> _Part:
    return _Brotli()


def _open_zstd(head: bytes, strict: bool) -> _Part:
    if head != zstandard.FRAME_HEADER:  # a skippable frame (RFC 8878 §3.1.2) holds bytes that nobody would read
        raise WireError("encoding", "a zstd frame that holds no content")
    return _Zstd()


class _Layer:
    """One coding: parts one after another, each begun once its first `head` bytes are here."""

    def __init__(self, begin: _Open, head: int, parts: int, strict: bool) -> None:
        self._begin, self._head, self._left, self._strict = begin, head, parts, strict
        self._part: _Part | None = None
        self._waiting = b""
        self._whole = False
        self.produced = 0
        """Bytes given so far."""

    def feed(self, data: bytes, limit: int) -> Iterator[bytes]:
        data, self._waiting = self._waiting + data, b""
        while data:
            if self._part is None:
                if len(data) < self._head:
                    self._waiting = data
                    return
                self._part = self._next(data[: self._head])
            yield from self._pieces(self._part, data, limit)
            data = self._part.rest if self._part.done else b""
            if self._part.done:
                self._part, self._whole = None, True

    def end(self) -> None:
        if self._part is not None or self._waiting or not self._whole:
            raise WireError("encoding", "compressed data that ends too early")

    def _next(self, head: bytes) -> _Part:
        if not self._left:
            raise WireError("encoding", "compressed data with more after its end")
        self._left -= 1
        return self._begin(head, self._strict)

    def _pieces(self, part: _Part, data: bytes, limit: int) -> Iterator[bytes]:
        try:
            for piece in part.feed(data):
                self.produced += len(piece)
                if self.produced > limit:
                    raise _too_large()
                yield piece
        except (zlib.error, brotli.error, zstandard.ZstdError) as error:
            raise WireError("encoding", f"compressed data that is broken ({type(error).__name__})") from None


_CODINGS: dict[str, tuple[_Open, int, int]] = {
    "gzip": (_open_gzip, 4, _PARTS),
    "x-gzip": (_open_gzip, 4, _PARTS),
    "deflate": (_open_deflate, 2, 1),
    "br": (_open_brotli, 1, 1),
    "zstd": (_open_zstd, 4, _PARTS),
}
"""Coding -> how a part begins, the bytes that takes, and how many parts there may be."""


def _layers(content_encoding: str | None, *, strict: bool) -> list[_Layer]:
    """The codings in the order they are taken off: the last applied first."""
    names = [name.strip(" \t").lower() for name in (content_encoding or "").split(",")]
    names = [name for name in names if name not in ("", "identity")]
    if len(names) > _LAYERS:
        raise WireError("encoding", f"more than {_LAYERS} content codings")
    if not all(name in _CODINGS for name in names):
        raise WireError("encoding", "a content coding the guard does not know")
    return [_Layer(*_CODINGS[name], strict) for name in reversed(names)]


def _through(layers: list[_Layer], data: bytes, limit: int) -> Iterator[bytes]:
    if not layers:
        yield data
        return
    for piece in layers[0].feed(data, limit):
        yield from _through(layers[1:], piece, limit)


def _end(layers: list[_Layer]) -> None:
    for layer in layers:
        layer.end()


def _too_large() -> WireError:
    return WireError("too-large", "a body larger than the guard reads")
