import asyncio
import base64
import threading
from dataclasses import replace
from ipaddress import ip_network
from typing import Any

import pytest
from argon2 import PasswordHasher

from guard.errors import DirectoryError
from guard.people.addresses import Addresses
from guard.people.passwords import Passwords
from guard.people.remembered import ADDRESS, PAIR
from guard.people.tokens import Bearer
from guard.people.who import Arrival, Denied, Manner, People, Sources
from guard.terms import Actor

QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORDS = Passwords({"camille": QUICK.hash("s3cret")})
ADDRESSES = Addresses([(ip_network("10.20.0.0/16"), Actor("kiosk", ("factory",), "address-map"))])
FRONT = (ip_network("10.9.9.9/32"),)
HERE = "192.0.2.1"
NOBODY = Actor("unknown", ("unknown",), "address", HERE)
JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln"


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


class Directory:
    """A directory of one person, that may be down or slow."""

    def __init__(self) -> None:
        self.down = False
        self.asked = 0
        self.gate = threading.Event()
        self.gate.set()

    def check(self, user: str, password: str) -> Actor | None:
        self.asked += 1
        self.gate.wait(5)
        if self.down:
            raise DirectoryError("down")
        return Actor("sacha", ("it",), "ldap") if (user, password) == ("SACHA", "other") else None

    def groups(self, user: str) -> tuple[str, ...]:
        self.asked += 1
        if self.down:
            raise DirectoryError("down")
        return {"camille": ("hr",), "sacha": ("it", "night")}.get(user, ())


class OneToken:
    """A token of one person."""

    def __init__(self, left: float = 600) -> None:
        self.asked, self._left = 0, left

    def check(self, token: str) -> Any:
        self.asked += 1
        return Bearer(Actor("zoe", ("bord",), "token"), 2e9 if self._left else 0) if token == JWT else None


def who(people: People, *arrivals: Arrival) -> list[Actor | Denied]:
    """One after the other."""

    async def run() -> list[Actor | Denied]:
        return [await people.who(arrival) for arrival in arrivals]

    try:
        return asyncio.run(run())
    finally:
        people.close()


def one(sources: Sources, arrival: Arrival, **manner: Any) -> Actor | Denied:
    [found] = who(People(sources, Manner(**manner)), arrival)
    return found


def test_with_nothing_set_up_everybody_is_unknown_and_nobody_is_asked() -> None:
    assert one(Sources(), Arrival(HERE, basic("camille", "x"), "camille", "hr")) == NOBODY
    assert one(Sources(), Arrival()) == Actor()
    assert People(Sources()).challenges == ()


def test_a_password_says_who_it_is_and_the_directory_in_which_groups() -> None:
    sources = Sources(passwords=PASSWORDS, directories=(Directory(),))
    assert one(sources, Arrival(HERE, basic("camille", "s3cret"))) == Actor("camille", ("hr",), "password", HERE)


def test_the_file_is_for_those_in_it_and_the_directory_for_all_others() -> None:
    directory = Directory()
    sources = Sources(passwords=PASSWORDS, checker=directory, directories=(directory,))
    found, wrong = who(
        People(sources), Arrival(HERE, basic("SACHA", "other")), Arrival(HERE, basic("camille", "other"))
    )
    assert found == Actor("sacha", ("it", "night"), "ldap", HERE)
    assert wrong == Denied("login-refused", NOBODY)
    assert directory.asked == 2


def test_a_token_says_who_it_is_also_in_the_place_of_a_password() -> None:
    sources: Any = Sources(tokens=OneToken())  # type: ignore[arg-type]
    expected = Actor("zoe", ("bord",), "token", HERE)
    people = People(sources)
    assert who(people, Arrival(HERE, f"Bearer {JWT}"), Arrival(HERE, basic("camille", JWT))) == [expected, expected]
    assert sources.tokens.asked == 1
    assert [challenge.split()[0] for challenge in people.challenges] == ["Basic", "Bearer"]


def test_a_token_is_not_remembered_longer_than_it_is_good() -> None:
    sources: Any = Sources(tokens=OneToken(left=0))  # type: ignore[arg-type]
    who(People(sources), Arrival(HERE, f"Bearer {JWT}"), Arrival(HERE, f"Bearer {JWT}"))
    assert sources.tokens.asked == 2


