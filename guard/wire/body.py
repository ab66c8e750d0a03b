"""A decoded body -> segments, and back with edits spliced in (law 2: no leaf unread; law 3: a lens).

Decided by the endpoint and by the bytes, not by the declared type. What cannot be read whole raises WireError.
"""

import base64
import binascii
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from guard.errors import WireError
from guard.rules.schema import FieldRule
from guard.terms import Role, Segment
from guard.wire import form
from guard.wire.document import Leaf, Node, parse, quote, splice
from guard.wire.fields import Field, fields

NESTED = "~>"
"""Between the pointer of a JSON string and the pointer inside it: in RFC 6901 a `~` is only ever followed by 0 or 1."""
_DIGITS = 9
"""Shorter numbers are counts and settings; no identifier we know has fewer digits."""
_DATA_URL = re.compile(r"data:([\w.+-]+/[\w.+-]+)?((?:;[\w=.+-]+)*?)(;base64)?,", re.IGNORECASE)
_TEXT_TYPES = re.compile(r"text/.*|application/(?:json|xml|csv|x-ndjson|yaml|x-yaml|sql|javascript)|.*\+(?:json|xml)")
_CHARSETS = {"", "utf-8", "utf8", "us-ascii", "ascii", "iso-8859-1", "latin1", "windows-1252", "unicode-1-1-utf-8"}
_MARKS = (  # byte order marks, the longer first (Unicode 16 §23.8)
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
# which of the first four bytes are zero tells the encoding of a text that begins in ASCII (RFC 4627 §3)
_ZEROS: dict[tuple[bool, ...], str] = {
    (True, True, True, False): "utf-32-be",
    (False, True, True, True): "utf-32-le",
    (True, False, True, False): "utf-16-be",
    (False, True, False, True): "utf-16-le",
}


@dataclass(frozen=True, slots=True)
class Reading:
    """What a body says: its segments, and the parts that could not be read."""

    segments: tuple[Segment, ...]
    uninspectable: tuple[str, ...] = ()
    values: Mapping[str, str] | None = None
    """Strings and constants of a JSON body by pointer, for the few that steer (model, stream)."""


def read(body: bytes, content_type: str, rules: Sequence[FieldRule]) -> Reading:
    """The segments of a body; WireError when there is no single way to read it."""
    if not body:
        return Reading(())
    text, _, _ = _text(body, content_type)
    kind = _kind(text, content_type, declared=bool(rules))
    if kind == "json":
        return _read_json(text, rules)
    if kind == "form":
        return Reading(tuple(form.read(text, "form")))
    return Reading((Segment("body:", Role.OTHER, text, declared=False),))


def write(body: bytes, content_type: str, rules: Sequence[FieldRule], edits: Mapping[str, str]) -> bytes:
    """The body with the text of some segments changed; the same object when there is none to change."""
    if not edits:
        return body
    text, codec, mark = _text(body, content_type)
    kind = _kind(text, content_type, declared=bool(rules))
    if kind == "json":
        text = _write_json(text, rules, edits)
    elif kind == "form":
        text = form.write(text, "form", edits)
    else:
        text = edits["body:"]
    return mark + text.encode(codec)


def _text(body: bytes, content_type: str) -> tuple[str, str, bytes]:
    """The text of a body, its codec, and its byte order mark."""
    for charset in _charsets(content_type):
        if charset not in _CHARSETS and not charset.startswith(("utf-16", "utf-32")):
            raise WireError("charset", "a character set the guard does not read")
    for mark, codec in _MARKS:
        if body.startswith(mark):
            return _decode(body[len(mark) :], codec), codec, mark
    codec = _ZEROS.get(tuple(byte == 0 for byte in body[:4]), "utf-8")
    return _decode(body, codec), codec, b""


def _decode(body: bytes, codec: str) -> str:
    try:
        text = body.decode(codec)
    except UnicodeDecodeError:
        raise WireError("binary", f"bytes that are not {codec} text") from None
    if "\0" in text:
        raise WireError("binary", "text with NUL characters")
    return text


def _charsets(content_type: str) -> Iterator[str]:
    """Every charset named, also by the extended notation of RFC 8187: receivers differ on which one counts."""
    for parameter in content_type.split(";")[1:]:
        name, _, value = parameter.partition("=")
        if name.strip().lower().startswith("charset"):
            yield value.strip().strip("\"'").lower()


def _kind(text: str, content_type: str, *, declared: bool) -> str:
    essence = content_type.partition(";")[0].strip().lower()
    if essence.startswith("multipart/"):
        raise WireError("multipart", "a multipart body, which the guard does not read yet")
    if declared or text.lstrip()[:1] in ("{", "[", '"') or essence.endswith("json"):
        return "json"
    return "form" if essence == "application/x-www-form-urlencoded" else "text"


# --- JSON ------------------------------------------------------------------------------------------------------------


def _read_json(text: str, rules: Sequence[FieldRule]) -> Reading:
    segments: list[Segment] = []
    causes: list[str] = []
    values: dict[str, str] = {}
    for field in fields(parse(text), rules):
        if not field.key:
            values[field.pointer] = field.leaf.text
        try:
            segments += _segments(field)
        except WireError as error:
            causes.append(error.cause)
    return Reading(tuple(segments), tuple(dict.fromkeys(causes)), values)


def _segments(field: Field) -> Iterator[Segment]:
    leaf, rule = field.leaf, field.rule
    if leaf.kind == "constant" or not leaf.text:
        return
    if leaf.kind == "number" and sum(map(str.isdigit, leaf.text)) < _DIGITS:
        return
    if rule is not None and rule.holds == "opaque":
        return
    segment = Segment(
        where=f"{'key' if field.key else 'body'}:{field.pointer}",
        role=rule.role if rule else Role.OTHER,
        text=leaf.text,
        declared=rule is not None,
        # a number that is edited becomes a string: nobody minds in free content, a field of the protocol does
        editable=rule.holds != "signed" if rule else leaf.kind == "string",
        hint=" ".join(field.names[-2:]),
    )
    if field.key:
        yield replace(segment, hint="")
    elif _DATA_URL.match(leaf.text) or (rule is not None and rule.holds == "media"):
        yield _media(segment)
    elif rule is not None and rule.holds == "json" and (inner := _nested(leaf.text)) is not None:
        for below in fields(inner, ()):
            yield from _segments(_inside(field, below, rule))
    else:
        yield segment


def _inside(outer: Field, inner: Field, rule: FieldRule) -> Field:
    meaning = rule.model_copy(update={"holds": "text"})
    return replace(inner, pointer=f"{outer.pointer}{NESTED}{inner.pointer}", rule=meaning)


def _nested(text: str) -> Node | None:
    """The tree of a string that holds JSON with strings in it; None when it is plain text after all."""
    try:
        node = parse(text)
    except WireError:
        if "\\u" in text:  # an escape could hide a value from a reader of plain text
            raise
        return None
    return None if isinstance(node, Leaf) and node.kind != "string" else node


def _media(segment: Segment) -> Segment:
    """Text out of a data: URL of a text type; an address is text; any other bytes are uninspectable."""
    if re.match(r"https?://", segment.text):
        return segment
    url = _DATA_URL.match(segment.text)
    if url is None or not (url[3] and _TEXT_TYPES.fullmatch((url[1] or "text/plain").lower())):
        raise WireError("media", "a file the guard does not read yet")
    try:
        data = base64.b64decode(segment.text[url.end() :], validate=True)
    except (binascii.Error, ValueError):
        raise WireError("media", "a data: URL that is not base64") from None
    text, _, _ = _text(data, f"text/plain{url[2]}")
    return replace(segment, role=Role.FILE, text=text, declared=True, editable=False)


def _write_json(text: str, rules: Sequence[FieldRule], edits: Mapping[str, str]) -> str:
    changes: list[tuple[int, int, str]] = []
    for field in fields(parse(text), rules):
        where = f"{'key' if field.key else 'body'}:{field.pointer}"
        if where in edits:
            changes.append((field.leaf.start, field.leaf.end, quote(edits[where])))
        elif field.rule is not None and field.rule.holds == "json" and not field.key:
            inner = _below(field.pointer, edits)
            if inner:
                changes.append((field.leaf.start, field.leaf.end, quote(_write_json(field.leaf.text, (), inner))))
    return splice(text, changes)


def _below(pointer: str, edits: Mapping[str, str]) -> dict[str, str]:
    """The edits inside a JSON string, by their pointers in it."""
    below = {}
    for where, text in edits.items():
        kind, _, path = where.partition(":")
        if path.startswith(pointer + NESTED):
            below[f"{kind}:{path[len(pointer) + len(NESTED) :]}"] = text
    return below
