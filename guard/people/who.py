"""An arrival at the proxy -> who asks, or what they are told instead.

In turn: the name a trusted front proxy gives, credentials, the address. Credentials that are wrong are refused,
whatever else is known. What the client claims about itself counts for nothing. Checks run in threads of their own
(law 9), and what was found is remembered for a while; a directory that does not answer is a decision (law 1).
"""

import asyncio
import math
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Literal

from guard.errors import DirectoryError
from guard.people.addresses import Addresses, Network, parsed
from guard.people.credentials import Credentials, Password, Token, Unusable, read
from guard.people.names import UNKNOWN, name, names
from guard.people.passwords import Passwords
from guard.people.remembered import WINDOW, Memory, Throttle
from guard.people.sources import Checker, Directory
from guard.people.tokens import Tokens
from guard.terms import Actor

type Cause = Literal["login-needed", "login-refused", "login-throttled", "directory-down", "person-unknown"]
_THREADS = 4
"""Of which each may hold the memory of one argon2 hash, 64 MiB by default."""
_QUEUE = 200
"""Checks that may be under way or wait for a thread."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """What the network says of a connection or request. Credentials are taken off it before anything leaves."""

    address: str | None = None
    credentials: str | None = field(default=None, repr=False)
    """`Proxy-Authorization`."""
    user: str | None = field(default=None, repr=False)
    groups: str | None = field(default=None, repr=False)
    """The headers of a front proxy, from wherever they come."""
    admitted: bool = False
    """It has been let in with these credentials, so that they are no guess."""


@dataclass(frozen=True, slots=True)
class Denied:
    """Why nothing is done for them."""

    cause: Cause
    actor: Actor
    """As far as is known: an address."""
    again: int | None = None
    """Seconds after which trying again makes sense."""


@dataclass(frozen=True, slots=True)
class Sources:
    """Everything that can know somebody; what is not set up is empty."""

    passwords: Passwords | None = None
    checker: Checker | None = None
    """Asked for users that the file of passwords does not have."""
    tokens: Tokens | None = None
    front: tuple[Network, ...] = ()
    addresses: Addresses | None = None
    directories: tuple[Directory, ...] = ()
    """Whose groups count, however a person was recognised."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How people are dealt with; guard.settings explains each."""

    unknown: Literal["ask", "group", "refuse"] = "ask"
    down: Literal["refuse", "unknown"] = "refuse"
    seconds: float = 300.0
    timeout: float = 5.0


_PROVEN = 12 * 3600.0
"""Seconds for which somebody who was right does not wait for the failures of others at the same address."""
_STEPS = 3
"""Questions to a directory for one arrival, each with its own time: a search, a bind, the groups."""


