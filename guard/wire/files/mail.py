"""A message (RFC 5322, MIME) -> its headers, bodies and enclosed files, and back with some texts changed.

Headers and bodies are read as a person sees them, encoded words and transfer codings undone; a body that is changed
keeps its coding. Line ends become those of the first line.
"""

import base64
import binascii
import quopri
from collections.abc import Iterator, Mapping
from email import message_from_bytes, policy
from email.errors import HeaderParseError, MessageError
from email.generator import BytesGenerator
from email.header import Header, decode_header, make_header
from email.message import Message
from io import BytesIO

from guard.errors import WireError
from guard.wire.files import kinds, markup, plain
from guard.wire.files.gathering import Gathering

_PARTS = 500
_DEPTH = 20
"""Parts in parts."""
_FRAMING = frozenset({"content-type", "content-transfer-encoding", "mime-version", "content-length"})
"""Read like any other header, and never changed."""

type Mail = Message[str, str]


def read(data: bytes, out: Gathering) -> str:
    """Put everything in `out`."""
    for at, part in enumerate(_parts(_parse(data))):
        for number, (name, value) in enumerate(part.items()):
            fixed = name.lower() in _FRAMING
            out.text(f"{at}/header/{number}", _shown(value), editable=not fixed, declared=not fixed)
        if part.is_multipart():
            _around(part, at, out)
            continue
        content, body = _content(part), _body(part)
        if body is None:
            out.inside(f"{at}", content)
        elif kinds.of_text(body.text) == "markup":
            for where, text in markup.read(body.text):
                out.text(f"{at}/{where}", text, editable=True, declared=not where.startswith("tags/"))
        else:
            out.text(f"{at}/body", body.text, editable=True)
    return "mail"


def write(data: bytes, edits: Mapping[str, str]) -> bytes:
    """The message with some headers and bodies changed."""
    root = _parse(data)
    for at, part in enumerate(list(_parts(root))):
        mine = {where.partition("/")[2]: text for where, text in edits.items() if where.partition("/")[0] == str(at)}
        if mine:
            _edit(part, mine)
    out = BytesIO()
    ends = "\r\n" if b"\r\n" in data[: data.find(b"\n") + 1] else "\n"
    BytesGenerator(out, mangle_from_=False, maxheaderlen=0, policy=policy.compat32).flatten(root, linesep=ends)
    return out.getvalue()


def _parse(data: bytes) -> Mail:
    try:
        root = message_from_bytes(data, policy=policy.compat32)
    except (MessageError, ValueError, LookupError, RecursionError):
        raise WireError("corrupt-file", "a message that is broken") from None
    if any(part.defects for part in root.walk()):
        raise WireError("corrupt-file", "a message that is broken")
    return root


def _parts(root: Mail) -> Iterator[Mail]:
    """The message and all its parts, outermost first; messages in messages are files in files."""
    waiting = [(root, 0)]
    count = 0
    while waiting:
        part, depth = waiting.pop()
        count += 1
        if count > _PARTS or depth > _DEPTH:
            raise WireError("archive-bomb", "a message of more parts than the guard reads")
        yield part
        if part.is_multipart():
            inner = list(part.get_payload())
            waiting += [(below, depth + 1) for below in inner[::-1] if isinstance(below, Message)]


def _around(part: Mail, at: int, out: Gathering) -> None:
    """What stands before the first part and behind the last: no mail program shows it, others may."""
    out.text(f"{at}/around", f"{part.preamble or ''}\n{part.epilogue or ''}")


def _content(part: Mail) -> bytes:
    """The bytes of a part without transfer coding."""
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _body(part: Mail) -> plain.Plain | None:
    """The text of a part that is one and no file."""
    content = _content(part)
    if part.get_filename() or kinds.of(content):
        return None
    charset = str(part.get_content_charset() or "utf-8")
    try:
        return plain.Plain(content.decode(charset), charset)
    except (LookupError, UnicodeDecodeError):
        return plain.decode(content)


def _shown(value: str) -> str:
    """A header without its encoded words (RFC 2047) and folds."""
    text = str(value).encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    try:
        return str(make_header(decode_header(" ".join(text.split()))))
    except (HeaderParseError, LookupError, UnicodeError, binascii.Error, ValueError):
        return text


def _edit(part: Mail, edits: Mapping[str, str]) -> None:
    headers = part.items()
    for number, (name, _) in enumerate(headers):
        if (text := edits.get(f"header/{number}")) is not None:
            value = text if text.isascii() else Header(text, "utf-8", maxlinelen=10**6).encode()
            headers[number] = (name, value)
    for name in dict.fromkeys(name for name, _ in headers):
        del part[name]
    for name, value in headers:
        part[name] = value
    body = None if part.is_multipart() else _body(part)
    inside = {where: text for where, text in edits.items() if not where.startswith("header/")}
    if inside and body is not None:
        new = edits["body"] if "body" in inside else markup.write(body.text, inside)
        part.set_payload(_coded(body.with_text(new), str(part.get("content-transfer-encoding", ""))))


def _coded(content: bytes, coding: str) -> str:
    match coding.strip().lower():
        case "base64":
            return base64.encodebytes(content).decode("ascii")
        case "quoted-printable":
            return quopri.encodestring(content).decode("ascii")
        case _:
            return content.decode("ascii", "surrogateescape")
