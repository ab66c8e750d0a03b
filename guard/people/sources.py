"""The seam between who asks and what knows it. Both may wait for a network, and are called in threads."""

from typing import Protocol

from guard.terms import Actor


class Checker(Protocol):
    """Something that can tell whether a password is a user's."""

    def check(self, user: str, password: str) -> Actor | None:
        """Who it is, without an address; None when it is not their password. DirectoryError when it cannot tell."""


class Directory(Protocol):
    """Something that knows the groups of people, however they were recognised."""

    def groups(self, user: str) -> tuple[str, ...]:
        """The groups; none for people it does not know. DirectoryError when it cannot tell."""
