"""A multipart body <-> its parts, which know where they stand (RFC 2046 §5.1, RFC 7578).

Stricter than the standards where receivers differ (text before the first part or behind the last, bare line feeds,
two names for one part, transfer codings): what two of them could take apart differently is not read at all.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote, unquote_to_bytes

from guard.errors import WireError

MOST = 1000
"""Parts of one body."""
_HEAD = 16 * 1024
"""Bytes of a part's headers."""
_BOUNDARY = re.compile(r'\s*boundary\s*=\s*(?:"([^"\\]{1,70})"|([^\s";,]{1,70}))\s*', re.IGNORECASE)
_HEADER = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\r\n]*)")
_PARAMETER = re.compile(r';\s*([\w-]+\*?)\s*=\s*("(?:[^"\\]|\\.)*"|[^\s";]+)\s*')
_EXTENDED = re.compile(r"utf-8'[\w-]*'(.*)", re.IGNORECASE | re.DOTALL)
_PLAIN_CODINGS = frozenset({"", "7bit", "8bit", "binary"})
_ONCE = frozenset({"content-disposition", "content-type", "content-transfer-encoding", "content-length"})

type Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value in a part's Content-Disposition; where it stands in the body, quotes included, in bytes."""

    key: str
    text: str = field(repr=False)
    span: Span


@dataclass(frozen=True, slots=True)
class Part:
    """One part; `start` and `end` are bytes of the body."""

    start: int
    end: int
    headers: tuple[tuple[str, str, Span], ...] = field(repr=False)
    """Name, value, and where the value stands."""
    parameters: tuple[Parameter, ...] = ()

    def header(self, name: str) -> str:
        """The value of a header, or nothing."""
        return next((value for key, value, _ in self.headers if key.lower() == name), "")

    @property
    def name(self) -> str | None:
        """The name of the form's field; None in a body that is no form."""
        return next((parameter.text for parameter in self.parameters if parameter.key == "name"), None)

    @property
    def filenames(self) -> tuple[Parameter, ...]:
        """What the part says its file is called: `filename`, `filename*`, or both."""
        return tuple(found for found in self.parameters if found.key in ("filename", "filename*"))


def parse(body: bytes, content_type: str) -> tuple[Part, ...]:
    """The parts in order. WireError `multipart` when there is more than one way to take the body apart."""
    mark = b"--" + _boundary(content_type)
    if not body.startswith(mark):
        raise _bad("does not begin with its boundary")
    parts: list[Part] = []
    at = len(mark)
    while body[at : at + 2] == b"\r\n":
        if len(parts) == MOST:
            raise _bad(f"has more than {MOST} parts")
        end = body.find(b"\r\n" + mark, at)
        if end < 0:
            raise _bad("does not end")
        parts.append(_part(body, at + 2, end, mark))
        at = end + 2 + len(mark)
    if body[at:] not in (b"--", b"--\r\n"):
        raise _bad("goes on after its boundary")
    return tuple(parts)


def write(body: bytes, content_type: str, contents: Mapping[int, bytes], names: Mapping[tuple[int, str], str]) -> bytes:
    """The body with other contents of some parts, by number, and other file names, by number and parameter."""
    parts = parse(body, content_type)
    changes: list[tuple[int, int, bytes]] = []
    for number, content in contents.items():
        part = parts[number]
        if b"--" + _boundary(content_type) in content:
            raise _bad("would hold its boundary in a part")
        changes.append((part.start, part.end, content))
        changes += [
            (*span, str(len(content)).encode()) for key, _, span in part.headers if key.lower() == "content-length"
        ]
    for (number, key), name in names.items():
        changes += [(*found.span, _named(key, name)) for found in parts[number].filenames if found.key == key]
    return _spliced(body, changes)


def _spliced(body: bytes, changes: Sequence[tuple[int, int, bytes]]) -> bytes:
    pieces: list[bytes] = []
    last = 0
    for start, end, new in sorted(changes):
        pieces += [body[last:start], new]
        last = end
    return b"".join([*pieces, body[last:]])


