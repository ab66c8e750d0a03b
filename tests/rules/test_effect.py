"""Rules that can never act: each is named with the reason, and no rule that can act is."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from guard.errors import RulesError
from guard.rules.effect import ended, ending
from guard.rules.load import load

TODAY = date(2026, 11, 23)
POLICY = "policy/block-badges.yaml"
HEAD = """\
# yaml-language-server: $schema=../.schema/policy.json
id: {id}
title: The rule {id}
description: A rule made for a test.
status: {status}
owner: security
date: 2026-11-23
references: []
"""

type Lay = Callable[[dict[str, str]], Path]


def policy(rule: str, when: str, then: str = "block", more: str = "", status: str = "stable") -> str:
    """A rule's file; its conditions and the rest as YAML in one line each."""
    end = "message: no-badges\n" if then in ("coach", "block", "hold", "justify") else ""
    end += "approvers: [dpo]\n" if then in ("hold", "justify") else ""
    tests = f"tests: [{{entities: [BADGE], expect: {then}}}]\n"
    return f"{HEAD.format(id=rule, status=status)}when: {when}\nthen: {then}\n{end}{more}{tests}"


def faults(root: Path) -> list[str]:
    """`path:line:col: CODE text (hint)` of all that is wrong."""
    try:
        load(root, TODAY)
    except RulesError as error:
        return [str(problem).removeprefix(f"{root.as_posix()}/policy/") for problem in error.problems]
    return []


ONE = {
    "a group both ways": (
        policy("a", "{groups: [hr, it], groups_not: [it]}"),
        ["a.yaml:9:21: R331 the group `it` is asked for and excepted (take it out of groups or of groups_not)"],
    ),
    "services that are all sanctioned": (
        policy("a", "{services: [example-api], sanctioned: false}"),
        ["a.yaml:9:33: R331 none of the services has `sanctioned: false` (leave out one of the two conditions)"],
    ),
    "services of another channel": (
        policy("a", "{services: [example-api], channels: [web]}"),
        ["a.yaml:9:33: R331 the services are used by api only (write api)"],
    ),
    "a classification that is never reached": (
        policy("a", "{entities: [BADGE], classification: secret}"),
        ["a.yaml:9:27: R331 what it is about is internal at most (write internal, or classify the entity higher)"],
    ),
    "nothing to count": (
        policy("a", "{groups: [hr], at_least: 3}"),
        ["a.yaml:9:22: R332 nothing to count (say of which entities)"],
    ),
    "nothing to redact": (
        policy("a", "{groups: [hr]}", "redact"),
        ["a.yaml:10:1: R332 nothing to redact (say which entities, or from which classification up)"],
    ),
    "no time": (
        policy("a", '{times: [{begin: "08:00", end: "08:00", zone: Europe/Paris}]}'),
        ['a.yaml:9:33: R333 the window ends when it begins (a whole day is "00:00" to "23:59", or no window at all)'],
    ),
    "no zone": (
        policy("a", '{times: [{begin: "08:00", end: "09:00", zone: Paris}]}'),
        ["a.yaml:9:47: R333 no time zone `Paris` (a name like Europe/Paris)"],
    ),
    "a zone that is a way to a file": (
        policy("a", '{times: [{begin: "08:00", end: "09:00", zone: ../../etc/passwd}]}'),
        ["a.yaml:9:47: R333 no time zone `../../etc/passwd` (a name like Europe/Paris)"],
    ),
    "a style of a rule that hides nothing": (
        policy("a", "{entities: [BADGE]}", "block", "styles: {BADGE: mask}\n"),
        ["a.yaml:12:10: R334 `block` hides nothing (styles go with `then: redact`)"],
    ),
    "a style of another entity": (
        policy("a", "{entities: [BADGE]}", "redact", "styles: {PERSON: mask}\n"),
        ["a.yaml:11:10: R334 the rule does not hide PERSON (name it in `entities` too)"],
    ),
    "no invented values": (
        policy("a", "{entities: [BADGE]}", "redact", "styles: {BADGE: surrogate}\n"),
        [
            "a.yaml:11:10: R335 no invented values for BADGE (there are some for CREDIT_CARD, EMAIL_ADDRESS, "
            "IBAN_CODE, IP_ADDRESS, LOCATION, ORGANIZATION, PERSON, PHONE_NUMBER)"
        ],
    ),
    "an exception for nobody": (
        policy("a", "{entities: [BADGE]}", more="exceptions: [{until: 2099-01-01, owner: dpo, reason: Pilot}]\n"),
        ["a.yaml:12:14: R336 the exception is for nobody (say groups, users or services)"],
    ),
    "an exception that has ended": (
        policy(
            "a",
            "{entities: [BADGE]}",
            more="exceptions: [{users: [ana], until: 2026-11-22, owner: dpo, reason: Pilot}]\n",
        ),
        ["a.yaml:12:29: R314 2026-11-22 has passed (renew the exception, or take it out)"],
    ),
    "an exception at no service": (
        policy(
            "a",
            "{entities: [BADGE]}",
            more="exceptions: [{services: [example-ap], until: 2099-01-01, owner: dpo, reason: Pilot}]\n",
        ),
        ["a.yaml:12:26: R304 no service `example-ap` (did you mean `example-api`?)"],
    ),
    "no test that it holds": (
        policy("a", "{entities: [BADGE]}").replace("expect: block", "expect: allow"),
        ["a.yaml:12:1: R411 no test expects `block` (show facts for which the rule holds)"],
    ),
}


@pytest.mark.parametrize(("text", "wanted"), ONE.values(), ids=ONE)
def test_a_rule_that_can_never_act_is_named_with_the_reason(
    text: str, wanted: list[str], good: dict[str, str], lay: Lay
) -> None:
    del good[POLICY]

    assert faults(lay({**good, "policy/a.yaml": text})) == wanted


