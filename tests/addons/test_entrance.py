import asyncio
import base64
from ipaddress import ip_network

import pytest
from argon2 import PasswordHasher
from mitmproxy import http
from mitmproxy.test import tflow, tutils

from addons.entrance import STATUS, Entrance, actor
from guard.people.passwords import Passwords
from guard.people.remembered import PAIR
from guard.people.who import Cause, Denied, People, Sources
from guard.terms import Actor

PASSWORDS = Passwords({"camille": PasswordHasher(1, 8, 1).hash("s3cret")})


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


LOGIN = basic("camille", "s3cret")
CAMILLE = Actor("camille", (), "password", "127.0.0.1")


def entrance(sources: Sources | None = None) -> Entrance:
    found = sources or Sources(passwords=PASSWORDS, front=(ip_network("10.9.9.9/32"),))
    return Entrance(People(found), user="x-user", groups="x-groups")


def flow(method: str = "GET", **headers: str) -> http.HTTPFlow:
    found = tflow.tflow(req=tutils.treq(method=method.encode(), host="api.openai.com", headers=()))
    for name, value in headers.items():
        found.request.headers[name.replace("_", "-")] = value
    return found


def who(entrance: Entrance, flow: http.HTTPFlow) -> Actor | Denied:
    return asyncio.run(entrance.who(flow))


def test_what_is_shown_is_taken_off_whoever_shows_it() -> None:
    door = entrance()
    found = flow(Proxy_Authorization=LOGIN, X_User="boss", X_Groups="direction", X_Other="stays")
    door.came(found)
    assert dict(found.request.headers) == {"X-Other": "stays"}
    assert who(door, found) == CAMILLE
    assert actor(found) == CAMILLE


def test_a_front_proxys_requests_each_say_who_asks() -> None:
    door = entrance()
    asked = []
    client = flow().client_conn
    client.peername = ("10.9.9.9", 1)
    for user in ("camille", "sacha", ""):
        found = flow(X_User=user) if user else flow()
        found.client_conn = client
        door.came(found)
        asked.append(who(door, found))
    assert [one.user if isinstance(one, Actor) else one.cause for one in asked] == ["camille", "sacha", "login-needed"]


@pytest.mark.parametrize("twice", ["x-user", "x-groups"])
def test_a_line_of_the_clients_own_beside_the_front_proxys_names_nobody(twice: str) -> None:
    door = entrance()
    found = flow(X_User="camille", X_Groups="sales")
    found.client_conn.peername = ("10.9.9.9", 1)
    found.request.headers.add(twice, "direction")
    door.came(found)
    assert isinstance(who(door, found), Denied)
    assert twice not in found.request.headers


def test_whoever_is_in_is_not_put_out_by_what_others_try() -> None:
    """The others' tries come from the same address: many people's, behind one router."""
    door = entrance()
    tunnel = flow("CONNECT", Proxy_Authorization=LOGIN)
    door.opened(tunnel)
    assert who(door, tunnel) == CAMILLE
    for number in range(PAIR):
        guess = flow("CONNECT", Proxy_Authorization=basic("camille", f"guess {number}"))
        door.opened(guess)
        assert isinstance(who(door, guess), Denied)
    late = flow("CONNECT", Proxy_Authorization=LOGIN)
    door.opened(late)
    assert isinstance(who(door, late), Denied)
    assert who(door, tunnel) == CAMILLE


def test_a_tunnel_is_its_openers_and_what_is_shown_inside_counts_for_nothing() -> None:
    door = entrance()
    opening = flow("CONNECT", Proxy_Authorization=LOGIN)
    door.opened(opening)
    inner = flow(X_User="boss", Proxy_Authorization="Basic " + base64.b64encode(b"sacha:x").decode())
    inner.client_conn = opening.client_conn
    door.came(inner)
    assert who(door, inner) == CAMILLE
    assert door.inside(inner)
    assert not door.inside(flow())
    assert dict(inner.request.headers) == {}


def test_a_tunnel_opened_by_nobody_stays_nobodys() -> None:
    door = entrance()
    opening = flow("CONNECT")
    door.opened(opening)
    inner = flow(Proxy_Authorization=LOGIN)
    inner.client_conn = opening.client_conn
    door.came(inner)
    found = who(door, inner)
    assert isinstance(found, Denied)
    assert found.cause == "login-needed"
    assert actor(inner).user == "unknown"


def test_a_tunnel_that_was_refused_says_nothing_of_what_comes_next() -> None:
    door = entrance()
    refused = flow("CONNECT", Proxy_Authorization=LOGIN)
    door.opened(refused)
    door.refused(refused)
    other = flow()
    other.client_conn = refused.client_conn
    door.came(other)
    assert not door.inside(other)
    found = who(door, other)
    assert isinstance(found, Denied)
    assert found.cause == "login-needed"


@pytest.mark.parametrize("cause", list(STATUS))
def test_nobody_is_told_a_success(cause: Cause) -> None:
    answer = entrance().challenged(Denied(cause, Actor(), 60), "018f")
    assert answer.status_code >= 400
    assert "018f" in (answer.text or "")
    assert answer.headers["retry-after"] == "60"
    assert ("proxy-authenticate" in answer.headers) is (answer.status_code == 407)


def test_there_is_no_challenge_where_nothing_can_be_checked() -> None:
    assert "proxy-authenticate" not in entrance(Sources()).challenged(Denied("login-needed", Actor())).headers
