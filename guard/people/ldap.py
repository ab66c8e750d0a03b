"""A directory (LDAP v3, RFC 4511): name and password -> who it is, and the groups of a person.

First a person's entry is searched, then its own DN binds with the password: the name is the directory's own writing of
it, so that `ALICE` and `alice ` are not two people. Nothing is said over a connection without TLS, but to this machine.
Every call opens and closes its connections, and waits no longer than the timeout for each answer.
"""

import re
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import ldap3
from ldap3.core import results
from ldap3.core.exceptions import LDAPException
from ldap3.utils.conv import escape_filter_chars
from ldap3.utils.dn import parse_dn

from guard.errors import DirectoryError, PeopleError
from guard.people.names import name, names
from guard.terms import Actor

_NAMED = re.compile(r"\(([A-Za-z][A-Za-z0-9.;-]*)=\{user\}\)")
_HERE = ("localhost", "127.0.0.1", "::1")
_REFUSED = (
    results.RESULT_INVALID_CREDENTIALS,
    results.RESULT_NO_SUCH_OBJECT,
    results.RESULT_INAPPROPRIATE_AUTHENTICATION,
    results.RESULT_INVALID_DN_SYNTAX,
    results.RESULT_CONSTRAINT_VIOLATION,  # an account locked by its password policy
    results.RESULT_UNWILLING_TO_PERFORM,
)
"""What a bind is answered with when it is the person who may not; all else is the directory's trouble."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the directory is and how it is asked."""

    servers: tuple[str, ...]
    """URLs, in the order they are tried."""
    base: str
    user: str = "(uid={user})"
    """Filter that finds one person."""
    groups: str = "memberOf"
    """Attribute with a person's groups, or a filter that finds them."""
    bind: str = ""
    password: str = field(default="", repr=False)
    """The account that searches; both empty: anonymous."""
    ca: Path | None = None
    seconds: float = 5.0


@dataclass(frozen=True, slots=True)
class _Entry:
    dn: str
    attributes: dict[str, list[str]]
    """By name in lower case."""


type Connect = Callable[[str, str, str], ldap3.Connection]
"""URL, DN and password -> a connection that is open, with TLS, and not bound. LDAPException."""


