"""Sigma rules: the shipped ones, and what is made of each part of the language."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest

from guard.audit.admin import Notice, admin
from guard.audit.event import event
from guard.audit.ids import uuid7
from guard.audit.questions import folder
from guard.audit.reader import Scope, reader
from guard.audit.schema import Happening
from guard.audit.sigma import LEVELS, Rule, query, rule, rules
from guard.audit.stamp import Place
from guard.errors import StoreError
from guard.terms import Actor, Classification, Decision, Finding, Outcome, Verdict

SHIPPED = rules(folder("sigma"))
START = datetime(2026, 7, 23, 10, tzinfo=UTC)
SCOPE = Scope(START, START + timedelta(days=1))
RULE = """title: A rule
id: 5b2c1d4e-0000-4000-8000-000000000001
level: low
logsource:
  product: prompt_guard
  service: audit
detection:
"""
CORRELATION = """title: A correlation
id: 5b2c1d4e-0000-4000-8000-000000000002
correlation:
  type: {type}
  rules:
    - base
  group-by:
    - user
  timespan: 10m
  condition:
    {condition}
"""

type Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path, new_outcome: Any) -> Write:
    """Write outcomes, one a minute."""

    def lay(*outcomes: Outcome | Notice) -> Path:
        with (tmp_path / "audit-par-01-2026-07-23.jsonl").open("wb") as file:
            for number, one in enumerate(outcomes):
                place = Place(f"event-{number}", number + 1, START + timedelta(minutes=number), "par-01")
                if isinstance(one, Notice):
                    made = admin(one, place)
                else:
                    made = event(one, uid=place.uid, sequence=place.sequence, time=place.time, node=place.node)
                file.write(orjson.dumps(made) + b"\n")
        return tmp_path

    return lay


def hits(made: Rule, log: Path, every: tuple[Rule, ...] = ()) -> list[str]:
    with reader(log, SCOPE) as tables:
        return sorted(row[4] for row in tables.ask(query(made, every or (made,))).rows)


def of(detection: str) -> Rule:
    return rule("mine.yml", RULE + "".join(f"  {line}\n" for line in detection.splitlines()))


DETECTIONS = {
    "a value": ("s:\n  decision: block\ncondition: s", [1, 3]),
    "whatever its case": ("s:\n  decision: BLOCK\ncondition: s", [1, 3]),
    "one of some": ("s:\n  decision:\n    - block\n    - redact\ncondition: s", [1, 2, 3]),
    "all fields": ("s:\n  decision: block\n  user: mcurie\ncondition: s", [3]),
    "any map": ("s:\n  - user: mcurie\n  - decision: redact\ncondition: s", [2, 3]),
    "a number": ("s:\n  severity: 3\ncondition: s", [1, 2, 3]),
    "more than": ("s:\n  chars|gt: 1187\ncondition: s", [3]),
    "at least": ("s:\n  chars|gte: 1187\ncondition: s", [0, 1, 2, 3]),
    "less than": ("s:\n  chars|lt: 1188\ncondition: s", [0, 1, 2]),
    "at most": ("s:\n  chars|lte: 1186\ncondition: s", []),
    "a part": ("s:\n  host|contains: openai\ncondition: s", [0, 1, 2, 3]),
    "a beginning": ("s:\n  user|startswith: mc\ncondition: s", [3]),
    "an end": ("s:\n  user|endswith: rie\ncondition: s", [3]),
    "stars": ("s:\n  user: m*r?e\ncondition: s", [3]),
    "no wildcard of sql": ("s:\n  user: '%c_rie'\ncondition: s", []),
    "a quote": ("s:\n  user: \"o'neill' OR 1=1\"\ncondition: s", []),
    "an item of a list": ("s:\n  types: IBAN_CODE\ncondition: s", [1, 2, 3]),
    "a part of an item": ("s:\n  types|startswith: IBAN\ncondition: s", [1, 2, 3]),
    "all items asked for": ("s:\n  types|contains|all:\n    - IBAN\n    - PERSON\ncondition: s", [1, 2, 3]),
    "there": ("s:\n  rule|exists: true\ncondition: s", [1, 2, 3]),
    "not there": ("s:\n  rule|exists: false\ncondition: s", [0]),
    "null": ("s:\n  rule: null\ncondition: s", [0]),
    "true": ("s:\n  alert: true\ncondition: s", [1, 3]),
    "not": ("s:\n  decision: block\ncondition: not s", [0, 2]),
    "not of what is not there": ("s:\n  rule: client-data\ncondition: not s", [0]),
    "and not": ("a:\n  decision: block\nb:\n  user: mcurie\ncondition: a and not b", [1]),
    "or before and": ("a:\n  user: mcurie\nb:\n  decision: redact\nc:\n  lang: en\ncondition: a or b and c", [3]),
    "parentheses": ("a:\n  user: mcurie\nb:\n  decision: redact\nc:\n  lang: en\ncondition: (a or b) and c", []),
    "one of a kind": ("s_a:\n  user: mcurie\ns_b:\n  decision: redact\ncondition: 1 of s_*", [2, 3]),
    "all of them": ("a:\n  user: mcurie\nb:\n  decision: block\ncondition: all of them", [3]),
}


@pytest.mark.parametrize(("detection", "expected"), DETECTIONS.values(), ids=DETECTIONS)
def test_a_detection_finds_what_it_says(detection: str, expected: list[int], write: Write, new_outcome: Any) -> None:
    other = replace(new_outcome(Verdict.BLOCK), actor=Actor("mcurie", ("rnd",), "address", None), chars=2000)
    log = write(new_outcome(), new_outcome(Verdict.BLOCK), new_outcome(Verdict.REDACT), other)
    assert hits(of(detection), log) == [f"event-{number}" for number in expected]


REFUSED = {
    "no such column": ("s:\n  colour: red\ncondition: s", "`colour` is no column"),
    "a column of the other table": ("s:\n  subject: x\ncondition: s", "`subject` is no column"),
    "no such modifier": ("s:\n  user|re: .*\ncondition: s", "modifier"),
    "two modifiers": ("s:\n  user|contains|startswith: x\ncondition: s", "modifier"),
    "not a number": ("s:\n  chars|gt: many\ncondition: s", "wants a number"),
    "no such selection": ("s:\n  user: x\ncondition: t", "names `t`"),
    "nothing of a kind": ("s:\n  user: x\ncondition: 1 of t_*", "empty"),
    "an open parenthesis": ("s:\n  user: x\ncondition: (s", "closing"),
    "a loose end": ("s:\n  user: x\ncondition: s s", "goes on"),
    "half a condition": ("s:\n  user: x\ncondition: s and", "ends too early"),
    "a pipe": ("s:\n  user: x\ncondition: s | count() > 3", "sign"),
    "an empty selection": ("s: {}\ncondition: s", "empty"),
    "keywords": ("s:\n  - x\ncondition: s", ""),
    "no condition": ("s:\n  user: x", "`condition` is missing"),
}


@pytest.mark.parametrize(("detection", "why"), REFUSED.values(), ids=REFUSED)
def test_a_rule_that_asks_for_more_is_refused(detection: str, why: str) -> None:
    with pytest.raises(StoreError, match=rf"mine\.yml.*{re.escape(why)}"):
        of(detection)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("product: prompt_guard", "product: windows"),
        ("service: audit", "service: proxy"),
        ("level: low", "level: grave"),
    ],
)
def test_a_rule_about_something_else_is_refused(old: str, new: str) -> None:
    text = RULE.replace(old, new) + "  s:\n    user: x\n  condition: s\n"
    with pytest.raises(StoreError, match=r"mine\.yml: "):
        rule("mine.yml", text)


def test_the_guards_own_life_is_a_source_too(write: Write, new_outcome: Any) -> None:
    text = RULE.replace("service: audit", "service: admin") + "  s:\n    admin: full\n  condition: s\n"
    log = write(new_outcome(), Notice(Happening.FULL, "The disk is full"), Notice(Happening.START, "The guard starts"))
    assert hits(rule("mine.yml", text), log) == ["event-1"]


BASE = rule("base.yml", RULE + "  s:\n    decision: block\n  condition: s\n")


def correlation(kind: str, condition: str, **changes: str) -> Rule:
    text = CORRELATION.format(type=kind, condition=condition)
    for old, new in changes.items():
        text = text.replace(old, new)
    return rule("mine.yml", text)


def test_events_are_counted_by_group_within_the_time(write: Write, new_outcome: Any) -> None:
    quiet = replace(new_outcome(Verdict.BLOCK), actor=Actor("mcurie", (), "address", None))
    block = new_outcome(Verdict.BLOCK)
    log = write(block, quiet, block, new_outcome(), block)
    assert hits(correlation("event_count", "gte: 3"), log, (BASE,)) == ["event-4"]
    assert hits(correlation("event_count", "gt: 3"), log, (BASE,)) == []
    assert hits(correlation("event_count", "gte: 3", **{"10m": "3m"}), log, (BASE,)) == []


def test_values_are_counted_once_each(write: Write, new_outcome: Any) -> None:
    block = new_outcome(Verdict.BLOCK)
    other = replace(block, service="mistral-api")
    by_service = correlation("value_count", "gte: 2\n    field: service")
    assert hits(by_service, write(block, block, block), (BASE,)) == []
    assert hits(by_service, write(block, other), (BASE,)) == ["event-1"]


def test_a_list_among_the_groups_counts_for_each_item(write: Write) -> None:
    def sent(user: str, *prints: str) -> Outcome:
        findings = tuple(
            Finding("iban", "IBAN_CODE", Classification.SECRET, 0, n, n + 1, 1.0) for n in range(len(prints))
        )
        return Outcome(
            Decision(Verdict.BLOCK, classification=Classification.SECRET),
            Actor(user),
            "openai-api",
            "chat-completions",
            "api.openai.com",
            findings=findings,
            fingerprints=prints,
        )

    shared = correlation("value_count", "gte: 2\n    field: user", **{"- user": "- fingerprints"})
    log = write(sent("jdupont", "hmac:a", "hmac:b"), sent("jdupont", "hmac:a"), sent("mcurie", "hmac:b", "hmac:c"))
    assert hits(shared, log, (BASE,)) == ["event-2"]


@pytest.mark.parametrize(
    ("kind", "condition", "changes"),
    [
        ("temporal", "gte: 3", {}),
        ("event_count", "lt: 3", {}),
        ("event_count", "gte: 3\n    lte: 9", {}),
        ("event_count", "gte: many", {}),
        ("event_count", "gte: 3\n    field: user", {}),
        ("value_count", "gte: 3", {}),
        ("value_count", "gte: 3\n    field: colour", {}),
        ("event_count", "gte: 3", {"- user": "- colour"}),
        ("event_count", "gte: 3", {"10m": "10y"}),
        ("event_count", "gte: 3", {"  group-by:\n    - user\n": ""}),
    ],
)
def test_a_correlation_that_asks_for_more_is_refused(kind: str, condition: str, changes: dict[str, str]) -> None:
    with pytest.raises(StoreError, match=r"mine\.yml"):
        correlation(kind, condition, **changes)


def test_a_correlation_of_rules_that_are_not_there_is_refused(tmp_path: Path) -> None:
    (tmp_path / "one.yml").write_text(CORRELATION.format(type="event_count", condition="gte: 3"))
    with pytest.raises(StoreError, match=r"one\.yml: no rule is named base"):
        rules(tmp_path)


def test_a_folder_without_rules_is_said(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no Sigma rules"):
        rules(tmp_path)


def test_eight_rules_at_least_are_shipped_each_with_an_id_of_its_own() -> None:
    assert len(SHIPPED) >= 8
    assert len({UUID(made.id) for made in SHIPPED}) == len(SHIPPED)
    assert [LEVELS.index(made.level) for made in SHIPPED] == sorted(
        (LEVELS.index(made.level) for made in SHIPPED), reverse=True
    )


@pytest.mark.parametrize("made", SHIPPED, ids=[made.name for made in SHIPPED])
def test_a_shipped_rule_is_named_as_its_file_and_can_be_run(made: Rule, tmp_path: Path) -> None:
    assert made.file == f"{made.name}.yml"
    assert hits(made, tmp_path, tuple(SHIPPED)) == []


def test_the_shipped_rules_find_what_they_are_about(tmp_path: Path, new_outcome: Any) -> None:
    secret = replace(new_outcome(Verdict.COACH), decision=Decision(Verdict.COACH, classification=Classification.SECRET))
    key = Finding("aws-key", "SECRET_AWS_KEY", Classification.SECRET, 0, 0, 20, 1.0, proven=True)
    outcomes: list[Outcome | Notice] = [
        *(replace(secret, service=f"service-{n}", findings=(key,), fingerprints=("hmac:a",)) for n in range(4)),
        *(replace(secret, actor=Actor(f"user-{n}"), findings=(key,), fingerprints=("hmac:a",)) for n in range(5)),
        *(new_outcome(Verdict.BLOCK) for _ in range(3)),
        *(new_outcome(Verdict.BLOCK, failure="worker") for _ in range(10)),
        new_outcome(endpoint="unknown", chars=20_000),
        new_outcome(Verdict.LOG, uninspectable=("media",)),
        *(Notice(what, "…") for what in Happening),
        Notice(Happening.READ, "…", "an event", kind="evidence"),
    ]
    with (tmp_path / "audit-par-01-2026-07-23.jsonl").open("wb") as file:
        for number, one in enumerate(outcomes):
            time = START + timedelta(seconds=number)
            place = Place(str(uuid7(time, bytes(10))), number + 1, time, "par-01")
            made = (
                admin(one, place)
                if isinstance(one, Notice)
                else event(one, uid=place.uid, sequence=place.sequence, time=time, node=place.node)
            )
            file.write(orjson.dumps(made) + b"\n")
    silent = [made.name for made in SHIPPED if not hits(made, tmp_path, tuple(SHIPPED))]
    assert silent == []
