"""A file of `user:hash` lines -> who a password belongs to. Hashes are argon2id (RFC 9106)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Self

from argon2 import PasswordHasher, Type, extract_parameters
from argon2.exceptions import InvalidHashError, VerificationError

from guard.errors import PeopleError
from guard.people.files import lines
from guard.people.names import name
from guard.terms import Actor

_HASHER = PasswordHasher()
_MEMORY = 1024 * 1024
"""KiB that checking one password may take; a line that asks for more would be a way to stop the guard."""
_ROUNDS = 64


def hashed(user: str, password: str) -> str:
    """The line for one user. PeopleError when the name cannot be one."""
    if name(user) != user or ":" in user or user.startswith("#"):
        raise PeopleError("this name cannot stand in a file of passwords")
    return f"{user}:{_HASHER.hash(password)}"


class Passwords:
    """The users of one file."""

    def __init__(self, hashes: Mapping[str, str]) -> None:
        self._hashes = dict(hashes)
        self._nobodys = next(iter(hashes.values()), None) or _HASHER.hash("")
        """Checked for users there are none of, so that time does not tell who there is."""

    @classmethod
    def read(cls, path: Path) -> Self:
        """PeopleError when a line is not what it should be."""
        found: dict[str, str] = {}
        for number, line in lines(path):
            user, colon, written = line.strip().partition(":")
            if not colon or name(user) != user or not _sound(written):
                raise PeopleError(f"{path}:{number}: not a `user:hash` line of `guard password`")
            if user in found:
                raise PeopleError(f"{path}:{number}: a user twice")
            found[user] = written
        return cls(found)

    def __contains__(self, user: str) -> bool:
        """Whether the file has that user."""
        return user in self._hashes

    def check(self, user: str, password: str) -> Actor | None:
        """Who it is; None when it is not their password. As long as the hash says: some 50 ms."""
        known = self._hashes.get(user)
        try:
            _HASHER.verify(known or self._nobodys, password)
        except (VerificationError, InvalidHashError):
            return None
        return Actor(user, (), "password") if known else None


def _sound(written: str) -> bool:
    try:
        found = extract_parameters(written)
    except InvalidHashError:
        return False
    return found.type is Type.ID and found.memory_cost <= _MEMORY and found.time_cost <= _ROUNDS
