"""Conversation -> the values behind its placeholders, for as long as people come back to it (laws 4 and 6).

A service that keeps conversations says placeholders again that this request never sent: in the answer to a later
question, or when an old conversation is opened. Only the person who sent a value, in the conversation it was sent in,
gets it back. Values are in memory only, never on disk: after a restart, or when they are forgotten, placeholders stay.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from guard.redact.placeholders import Token
from guard.terms import Actor

type _Key = tuple[str, str, str]
"""Person, service, conversation."""


@dataclass(slots=True)
class _Kept:
    values: dict[Token, str] = field(repr=False)
    until: float
    size: int


class Recall:
    """Bounded in time (seconds since a conversation was last used) and in size (characters of all values)."""

    def __init__(
        self, *, seconds: float = 12 * 3600, size: int = 2**24, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._seconds = seconds
        self._room = size
        self._clock = clock
        self._kept: OrderedDict[_Key, _Kept] = OrderedDict()
        self._names: dict[tuple[str, str], set[str]] = {}
        """Conversations of a person at a service."""
        self._size = 0
        self._turn = threading.Lock()

    def remember(self, actor: Actor, service: str, conversation: str, values: Mapping[Token, str]) -> None:
        """Keep the values of one more request of a conversation."""
        if not values:
            return
        with self._turn:
            key = _key(actor, service, conversation)
            old = self._kept.pop(key, None)
            self._names.setdefault(key[:2], set()).add(conversation)
            self._size -= old.size if old else 0
            both = (old.values if old and old.until > self._clock() else {}) | dict(values)
            kept = _Kept(both, self._clock() + self._seconds, _size(key, both))
            self._kept[key] = kept
            self._size += kept.size
            while self._kept and (self._size > self._room or next(iter(self._kept.values())).until <= self._clock()):
                self._forget()

    def _forget(self) -> None:
        """The conversation that nobody has come back to for the longest time."""
        key, gone = self._kept.popitem(last=False)
        self._size -= gone.size
        names = self._names[key[:2]]
        names.discard(key[2])
        if not names:
            del self._names[key[:2]]

    def conversations(self, actor: Actor, service: str) -> tuple[str, ...]:
        """The ids of this person's conversations at a service that may be known still."""
        with self._turn:
            return tuple(self._names.get(_key(actor, service, "")[:2], ()))

    def values(self, actor: Actor, service: str, conversation: str | None) -> Mapping[Token, str]:
        """What was hidden in a conversation of this person; nothing when it is not known, or forgotten."""
        if conversation is None:
            return {}
        with self._turn:
            key = _key(actor, service, conversation)
            kept = self._kept.get(key)
            if kept is None or kept.until <= self._clock():
                return {}
            kept.until = self._clock() + self._seconds
            self._kept.move_to_end(key)
            return dict(kept.values)


def _key(actor: Actor, service: str, conversation: str) -> _Key:
    """A person without a name is told apart by address, as in the vault."""
    person = actor.user if actor.user != "unknown" else f"unknown\0{actor.address}"
    return person, service, conversation


def _size(key: _Key, values: Mapping[Token, str]) -> int:
    """Characters, and what Python needs besides, about."""
    return sum(map(len, key)) + sum(len(entity) + len(value) + 200 for (entity, _), value in values.items())
