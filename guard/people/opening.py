"""Settings -> who can be known on this deployment, and the files that say so."""

from collections.abc import Iterator
from pathlib import Path

from guard.errors import PeopleError
from guard.people.addresses import Addresses, networks
from guard.people.files import text
from guard.people.groups import Groups
from guard.people.ldap import Ldap, Place
from guard.people.passwords import Passwords
from guard.people.sources import Directory
from guard.people.tokens import Keys, Tokens, from_address, from_file
from guard.people.who import Manner, People, Sources
from guard.settings import Settings


def people(settings: Settings) -> People:
    """PeopleError when a setting or a file says nothing clear."""
    ldap = _ldap(settings)
    front = networks(settings.auth_header_from)
    if bool(settings.auth_header) != bool(front):
        raise PeopleError("GUARD_AUTH_HEADER and GUARD_AUTH_HEADER_FROM go together")
    directories: list[Directory] = [Groups.read(settings.auth_groups)] if settings.auth_groups else []
    sources = Sources(
        passwords=Passwords.read(settings.auth_passwords) if settings.auth_passwords else None,
        checker=ldap,
        tokens=_tokens(settings),
        front=front,
        addresses=Addresses.read(settings.auth_addresses) if settings.auth_addresses else None,
        directories=(*directories, ldap) if ldap else tuple(directories),
    )
    manner = Manner(settings.auth_unknown, settings.auth_down, settings.auth_seconds, settings.auth_timeout)
    return People(sources, manner)


def files(settings: Settings) -> tuple[Path, ...]:
    """The files that `people` reads."""
    keys = Path(settings.auth_keys) if settings.auth_keys and "://" not in settings.auth_keys else None
    ours = (
        settings.auth_passwords,
        settings.auth_addresses,
        settings.auth_groups,
        settings.auth_ldap_password,
        settings.auth_ca,
        keys,
    )
    return tuple(path for path in ours if path is not None)


def described(settings: Settings) -> Iterator[str]:
    """How people are known, in the order they are, for `guard doctor`."""
    if settings.auth_header:
        yield f"the header {settings.auth_header} from {settings.auth_header_from}"
    if settings.auth_issuer:
        yield f"tokens of {settings.auth_issuer}"
    if settings.auth_passwords:
        yield "passwords in a file"
    if settings.auth_ldap:
        yield "passwords in a directory"
    if settings.auth_addresses:
        yield "addresses"


def _ldap(settings: Settings) -> Ldap | None:
    if not settings.auth_ldap:
        return None
    password = text(settings.auth_ldap_password).rstrip("\r\n") if settings.auth_ldap_password else ""
    if bool(settings.auth_ldap_bind) != bool(password):
        raise PeopleError("GUARD_AUTH_LDAP_BIND and GUARD_AUTH_LDAP_PASSWORD go together")
    return Ldap(
        Place(
            servers=tuple(part.strip() for part in settings.auth_ldap.split(",") if part.strip()),
            base=settings.auth_ldap_base,
            user=settings.auth_ldap_user,
            groups=settings.auth_ldap_groups,
            bind=settings.auth_ldap_bind,
            password=password,
            ca=settings.auth_ca,
            seconds=settings.auth_timeout,
        )
    )


def _tokens(settings: Settings) -> Tokens | None:
    given = (settings.auth_issuer, settings.auth_audience, settings.auth_keys)
    if not any(given):
        return None
    if not all(given):
        raise PeopleError("GUARD_AUTH_ISSUER, GUARD_AUTH_AUDIENCE and GUARD_AUTH_KEYS go together")
    if "://" in settings.auth_keys:
        fetch = from_address(settings.auth_keys, settings.auth_ca, settings.auth_timeout)
    else:
        fetch = from_file(Path(settings.auth_keys))
    return Tokens(
        settings.auth_issuer, settings.auth_audience, Keys(fetch), settings.auth_user_claim, settings.auth_groups_claim
    )
