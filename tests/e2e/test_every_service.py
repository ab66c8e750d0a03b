"""Values planted in what each service takes, wherever a string stands: none leaves, and each request has one event.

The requests are those that the rule files show. By default one for each service; all of them, a string at a time, in
the soak run.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

import httpx2
import pytest

from guard.demo.stage import Stage, seen
from guard.demo.standin import Standin
from guard.demo.website import Website
from guard.rules.load import load

EMAIL = "ines.lagarde@example.fr"
VALUES = [EMAIL, "FR76 3000 6000 0112 3456 7890 189", "2 85 05 78 006 084 41", "Marguerite Berthelot"]
SAID = "Écris à {} pour Madame {} : l'IBAN est {}, le NIR {}.".format(VALUES[0], VALUES[3], *VALUES[1:3])
STEERS = {"type", "role", "model", "event", "object", "method", "url", "sender", "target"}
"""Names of fields by which a service knows what the others mean."""
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Case:
    """A request that a rule file shows."""

    name: str
    method: str
    url: str
    kind: str
    body: str


@cache
def cases() -> list[Case]:
    return [
        Case(f"{rule.id} {test.method} {test.path}", test.method, f"https://{host}{test.path}", test.type, test.body)
        for rule in load(Path(__file__).resolve().parents[2] / "rules").services.values()
        for host in [rule.hosts[0].replace("*", "host")]
        for test in rule.tests
        if test.method != "WEBSOCKET" and "multipart" not in test.type
        # people sign in with their address
        if test.endpoint != "sign-in" and "emailAddress" not in test.body
    ]


def first_of_each() -> list[Case]:
    found: dict[str, Case] = {}
    for case in cases():
        if case.body.startswith(("{", "[", "f.req")):
            found.setdefault(case.name.split()[0], case)
    return list(found.values())


def planted(value: Any, said: str) -> Any:
    """A JSON value with a sentence in each string that steers nothing, and where JSON stands in one, in that."""
    if isinstance(value, dict):
        return {name: one if name in STEERS else planted(one, said) for name, one in value.items()} | {"x_new": said}
    if isinstance(value, list):
        return [planted(one, said) for one in value]
    if isinstance(value, str) and value[:1] in "{[" and value:
        return json.dumps(planted(json.loads(value), said), ensure_ascii=False)
    return said if isinstance(value, str) and not value.startswith("data:") else value


def one_at_a_time(value: Any, said: str) -> Iterator[Any]:
    """The same for one string after the other, and for a name of each object."""
    if isinstance(value, dict):
        yield value | {said: 1}
        yield value | {"x_new": {"y": [said]}}
        for name, inner in value.items():
            yield from (value | {name: one} for one in one_at_a_time(inner, said))
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            yield from ([*value[:at], one, *value[at + 1 :]] for one in one_at_a_time(inner, said))
    elif isinstance(value, str) and value[:1] in "{[" and value:
        yield from (json.dumps(one, ensure_ascii=False) for one in one_at_a_time(json.loads(value), said))
    elif isinstance(value, str) and not value.startswith("data:"):
        yield said


def bodies(case: Case, said: str) -> Iterator[bytes]:
    """Bodies with something planted in one place."""
    if case.kind.startswith(FORM):
        pairs = parse_qsl(case.body)
        for at, (name, value) in enumerate(pairs):
            for one in one_at_a_time(value, said):
                yield urlencode([*pairs[:at], (name, one), *pairs[at + 1 :]]).encode()
    elif case.body.startswith(("{", "[")):
        lines = [json.loads(line) for line in re.split(r"\n(?=[{\[])", case.body)]
        for at, line in enumerate(lines):
            for one in one_at_a_time(line, said):
                yield "\n".join(
                    json.dumps(x, ensure_ascii=False) for x in [*lines[:at], one, *lines[at + 1 :]]
                ).encode()


class Net:
    """The proxy, and all that stands behind it."""

    def __init__(self, stage: Stage, website: Website, others: Standin, http: httpx2.Client) -> None:
        self._guard, self._http = stage.guard, http
        self._behind = (stage.standin.requests, website.requests, others.requests)

    def send(self, case: Case, body: bytes, path: str = "", **headers: str) -> list[str]:
        """The values that left."""
        before = [len(requests) for requests in self._behind]
        kind = {"content-type": case.kind}
        self._http.request(case.method, case.url + path, content=body or None, headers=kind | headers)
        return seen((one for got, first in zip(self._behind, before, strict=True) for one in got[first:]), VALUES)

    @property
    def decisions(self) -> list[str]:
        """Of every event so far."""
        found: list[Any] = self._guard.events()
        return [event["unmapped"]["guard"]["decision"] for event in found]


@pytest.fixture(scope="module")
def net(whole_stage: Stage, website: Website, others: Standin, http: httpx2.Client) -> Net:
    return Net(whole_stage, website, others, http)


@pytest.mark.parametrize("case", first_of_each(), ids=lambda case: case.name)
def test_no_planted_value_leaves_for_any_service(net: Net, case: Case) -> None:
    if case.kind.startswith(FORM):
        pairs = [(name, planted(value, SAID)) for name, value in parse_qsl(case.body)]
        body = urlencode(pairs).encode()
    else:
        body = json.dumps(planted(json.loads(case.body), SAID), ensure_ascii=False).encode()
    before = len(net.decisions)
    assert net.send(case, body) == []
    assert net.decisions[before:] in (["redact"], ["block"])


@pytest.mark.soak
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_no_planted_value_leaves_from_any_place(net: Net, case: Case) -> None:
    before = len(net.decisions)
    sent = 0
    for said in (SAID, EMAIL):
        for body in bodies(case, said):
            assert net.send(case, body) == [], body
            sent += 1
        mark = "&" if "?" in case.url else "?"
        assert net.send(case, case.body.encode(), f"{mark}x={quote(said)}") == []
        assert net.send(case, case.body.encode(), **{"x-note": quote(said, safe=" :,.@'")}) == []
        sent += 2
    assert len(net.decisions) - before == sent
