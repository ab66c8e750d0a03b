"""OpenID Connect tokens -> who they were issued for (RFC 7519; OpenID Connect Core §3.1.3.7).

Only signatures with a key of the issuer count, never a shared secret or none; issuer, audience and expiry are checked.
The keys come from a file, or from an https address, asked again each hour and when a token names a key we do not have.
"""

import json
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from guard.errors import DirectoryError, PeopleError
from guard.people.files import text
from guard.people.names import name, names
from guard.terms import Actor

_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
_LEEWAY = 60
"""Seconds that clocks may differ."""
_FRESH, _STALE, _PAUSE = 3600.0, 24 * 3600.0, 60.0
"""Seconds after which keys are asked for again, are of no use any more, and may be asked for when one is missing."""
_LARGEST = 2**20
"""Bytes of a set of keys."""


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who a token is for, and until when (Unix seconds)."""

    actor: Actor
    until: float

    @property
    def left(self) -> float:
        """Seconds that it is still good."""
        return max(0.0, self.until - time.time())


class Keys:
    """The issuer's keys. `fetch` gives their JSON, or raises DirectoryError."""

    def __init__(self, fetch: Callable[[], str], clock: Callable[[], float] = time.monotonic) -> None:
        self._fetch, self._clock = fetch, clock
        self._keys: KeySet | None = None
        self._at = self._tried = float("-inf")

    def current(self, *, missing: bool = False) -> KeySet:
        """The keys; asked for anew when they are old, or one is `missing`. DirectoryError when there are none."""
        now = self._clock()
        due = now - self._at > _FRESH or missing
        if self._keys is None or (due and now - self._tried > _PAUSE):
            self._tried = now
            try:
                self._keys, self._at = _key_set(self._fetch()), now
            except DirectoryError:
                if self._keys is None or now - self._at > _STALE:
                    raise
        return self._keys


class Tokens:
    """One issuer's tokens for one audience."""

    def __init__(self, issuer: str, audience: str, keys: Keys, user: str, groups: str) -> None:
        """`user`, `groups`: claims; a dot leads into an object, as in `realm_access.roles`."""
        self._keys, self._user, self._groups = keys, user, groups
        self._registry = jwt.JWTClaimsRegistry(
            leeway=_LEEWAY,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": audience},
            exp={"essential": True},
        )

    def check(self, token: str) -> Bearer | None:
        """Who it is; None when the token is not good. DirectoryError when there is no key to tell."""
        claims = self._claims(token, self._keys.current())
        if claims is None:
            claims = self._claims(token, self._keys.current(missing=True))
        if claims is None:
            return None
        found = _claim(claims, self._user)
        user = name(found) if isinstance(found, str) else None
        if user is None:
            return None
        listed = _claim(claims, self._groups) if self._groups else None
        groups = names(one for one in listed if isinstance(one, str)) if isinstance(listed, list) else ()
        return Bearer(Actor(user, groups, "token"), float(claims["exp"]))

    def _claims(self, token: str, keys: KeySet) -> Mapping[str, Any] | None:
        try:
            claims = jwt.decode(token, keys, algorithms=_ALGORITHMS).claims
            self._registry.validate(claims)
        except (JoseError, ValueError, TypeError, KeyError):
            return None
        return claims


def from_file(path: Path) -> Callable[[], str]:
    """Keys in a file, read once; PeopleError when they are none."""
    written = text(path)
    try:
        _key_set(written)
    except DirectoryError as error:
        raise PeopleError(f"{path}: {error}") from None
    return lambda: written


def from_address(url: str, ca: Path | None, seconds: float) -> Callable[[], str]:
    """Keys at an https address, asked for directly and without following it elsewhere."""
    if not url.startswith("https://"):
        raise PeopleError("GUARD_AUTH_KEYS wants a file or an https address")
    try:
        context = ssl.create_default_context(cafile=ca)
    except OSError as error:
        raise PeopleError(f"GUARD_AUTH_CA cannot be read ({type(error).__name__})") from None
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context), _Here()
    )

    def fetch() -> str:
        try:
            with opener.open(url, timeout=seconds) as answer:
                return bytes(answer.read(_LARGEST)).decode("utf-8", "replace")
        except OSError as error:
            raise DirectoryError(f"the issuer's keys cannot be had ({type(error).__name__})") from None

    return fetch


class _Here(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        """Nowhere else."""


def _key_set(written: str) -> KeySet:
    try:
        keys = KeySet.import_key_set(json.loads(written))
    except (JoseError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise DirectoryError(f"the issuer's keys are no JWKS ({type(error).__name__})") from None
    keys.keys[:] = _public(keys.keys)
    if not keys.keys:
        raise DirectoryError("the issuer's keys are no keys for signatures")
    return keys


def _public(keys: Iterable[Any]) -> list[Any]:
    """Those that sign; a shared secret among them would let anybody who knows it be anybody."""
    return [key for key in keys if key.key_type != "oct"]


def _claim(claims: Mapping[str, Any], path: str) -> object:
    """A claim by its name, or by the way into an object."""
    if path in claims:
        return claims[path]
    found: object = claims
    for part in path.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found
