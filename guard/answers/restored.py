"""An exchange and the head of its answer -> what the answer's bytes go through, so that its reader's own values stand
in it again (law 5); also those of earlier in the conversation, and of the conversations that it names.
"""

from collections.abc import Callable, Sequence

from guard.pipeline import Exchange, Guard
from guard.redact.placeholders import Token
from guard.redact.restore import Restorer
from guard.wire.answer import Kind
from guard.wire.conversation import conversation
from guard.wire.families import FAMILIES
from guard.wire.rewrite import Rewriter

_HEARD = 64 * 1024
"""Bytes of an answer in which the id of its conversation is looked for."""


def rewriter(guard: Guard, exchange: Exchange, content_type: str, content_encoding: str | None) -> Rewriter | None:
    """None when nothing in the answer can be ours, and it passes as it is."""
    listed = _listed(guard, exchange, content_type)
    if exchange.prompt is None or not (exchange.values or listed):
        return None
    values = dict(exchange.values)

    def new_filter(kind: Kind) -> Restorer:
        return guard.restorer(values, kind)

    family = FAMILIES[exchange.prompt.family]
    listen = _lister(guard, exchange, listed, values) if listed else _listener(guard, exchange)
    return Rewriter.of(content_type, content_encoding, family, new_filter, listen)


def _listed(guard: Guard, exchange: Exchange, content_type: str) -> tuple[str, ...]:
    """Conversations that an answer may show again, such as a list of titles: those that it names."""
    service = guard.rules.services.get(exchange.outcome.service)
    if exchange.values or service is None or not service.conversation or "json" not in content_type.lower():
        return ()
    return guard.recall.conversations(exchange.outcome.actor, service.id)


def _lister(
    guard: Guard, exchange: Exchange, listed: Sequence[str], values: dict[Token, str]
) -> Callable[[bytes], None]:
    """Adds to the values what was hidden in each conversation that the answer names."""
    waiting = {name: name.encode() for name in listed}
    longest = max(map(len, waiting.values()))
    heard = b""

    def listen(data: bytes) -> None:
        nonlocal heard
        heard += data
        for name in [name for name, written in waiting.items() if written in heard]:
            del waiting[name]
            values.update(guard.recall.values(exchange.outcome.actor, exchange.outcome.service, name))
        heard = heard[-longest:]

    return listen


def _listener(guard: Guard, exchange: Exchange) -> Callable[[bytes], None] | None:
    """Waits for the id of a new conversation, which the service gives in its answer."""
    service = guard.rules.services.get(exchange.outcome.service)
    if exchange.conversation is not None or service is None or not service.conversation:
        return None
    heard = bytearray()

    def listen(data: bytes) -> None:
        if len(heard) >= _HEARD:
            return
        heard.extend(data[: _HEARD - len(heard)])
        known = conversation(service, heard.decode("utf-8", "replace"))
        if known is not None:
            guard.recall.remember(exchange.outcome.actor, service.id, known, exchange.values)
            heard.extend(bytes(_HEARD))

    return listen
