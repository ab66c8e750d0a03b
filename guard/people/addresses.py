"""Networks and who is there, from YAML or CSV -> the actor at an address; the smallest network says it."""

import csv
from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Self

from pydantic import Field

from guard.errors import PeopleError
from guard.people.files import Strict, lines, read
from guard.people.names import UNKNOWN, name, names
from guard.terms import Actor

type Network = IPv4Network | IPv6Network
_COLUMNS = ["network", "user", "groups"]


class _Row(Strict):
    network: str
    user: str | None = None
    groups: list[str] = Field(default=[])


class _File(Strict):
    addresses: list[_Row]


class Addresses:
    """The map. A place without a user, such as a workshop, gives its groups to whoever is there."""

    def __init__(self, actors: Iterable[tuple[Network, Actor]]) -> None:
        self._actors = dict(actors)
        self._lengths = sorted({(network.version, network.prefixlen) for network in self._actors}, reverse=True)
        """Longest first. A map of tens of thousands of machines is asked by length, not gone through (law 9)."""

    @classmethod
    def read(cls, path: Path) -> Self:
        """PeopleError when a row says nothing clear, or two say different things of one network."""
        found: dict[Network, Actor] = {}
        for place, row in _csv(path) if path.suffix.lower() == ".csv" else _yaml(path):
            network = _network(row.network)
            user = UNKNOWN if row.user is None else name(row.user)
            groups = names(row.groups)
            if network is None:
                raise PeopleError(f"{path}: {place}: no network, or with bits beyond its length")
            if user is None or len(groups) != len(set(row.groups)) or not (row.user or groups):
                raise PeopleError(f"{path}: {place}: a user or group cannot be a name, or there is neither")
            if network in found:
                raise PeopleError(f"{path}: {place}: a network twice")
            found[network] = Actor(user, groups, "address-map")
        return cls(found.items())

    def at(self, address: str | None) -> Actor | None:
        """Who is at an address; None when no network has it."""
        ip = parsed(address)
        if ip is None:
            return None
        around = (ip_network((ip, length), strict=False) for version, length in self._lengths if version == ip.version)
        return next((self._actors[network] for network in around if network in self._actors), None)


def parsed(address: str | None) -> IPv4Address | IPv6Address | None:
    """An address as networks know it: without its zone, and IPv4 as such; None when it is none."""
    try:
        ip = ip_address((address or "").partition("%")[0])
    except ValueError:
        return None
    return ip.ipv4_mapped or ip if isinstance(ip, IPv6Address) else ip


def networks(text: str) -> tuple[Network, ...]:
    """Networks separated by commas. PeopleError when one is none."""
    found = [_network(part.strip()) for part in text.split(",") if part.strip()]
    if None in found:
        raise PeopleError("a network is written 10.1.0.0/16, without bits beyond its length")
    return tuple(network for network in found if network is not None)


def _network(text: str) -> Network | None:
    try:
        return ip_network(text)
    except ValueError:
        return None


def _yaml(path: Path) -> Iterator[tuple[str, _Row]]:
    for number, row in enumerate(read(path, _File).addresses, 1):
        yield f"entry {number}", row


def _csv(path: Path) -> Iterator[tuple[str, _Row]]:
    numbered = list(lines(path))
    rows = csv.reader([line for _, line in numbered], strict=True)
    try:
        if next(rows, None) != _COLUMNS:
            raise PeopleError(f"{path}: the first line must be {','.join(_COLUMNS)}")
        for (number, _), row in zip(numbered[1:], rows, strict=True):
            if len(row) != len(_COLUMNS):
                raise PeopleError(f"{path}: line {number}: not {len(_COLUMNS)} fields")
            groups = [group.strip() for group in row[2].split(";") if group.strip()]
            yield f"line {number}", _Row(network=row[0].strip(), user=row[1].strip() or None, groups=groups)
    except (csv.Error, ValueError):
        raise PeopleError(f"{path}: not CSV of one line a network") from None
