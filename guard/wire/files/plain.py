"""The bytes of a text file <-> its text: UTF-8, UTF-16 and UTF-32 with or without a mark, else Windows' Western set.

What is not one of these is no text that anybody could read, and None says so.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from guard.errors import WireError

MARKS = (  # byte order marks, the longer first (Unicode 16 §23.8)
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
# which of the first four bytes are zero tells the encoding of a text that begins in ASCII (RFC 4627 §3)
ZEROS: dict[tuple[bool, ...], str] = {
    (True, True, True, False): "utf-32-be",
    (False, True, True, True): "utf-32-le",
    (True, False, True, False): "utf-16-be",
    (False, True, False, True): "utf-16-le",
}
_CHARSETS = {"", "utf-8", "utf8", "us-ascii", "ascii", "iso-8859-1", "latin1", "windows-1252", "unicode-1-1-utf-8"}
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_WESTERN = 0.3
"""Share of bytes over 127 that a text in French or English stays below."""


@dataclass(frozen=True, slots=True)
class Plain:
    """A text, and how it was written."""

    text: str
    codec: str
    mark: bytes = b""

    def with_text(self, text: str) -> bytes:
        """Another text, written the same way; in UTF-8 when that cannot say it."""
        try:
            return self.mark + text.encode(self.codec)
        except UnicodeEncodeError:
            return text.encode("utf-8", "replace")


def check(content_type: str) -> None:
    """WireError `charset` when a content type names a character set that bytes could be read in differently."""
    for charset in _charsets(content_type):
        if charset not in _CHARSETS and not charset.startswith(("utf-16", "utf-32")):
            raise WireError("charset", "a character set the guard does not read")


def _charsets(content_type: str) -> Iterator[str]:
    """Every charset named, also by the extended notation of RFC 8187: receivers differ on which one counts."""
    for parameter in content_type.split(";")[1:]:
        name, _, value = parameter.partition("=")
        if name.strip().lower().startswith("charset"):
            yield value.strip().strip("\"'").lower()


def decode(data: bytes) -> Plain | None:
    """The text; None when the bytes are none."""
    for mark, codec in MARKS:
        if data.startswith(mark):
            return _decoded(data[len(mark) :], codec, mark)
    codec = ZEROS.get(tuple(byte == 0 for byte in data[:4]), "utf-8")
    if (plain := _decoded(data, codec, b"")) is not None:
        return plain
    if codec == "utf-8" and sum(byte > 127 for byte in data) <= _WESTERN * len(data):
        return _decoded(data, "cp1252", b"") or _decoded(data, "latin-1", b"")
    return None


def _decoded(data: bytes, codec: str, mark: bytes) -> Plain | None:
    try:
        text = data.decode(codec)
    except UnicodeDecodeError:
        return None
    return None if _CONTROL.search(text) else Plain(text, codec, mark)
