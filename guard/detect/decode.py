"""A text with encoded blobs in it -> a view of what they say: base64, base32, hex, binary, codes, gzip in them.

The view's pieces are whole blobs, since half an encoded value is no value. Random bytes, digests and identifiers almost
never decode to clean text, and what does counts only when it proves itself. `Budget` bounds what may come out; what
would exceed it is unread, not clean.
"""

import base64
import binascii
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from guard.detect.views import Draft, Fast, View, fast

_SHORTEST = 8
"""Characters of clean text that make a decoding one."""
_FACTOR, _FLOOR = 4, 1 << 16
"""Characters that may come out of a text: so many times its own length, and at least so many."""
_BASE64 = fast(
    r"[A-Za-z0-9+/_-]{12,}(?:={0,2}[ \t]*\r?\n[ \t]*[A-Za-z0-9+/_-]{4,})*"
    r"(?:[ \t]*\r?\n[ \t]*[A-Za-z0-9+/_-]{2,3}={1,2})?={0,2}"
)
_BASE32 = fast(r"(?:[A-Z2-7]{16,}|[a-z2-7]{16,})(?:\r?\n(?:[A-Z2-7]{8,}|[a-z2-7]{8,}))*={0,6}")
_HEX = fast(r"(?:0x)?[0-9A-Fa-f]{16,}|(?:(?:0x)?[0-9A-Fa-f]{2}[ ,:;-]{1,2}){7,}(?:0x)?[0-9A-Fa-f]{2}")
_LABELS = fast(r"(?:[A-Za-z0-9_-]{12,63}\.)+[A-Za-z0-9_-]{1,63}")
_BINARY = fast(r"(?:[01]{8}[ ,]{0,2}){8,}")
_CODES = fast(r"(?:[0-9]{2,3}[ ,;]{1,2}){7,}[0-9]{2,3}|(?:(?i:chrw?|char|chr\$)\([0-9]{2,3}\)[ +&.|,\r\n]{0,5}){8,}")
_UNCLEAN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffd]")
_PROMISING = re.compile(
    rb"\x1f\x8b|\x78[\x01\x5e\x9c\xda]|(?:[\t -~]\0){3}"
    rb"|(?:[\t\n\r -~]|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xf4][\x80-\xbf]{2,3}){6}"
)
"""How text, or compressed bytes, begin."""
_MOST_LABELS = 8
"""Labels of a host name that are read together."""
_PARTS = 6
"""Separators behind which a blob may begin."""
_GLUE = re.compile(r"[/_+-]")


class Spent(Exception):  # noqa: N818 - a signal between a decoder and its caller
    """The budget is used up."""


@dataclass(slots=True)
class Budget:
    """Characters that may still come out of one segment."""

    left: int

    @classmethod
    def of(cls, text: str) -> "Budget":
        """A segment's budget."""
        return cls(_FLOOR + _FACTOR * len(text))

    def take(self, amount: int) -> None:
        """Use some; Spent when there is not as much."""
        self.left -= amount
        if self.left < 0:
            raise Spent


def decoded(view: View, budget: Budget) -> View | None:
    """What the blobs of a text say, each on lines of its own; None when there are none. Spent past the budget."""
    draft = Draft(view)
    shadow = view.shadow()
    for spans, read in _KINDS:
        for start, end in spans(shadow):
            for text in read(view.text[start:end], budget):
                budget.take(len(text))
                draft.add(text, start, end, 0)
                draft.part()
                draft.part()  # an empty line, so that no blob goes on into the next
    return draft.view() if draft.length else None


def _base64(blob: str, budget: Budget) -> Iterator[str]:
    """A blob read whole, from each of its four phases when a word stands before it, and between its separators."""
    joined = "".join(blob.split()).replace("=", "")
    if joined.islower():
        return  # a word, a name, a digest
    for at in range(4):
        if text := _from64(joined[at:], budget):
            yield text
            if at == 0 and len(text) >= len(joined) // 2 and "\n" not in blob:
                return
    starts = [match.end() for match in _GLUE.finditer(joined[:256])][:_PARTS]
    lines = blob.split()
    # a word may stand on the line before a blob or after it
    parts = ["".join(lines[:-1]), "".join(lines[1:])] if len(lines) > 1 else []
    for part in [*parts, *(joined[start:] for start in starts)]:
        if text := _from64(part.replace("=", ""), budget):
            yield text
            if len(lines) == 1:
                return