WIDE = "{entities: [BADGE]}"
NARROW = "{entities: [BADGE], groups: [hr]}"
SHADOWED = {
    "the narrower and milder one": (policy("a", NARROW, "coach"), policy("b", WIDE), "a.yaml", "b", "block"),
    "redaction under a block": (policy("a", NARROW, "redact"), policy("b", WIDE), "a.yaml", "b", "block"),
    "the later of two alike": (policy("a", WIDE, "log"), policy("b", WIDE, "log"), "b.yaml", "a", "log"),
    "a beginning under a name": (policy("a", '{entities: ["BAD*"]}', "log"), policy("b", WIDE), "a.yaml", "b", "block"),
    "more values under one": (
        policy("a", "{entities: [BADGE], at_least: 9}", "log"),
        policy("b", WIDE),
        "a.yaml",
        "b",
        "block",
    ),
    "a higher classification under a lower": (
        policy("a", "{classification: internal}", "log"),
        policy("b", "{classification: public}"),
        "a.yaml",
        "b",
        "block",
    ),
}


@pytest.mark.parametrize(("one", "two", "path", "by", "verdict"), SHADOWED.values(), ids=SHADOWED)
def test_a_rule_in_the_shadow_of_another_is_named_with_it(
    one: str, two: str, path: str, by: str, verdict: str, good: dict[str, str], lay: Lay
) -> None:
    del good[POLICY]
    found = faults(lay({**good, "policy/a.yaml": one, "policy/b.yaml": two}))

    hint = "(make it narrower, stricter, or deprecated)"
    assert found == [f"{path}:9:1: R337 `{by}` gives `{verdict}` whenever this rule holds {hint}"]


LIT = {
    "a watched rule shadows nobody": policy("b", WIDE, status="test"),
    "nor does a part of the users": policy("b", WIDE, more="rollout: 50%\n"),
    "nor one with exceptions": policy(
        "b", WIDE, more="exceptions: [{users: [ana], until: 2099-01-01, owner: dpo, reason: Pilot}]\n"
    ),
    "nor one of some hours": policy("b", '{entities: [BADGE], times: [{begin: "08:00", end: "09:00", zone: UTC}]}'),
    "nor one that ends": policy("b", WIDE, more="until: 2099-01-01\n"),
    "nor one for other groups": policy("b", "{entities: [BADGE], groups: [it]}"),
    "nor one that excepts a group": policy("b", "{entities: [BADGE], groups_not: [it]}"),
    "nor one for answers": policy("b", "{entities: [BADGE], direction: answer}"),
    "nor one that counts": policy("b", "{entities: [BADGE], at_least: 2}"),
    "nor one that looks at files only": policy("b", "{entities: [BADGE], roles: [file]}"),
    "nor a milder one": policy("b", WIDE, "log"),
}


@pytest.mark.parametrize("other", LIT.values(), ids=LIT)
def test_a_rule_that_can_change_a_decision_is_no_fault(other: str, good: dict[str, str], lay: Lay) -> None:
    del good[POLICY]

    assert faults(lay({**good, "policy/a.yaml": policy("a", NARROW, "coach"), "policy/b.yaml": other})) == []


def test_redaction_is_not_shadowed_by_another_one_of_the_same_or_by_advice(good: dict[str, str], lay: Lay) -> None:
    masked = policy("a", NARROW, "redact", "styles: {BADGE: mask}\n")
    del good[POLICY]

    assert faults(lay({**good, "policy/a.yaml": masked, "policy/b.yaml": policy("b", WIDE, "redact")})) == []


def test_what_ends_within_a_month_is_said_before(good: dict[str, str], lay: Lay) -> None:
    more = "until: 2026-12-23\nexceptions:\n"
    for day in ("2026-11-23", "2026-12-24"):
        more += f"  - {{users: [ana], until: {day}, owner: dpo, reason: Pilot of {day}}}\n"
    del good[POLICY]
    rules = load(lay({**good, "policy/a.yaml": policy("a", WIDE, more=more)}), TODAY)

    assert list(ending(rules.policy.values(), TODAY)) == [
        "a: the rule (security) ends on 2026-12-23",
        "a: the exception “Pilot of 2026-11-23” (dpo) ends on 2026-11-23",
    ]
    assert list(ended(rules.policy.values(), date(2026, 11, 24))) == [
        "a: the exception “Pilot of 2026-11-23” (dpo) ended on 2026-11-23 and is not applied",
    ]


@pytest.mark.parametrize(("wide", "wanted"), [("", 0), ("evidence: true\n", 1)], ids=["none beside it", "two of them"])
def test_a_rule_that_keeps_evidence_is_shadowed_only_by_another_that_does(
    wide: str, wanted: int, good: dict[str, str], lay: Lay
) -> None:
    del good[POLICY]
    kept = policy("a", NARROW, "log", "evidence: true\n")

    assert len(faults(lay({**good, "policy/a.yaml": kept, "policy/b.yaml": policy("b", WIDE, more=wide)}))) == wanted


def test_a_class_is_the_entities_in_it(good: dict[str, str], lay: Lay) -> None:
    badge = good["detect/badge.yaml"].replace("  classification", "  classes: [PASS]\n  classification")
    del good[POLICY]
    rule = policy("a", "{entities: [PASS]}", "redact", "styles: {BADGE: mask}\n")

    assert faults(lay({**good, "detect/badge.yaml": badge, "policy/a.yaml": rule})) == []
    assert load(lay({}), TODAY).classes == {"PASS": ["BADGE"]}
