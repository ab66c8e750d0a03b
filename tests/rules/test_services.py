"""The lens laws (law 3) over every request that the shipped service rules show."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from guard.errors import WireError
from guard.rules.load import load
from guard.rules.schema import RuleSet, ServiceRule, ServiceTest
from guard.terms import Edit, Request
from guard.wire import request as wire
from guard.wire.routes import service

RULES = Path(__file__).resolve().parents[2] / "rules"
_LIMIT = 2**20
EMAIL = "ines.lagarde@example.fr"


@cache
def shipped() -> RuleSet:
    return load(RULES)


def samples() -> Iterator[tuple[ServiceRule, ServiceTest]]:
    for rule in shipped().services.values():
        yield from ((rule, test) for test in rule.tests if test.body and test.method != "WEBSOCKET")


def asked(rule: ServiceRule, test: ServiceTest, *headers: tuple[str, str]) -> Request:
    host = rule.hosts[0].replace("*", "host")
    return Request(test.method, host, test.path, (("content-type", test.type), *headers), test.body.encode())


every_sample = pytest.mark.parametrize(
    ("rule", "test"), [pytest.param(rule, test, id=f"{rule.id} {test.path}") for rule, test in samples()]
)


@every_sample
def test_without_an_edit_the_request_is_the_same(rule: ServiceRule, test: ServiceTest) -> None:
    request = asked(rule, test)
    assert wire.write(request, rule, [], _LIMIT) is request


@every_sample
def test_what_is_edited_is_read_again_and_nothing_else_changes(rule: ServiceRule, test: ServiceTest) -> None:
    request = asked(rule, test)
    before = wire.read(request, rule, _LIMIT)
    edits = [
        Edit(segment.where, f'{segment.text}[[VALEUR_{number}]] "é"\\\n')
        for number, segment in enumerate(before.segments)
        if segment.editable and segment.declared and segment.where.startswith("body:")
    ]
    after = wire.read(wire.write(request, rule, edits, _LIMIT), rule, _LIMIT)
    wanted = {edit.where: edit.text for edit in edits}
    # a body that was edited says its new length in its head
    assert {s.where: s.text for s in after.segments if not s.where.startswith("header")} == {
        s.where: wanted.get(s.where, s.text) for s in before.segments if not s.where.startswith("header")
    }
    assert (after.endpoint, after.model) == (before.endpoint, before.model)


def planted(value: object, said: str) -> Iterator[object]:
    """A JSON value with a text in one string or name after the other."""
    if isinstance(value, dict):
        yield value | {said: 1}
        yield value | {"x_new": [said]}
        for name, inner in value.items():
            yield from (value | {name: one} for one in planted(inner, said))
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            yield from ([*value[:at], one, *value[at + 1 :]] for one in planted(inner, said))
    elif isinstance(value, str):
        yield said


def test_an_address_counts_wherever_it_stands() -> None:
    seen = set()
    for rule, test in samples():
        fields = next((tuple(e.fields) for e in rule.endpoints if e.id == test.endpoint), ())
        alike = (test.body, rule.channel, fields)  # many services take the same
        signs_in = (rule.channel == "web" and not fields) or "emailAddress" in test.body
        if alike in seen or signs_in or not test.body.startswith(("{", "[")) or "\n{" in test.body:
            continue
        seen.add(alike)
        for body in planted(json.loads(test.body), EMAIL):
            prompt = wire.read(replace(asked(rule, test), body=json.dumps(body).encode()), rule, _LIMIT)
            told = [segment for segment in prompt.segments if EMAIL in segment.text]
            assert told or prompt.uninspectable, (rule.id, body)
            assert all(segment.declared for segment in told), (rule.id, body)


@every_sample
def test_a_signed_request_is_never_edited(rule: ServiceRule, test: ServiceTest) -> None:
    request = asked(rule, test, ("Authorization", "AWS4-HMAC-SHA256 Credential=x"))
    prompt = wire.read(request, rule, _LIMIT)
    assert prompt.signed
    with pytest.raises(WireError):
        wire.write(request, rule, [Edit(prompt.segments[0].where, "x")], _LIMIT)


def test_every_host_of_a_rule_leads_to_it() -> None:
    for rule in shipped().services.values():
        for host in rule.hosts:
            found = service(host.replace("*", "host"), shipped().services)
            assert found is not None
            assert found.id == rule.id


def test_every_endpoint_of_a_rule_but_lists_is_shown_by_one_of_its_tests() -> None:
    missing = [
        f"{rule.id}/{endpoint.id}"
        for rule in shipped().services.values()
        for endpoint in rule.endpoints
        if endpoint.fields and endpoint.methods != ["GET"] and not any(t.endpoint == endpoint.id for t in rule.tests)
    ]
    assert [name for name in missing if re.match(r".*-api/|bedrock/|vertex-ai/|azure-openai/", name)] == []
