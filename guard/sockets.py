"""A socket to an AI service, both ways: messages of the client -> what leaves, what it is told; messages of the service
-> what the client gets.

A message is a request of its own, with its own decision and event; what the service says is inspected where a rule is
about it. A value split over messages is found because each is
read behind the ends of those before it. What was hidden on a socket is put back on it, and so is what was hidden in the
conversation it shows. Memory: the last few ends, and the values behind placeholders.
"""

import asyncio
from collections import deque
from dataclasses import dataclass, field

from guard.answers.inspection import Inspection
from guard.answers.known import Known
from guard.answers.reader import Reader, concerned
from guard.pipeline import Exchange, Guard
from guard.redact.placeholders import Token
from guard.rules.schema import ServiceRule
from guard.terms import Actor, Request, Role, Segment
from guard.wire import records
from guard.wire.answer import Framed, StreamRewriter
from guard.wire.conversation import conversation
from guard.wire.families import FAMILIES
from guard.wire.request import SOCKET
from guard.wire.routes import route

_ENDS, _REACH = 4, 64
"""Texts before this one that are remembered, and how many characters of the end of each."""
_SIGNALS, _SIGNAL = 16, 256
"""Messages without any text that are remembered, and the longest of them in bytes."""
_LARGE = 64 * 1024
"""Bytes of a message from which it is worked on beside the event loop."""
_VALUES = 5000
"""Placeholders of one socket; more are not put back."""
REFUSED, TRY_LATER, TOO_BIG, BROKEN = 1008, 1013, 1009, 1011
"""Why a socket is closed (RFC 6455 §7.4.1, and the registry of codes)."""


@dataclass(frozen=True, slots=True)
class Passage:
    """What one message leads to: nothing of it passes that is not here."""

    on: tuple[bytes, ...] = field(default=(), repr=False)
    """Messages that go on to the other side."""
    back: tuple[bytes, ...] = field(default=(), repr=False)
    """Messages of ours for the side it came from; they are text."""
    close: tuple[int, str] | None = None
    """Code and reason."""


