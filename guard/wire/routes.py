"""Host, method and path -> the service and the endpoint that rule files name for them."""

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote

import re2

from guard.rules.hosts import covers
from guard.rules.schema import Endpoint, ServiceRule, Status

UNKNOWN = "unknown"
"""The endpoint nobody declared: read whole all the same."""


@dataclass(frozen=True, slots=True)
class Route:
    """Where a request goes."""

    service: ServiceRule
    endpoint: Endpoint | None
    model: str = ""
    """The model's name, where the path says it."""

    @property
    def endpoint_id(self) -> str:
        """The endpoint's id, or `unknown`."""
        return self.endpoint.id if self.endpoint else UNKNOWN

    @property
    def family(self) -> str:
        """The family of wire formats spoken; `json` where nobody says."""
        return self.endpoint.family if self.endpoint else "json"


def service(host: str, services: Mapping[str, ServiceRule]) -> ServiceRule | None:
    """The AI service behind a host name, whatever its status: one that is only watched is read and decrypted too."""
    name = host.lower().rstrip(".")
    for rule in services.values():
        if rule.status is not Status.DEPRECATED and any(covers(pattern, name) for pattern in rule.hosts):
            return rule
    return None


def route(method: str, path: str, rule: ServiceRule) -> Route:
    """The endpoint of a path (its query is left aside), or none."""
    plain = _normal(path.partition("?")[0])
    for endpoint in rule.endpoints:
        if method.upper() in endpoint.methods and (found := _regex(endpoint.path).fullmatch(plain)):
            return Route(rule, endpoint, found.groupdict().get("model") or "")
    return Route(rule, None)


def _normal(path: str) -> str:
    """What a lenient server may take a path for: `/v1//chat%2Fcompletions/` must not pass as one nobody declared."""
    plain = unquote(path).encode("utf-8", "replace").decode()
    return "/" + posixpath.normpath("/" + plain).lstrip("/")


@lru_cache(maxsize=4096)
def _regex(pattern: str) -> "re2._Regexp[str]":
    return re2.compile(pattern)
