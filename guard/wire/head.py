"""Method, path, query and headers -> segments, and back with edits spliced in (law 2).

The service's own credentials and cookies are not content; every other value is read. What rule files say of the field
`/q` of a body is said of the value `q` of the query; all else is undeclared.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from guard.rules.schema import FieldRule
from guard.terms import Request, Role, Segment
from guard.wire import form
from guard.wire.fields import idle, members
from guard.wire.prose import contact, words

CREDENTIALS = frozenset(
    {
        "authorization",
        "proxy-authorization",
        "cookie",
        "x-api-key",
        "api-key",
        "x-goog-api-key",
        "x-amz-security-token",
        "ocp-apim-subscription-key",
    }
)
"""Headers that carry the service's own credentials: neither findings nor log (law 2)."""
_FRAMING = frozenset({"host", "content-length", "content-encoding", "transfer-encoding"})
"""Routing and framing: their values are numbers, codings and the service's own name, or the request does not arrive."""
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "WEBSOCKET"})
"""Any other word may stand in a method's place (RFC 9110 §16.1). The last is ours, of a message on a socket."""
_FIXED = frozenset({"content-type", "connection"})
"""Read like any other, but an edit would change what the message is."""
_PROGRAM = "user-agent"
"""Names a program, its parts and its machine in words that are nobody's (RFC 9110 §10.1.5)."""


def read(request: Request, credentials: Collection[str] = (), rules: Sequence[FieldRule] = ()) -> Iterator[Segment]:
    """One segment for a method nobody knows, the path, each name and value of the query, and each header and trailer.

    `credentials`: names of headers (in lower case) and in the query whose values are the service's own credentials;
    one that holds words is none, nor one in the query that holds a person's address.
    """
    path, _, query = request.path.partition("?")
    plain = form.decoded(path)
    if request.method.upper() not in _METHODS:
        yield Segment("method:", Role.OTHER, request.method, declared=False, editable=False)
    if plain.strip("/"):
        yield Segment("path:", Role.OTHER, plain, declared=words(plain), editable=False)
    yield from _read_query(query, credentials, rules)
    yield from _read_fields(request.headers, "header", CREDENTIALS | _FRAMING, frozenset(credentials))
    yield from _read_fields(request.trailers, "trailer", CREDENTIALS, frozenset())


def _read_query(query: str, credentials: Collection[str], rules: Sequence[FieldRule]) -> Iterator[Segment]:
    every = list(form.read(query, "query"))
    told = members([part.hint for part in every], rules)
    for part, rule in zip(every, told, strict=True):
        if not part.hint:
            yield part
        elif idle(rule, part.text) or (part.hint in credentials and not _said(part.text)):
            continue
        elif rule is None or rule.holds == "opaque":
            yield part
        else:
            yield replace(part, role=rule.role, declared=True, editable=rule.holds != "signed")


def _said(text: str) -> bool:
    """Words or a person's address, which no token looks like. (A header may name the account: X-AnchorMailbox.)"""
    return words(text) or contact(text)


def _read_fields(
    fields: tuple[tuple[str, str], ...], place: str, unread: frozenset[str], tokens: frozenset[str]
) -> Iterator[Segment]:
    for index, (name, value) in enumerate(fields):
        low = name.lower()
        if low in unread or (low in tokens and not words(value)):
            continue
        yield Segment(f"{place}-name:{index}", Role.OTHER, name, declared=False, editable=False)
        if value:
            said = not low.endswith(_PROGRAM) and words(value)
            yield Segment(f"{place}:{index}", Role.OTHER, value, declared=said, editable=low not in _FIXED, hint=name)


def write(request: Request, edits: Mapping[str, str]) -> Request:
    """The request with some query and header values changed."""
    path, mark, query = request.path.partition("?")
    return replace(
        request,
        path=path + mark + form.write(query, "query", edits),
        headers=_fields(request.headers, "header", edits),
        trailers=_fields(request.trailers, "trailer", edits),
    )


def _fields(fields: tuple[tuple[str, str], ...], place: str, edits: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple((name, edits.get(f"{place}:{index}", value)) for index, (name, value) in enumerate(fields))