def _named(key: str, name: str) -> bytes:
    if key == "filename*":
        return f"UTF-8''{quote(name, safe='')}".encode()
    return ('"' + re.sub(r'[\\"\r\n]', "_", name) + '"').encode()


def _boundary(content_type: str) -> bytes:
    found = [match for part in content_type.split(";")[1:] if (match := _BOUNDARY.fullmatch(part))]
    if len(found) != 1 or content_type.lower().count("boundary") != 1:
        raise _bad("has no boundary, or two")
    try:
        return (found[0][1] or found[0][2]).encode("ascii")
    except UnicodeEncodeError:
        raise _bad("has a boundary that is not ASCII") from None


def _part(body: bytes, start: int, end: int, mark: bytes) -> Part:
    """The part whose headers begin at `start` and whose content ends at `end`."""
    if body[start : start + 2] == b"\r\n":
        headers: tuple[tuple[str, str, Span], ...] = ()
        content = start + 2
    else:
        head = body.find(b"\r\n\r\n", start, min(end, start + _HEAD) + 4)
        if head < 0:
            raise _bad("has a part without an end of its headers")
        headers, content = tuple(_headers(body, start, head)), head + 4
    if content > end + 2 or _again(body, content, end, mark):
        raise _bad("has its boundary inside a part")
    names = [name.lower() for name, _, _ in headers]
    if any(names.count(name) > 1 for name in _ONCE):
        raise _bad("has a part with two of one header")
    part = Part(min(content, end), end, headers, tuple(_disposition(headers)))
    if part.header("content-transfer-encoding").strip().lower() not in _PLAIN_CODINGS:
        raise _bad("has a part in a transfer coding")
    if part.header("content-type").strip().lower().startswith("multipart/"):
        raise _bad("has parts in a part")
    return part


def _again(body: bytes, start: int, end: int, mark: bytes) -> bool:
    """Whether a receiver that takes a lone CR or LF for a line's end would see the boundary in the content."""
    at = body.find(mark, start, end)
    while at >= 0:
        if at == start or body[at - 1 : at] in (b"\n", b"\r"):
            return True
        at = body.find(mark, at + 1, end)
    return False


def _headers(body: bytes, start: int, end: int) -> Iterator[tuple[str, str, Span]]:
    at = start
    for line in body[start:end].split(b"\r\n"):
        match = _HEADER.fullmatch(line)
        if match is None:
            raise _bad("has a header that is none, or goes over lines")
        try:
            name, value = match[1].decode("ascii"), match[2].decode("utf-8")
        except UnicodeDecodeError:
            raise _bad("has a header that is not UTF-8") from None
        yield name, value, (at + match.start(2), at + match.end(2))
        at += len(line) + 2


def _disposition(headers: tuple[tuple[str, str, Span], ...]) -> Iterator[Parameter]:
    """The parameters of Content-Disposition; each at most once, and nothing between them."""
    for header, value, (start, _) in headers:
        if header.lower() != "content-disposition":
            continue
        at = len(value.partition(";")[0])
        seen: set[str] = set()
        while at < len(value):
            match = _PARAMETER.match(value, at)
            key = match[1].lower() if match else ""
            if match is None or key in seen:
                raise _bad("has a name that could be read in two ways")
            seen.add(key)
            span = (start + len(value[: match.start(2)].encode()), start + len(value[: match.end(2)].encode()))
            yield Parameter(key, _value(key, match[2]), span)
            at = match.end()


def _value(key: str, written: str) -> str:
    if key.endswith("*"):
        extended = _EXTENDED.fullmatch(written)
        if extended is None:
            raise _bad("has a name in a character set the guard does not read")
        try:
            return unquote_to_bytes(extended[1]).decode()
        except UnicodeDecodeError:
            raise _bad("has a name that is not UTF-8") from None
    if written.startswith('"'):
        return re.sub(r"\\(.)", r"\1", written[1:-1])
    return written


def _bad(how: str) -> WireError:
    return WireError("multipart", f"a multipart body that {how}")
