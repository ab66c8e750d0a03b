from ipaddress import ip_network
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.errors import PeopleError
from guard.people.addresses import Addresses, Network, networks
from guard.terms import Actor

YAML = """addresses:
  - network: 10.20.0.0/16
    groups: [lyon, factory]
  - network: 10.20.3.7/32
    user: cad-station-7
    groups: [engineering]
  - network: 2001:db8::/32
    user: lab
"""
CSV = """network,user,groups
# workshops
10.20.0.0/16,,factory;lyon
10.20.3.7/32,cad-station-7,engineering
2001:db8::/32,lab,
"""


@pytest.mark.parametrize(("name", "content"), [("f.yaml", YAML), ("f.csv", CSV)])
def test_the_smallest_network_says_who_it_is(name: str, content: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(content)
    found = Addresses.read(tmp_path / name)
    station = Actor("cad-station-7", ("engineering",), "address-map")
    assert found.at("10.20.3.7") == station
    assert found.at("::ffff:10.20.3.7") == station
    assert found.at("10.20.3.8") == Actor("unknown", ("factory", "lyon"), "address-map")
    assert found.at("2001:db8::1%eth0") == Actor("lab", (), "address-map")
    for nobody in ("10.21.0.1", "::1", "", None, "camille"):
        assert found.at(nobody) is None


NETWORKS = st.one_of(
    st.tuples(st.integers(0x0A000000, 0x0A00000F), st.integers(24, 32)),
    st.tuples(st.integers(1 << 125, (1 << 125) + 15), st.integers(120, 128)),
).map(lambda pair: ip_network((pair[0], pair[1]), strict=False))


@given(st.lists(NETWORKS, max_size=12), NETWORKS)
def test_of_all_networks_around_an_address_the_smallest_counts(networks: list[Network], place: Network) -> None:
    actors = {network: Actor(str(network)) for network in networks}
    ip = place.network_address
    around = [network for network in actors if network.version == ip.version and ip in network]
    smallest = max(around, key=lambda network: network.prefixlen, default=None)

    assert Addresses(actors.items()).at(str(ip)) == (actors[smallest] if smallest is not None else None)


WRONG = {
    "bits beyond.yaml": "addresses:\n  - {network: 10.20.0.1/16, user: a}\n",
    "no network.yaml": "addresses:\n  - {network: lyon, user: a}\n",
    "nobody.yaml": "addresses:\n  - {network: 10.0.0.0/8}\n",
    "reserved.yaml": "addresses:\n  - {network: 10.0.0.0/8, user: unknown}\n",
    "group.yaml": "addresses:\n  - {network: 10.0.0.0/8, groups: [unknown]}\n",
    "twice.yaml": "addresses:\n  - {network: 10.0.0.0/8, user: a}\n  - {network: 10.0.0.0/8, user: b}\n",
    "key.yaml": "addresses:\n  - {network: 10.0.0.0/8, user: a, role: b}\n",
    "head.csv": "net,user,groups\n10.0.0.0/8,a,\n",
    "fields.csv": "network,user,groups\n10.0.0.0/8,a\n",
    "quotes.csv": 'network,user,groups\n"10.0.0.0/8,a,\n',
    "empty.csv": "# nothing\n",
}


@pytest.mark.parametrize("name", WRONG)
def test_a_map_that_says_nothing_clear_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(WRONG[name])
    with pytest.raises(PeopleError, match=name):
        Addresses.read(tmp_path / name)


def test_networks_are_read_from_a_setting() -> None:
    assert [str(network) for network in networks("10.1.0.0/16, ::1/128,")] == ["10.1.0.0/16", "::1/128"]
    with pytest.raises(PeopleError):
        networks("10.1.0.1/16")
