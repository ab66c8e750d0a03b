"""RTF -> its text, notes and fields included; pictures and objects in it are unread."""

import re

from striprtf.striprtf import rtf_to_text

from guard.errors import WireError
from guard.wire.files.gathering import Gathering

_PICTURE = re.compile(r"\\pict\b")
_OBJECT = re.compile(r"\\objdata\b|\\objemb\b")
_TEXTS = re.compile(r"\{\\\*?\\?(?:info|annotation|footnote|fldinst|atnauthor|header|footer)\b")
_CONTROL = re.compile(r"\\'([0-9a-fA-F]{2})|\\u(-?\d{1,6})\??|\\[a-zA-Z]+-?\d* ?|\\\*|[{}\r\n]")
_LONG_HEX = re.compile(r"[0-9a-fA-F\s]{400,}")


def read(data: bytes, out: Gathering) -> str:
    """Put its text in `out`: what a reader shows, and once more with everything that it hides."""
    source = data.decode("latin-1")
    if _OBJECT.search(source):
        out.unread("embedded-object")
    if _PICTURE.search(source):
        out.unread("image")
    try:
        out.text("text", rtf_to_text(source, errors="replace"))  # type: ignore[no-untyped-call]
    except (ValueError, LookupError, UnicodeError, IndexError):
        raise WireError("corrupt-file", "an RTF document that is broken") from None
    whole = _CONTROL.sub(_plain, _LONG_HEX.sub(" ", source))
    out.text("all", whole, declared=_TEXTS.search(source) is not None)
    return "rtf"


def _plain(match: re.Match[str]) -> str:
    if match[1]:
        return bytes([int(match[1], 16)]).decode("cp1252", "replace")
    if match[2]:
        return chr(int(match[2]) % 65536)
    return "" if match[0][:1] == "\\" and match[0].rstrip() in ("\\b", "\\i", "\\b0", "\\i0") else " "
