"""`Proxy-Authorization` -> a user and password, or a token (RFC 9110 §11.7.2, RFC 7617, RFC 6750 §2.1)."""

import base64
import binascii
import re
from dataclasses import dataclass, field

_HEADER = 32 * 1024
"""Characters of the header."""
LONGEST = 1024
"""Characters of a password that is no token: hashing longer ones is work for nothing."""
_TOKEN = re.compile(r"eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
"""A signed JSON Web Token in its compact form (RFC 7515 §7.1): `eyJ` is `{"` in base64."""


@dataclass(frozen=True, slots=True)
class Password:
    """A user's name and password, as the client sent them."""

    user: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Token:
    """A token, sent as such or in the place of a password."""

    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Unusable:
    """Credentials that are none."""


type Credentials = Password | Token | Unusable


def read(header: str | None, *, tokens: bool) -> Credentials | None:
    """None without a header or with a scheme that is not ours; `tokens`: whether a password may be one."""
    if not header:
        return None
    scheme, _, rest = header.strip().partition(" ")
    rest = rest.strip()
    if len(header) > _HEADER:
        return Unusable()
    if scheme.lower() == "bearer":
        return Token(rest) if tokens and _TOKEN.fullmatch(rest) else Unusable()
    if scheme.lower() != "basic":
        return None
    return _basic(rest, tokens=tokens)


def _basic(encoded: str, *, tokens: bool) -> Credentials:
    try:
        decoded = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return Unusable()
    try:
        text = decoded.decode()
    except UnicodeDecodeError:
        text = decoded.decode("latin-1")  # what clients sent before RFC 7617
    user, colon, password = text.partition(":")
    if tokens and _TOKEN.fullmatch(password):
        return Token(password)
    # an empty password is none: directories take it for an anonymous bind and say yes (RFC 4513 §5.1.2)
    if not colon or not user or not password or len(password) > LONGEST or "\0" in text:
        return Unusable()
    return Password(user, password)
