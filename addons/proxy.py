"""The hooks: every request to an AI service passes the guard or gets an answer in its place (law 1).

mitmproxy forwards a request in clear when a hook raises. So each hook is closed: whatever happens inside, the request
has an answer set that keeps it from leaving, and only the exception's type is said.
"""

import functools
import logging
from collections.abc import Awaitable, Callable

from mitmproxy import http

from addons import flows
from addons.connections import NOT_ALLOWED, Connections
from addons.entrance import Entrance, actor
from addons.limits import TOO_LARGE, TOO_LONG
from addons.streams import INSPECTED, LEAVES, PIECE, restored
from addons.underway import Under
from addons.websockets import GUARDED, PASSAGE
from guard.answers.passing import Passing
from guard.answers.restored import rewriter
from guard.people.who import Denied
from guard.pipeline import Guard
from guard.rules.schema import ServiceRule
from guard.sockets import REFUSED, Passage, Socket
from guard.terms import Actor, Answer
from guard.wire import routes
from guard.wire.request import opens_socket

log = logging.getLogger("guard.proxy")
SWITCHING = 101
"""The status that opens a socket, or any other protocol (RFC 9110 §15.2.2)."""
_LAST_RESORT = Answer(
    503,
    (("content-type", "application/json"), ("x-should-retry", "false")),
    '{"error":{"type":"api_error","code":"guard_unavailable","message":"Le relais de l\'entreprise n\'a pas pu '
    "vérifier cette demande : rien n'est sorti. / The company's proxy could not check this request: "
    'nothing left."}}'.encode(),
)
"""What is said when even the refusal fails."""

_NOT_THERE = Answer(
    403,
    (("content-type", "text/plain; charset=utf-8"), ("x-should-retry", "false")),
    "Le relais de l'entreprise ne mène pas à cette adresse. / "
    "The company's proxy does not lead to this address.\n".encode(),
)
"""A destination that clients may not get to."""


type Hook = Callable[["Proxy", http.HTTPFlow], Awaitable[None]]


def closed(hook: "Hook") -> "Hook":
    """A request hook that cannot let a request through by failing."""

    @functools.wraps(hook)
    async def safe(self: "Proxy", flow: http.HTTPFlow) -> None:
        try:
            await hook(self, flow)
        except BaseException as error:
            self.deny(flow, error)
            if not isinstance(error, Exception):
                raise

    return safe


