"""Bytes of a file inside a message -> segments of the text in them, and the string or bytes that carry them, changed.

A string carries a file when a rule file says so, when it is a data: URL, or when it is base64 of something that begins
like a file. Texts are read here and now; any other file waits as an `Attachment` for a process of its own (law 9).
"""

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote_from_bytes, unquote_to_bytes

from guard.errors import WireError
from guard.terms import Role, Segment
from guard.wire.files import extract, kinds, plain
from guard.wire.files.gathering import Extract

INSIDE = "!"
"""Between the place of a file and the place of a text in it."""
# URL parsers leave out what stands before a URL, and tabs and line ends in it (WHATWG URL §4.4)
_DATA_URL = re.compile(r"[\x00-\x20]*data:([^,;]*)((?:;[^,;]*)*?)(;[ ]*base64[ ]*)?,", re.IGNORECASE)
_ADDRESS = re.compile(r"(?:https?|gs|s3)://|file-", re.IGNORECASE)
_SPACE = re.compile(r"[\s]+")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]*={0,2}")
_SHORTEST = 32
"""Characters of base64 that could begin like a file and hold something."""
# the base64 of how files begin (guard.wire.files.kinds); a cheap look before anything is decoded
_BEGINS = re.compile(
    r"\s*(?:JVBERi|UEsDB|UEsFB|0M8R4KGx|e1xydG|iVBORw0KGgo|/9j/|_9j_|R0lGOD|SUkqA|TU0AK|UklGR|T2dnU|ZkxhQ|SUQz[AB]"
    r"|GkXfo|UmFyI|N3q8r|H4sI|QlpoO|/Td6W|_Td6W|KLUv/|KLUv_|f0VMR|TVNDR|AAAA[A-Za-z0-9+/]{2}(?:Z0eX|mdHlw|BmdHlw))"
)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that is not read yet."""

    where: str
    """The place of what carries it."""
    data: bytes = field(repr=False)
    editable: bool = True


type Told = Segment | Attachment


@dataclass(frozen=True, slots=True)
class _Carried:
    """The bytes in a string, and what the string is besides."""

    head: str
    data: bytes
    coded: bool

    def with_data(self, data: bytes) -> str:
        """The string with other bytes, in the coding it had."""
        return self.head + (base64.b64encode(data).decode() if self.coded else quote_from_bytes(data))


def told(where: str, data: bytes, *, editable: bool = True) -> Iterator[Told]:
    """The texts of a file that is one; or the file, to be read elsewhere."""
    found = extract.light(data) if data else Extract("text")
    file = Attachment(where, data, editable)
    if found is None:
        yield file
        return
    for cause in found.causes:
        raise WireError(cause, "a file that could not be read")
    yield from segments(file, found)


def segments(file: Attachment, found: Extract) -> Iterator[Segment]:
    """The texts of a file as segments."""
    for piece in found.pieces:
        yield Segment(
            f"{file.where}{INSIDE}{piece.where}",
            Role.FILE,
            piece.text,
            declared=piece.declared,
            editable=piece.editable and file.editable,
        )


def carries(text: str, *, declared: bool) -> bool:
    """Whether a string carries a file; `declared`: a rule file says that it does, unless it is an address."""
    if _DATA_URL.match(text):
        return True
    return not _ADDRESS.match(text) if declared else _carried_unasked(text) is not None


def of_string(segment: Segment) -> Iterator[Told]:
    """The file that a string carries. WireError `media` when it says it does and cannot be decoded."""
    yield from told(segment.where, _carried(segment.text).data, editable=segment.editable)


def rewritten(text: str, edits: Mapping[str, str]) -> str:
    """A string that carries a file, with some of its texts changed."""
    carried = _carried(text)
    return carried.with_data(extract.rewritten(carried.data, edits))


def within(where: str, edits: Mapping[str, str]) -> dict[str, str]:
    """The edits inside the file at a place, by their places in the file."""
    begin = where + INSIDE
    return {place.removeprefix(begin): text for place, text in edits.items() if place.startswith(begin)}


def _carried(text: str) -> _Carried:
    url = _DATA_URL.match(text)
    head, rest = (text[: url.end()], text[url.end() :]) if url else ("", text)
    plain.check(head.removesuffix(","))
    if url and not url[3]:
        return _Carried(head, unquote_to_bytes(rest), coded=False)
    return _Carried(head, _decoded(unquote_to_bytes(rest).decode("latin-1") if "%" in rest else rest), coded=True)


def _decoded(coded: str) -> bytes:
    dense = _SPACE.sub("", coded)
    if not _BASE64.fullmatch(dense):
        raise WireError("media", "a file that is not base64")
    standard = dense.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(standard + "=" * (-len(standard) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise WireError("media", "a file that is not base64") from None


def _carried_unasked(text: str) -> bytes | None:
    if len(text) < _SHORTEST or not _BEGINS.match(text) or " " in text.strip():  # a sentence has spaces
        return None
    try:
        data = _carried(text).data
    except WireError:
        return None
    return data if kinds.of(data) else None
