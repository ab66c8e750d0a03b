"""mitmproxy's flows <-> the guard's own requests and answers.

Bodies are taken and given raw: mitmproxy's `.content` sees the first gzip member only and has no limit (measured).
"""

from ipaddress import ip_address

from mitmproxy import http
from mitmproxy.proxy.mode_specs import ReverseMode

from guard.errors import WireError
from guard.terms import Actor, Answer, Request


def request_of(flow: http.HTTPFlow, host: str) -> Request:
    """The request as received. WireError when its body is not at hand: what was not read must not pass."""
    body = flow.request.raw_content
    if body is None:
        raise WireError("streamed", "the body has left before it was read")
    return Request(
        method=flow.request.method,
        host=host,
        path=flow.request.path,
        headers=_fields(flow.request.headers),
        body=body,
        trailers=_fields(flow.request.trailers) if flow.request.trailers else (),
    )


def put(flow: http.HTTPFlow, before: Request, after: Request) -> None:
    """Change in the flow what changed in the request, and nothing else."""
    if after.path != before.path:
        flow.request.path = after.path
    if after.headers != before.headers:
        flow.request.headers = _headers(after.headers)
    if after.trailers != before.trailers:
        flow.request.trailers = _headers(after.trailers)
    if after.body is not before.body:
        flow.request.raw_content = after.body


def response_of(answer: Answer) -> http.Response:
    """An answer of the guard's own."""
    return http.Response.make(answer.status, answer.body, _headers(answer.headers))


def names(flow: http.HTTPFlow) -> tuple[str, ...]:
    """Every name this request goes by, lower case: where it is sent, the TLS name, the Host header, the authority.

    At a door of the guard's own (addons.reverse) it is sent to one assistant, whatever the client calls it.
    """
    if at_door(flow):
        return (_plain(flow.request.host),)
    claimed = [flow.request.host, flow.client_conn.sni, flow.request.host_header, flow.request.authority]
    plain = [_plain(name) for name in claimed if name]
    return tuple(dict.fromkeys(name for name in plain if name))


def at_door(flow: http.HTTPFlow) -> bool:
    """True when it came to a door in front of an assistant, where no client knows of a proxy."""
    return isinstance(flow.client_conn.proxy_mode, ReverseMode)


def agreed(names: tuple[str, ...]) -> bool:
    """True when all names are one name; an address that was dialled is none."""
    return len({name for name in names if not is_address(name)}) <= 1


def actor_of(flow: http.HTTPFlow) -> Actor:
    """Who asks, as far as the network tells."""
    peer = flow.client_conn.peername
    return Actor(source="address", address=peer[0]) if peer else Actor()


def is_address(name: str) -> bool:
    """True for a literal IP address."""
    try:
        ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True


def _plain(name: str) -> str:
    """A host name without its port and its final dot."""
    name = name.lower()
    if name.startswith("["):
        return name.partition("]")[0] + "]"
    host, _, port = name.rpartition(":")
    return (host if host and port.isdecimal() and ":" not in host else name).rstrip(".")


def _fields(headers: http.Headers) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in headers.items(multi=True))


def _headers(fields: tuple[tuple[str, str], ...]) -> http.Headers:
    return http.Headers(
        [(name.encode("utf-8", "surrogateescape"), value.encode("utf-8", "surrogateescape")) for name, value in fields]
    )
