import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.destinations import Destinations
from guard.errors import GuardError
from guard.settings import Settings

FIELDS = Settings.model_fields
DEFAULT = Destinations.of(FIELDS["ports"].default, FIELDS["deny_destinations"].default, "")
HERE = (
    "127.0.0.1",
    "127.8.8.8",
    "0.0.0.0",  # noqa: S104 - a destination
    "::1",
    "::",
    "::ffff:127.0.0.1",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "169.254.169.254",
    "::ffff:169.254.169.254",
    "fe80::1%eth0",
    "fd00:ec2::254",
    "100.100.100.200",
    "168.63.129.16",
    "224.0.0.1",
    "255.255.255.255",
    "ff02::1",
)
PRIVATE = ("10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "fd12::1", "::ffff:10.0.0.1")
ELSEWHERE = ("203.0.113.7", "2001:4860::1", "8.8.8.8")


@pytest.mark.parametrize("address", HERE)
def test_nobody_gets_to_this_machine_its_neighbours_or_the_clouds_metadata(address: str) -> None:
    assert not DEFAULT.may(address, 443)


@pytest.mark.parametrize("address", PRIVATE)
def test_private_networks_are_a_setting(address: str) -> None:
    assert DEFAULT.may(address, 443)
    assert not Destinations.of("443", "local,private", "").may(address, 443)


@pytest.mark.parametrize("address", ELSEWHERE)
def test_all_else_may_be_reached(address: str) -> None:
    assert Destinations.of("443", "local,private", "").may(address, 443)


def test_an_exception_is_exactly_that() -> None:
    found = Destinations.of("1-65535", "local,192.0.2.0/24", "127.0.0.1/32, 192.0.2.7/32")
    addresses = ("127.0.0.1", "::ffff:127.0.0.1", "127.0.0.2", "192.0.2.7", "192.0.2.8")
    assert [found.may(address, 80) for address in addresses] == [True, True, False, True, False]


@pytest.mark.parametrize(("port", "may"), [(80, True), (443, True), (22, False), (25, False), (8443, True), (0, False)])
def test_ports_are_those_of_the_setting(port: int, may: bool) -> None:
    assert DEFAULT.may("203.0.113.7", port) is DEFAULT.port(port) is may


def test_the_proxys_own_port_is_closed_on_every_address_of_this_machine() -> None:
    found = Destinations(ports=(range(1, 65536),), denied=(), own=8080)
    assert not found.may("127.0.0.1", 8080)
    assert found.may("127.0.0.1", 8081)
    assert found.may("203.0.113.7", 8080)


@pytest.mark.parametrize("text", ["", "api.openai.com", "0x7f.1", "2130706433", "127.1"])
def test_what_is_no_address_is_not_reached(text: str) -> None:
    assert not DEFAULT.may(text, 443)


@pytest.mark.parametrize(
    ("ports", "deny", "allow"), [("a", "", ""), ("1-", "", ""), ("-1", "", ""), ("1", "lokal", ""), ("1", "", "local")]
)
def test_a_setting_that_says_nothing_clear_is_refused(ports: str, deny: str, allow: str) -> None:
    with pytest.raises(GuardError, match="GUARD_"):
        Destinations.of(ports, deny, allow)


@given(st.ip_addresses(v=4))
def test_an_address_is_denied_in_each_of_its_forms(ip: object) -> None:
    if not DEFAULT.may(str(ip), 443):
        assert not DEFAULT.may(f"::ffff:{ip}", 443)
        assert not DEFAULT.may(f"64:ff9b::{ip}", 443)