class Socket:
    """One socket, from its opening to its end."""

    def __init__(self, guard: Guard, service: ServiceRule, actor: Actor, opening: Request) -> None:
        self._guard = guard
        self._service = service
        self.actor = actor
        self._host = opening.host
        self._path = opening.path.partition("?")[0]
        self._ends: deque[str] = deque(maxlen=_ENDS)
        self._signals: deque[bytes] = deque(maxlen=_SIGNALS)
        """Signs of life and the like, decided on once: the same bytes again are no new decision."""
        self._values: dict[Token, str] = {}
        self._conversations: set[str] = set()
        self._rewriter: StreamRewriter | None = None
        self._family = FAMILIES[route(SOCKET, self._path, service).family]
        frames = self._family.frames("websocket") if isinstance(self._family, Framed) else None
        self._frames = frames or records.Messages()
        self._known = Known(self._values)
        self._inspection: Inspection | None = None
        """When a rule is about what the service says here."""
        self._inspect()

    def _inspect(self) -> None:
        """Begin to inspect what the service says if a rule is about it, or go on by other rules."""
        endpoint = route(SOCKET, self._path, self._service)
        reader = Reader(self.actor, self._service, self._host, endpoint.endpoint_id, endpoint.family, self._known)
        if self._inspection is not None:
            self._inspection.go_on(self._guard, reader)
        elif concerned(self._guard, reader):
            self._inspection = Inspection(self._guard, reader, self._family, self._frames, ends=False)

    def now(self, guard: Guard, actor: Actor) -> bool:
        """From here on these rules decide, and the actor has these groups. False when the socket has to end.

        That is when somebody else asks, or the service has no rule file any more.
        """
        service = guard.rules.services.get(self._service.id)
        if service is None or actor.user != self.actor.user:
            return False
        if guard is not self._guard:
            self._guard, self._service = guard, service
            self._signals.clear()
            self._inspect()
        if actor != self.actor:
            self.actor = actor
            self._inspect()
        return True

    async def outgoing(self, data: bytes) -> Passage:
        """Decide on one message of the client."""
        if data in self._signals:
            return Passage(on=(data,))
        request = Request(SOCKET, self._host, self._path, body=data)
        before = [
            Segment(f"body:before/{number}", Role.USER, text, editable=False) for number, text in enumerate(self._ends)
        ]
        exchange = await self._guard.outgoing(request, self._service, self.actor, before)
        if exchange.reply is not None or exchange.request is None:
            return self._refused(exchange)
        self._remember(exchange)
        if len(data) <= _SIGNAL and _says_nothing(exchange):
            self._signals.append(data)
        return Passage(on=(exchange.request.body,))

    def _remember(self, exchange: Exchange) -> None:
        texts = [segment.text for segment in exchange.prompt.segments if segment.declared] if exchange.prompt else []
        self._ends.extend(text[-_REACH:] for text in texts[-_ENDS:])
        if self._inspection is not None:
            self._known.add(texts)
        if len(self._values) < _VALUES:
            self._values.update(exchange.values)
        for known in self._conversations:
            self._guard.recall.remember(self.actor, self._service.id, known, exchange.values)

    def _refused(self, exchange: Exchange) -> Passage:
        """The refusal in the service's form, or the end of the socket where it has none for sockets."""
        answer = exchange.reply
        if answer is not None and answer.status == 200:
            return Passage(back=tuple(filter(None, answer.body.split(b"\n"))))
        code = TRY_LATER if exchange.outcome.failure else REFUSED
        return Passage(close=(code, f"refused by the company's proxy; reference {exchange.event}"))

    async def incoming(self, data: bytes, *, text: bool) -> Passage:
        """A message of the service, with what was hidden back in it, and without what this person may not see.

        Bytes that are no text pass as they are, unless a rule would have them read.
        """
        if self._inspection is not None:
            return await self._inspected(self._inspection, data, text=text)
        if not text:
            return Passage(on=(data,))
        if len(data) > _LARGE:
            return await asyncio.to_thread(self._restored, data)
        return self._restored(data)

    async def _inspected(self, inspection: Inspection, data: bytes, *, text: bool) -> Passage:
        """What may leave of the messages so far; the end of the socket when the rest is withheld."""
        if not text:
            await inspection.refuse("media")
        self._listen(data)
        parts = await inspection.feed(data if text else b"")
        if isinstance(self._frames, records.Splitter):
            parts = [b"".join(parts)] if parts else []
        on = [message for part in parts for message in self._put_back(part)]
        if inspection.stop is None:
            return Passage(on=tuple(on))
        if not inspection.said and inspection.stop.status == 200:
            on += filter(None, inspection.stop.body.split(b"\n"))
        return Passage(on=tuple(on), close=(REFUSED, f"refused by the company's proxy; reference {inspection.event}"))

    async def fail(self) -> None:
        """A message of the service met a defect: where a rule is about it, that leaves its event."""
        if self._inspection is not None:
            await self._inspection.fail("internal")

    def _restored(self, data: bytes) -> Passage:
        self._listen(data)
        return Passage(on=tuple(self._put_back(data)))

    def _put_back(self, data: bytes) -> list[bytes]:
        """A message with what was hidden back in it, and those of ours before it."""
        if not self._values:
            return [data]
        if self._rewriter is None:
            self._rewriter = StreamRewriter(
                self._family, lambda kind: self._guard.restorer(self._values, kind), type(self._frames)()
            )
        parts = self._rewriter.parts(data)
        if isinstance(self._rewriter.split, records.Splitter):
            return [b"".join(parts)] if parts else []
        return parts

    def _listen(self, data: bytes) -> None:
        """What was hidden in the conversation that a message belongs to may be said in it."""
        if not self._service.conversation:
            return
        known = conversation(self._service, data.decode("utf-8", "replace"))
        if known is None or known in self._conversations:
            return
        if len(self._conversations) < _VALUES:
            self._conversations.add(known)
        earlier = self._guard.recall.values(self.actor, self._service.id, known)
        self._guard.recall.remember(self.actor, self._service.id, known, self._values)
        self._values.update({token: value for token, value in earlier.items() if token not in self._values})


def _says_nothing(exchange: Exchange) -> bool:
    """Whether a message that left has no text of a person in it, nor anything that was found."""
    declared = exchange.prompt is None or any(segment.declared for segment in exchange.prompt.segments)
    return not declared and not exchange.outcome.findings