class People:
    """Who asks. One set of sources; a reload makes another and swaps the reference."""

    def __init__(self, sources: Sources, manner: Manner | None = None) -> None:
        self._sources, self._manner = sources, manner or Manner()
        self._memory: Memory[Actor] = Memory(self._manner.seconds)
        self._proven: Memory[bool] = Memory(_PROVEN)
        self._wrong: Memory[bool] = Memory(WINDOW)
        self._groups: Memory[tuple[str, ...]] = Memory(self._manner.seconds)
        self._throttle = Throttle()
        self._flights: dict[bytes, asyncio.Task[Actor | None]] = {}
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="people")
        self._under_way = 0

    @property
    def challenges(self) -> tuple[str, ...]:
        """What `Proxy-Authenticate` offers (RFC 9110 §11.7.1); nothing when no credentials can be checked."""
        if not self._checks:
            return ()
        basic = 'Basic realm="Prompt guard", charset="UTF-8"'
        return (basic, 'Bearer realm="Prompt guard"') if self._sources.tokens else (basic,)

    @property
    def longest(self) -> float:
        """Seconds that `who` may take."""
        return self._manner.timeout * _STEPS

    @property
    def _checks(self) -> bool:
        return bool(self._sources.passwords or self._sources.checker or self._sources.tokens)

    def close(self) -> None:
        """No more checks; those under way end by themselves."""
        self._threads.shutdown(wait=False)

    async def who(self, arrival: Arrival) -> Actor | Denied:
        """Who it is, or why they are denied."""
        nobody = Actor(source="address" if arrival.address else "none", address=arrival.address)
        try:
            async with asyncio.timeout(self.longest):
                return await self._who(arrival, nobody)
        except (DirectoryError, TimeoutError):
            if self._manner.down == "unknown":
                return nobody
            return Denied("directory-down", nobody, 5)

    async def _who(self, arrival: Arrival, nobody: Actor) -> Actor | Denied:
        found = self._fronted(arrival)
        if found is None and self._checks:
            credentials = read(arrival.credentials, tokens=self._sources.tokens is not None)
            if credentials is not None:
                checked = await self._checked(credentials, arrival, nobody)
                if isinstance(checked, Denied):
                    return checked
                found = checked
        if found is None and self._sources.addresses:
            found = self._sources.addresses.at(arrival.address)
        if found is not None:
            listed = await self._listed(found.user)
            groups = (UNKNOWN,) if listed is None else names((*found.groups, *listed))
            return replace(found, groups=groups, address=arrival.address)
        if self._manner.unknown == "group" or (self._manner.unknown == "ask" and not self._checks):
            return nobody
        return Denied("login-needed" if self._checks else "person-unknown", nobody)

    def _fronted(self, arrival: Arrival) -> Actor | None:
        """Who a front proxy says it is; nobody when it is none of ours, or says no name."""
        ip = parsed(arrival.address)
        if arrival.user is None or ip is None or not any(ip in network for network in self._sources.front):
            return None
        user = name(arrival.user)
        return Actor(user, names(map(str.strip, (arrival.groups or "").split(","))), "header") if user else None

    # --- credentials -------------------------------------------------------------------------------------------------

    async def _checked(self, credentials: Credentials, arrival: Arrival, nobody: Actor) -> Actor | Denied:
        """Guesses wait after a few, before what is remembered is looked at: it would tell which of them is right.

        The same credentials once more are no other guess, such as an old password that a program goes on sending.
        """
        refused = Denied("login-refused", nobody)
        if isinstance(credentials, Unusable):
            return refused
        address = arrival.address
        user, secret = ("", credentials.text) if isinstance(credentials, Token) else _both(credentials)
        key = self._memory.key(type(credentials).__name__, address or "", user, secret)
        if self._wrong.get(key):
            return refused
        guess = bool(user) and not arrival.admitted  # a token's signature cannot be guessed at
        if guess and (wait := self._throttle.wait(address, user)):
            return Denied("login-throttled", nobody, math.ceil(wait))
        if known := self._memory.get(key):
            return known
        flight = self._flights.get(key)
        if flight is None:
            if guess:
                self._throttle.tried(address, user)
                if not self._proven.get(key) and (wait := self._throttle.crowded(address)):
                    return Denied("login-throttled", nobody, math.ceil(wait))
            flight = asyncio.create_task(self._check(key, credentials, address))
            self._flights[key] = flight
            flight.add_done_callback(lambda done: self._landed(key, done))
        try:
            found = await asyncio.shield(flight)
        except DirectoryError:
            self._throttle.forget(address, user)
            raise
        if found is None:
            return refused
        self._throttle.forget(address, user)
        return found

    def _landed(self, key: bytes, flight: "asyncio.Task[Actor | None]") -> None:
        self._flights.pop(key, None)
        if not flight.cancelled():
            flight.exception()  # seen, whoever still waits

    async def _check(self, key: bytes, credentials: Password | Token, address: str | None) -> Actor | None:
        """One check for all who ask with the same credentials at the same time."""
        most = math.inf
        found: Actor | None = None
        if isinstance(credentials, Token):
            if tokens := self._sources.tokens:
                bearer = await self._aside(lambda: tokens.check(credentials.text))
                found, most = (bearer.actor, bearer.left) if bearer else (None, 0.0)
        elif checker := self._checker(credentials.user):
            found = await self._aside(lambda: checker.check(*_both(credentials)))
        if found is not None:
            self._memory.put(key, found, most)
            self._proven.put(key, True)
        else:
            self._wrong.put(key, True)
            if isinstance(credentials, Password):
                self._throttle.failed(address)
        return found

    def _checker(self, user: str) -> Checker | None:
        """The file for those who are in it, the directory for all others."""
        file, directory = self._sources.passwords, self._sources.checker
        return file if file is not None and (user in file or directory is None) else directory

    async def _listed(self, user: str) -> tuple[str, ...] | None:
        """The groups that the directories know; None when they do not answer and that is no reason to refuse."""
        if not self._sources.directories or user == UNKNOWN:
            return ()
        key = self._groups.key(user)
        known = self._groups.get(key)
        if known is None:
            try:
                known = await self._aside(lambda: _all_groups(self._sources.directories, user))
            except DirectoryError:
                if self._manner.down == "unknown":
                    return None
                raise
            self._groups.put(key, known)
        return known

    async def _aside[T](self, work: Callable[[], T]) -> T:
        """In a thread of our own: those of the event loop are for other work."""
        if self._under_way >= _QUEUE:
            raise DirectoryError("too many checks wait")
        self._under_way += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._under_way -= 1


def _both(credentials: Password) -> tuple[str, str]:
    return credentials.user, credentials.password


def _all_groups(directories: Sequence[Directory], user: str) -> tuple[str, ...]:
    return tuple(group for directory in directories for group in directory.groups(user))
