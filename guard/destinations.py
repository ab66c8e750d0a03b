"""An address and a port -> whether clients may be connected to it. Not this machine itself, above all.

A proxy stands where its clients do not: what it can reach (its own ports, the cloud's metadata, link-local neighbours)
they could. The question is about addresses, after names are resolved, since any name may lead to any of them.
"""

import socket
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Self

from guard.errors import GuardError

type Address = IPv4Address | IPv6Address
type Network = IPv4Network | IPv6Network

_KINDS = {
    "local": (
        "0.0.0.0/8",  # "this host" (RFC 1122 §3.2.1.3), which Linux connects to itself
        "127.0.0.0/8",
        "169.254.0.0/16",  # link-local (RFC 3927), and the metadata of most clouds at 169.254.169.254
        "100.100.100.200/32",  # metadata: Alibaba Cloud
        "168.63.129.16/32",  # metadata: Azure
        "192.0.0.192/32",  # metadata: Oracle Cloud
        "224.0.0.0/4",
        "240.0.0.0/4",
        "::/128",
        "::1/128",
        "fe80::/10",
        "fd00:ec2::254/128",  # metadata: AWS
        "fd20:ce::254/128",  # metadata: Google Cloud
        "ff00::/8",
    ),
    "private": ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7", "fec0::/10"),
}
_NAT64 = IPv6Network("64:ff9b::/96")
_COMPATIBLE = IPv6Network("::/96")


@dataclass(frozen=True, slots=True)
class Destinations:
    """What may be reached."""

    ports: tuple[range, ...]
    denied: tuple[Network, ...]
    allowed: tuple[Network, ...] = ()
    """Before `denied`."""
    own: int = 0
    """The proxy's own port, on any address of this machine; 0: not known."""
    doors: tuple[int, ...] = ()
    """Likewise, the ports of its doors in front of assistants: through them, clients would be this machine."""

    @classmethod
    def of(cls, ports: str, deny: str, allow: str) -> Self:
        """From settings. GuardError when one says nothing clear."""
        words = [word for part in deny.split(",") if (word := part.strip())]
        listed = [text for word in words for text in _KINDS.get(word, (word,))]
        return cls(tuple(_ports(ports)), tuple(_networks(listed)), tuple(_networks(allow.split(","))))

    def port(self, number: int) -> bool:
        """Whether a port may be reached at all."""
        return any(number in some for some in self.ports)

    def may(self, address: str, port: int) -> bool:
        """Whether an address may be reached on a port. Of an IPv6 address that carries an IPv4 one, both must be."""
        try:
            ip = ip_address(address.partition("%")[0])
        except ValueError:
            return False
        if not self.port(port) or (port in (self.own, *self.doors) and _ours(ip)):
            return False
        forms = [ip, *_inside(ip)]
        if any(form in network for form in forms for network in self.allowed):
            return True
        return not any(form in network for form in forms for network in self.denied)


def _inside(ip: Address) -> list[IPv4Address]:
    """The IPv4 address that an IPv6 one leads to: mapped, compatible, 6to4, Teredo, NAT64."""
    if isinstance(ip, IPv4Address):
        return []
    last = IPv4Address(int(ip) & 0xFFFFFFFF)
    found = [ip.ipv4_mapped, ip.sixtofour, ip.teredo[1] if ip.teredo else None]
    if ip in _NAT64 or (ip in _COMPATIBLE and int(ip) > 1):
        found.append(last)
    return [one for one in found if one is not None]


def _ours(ip: Address) -> bool:
    """Whether this machine has that address: only then can a socket be bound to it."""
    family = socket.AF_INET if isinstance(ip, IPv4Address) else socket.AF_INET6
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.bind((str(ip), 0))
    except OSError:
        return False
    return True


def _networks(texts: Iterable[str]) -> Iterable[Network]:
    for text in filter(None, map(str.strip, texts)):
        try:
            yield ip_network(text)
        except ValueError:
            raise GuardError(
                "GUARD_DENY_DESTINATIONS and GUARD_ALLOW_DESTINATIONS want networks such as 10.1.0.0/16,"
                f" comma-separated (the first also {' and '.join(_KINDS)})"
            ) from None


def _ports(text: str) -> Iterable[range]:
    for part in filter(None, map(str.strip, text.split(","))):
        first, dash, last = part.partition("-")
        if not first.isdecimal() or not (last or "0").isdecimal() or (dash and not last):
            raise GuardError("GUARD_PORTS wants ports and ranges such as 80,443,1024-65535")
        yield range(int(first), int(last or first) + 1)