class Ldap:
    """One directory on one or more servers."""

    def __init__(self, place: Place, connect: Connect | None = None) -> None:
        """PeopleError when the settings say nothing clear."""
        found = _NAMED.search(place.user)
        if found is None:
            raise PeopleError("GUARD_AUTH_LDAP_USER must have one part (attribute={user})")
        if not place.base:
            raise PeopleError("GUARD_AUTH_LDAP needs GUARD_AUTH_LDAP_BASE")
        for url in place.servers:
            _parts(url)
        self._attribute = found[1].lower()
        self._place = place
        self._connect = connect or self._open

    def check(self, user: str, password: str) -> Actor | None:
        """Who it is, with their groups; None when it is not their password. DirectoryError."""
        if not password:
            return None
        return self._asked(lambda url: self._check(url, user, password))

    def groups(self, user: str) -> tuple[str, ...]:
        """The groups of a person; none for people the directory does not know. DirectoryError."""

        def ask(url: str) -> tuple[str, ...]:
            with self._searching(url) as connection:
                entry = self._person(connection, user)
                return self._groups(connection, entry) if entry else ()

        return self._asked(ask)

    def _asked[T](self, ask: Callable[[str], T]) -> T:
        """The answer of the first server that gives one."""
        kind = ""
        for url in self._place.servers:
            try:
                return ask(url)
            except (LDAPException, OSError) as error:
                kind = type(error).__name__
            except DirectoryError as error:
                kind = str(error)
        raise DirectoryError(f"no LDAP server answers ({kind})")

    def _check(self, url: str, user: str, password: str) -> Actor | None:
        with self._searching(url) as connection:
            entry = self._person(connection, user)
            known = name(self._own(entry)) if entry else None
            if entry is None or known is None or not self._binds(url, entry.dn, password):
                return None
            return Actor(known, self._groups(connection, entry), "ldap")

    def _binds(self, url: str, dn: str, password: str) -> bool:
        connection = self._connect(url, dn, password)
        try:
            if connection.bind():
                return True
            code = connection.result["result"]
        finally:
            connection.unbind()
        if code in _REFUSED:
            return False
        raise DirectoryError(f"result {code} to a bind")

    @contextmanager
    def _searching(self, url: str) -> Iterator[ldap3.Connection]:
        connection = self._connect(url, self._place.bind, self._place.password)
        try:
            if not connection.bind():
                raise DirectoryError(f"result {connection.result['result']} to the bind of the account that searches")
            yield connection
        finally:
            connection.unbind()

    def _person(self, connection: ldap3.Connection, user: str) -> _Entry | None:
        """The one entry of that name; two are nobody."""
        wanted = [self._attribute] if self._place.groups.startswith("(") else [self._attribute, self._place.groups]
        found = self._search(connection, _filled(self._place.user, user=user), wanted)
        return found[0] if len(found) == 1 else None

    def _own(self, entry: _Entry) -> str:
        """The directory's writing of the name; of several the first, since servers order them as they like."""
        return min(entry.attributes.get(self._attribute) or [""])

    def _groups(self, connection: ldap3.Connection, entry: _Entry) -> tuple[str, ...]:
        if not self._place.groups.startswith("("):
            return names(map(_first, entry.attributes.get(self._place.groups.lower(), [])))
        query = _filled(self._place.groups, dn=entry.dn, user=self._own(entry))
        found = self._search(connection, query, ["cn"])
        return names(cn for group in found for cn in group.attributes.get("cn", [])[:1])

    def _search(self, connection: ldap3.Connection, query: str, attributes: Sequence[str]) -> list[_Entry]:
        connection.search(self._place.base, query, ldap3.SUBTREE, attributes=list(attributes))
        code = connection.result["result"]
        if code not in (results.RESULT_SUCCESS, results.RESULT_NO_SUCH_OBJECT):
            raise DirectoryError(f"result {code} to a search")
        return [
            _Entry(found["dn"], {key.lower(): _texts(values) for key, values in found["raw_attributes"].items()})
            for found in connection.response or []
            if found["type"] == "searchResEntry"
        ]

    def _open(self, url: str, dn: str, password: str) -> ldap3.Connection:
        secure, host, port = _parts(url)
        tls = ldap3.Tls(validate=ssl.CERT_REQUIRED, ca_certs_file=str(self._place.ca) if self._place.ca else None)
        seconds = max(1, round(self._place.seconds))
        server = ldap3.Server(host, port, use_ssl=secure, tls=tls, connect_timeout=seconds, get_info=ldap3.NONE)
        connection = ldap3.Connection(
            server,
            dn or None,
            password or None,
            authentication=ldap3.SIMPLE if dn else ldap3.ANONYMOUS,
            receive_timeout=seconds,
            read_only=True,
            auto_referrals=False,
        )
        try:
            connection.open()
            if not secure and host not in _HERE:
                connection.start_tls()
        except LDAPException:
            if connection.socket is not None:
                connection.socket.close()  # the library leaves it to the collector
            raise
        return connection


def _parts(url: str) -> tuple[bool, str, int]:
    """With TLS from the start, host, port."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    if parts.scheme not in ("ldap", "ldaps") or not parts.hostname or parts.path.strip("/") or parts.username:
        raise PeopleError("GUARD_AUTH_LDAP wants ldaps://host or ldap://host, comma-separated")
    secure = parts.scheme == "ldaps"
    return secure, parts.hostname, port or (636 if secure else 389)


def _filled(query: str, **values: str) -> str:
    for key, value in values.items():
        query = query.replace("{" + key + "}", escape_filter_chars(value))
    return query


def _texts(values: Sequence[bytes] | None) -> list[str]:
    return [value.decode("utf-8", "replace") for value in values or ()]


def _first(dn: str) -> str:
    """A group's own name: the value of the first part of its DN."""
    try:
        return str(parse_dn(dn)[0][1]).replace("\\", "")
    except (LDAPException, IndexError):
        return dn