def _from64(blob: str, budget: Budget) -> str:
    blob = blob.replace("-", "+").replace("_", "/").rstrip("=")
    blob = blob[: len(blob) - (len(blob) % 4 == 1)]
    try:
        if not _PROMISING.match(binascii.a2b_base64(blob[:16] + "=" * (-len(blob[:16]) % 4))):
            return ""  # most identifiers and digests end here
        data = base64.b64decode(blob + "=" * (-len(blob) % 4))
    except (binascii.Error, ValueError):
        return ""
    return _clean(data, budget)


def _base32(blob: str, budget: Budget) -> Iterator[str]:
    blob = "".join(blob.split()).upper().rstrip("=")
    blob = blob[: len(blob) - (len(blob) % 8 in (1, 3, 6))]
    try:
        text = _clean(base64.b32decode(blob + "=" * (-len(blob) % 8)), budget)
    except (binascii.Error, ValueError):
        return
    if text:
        yield text


def _hex(blob: str, budget: Budget) -> Iterator[str]:
    digits = re.sub(r"0x|[ ,:;-]", "", blob)
    for at in (0, 1) if len(digits) % 2 else (0,):
        part = digits[at:]
        if text := _clean(bytes.fromhex(part[: len(part) & ~1]), budget):
            yield text
        elif len(digits) < len(blob):
            # a word or a number in front may look like a byte
            yield from _parts(bytes.fromhex(part[: len(part) & ~1]).decode("utf-8", "replace"))


def _labels(blob: str, budget: Budget) -> Iterator[str]:
    """What the first labels of a host name say together, in hex, base32 or base64."""
    labels = blob.split(".")[:_MOST_LABELS]
    for count in range(len(labels), 1, -1):
        joined = "".join(labels[:count])
        for spans, read in ((_HEX, _hex), (_BASE32, _base32), (_BASE64, _base64)):
            if next(spans(joined.encode()), None) == (0, len(joined)) and (texts := list(read(joined, budget))):
                yield from texts
                return


def _binary(blob: str, budget: Budget) -> Iterator[str]:
    digits = re.sub(r"[ ,]", "", blob)
    data = bytes(int(digits[at : at + 8], 2) for at in range(0, len(digits), 8))
    if text := _clean(data, budget):
        yield text


def _codes(blob: str, budget: Budget) -> Iterator[str]:
    """Decimal character codes, alone or each in a call that makes it a character."""
    codes = [int(code) for code in re.findall(r"[0-9]+", blob)]
    text = "".join(chr(code) if 32 <= code < 127 or code in (9, 10, 13) else "\ufffd" for code in codes)
    yield from _parts(text)


def _parts(text: str) -> Iterator[str]:
    return (part for part in _UNCLEAN.split(text) if len(part) >= _SHORTEST)


_KINDS: tuple[tuple[Fast, Callable[[str, Budget], Iterator[str]]], ...] = (
    (_BASE64, _base64),
    (_BASE32, _base32),
    (_HEX, _hex),
    (_BINARY, _binary),
    (_CODES, _codes),
    (_LABELS, _labels),
)


def _clean(data: bytes, budget: Budget) -> str:
    """The clean text that bytes begin with, out of their compression if there is one; empty when they are no text."""
    if data[:2] == b"\x1f\x8b" or (data[:1] == b"\x78" and data[1:2] in (b"\x01", b"\x5e", b"\x9c", b"\xda")):
        data = _unpacked(data, budget) or data
    if len(data) >= 2 * _SHORTEST and data[1:16:2] == bytes(len(data[1:16:2])):
        text = data[: len(data) & ~1].decode("utf-16-le", "replace")
    elif not _PROMISING.match(data):
        return ""
    else:
        text = data.decode("utf-8", "replace")
    stop = _UNCLEAN.search(text)
    text = text[: stop.start()] if stop else text
    return text if len(text) >= _SHORTEST else ""


def _unpacked(data: bytes, budget: Budget) -> bytes:
    inflate = zlib.decompressobj(47)  # gzip or zlib, whichever it is
    try:
        after = inflate.decompress(data, budget.left + 1)
    except zlib.error:
        return b""
    if inflate.unconsumed_tail:
        raise Spent
    budget.take(len(after) - len(after) // 2)
    return after