def test_a_front_proxys_header_counts_from_its_address_only() -> None:
    sources = Sources(front=FRONT, addresses=ADDRESSES)
    known = Arrival("10.9.9.9", None, "camille", "hr, unknown,it")
    assert one(sources, known) == Actor("camille", ("hr", "it"), "header", "10.9.9.9")
    assert one(sources, replace(known, address="::ffff:10.9.9.9")) == Actor(
        "camille", ("hr", "it"), "header", "::ffff:10.9.9.9"
    )
    assert one(sources, replace(known, address=HERE)) == NOBODY
    assert one(sources, replace(known, user="unknown")) == replace(NOBODY, address="10.9.9.9")
    assert one(sources, replace(known, address="10.20.1.1")) == Actor("kiosk", ("factory",), "address-map", "10.20.1.1")


def test_wrong_credentials_are_refused_whatever_the_address_says() -> None:
    sources = Sources(passwords=PASSWORDS, addresses=ADDRESSES)
    for wrong in (basic("camille", "x"), basic("camille", ""), "Basic !", "Bearer x"):
        for unknown in ("ask", "group", "refuse"):
            found = one(sources, Arrival("10.20.1.1", wrong), unknown=unknown)
            assert isinstance(found, Denied)
            assert found.cause == "login-refused"


UNKNOWN = [
    ("ask", True, "login-needed"),
    ("ask", False, None),
    ("group", True, None),
    ("group", False, None),
    ("refuse", True, "login-needed"),
    ("refuse", False, "person-unknown"),
]


@pytest.mark.parametrize(("unknown", "checks", "cause"), UNKNOWN)
def test_who_is_not_known_is_asked_or_of_the_group_unknown_or_refused(
    unknown: str, checks: bool, cause: str | None
) -> None:
    sources = Sources(passwords=PASSWORDS if checks else None, addresses=ADDRESSES)
    expected = Denied(cause, NOBODY) if cause else NOBODY  # type: ignore[arg-type]
    assert one(sources, Arrival(HERE), unknown=unknown) == expected
    assert isinstance(one(sources, Arrival("10.20.1.1"), unknown=unknown), Actor)


def test_a_directory_that_does_not_answer_refuses_or_makes_unknown_as_was_said() -> None:
    directory = Directory()
    directory.down = True
    login = Arrival(HERE, basic("sacha", "other"))
    checked = Sources(checker=directory)
    assert one(checked, login) == Denied("directory-down", NOBODY, 5)
    assert one(checked, login, down="unknown") == NOBODY
    listed = Sources(passwords=PASSWORDS, directories=(directory,))
    login = Arrival(HERE, basic("camille", "s3cret"))
    assert one(listed, login) == Denied("directory-down", NOBODY, 5)
    assert one(listed, login, down="unknown") == Actor("camille", ("unknown",), "password", HERE)


def test_a_directory_that_is_too_slow_does_not_answer() -> None:
    directory = Directory()
    directory.gate.clear()
    try:
        found = one(Sources(checker=directory), Arrival(HERE, basic("SACHA", "other")), timeout=0.02)
        assert found == Denied("directory-down", NOBODY, 5)
    finally:
        directory.gate.set()


def test_what_was_found_is_remembered_and_asked_for_once_by_many_at_a_time() -> None:
    directory = Directory()
    people = People(Sources(checker=directory))

    async def run() -> list[Actor | Denied]:
        return await asyncio.gather(*(people.who(Arrival(HERE, basic("SACHA", "other"))) for _ in range(30)))

    directory.gate.clear()
    threading.Timer(0.05, directory.gate.set).start()
    assert {found.user for found in asyncio.run(run()) if isinstance(found, Actor)} == {"sacha"}
    assert directory.asked == 1
    people.close()


def test_the_loop_goes_on_while_a_directory_thinks() -> None:
    directory = Directory()
    people = People(Sources(checker=directory))

    async def run() -> Actor | Denied:
        directory.gate.clear()
        asking = asyncio.create_task(people.who(Arrival(HERE, basic("SACHA", "other"))))
        while not directory.asked:  # noqa: ASYNC110 - the loop is what is looked at
            await asyncio.sleep(0)
        assert not asking.done()
        directory.gate.set()
        return await asking

    assert isinstance(asyncio.run(run()), Actor)
    people.close()