class Proxy:
    """mitmproxy's addon. `guard` is swapped whole on reload; a flow stays with the one it began with."""

    def __init__(self, guard: Guard, entrance: Entrance, connections: Connections) -> None:
        self.guard = guard
        self.entrance = entrance
        self.connections = connections
        self.under_way: set[str] = set()
        """Ids of flows that have not had their whole answer."""

    def serves(self, name: str | None) -> bool:
        """True when a host name is an AI service's."""
        return bool(name) and self.service(str(name)) is not None

    def service(self, name: str) -> ServiceRule | None:
        """The AI service of a host name."""
        return routes.service(name, self.guard.rules.services)

    # --- the entrance ------------------------------------------------------------------------------------------------

    async def http_connect(self, flow: http.HTTPFlow) -> None:
        """Who opens a tunnel to an AI service must be known, and no tunnel leads where clients may not get."""
        try:
            self.entrance.opened(flow)
            flow.response = await self._turned_away(flow)
        except BaseException as error:
            self.deny(flow, error)
            flow.response = flows.response_of(_LAST_RESORT)  # a refusal in a service's form can have status 200
            if not isinstance(error, Exception):
                raise

    def http_connect_error(self, flow: http.HTTPFlow) -> None:
        """There is no tunnel; a name that led where clients may not get is refused like an address."""
        self.entrance.refused(flow)
        if flow.server_conn.error == NOT_ALLOWED:
            flow.response = flows.response_of(_NOT_THERE)

    async def requestheaders(self, flow: http.HTTPFlow) -> None:
        """Other hosts' plain HTTP passes as it comes, whatever its size (law 8), to where clients may get."""
        other = not any(self.serves(name) for name in flows.names(flow))
        try:
            self.entrance.came(flow)
            if other and not self.entrance.inside(flow):
                flow.response = await self._turned_away(flow)
        except BaseException as error:
            self.deny(flow, error)
            if not isinstance(error, Exception):
                raise
        flow.request.stream = other and flow.response is None

    async def _turned_away(self, flow: http.HTTPFlow) -> http.Response | None:
        """What is said instead of connecting, if anything; only what is for an AI service leaves an event."""
        if not self.connections.literal(flow.request.host, flow.request.port):
            return flows.response_of(_NOT_THERE)
        service = self.service(flow.request.host)
        if service is None and not self.entrance.everyone:
            return None
        known = await self.entrance.who(flow)
        return self._denied(flow, known, flow.request.host, service) if isinstance(known, Denied) else None

    def _denied(self, flow: http.HTTPFlow, denied: Denied, host: str, service: ServiceRule | None) -> http.Response:
        """A person who is not known is told so: as a proxy does, or inside a tunnel as the service would."""
        inside = (self.entrance.inside(flow) or flows.at_door(flow)) and flow.request.method != "CONNECT"
        if service is None or (denied.cause == "login-needed" and not inside):
            return self.entrance.challenged(denied)
        if denied.cause == "directory-down":
            exchange = self.guard.failed("directory", host, service, denied.actor)
        else:
            exchange = self.guard.refused(denied.cause, host, service, denied.actor)
        flow.metadata["guard"] = Under(self.guard, service, host, exchange)
        if inside and exchange.reply is not None:
            return flows.response_of(exchange.reply)
        return self.entrance.challenged(denied, exchange.event)

    # --- requests ----------------------------------------------------------------------------------------------------

    @closed
    async def request(self, flow: http.HTTPFlow) -> None:
        """Decide on a request to an AI service; all others are none of our business."""
        names, guard = flows.names(flow), self.guard
        services = guard.rules.services
        found = next(((name, rule) for name in names if (rule := routes.service(name, services))), None)
        if found is None or flow.response is not None:
            return
        host, service = found
        self.under_way.add(flow.id)
        guard.deciding += 1  # a reload meanwhile must not end its analysis
        try:
            known = await self.entrance.who(flow)
            if isinstance(known, Denied):
                flow.response = self._denied(flow, known, host, service)
            else:
                await self._decide(flow, Under(guard, service, host), names, known)
        finally:
            guard.deciding -= 1

    async def _decide(self, flow: http.HTTPFlow, under: Under, names: tuple[str, ...], known: Actor) -> None:
        guard, host, service = under.guard, under.host, under.service
        flow.metadata["guard"] = under
        if not flows.agreed(names):
            under.exchange = guard.refused("host-mismatch", host, service, known, status=421)
        elif TOO_LARGE in flow.metadata:
            under.exchange = guard.refused("too-large", host, service, known, status=413)
        else:
            request = flows.request_of(flow, host)
            under.exchange = await guard.outgoing(request, service, known)
            if under.exchange.request is not None:
                flows.put(flow, request, under.exchange.request)
                under.wait()
                under.socket = Socket(guard, service, known, request) if opens_socket(request) else None
        if under.exchange.reply is not None:
            flow.response = flows.response_of(under.exchange.reply)
        elif under.exchange.request is None:
            raise AssertionError("an exchange with neither request nor reply")

    def deny(self, flow: http.HTTPFlow, error: BaseException) -> None:
        """Set an answer that keeps the request here, first the plainest; then say so in the record."""
        flow.response = flows.response_of(_LAST_RESORT)
        log.error("request refused after %s", type(error).__name__)
        try:
            under = flow.metadata.get("guard")
            if under is None or under.exchange is None:
                self._record_failure(flow, under)
        except Exception as second:  # noqa: BLE001 - the answer above stands whatever happens here
            log.error("refusal not recorded after %s", type(second).__name__)

    def _record_failure(self, flow: http.HTTPFlow, under: Under | None) -> None:
        host, service = (under.host, under.service) if under else self._any_service(flow)
        exchange = self.guard.failed("internal", host, service, actor(flow))
        flow.metadata["guard"] = Under(self.guard, service, host, exchange)
        if exchange.reply is not None:
            flow.response = flows.response_of(exchange.reply)

    def _any_service(self, flow: http.HTTPFlow) -> tuple[str, ServiceRule]:
        for name in flows.names(flow):
            if rule := self.service(name):
                return name, rule
        raise LookupError("no AI service")

    # --- answers -----------------------------------------------------------------------------------------------------

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        """Answers with nothing of ours in them pass as they come; event streams are restored as they come."""
        under: Under | None = flow.metadata.get("guard")
        response = flow.response
        if response is None:
            return
        if under is None or under.exchange is None:
            response.stream = flow.request.stream is True
            return
        if response.status_code == SWITCHING:
            return
        try:
            response.headers.pop("alt-svc", None)  # HTTP/3 would go around the proxy
            kind, coding = response.headers.get("content-type", ""), response.headers.get("content-encoding")
            under.passing = Passing.of(under.guard, under.exchange, under.service, kind, coding)
            if under.passing is not None:
                flow.metadata[INSPECTED] = True
                if not under.passing.inspection.whole:
                    self._plain(flow, response)
                    response.stream = True
                return
            under.rewriter = rewriter(under.guard, under.exchange, kind, coding)
            if under.rewriter is None:
                response.stream = True
            elif under.rewriter.stream:
                self._plain(flow, response)
                response.stream = restored(under.rewriter)
        except Exception as error:  # noqa: BLE001 - the answer is withheld by the response hook
            under.answer_failed = True
            log.error("answer withheld after %s", type(error).__name__)

    async def response(self, flow: http.HTTPFlow) -> None:
        """Restore an answer that came whole, inspected if a rule is about it."""
        self.under_way.discard(flow.id)
        under: Under | None = flow.metadata.get("guard")
        response = flow.response
        if under is not None and under.passing is not None and response is not None:
            response.trailers = None  # nobody has read them
        try:
            if under is not None and response is not None and not response.stream:
                await self._answered(flow, under, response)
        finally:
            if under is not None:
                under.over()

    async def _answered(self, flow: http.HTTPFlow, under: Under, response: http.Response) -> None:
        if response.status_code == SWITCHING and (under.socket is None or flow.websocket is None):
            log.error("a protocol nobody asked for is refused")
            flow.response = flows.response_of(_LAST_RESORT)
            return
        try:
            if under.answer_failed:
                raise AssertionError("answer not prepared")
            if under.passing is not None and (response.raw_content or TOO_LONG in flow.metadata):
                await self._inspected(flow, response, under.passing)
            elif under.rewriter is not None and response.raw_content:
                self._written(response, under.rewriter.feed(response.raw_content) + under.rewriter.flush())
        except Exception as error:  # noqa: BLE001 - a broken answer is withheld, and the person told
            log.error("answer withheld after %s", type(error).__name__)
            flow.response = flows.response_of(_LAST_RESORT)
            if under.passing is not None:
                await self._undecided(flow, under.passing)

    @staticmethod
    async def _undecided(flow: http.HTTPFlow, passing: Passing) -> None:
        """An answer that a rule is about, and that nobody could decide on, leaves its event like any other."""
        try:
            await passing.fail()
            if instead := passing.instead(flow.request.headers.get("origin")):
                flow.response = flows.response_of(instead)
        except Exception as error:  # noqa: BLE001 - the answer set before stands
            log.error("answer withheld without its event after %s", type(error).__name__)

    async def _inspected(self, flow: http.HTTPFlow, response: http.Response, passing: Passing) -> None:
        if TOO_LONG in flow.metadata:
            await passing.inspection.refuse("too-large")
            body = b""
        else:
            body = await passing.feed(response.raw_content or b"") + await passing.finish()
        instead = passing.instead(flow.request.headers.get("origin"))
        if instead is not None:
            flow.response = flows.response_of(instead)
        else:
            self._written(response, body)

    @staticmethod
    def _written(response: http.Response, body: bytes) -> None:
        """An answer with another body, in plain bytes."""
        response.headers.pop("content-encoding", None)
        response.raw_content = body
        if "transfer-encoding" not in response.headers:
            response.headers["content-length"] = str(len(body))

    async def answer_piece(self, flow: http.HTTPFlow) -> None:
        """A piece of an inspected answer has come: say what may leave (addons.streams)."""
        under: Under | None = flow.metadata.get("guard")
        if under is None or under.passing is None:
            return
        piece = flow.metadata.get(PIECE)
        try:
            if piece is None:
                leaves = await under.passing.finish()
            else:
                leaves = await (under.passing.feed(piece) if piece else under.passing.pause())
        except BaseException as error:
            log.error("answer withheld after %s", type(error).__name__)
            under.answer_failed = True
            leaves = b"" if under.passing.inspection.stop else await under.passing.fail()
            flow.metadata[LEAVES] = leaves
            if not isinstance(error, Exception):
                raise
        else:
            flow.metadata[LEAVES] = leaves

    def error(self, flow: http.HTTPFlow) -> None:
        """A request to an AI service that ended before it was decided on leaves its event too (law 7)."""
        self.under_way.discard(flow.id)
        under: Under | None = flow.metadata.get("guard")
        if under is not None:
            under.over()
        try:
            if "guard" not in flow.metadata and any(self.serves(name) for name in flows.names(flow)):
                host, service = self._any_service(flow)
                cause = "too-large" if flow.error and "body_size_limit" in (flow.error.msg or "") else "broken"
                exchange = self.guard.failed(cause, host, service, actor(flow))
                flow.metadata["guard"] = Under(self.guard, service, host, exchange)
        except Exception as error:  # noqa: BLE001 - nothing left, nothing to keep back
            log.error("broken request not recorded after %s", type(error).__name__)

    # --- sockets -----------------------------------------------------------------------------------------------------

    async def websocket_message(self, flow: http.HTTPFlow) -> None:
        """Decide on one message, either way. What is not said here does not pass (addons.websockets)."""
        under: Under | None = flow.metadata.get(GUARDED)
        if under is None or under.socket is None or flow.websocket is None:
            return
        [message] = flow.websocket.messages
        try:
            if message.from_client and not await self._still(flow, under.socket):
                passage = Passage(close=(REFUSED, "the company's proxy does not know who asks any more"))
            elif message.from_client:
                passage = await under.socket.outgoing(message.content)
            elif not under.socket.now(self.guard, under.socket.actor):
                passage = Passage(close=(REFUSED, "the company's proxy has no rules for this service any more"))
            else:
                passage = await under.socket.incoming(message.content, text=message.is_text)
        except BaseException as error:
            log.error("message withheld after %s", type(error).__name__)
            if message.from_client:
                self.guard.failed("internal", under.host, under.service, actor(flow))
            else:
                await under.socket.fail()
            if not isinstance(error, Exception):
                raise
        else:
            flow.metadata[PASSAGE] = passage

    async def _still(self, flow: http.HTTPFlow, socket: Socket) -> bool:
        """Whether a socket may go on: with the rules and the groups of now, and for the one who opened it."""
        known = await self.entrance.who(flow)
        return isinstance(known, Actor) and socket.now(self.guard, known)

    @staticmethod
    def _plain(flow: http.HTTPFlow, response: http.Response) -> None:
        """The framing of a body whose length nobody knows yet and that has no coding any more."""
        for name in ("content-length", "content-encoding", "etag", "digest", "content-md5"):
            response.headers.pop(name, None)
        if flow.request.is_http2:
            response.headers.pop("transfer-encoding", None)
        else:
            response.headers["transfer-encoding"] = "chunked"
