"""Path, query and headers -> segments, and back with edits spliced in (law 2).

The service's own credentials and cookies are not content; every other value is read, as undeclared text.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from guard.terms import Request, Role, Segment
from guard.wire import form

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
_FIXED = frozenset({"content-type", "connection"})
"""Read like any other, but an edit would change what the message is."""


def read(request: Request, credentials: Collection[str] = ()) -> Iterator[Segment]:
    """One undeclared segment for the path, each name and value of the query, and each header and trailer.

    `credentials`: names of headers (in lower case) and in the query whose values are the service's own credentials.
    """
    path, _, query = request.path.partition("?")
    plain = form.decoded(path)
    if plain.strip("/"):
        yield Segment("path:", Role.OTHER, plain, declared=False, editable=False)
    yield from (part for part in form.read(query, "query") if not part.hint or part.hint not in credentials)
    yield from _read_fields(request.headers, "header", CREDENTIALS | _FRAMING | set(credentials))
    yield from _read_fields(request.trailers, "trailer", CREDENTIALS)


def _read_fields(fields: tuple[tuple[str, str], ...], place: str, unread: frozenset[str]) -> Iterator[Segment]:
    for index, (name, value) in enumerate(fields):
        if name.lower() in unread:
            continue
        yield Segment(f"{place}-name:{index}", Role.OTHER, name, declared=False, editable=False)
        if value:
            fixed = name.lower() in _FIXED
            yield Segment(f"{place}:{index}", Role.OTHER, value, declared=False, editable=not fixed, hint=name)


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