RIGHT = Arrival(HERE, basic("camille", "s3cret"))
GUESSES = [Arrival(HERE, basic("camille", f"guess {number}")) for number in range(PAIR)]
SPRAYED = [Arrival(HERE, basic(f"user-{number}", "summer")) for number in range(ADDRESS)]


def caused(found: Actor | Denied) -> str:
    return found.cause if isinstance(found, Denied) else found.user


def test_after_some_failures_one_name_waits_even_with_the_right_password() -> None:
    *refused, throttled = who(People(Sources(passwords=PASSWORDS)), *GUESSES, RIGHT)
    assert refused == [Denied("login-refused", NOBODY)] * PAIR
    assert isinstance(throttled, Denied)
    assert throttled.cause == "login-throttled"
    assert 0 < (throttled.again or 0) <= 60


@pytest.mark.parametrize("place", [HERE, "192.0.2.99"])
def test_guesses_are_not_told_apart_by_what_is_remembered_of_who_was_right(place: str) -> None:
    """Whoever works is remembered all day long."""
    guesses = [replace(arrival, address=place) for arrival in (*GUESSES, RIGHT)]
    *_, last = who(People(Sources(passwords=PASSWORDS)), RIGHT, *guesses)
    assert caused(last) == "login-throttled"


def test_a_tunnel_that_was_let_in_does_not_wait_for_what_others_try() -> None:
    inside = replace(RIGHT, admitted=True)
    assert caused(who(People(Sources(passwords=PASSWORDS)), RIGHT, *GUESSES, inside)[-1]) == "camille"
    assert caused(who(People(Sources(passwords=PASSWORDS)), *GUESSES, inside)[-1]) == "camille"


def test_an_old_password_that_a_program_goes_on_sending_keeps_nobody_out() -> None:
    directory = Directory()
    old, new = (Arrival(HERE, basic("SACHA", password)) for password in ("old", "other"))
    found = who(People(Sources(checker=directory)), *[old] * (ADDRESS + 1), new)
    assert {caused(one) for one in found[:-1]} == {"login-refused"}
    assert caused(found[-1]) == "sacha"
    assert directory.asked == 2


def test_who_tries_many_names_keeps_those_out_who_have_not_been_right_here_yet() -> None:
    directory = Directory()
    sources = Sources(passwords=PASSWORDS, checker=directory)
    sacha = Arrival(HERE, basic("SACHA", "other"))
    *_, known, unknown, elsewhere = who(
        People(sources, Manner(seconds=0)), RIGHT, *SPRAYED, RIGHT, sacha, replace(sacha, address="192.0.2.2")
    )
    assert [caused(one) for one in (known, unknown, elsewhere)] == ["camille", "login-throttled", "sacha"]


def test_tokens_that_are_not_good_keep_nobody_out() -> None:
    tokens: Any = OneToken()
    sources = Sources(passwords=PASSWORDS, tokens=tokens)
    bad = [Arrival(HERE, f"Bearer {JWT}{number}") for number in range(ADDRESS + 1)]
    found = who(People(sources), *bad, *bad, RIGHT)
    assert {caused(one) for one in found[:-1]} == {"login-refused"}
    assert caused(found[-1]) == "camille"
    assert tokens.asked == len(bad)


def test_a_down_directory_is_nobodys_failure() -> None:
    directory = Directory()
    directory.down = True
    people = People(Sources(checker=directory))

    async def run() -> Actor | Denied:
        for _ in range(PAIR + 1):
            await people.who(Arrival(HERE, basic("SACHA", "other")))
        directory.down = False
        return await people.who(Arrival(HERE, basic("SACHA", "other")))

    assert isinstance(asyncio.run(run()), Actor)
    people.close()


def test_no_repr_shows_what_was_shown_at_the_door() -> None:
    shown = repr(Arrival(HERE, basic("camille", "s3cret"), "camille", "hr"))
    assert basic("camille", "s3cret") not in shown
    assert "camille" not in shown
