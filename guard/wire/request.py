"""Request -> Prompt, and Prompt's edits -> Request.

The lens laws (law 3): `write(request, route, [])` is the request itself; `read(write(request, route, edits))` shows
exactly the edits. A signed body is never edited.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from guard.errors import WireError
from guard.rules.schema import ServiceRule
from guard.terms import Edit, Prompt, Request, Role, Segment
from guard.wire import body, head
from guard.wire.attachments import Attachment
from guard.wire.encoding import decode
from guard.wire.prose import contact
from guard.wire.routes import Route, route

SOCKET = "WEBSOCKET"
"""The method of rule files for a socket, and of a message on it."""
_BLOCK = re.compile(r"[?&](?:comp=block(?:&|$)|comp=appendblock|partNumber=)", re.IGNORECASE)
_RANGE = re.compile(r"bytes ([0-9]+)-([0-9]+)/([0-9]+)")
_ACCOUNT = re.compile(r"e-?mail|phone|login|user|account|identifier|member|invit", re.IGNORECASE)
"""Names of fields in which a page's own account stands, or somebody else's."""
_MODEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9.:_/@-]{0,63}")

_INSIDE = ("body:", "key:", "form:", "filename:", "filename*:")
"""Places in the body."""
_FRAMING = frozenset({"content-encoding", "content-length", "transfer-encoding"})
_DIGESTS = frozenset({"content-md5", "digest", "content-digest", "repr-digest"})
"""With the framing, the headers that are wrong once the body is another one (RFC 9110 §8, RFC 9112 §6, RFC 9530)."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A request taken apart: its prompt, and files that wait to be read."""

    prompt: Prompt
    files: tuple[Attachment, ...] = ()


def read(request: Request, rule: ServiceRule, limit: int) -> Prompt:
    """As `opened`, with the files that wait named in `uninspectable`."""
    found = opened(request, rule, limit)
    if not found.files:
        return found.prompt
    return replace(found.prompt, uninspectable=tuple(dict.fromkeys((*found.prompt.uninspectable, "media"))))


def opened(request: Request, rule: ServiceRule, limit: int) -> Opened:
    """Everything that would leave. A part that cannot be read is named in `uninspectable`; nothing is raised for it."""
    where = _route(request, rule)
    fields = where.endpoint.fields if where.endpoint else []
    causes: list[str] = []
    nothing: tuple[Segment, ...] = ()
    segments = list(_try(causes, lambda: tuple(head.read(request, rule.credentials, fields)), nothing))
    if _upgrades(request) and not (opens_socket(request) and where.endpoint is not None):
        causes.append("websocket" if (request.header("upgrade") or "").lower() == "websocket" else "upgrade")
    reading = _try(causes, lambda: _read_body(request, where, limit), body.Reading(()))
    segments += reading.segments
    page = rule.channel == "web" and not fields
    segments = [_counted(segment, page=page) for segment in segments]
    values = reading.values or {}
    endpoint = where.endpoint
    prompt = Prompt(
        service=rule.id,
        endpoint=where.endpoint_id,
        family=where.family,
        segments=tuple(segments),
        channel=rule.channel,
        sanctioned=rule.sanctioned,
        provider=rule.provider,
        model=_model(where.model or (values.get(endpoint.model or "-", "") if endpoint else ""), rule),
        stream=endpoint is not None and values.get(endpoint.stream or "-") == "true",
        uninspectable=tuple(dict.fromkeys([*causes, *reading.uninspectable])),
        signed=_signed(request, rule),
    )
    return Opened(prompt, reading.files)


def _counted(segment: Segment, *, page: bool) -> Segment:
    """A string that nobody declared: a person's address in it is content, unless somebody signs in with it.

    `page`: a path of a web page whose fields nobody declared. People sign in and invite others there.
    """
    if segment.declared or segment.role is Role.FILE or not contact(segment.text):
        return segment
    if page and (segment.where == "path:" or _ACCOUNT.search(segment.hint)):
        return segment
    return replace(segment, declared=True)


