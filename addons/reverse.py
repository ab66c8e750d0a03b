"""`GUARD_REVERSE` -> the doors at which the guard stands in front of an assistant, for clients that know no proxy.

Each is a port of ours that leads to one assistant and to nothing else; its certificate is checked as that of any
service. What a client calls it by, in TLS or in its headers, is the guard's own name and leads nowhere.
"""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from guard.errors import GuardError

_WANTED = "GUARD_REVERSE wants port=https://host, comma-separated"


@dataclass(frozen=True, slots=True)
class Door:
    """One port, and the assistant behind it."""

    port: int
    host: str
    upstream: int
    """Port of the assistant."""

    def mode(self, listen: str) -> str:
        """What mitmproxy calls it; `listen`: the address of ours."""
        return f"reverse:https://{self.host}:{self.upstream}@{listen}:{self.port}"


def doors(text: str, serves: Callable[[str | None], bool]) -> tuple[Door, ...]:
    """The doors in the setting. GuardError for one that is malformed, or leads to a host that no rule file names."""
    found = []
    for pair in filter(None, (part.strip() for part in text.split(","))):
        port, equals, url = pair.partition("=")
        if not equals or not port.isascii() or not port.isdecimal() or not 0 < int(port) < 2**16:
            raise GuardError(f"{_WANTED}, not {pair!r}")
        found.append(_door(int(port), url))
    for door in found:
        if not serves(door.host):
            raise GuardError(f"GUARD_REVERSE leads to {door.host}, which is no host of any file in rules/services")
    if len({door.port for door in found}) < len(found):
        raise GuardError("GUARD_REVERSE names a port twice")
    return tuple(found)


def _door(port: int, url: str) -> Door:
    try:
        parts = urlsplit(url)
        host, upstream = parts.hostname, parts.port or 443
    except ValueError:
        raise GuardError(f"{_WANTED}, not {url!r}") from None
    if parts.scheme != "https" or not host or parts.path.strip("/") or parts.query or parts.username:
        raise GuardError(f"{_WANTED}, not {url!r}: TLS, and no path")
    return Door(port, host, upstream)
