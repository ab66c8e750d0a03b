"""Flows -> who asks: what a client shows at the proxy is taken off its requests and given to guard.people.

What it shows with CONNECT counts for all that passes the tunnel, also over HTTP/2 and on sockets; what it shows inside
counts for nothing, and never leaves either. Without CONNECT each request shows its own, since a front proxy sends many
people's over one connection.
"""

from collections.abc import Mapping
from dataclasses import replace
from weakref import WeakKeyDictionary

from mitmproxy import http
from mitmproxy.connection import Client

from addons import flows
from guard.people.names import UNKNOWN
from guard.people.who import Arrival, Cause, Denied, People
from guard.terms import Actor, Answer

_ARRIVAL, _ACTOR = "guard-arrival", "guard-actor"
"""Keys of a flow's metadata."""
_SHOWN = "proxy-authorization"
STATUS: Mapping[Cause, int] = {
    "login-needed": 407,
    "login-refused": 407,
    "login-throttled": 429,
    "directory-down": 503,
    "person-unknown": 403,
}
_WORDS: Mapping[Cause, str] = {
    "login-needed": "Le relais de l'entreprise demande votre nom et votre mot de passe. / "
    "The company's proxy asks for your name and password.",
    "login-refused": "Nom ou mot de passe refusé par le relais de l'entreprise. / "
    "The company's proxy does not accept this name and password.",
    "login-throttled": "Trop d'essais ont échoué : attendez une minute. / Too many tries have failed: wait a minute.",
    "directory-down": "Le relais de l'entreprise ne peut pas vérifier qui vous êtes : réessayez bientôt. / "
    "The company's proxy cannot check who you are: try again soon.",
    "person-unknown": "Le relais de l'entreprise ne sait pas qui vous êtes. / "
    "The company's proxy does not know who you are.",
}


class Entrance:
    """Who asks, by flow. `people` is swapped whole on reload."""

    def __init__(self, people: People, *, everyone: bool = False, user: str = "", groups: str = "") -> None:
        """`everyone`: whoever asks for any host must be known; `user`, `groups`: a front proxy's headers."""
        self.people = people
        self.everyone = everyone
        self._user, self._groups = user, groups
        self._tunnels: WeakKeyDictionary[Client, Arrival] = WeakKeyDictionary()

    def opened(self, flow: http.HTTPFlow) -> None:
        """A CONNECT: what it shows counts for the connection."""
        self._tunnels[flow.client_conn] = self._taken(flow)

    def refused(self, flow: http.HTTPFlow) -> None:
        """There is no tunnel: what its CONNECT showed does not count for what else comes over the connection."""
        self._tunnels.pop(flow.client_conn, None)

    def came(self, flow: http.HTTPFlow) -> None:
        """A request: what it shows counts for itself, outside of a tunnel."""
        flow.metadata[_ARRIVAL] = self._taken(flow)

    def inside(self, flow: http.HTTPFlow) -> bool:
        """Whether the request came through a tunnel."""
        return flow.client_conn in self._tunnels

    async def who(self, flow: http.HTTPFlow) -> Actor | Denied:
        """Who asks, or why they are denied."""
        opening = self._tunnels.get(flow.client_conn)
        found = await self.people.who(opening or flow.metadata.get(_ARRIVAL) or Arrival(_address(flow)))
        if opening is not None and self._tunnels.get(flow.client_conn) is opening:
            admitted = isinstance(found, Actor) and found.user != UNKNOWN
            self._tunnels[flow.client_conn] = replace(opening, admitted=admitted)
        flow.metadata[_ACTOR] = found.actor if isinstance(found, Denied) else found
        return found

    def challenged(self, denied: Denied, event: str = "") -> http.Response:
        """What a client that is not in a tunnel is told; its status is never a success."""
        headers = [("content-type", "text/plain; charset=utf-8"), ("x-should-retry", "false")]
        status = STATUS[denied.cause]
        if status == 407:
            headers += [("proxy-authenticate", challenge) for challenge in self.people.challenges]
        if denied.again is not None:
            headers.append(("retry-after", str(denied.again)))
        text = _WORDS[denied.cause] + (f" ({event})" if event else "")
        return flows.response_of(Answer(status, tuple(headers), f"{text}\n".encode()))

    def _taken(self, flow: http.HTTPFlow) -> Arrival:
        headers = flow.request.headers
        shown = {name: headers.get(name) for name in (_SHOWN, self._user, self._groups) if name}
        if any(len(headers.get_all(name)) > 1 for name in (self._user, self._groups) if name):
            shown[self._user] = None  # a client's own line beside the front proxy's: nobody is named
        for name in shown:
            headers.pop(name, None)
        return Arrival(_address(flow), shown.get(_SHOWN), shown.get(self._user), shown.get(self._groups))


def actor(flow: http.HTTPFlow) -> Actor:
    """Who asks, as far as was found out for this flow."""
    found: Actor | None = flow.metadata.get(_ACTOR)
    return found or flows.actor_of(flow)


def _address(flow: http.HTTPFlow) -> str | None:
    peer = flow.client_conn.peername
    return str(peer[0]) if peer else None