def write(request: Request, rule: ServiceRule, edits: Iterable[Edit], limit: int) -> Request:
    """The request with each edit in its place; with none, the same object. An edited body leaves without coding.

    WireError(`signed`) when the request is signed.
    """
    texts = {edit.where: edit.text for edit in edits}
    if not texts:
        return request
    if _signed(request, rule):
        raise WireError("signed", "a signed request is never edited")
    where = _route(request, rule)
    inside = {place: text for place, text in texts.items() if place.startswith(_INSIDE)}
    edited = head.write(request, texts)
    if not inside:
        return edited
    plain = decode(request.body, request.header("content-encoding"), limit)
    fields = where.endpoint.fields if where.endpoint else []
    headers = tuple((name, value) for name, value in edited.headers if name.lower() not in _FRAMING | _DIGESTS)
    new = body.write(plain, request.header("content-type") or "", fields, inside)
    return replace(edited, headers=(*headers, ("content-length", str(len(new)))), body=new)


def plain_body(request: Request, limit: int) -> bytes:
    """The body without its content coding."""
    return decode(request.body, request.header("content-encoding"), limit)


def _read_body(request: Request, where: Route, limit: int) -> body.Reading:
    if len(request.body) > limit:
        raise WireError("too-large", "a body larger than the guard reads")
    fields = where.endpoint.fields if where.endpoint else []
    upload = _uploads(request) or (where.endpoint is not None and where.endpoint.upload)
    if _partial(request):
        raise WireError("partial-upload", "a piece of a file, whose other pieces come by themselves")
    return body.read(plain_body(request, limit), request.header("content-type") or "", fields, upload=upload)


def _partial(request: Request) -> bool:
    """Whether the body is a piece of a file (RFC 9110 §14.5; resumable uploads of Google, tus, Azure and S3)."""
    if not request.body:
        return False
    if _BLOCK.search(request.path):
        return True
    span = _RANGE.fullmatch((request.header("content-range") or "bytes 0-0/1").strip())
    if span is None or span[1] != "0" or int(span[2]) + 1 != int(span[3]):
        return True
    if any((request.header(name) or "0").strip() != "0" for name in ("x-goog-upload-offset", "upload-offset")):
        return True
    return _uploads(request) and "finalize" not in (request.header("x-goog-upload-command") or "").lower()


def _uploads(request: Request) -> bool:
    """Whether the body is a file's bytes by Google's resumable protocol, at whatever address the service gave for it.

    Its clients call them JSON or a form (google-genai, Gemini's page; measured 2026-11).
    """
    return "upload" in (request.header("x-goog-upload-command") or "").lower()


def _try[T](causes: list[str], read: Callable[[], T], otherwise: T) -> T:
    try:
        return read()
    except WireError as error:
        causes.append(error.cause)
        return otherwise


def opens_socket(request: Request) -> bool:
    """Whether a request opens a websocket of the one version there is (RFC 6455 §4.2.1)."""
    asked = (request.header("upgrade") or "").lower() == "websocket"
    return asked and request.header("sec-websocket-version") == "13"


def _route(request: Request, rule: ServiceRule) -> Route:
    """A request that opens a socket goes where its messages go."""
    return route(SOCKET if opens_socket(request) else request.method, request.path, rule)


def _upgrades(request: Request) -> bool:
    return request.header("upgrade") is not None or "upgrade" in (request.header("connection") or "").lower()


def _signed(request: Request, rule: ServiceRule) -> bool:
    """AWS Signature Version 4 and 4A cover the body, in a header or in the query (docs.aws.amazon.com, SigV4)."""
    if any(request.header(name) is not None for name in rule.signed_by):
        return True
    return "AWS4-" in (request.header("authorization") or "") or "X-Amz-Signature=" in request.path


def _model(name: str, rule: ServiceRule) -> str | None:
    """The model's name when the service's rule file lists it: a name is text too, and events hold none (law 6)."""
    if not name or not _MODEL.fullmatch(name):
        return None
    return name if any(fnmatchcase(name, pattern) for pattern in rule.models) else "unlisted"
