"""What two sets decide on the same texts, requests and events."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from guard.audit.event import event
from guard.replay import Corpus, Effect, Report, events
from guard.rules.load import load
from guard.rules.schema import RuleSet, Status
from guard.settings import Settings
from guard.terms import Actor, Classification, Decision, Finding, Outcome, Role, Style, Use, Verdict

CANARY = "canary.ophelie@exemple.fr"


@pytest.fixture(scope="module")
def rules() -> RuleSet:
    """The shipped set with three detect rules, so that it is ready at once."""
    whole = load(Path(__file__).parent.parent / "rules")
    return whole.model_copy(update={"detect": {n: whole.detect[n] for n in ("email-address", "iban", "marking-fr")}})


def edited(rules: RuleSet, name: str, **update: Any) -> RuleSet:
    return rules.model_copy(update={"policy": {**rules.policy, name: rules.policy[name].model_copy(update=update)}})


def without(rules: RuleSet, name: str) -> RuleSet:
    return rules.model_copy(update={"policy": {n: rule for n, rule in rules.policy.items() if n != name}})


def compared(old: RuleSet, new: RuleSet, *items: Any) -> Report:
    return asyncio.run(Corpus(old, new, Settings(nlp="none")).run(enumerate(items, 1)))


REQUEST = {
    "id": "request",
    "host": "api.openai.com",
    "path": "/v1/chat/completions",
    "headers": {"content-type": "application/json"},
    "body": json.dumps({"model": "m", "messages": [{"role": "user", "content": f"Écris à {CANARY}"}]}),
}
TEXT = {"id": "text", "text": f"Écris à {CANARY}"}


@pytest.mark.parametrize("item", [TEXT, REQUEST], ids=["a text", "a request"])
def test_what_is_decided_otherwise_is_named_with_its_rule(rules: RuleSet, item: dict[str, Any]) -> None:
    report = compared(rules, without(rules, "redact-personal-data"), {"text": "Bonjour"}, item)

    name = "redact-personal-data"
    assert report.total == 2
    assert report.effects == [
        Effect(item["id"], Verdict.REDACT, Verdict.ALLOW, (name,), more=(), less=("EMAIL_ADDRESS",), otherwise=())
    ]


def test_what_is_newly_blocked_hides_nothing_more(rules: RuleSet) -> None:
    new = edited(rules, "redact-personal-data", then=Verdict.BLOCK)
    [effect] = compared(rules, new, TEXT).effects

    assert (effect.old, effect.new, effect.less) == (Verdict.REDACT, Verdict.BLOCK, ())


def test_another_style_is_a_difference_though_the_verdict_is_the_same(rules: RuleSet) -> None:
    new = edited(rules, "redact-personal-data", styles={"EMAIL_ADDRESS": Style.DROP})
    [effect] = compared(rules, new, TEXT).effects

    assert (effect.old, effect.new, effect.otherwise) == (Verdict.REDACT, Verdict.REDACT, ("EMAIL_ADDRESS",))


def test_another_detection_is_a_difference(rules: RuleSet) -> None:
    new = rules.model_copy(update={"detect": {"iban": rules.detect["iban"]}})
    [effect] = compared(rules, new, TEXT).effects

    assert (effect.old, effect.new) == (Verdict.REDACT, Verdict.ALLOW)


def test_a_rule_that_is_only_watched_is_counted_and_decides_nothing(rules: RuleSet) -> None:
    new = edited(rules, "redact-personal-data", status=Status.TEST)
    report = compared(new, new, TEXT, TEXT)

    assert (report.effects, report.watched) == ([], {"redact-personal-data": 2})


def test_groups_service_and_time_of_a_line_are_heard(rules: RuleSet) -> None:
    when = rules.policy["redact-personal-data"].when.model_copy(update={"groups": ["hr"], "services": ["mistral-api"]})
    new = edited(rules, "redact-personal-data", when=when, until=datetime(2026, 1, 1, tzinfo=UTC).date())
    line = {**TEXT, "groups": ["hr"], "service": "mistral-api"}
    report = compared(without(rules, "redact-personal-data"), new, line, {**line, "at": "2025-12-31T23:00"})

    assert [effect.new for effect in report.effects] == [Verdict.REDACT]


@pytest.mark.parametrize(
    "item", [None, [], "text", {}, {"text": "a", "at": "soon"}, {"host": "example.com"}, {"host": 3}], ids=repr
)
def test_a_line_that_is_none_is_named_and_the_others_count(rules: RuleSet, item: Any) -> None:
    report = compared(rules, rules, item, TEXT)

    assert [number for number, _ in report.bad] == [1]
    assert report.total == 1


def test_no_text_is_in_a_report(rules: RuleSet) -> None:
    report = compared(rules, without(rules, "redact-personal-data"), TEXT, REQUEST, {"id": "x", "host": CANARY})

    assert "canary" not in repr(report)


# --- the log


def logged(*, n: int = 1, **more: Any) -> dict[str, Any]:
    """The event of a prompt in which n addresses were found."""
    found = tuple(Finding("mail", "EMAIL_ADDRESS", Classification.INTERNAL, 0, i, i + 1, 1.0) for i in range(n))
    outcome = Outcome(
        Decision(Verdict.REDACT),
        Actor("ana", ("hr",)),
        "openai-api",
        "chat-completions",
        "api.openai.com",
        findings=found,
        uses=(Use("translation", 0.9),),
        **more,
    )
    now = datetime(2026, 7, 23, 10, 12, 12, tzinfo=UTC)
    uid = "01985b7e-6c11-7c3e-9a52-3f2f6d1c8b10"
    return json.loads(json.dumps(event(outcome, uid=uid, sequence=1, time=now, node="n")))  # type: ignore[no-any-return]


def test_events_are_decided_on_again_by_both_policies(rules: RuleSet) -> None:
    when = rules.policy["redact-personal-data"].when.model_copy(update={"at_least": 3})
    report = events(rules, edited(rules, "redact-personal-data", when=when), enumerate([logged(n=3), logged(n=2)], 1))

    assert report.total == 2
    assert [(effect.old, effect.new) for effect in report.effects] == [(Verdict.REDACT, Verdict.LOG)]
    assert report.effects[0].id == "01985b7e-6c11-7c3e-9a52-3f2f6d1c8b10"


def test_an_event_is_decided_on_at_its_own_time(rules: RuleSet) -> None:
    ended = edited(rules, "redact-personal-data", until=datetime(2026, 7, 22, tzinfo=UTC).date())

    assert len(events(rules, ended, [(1, logged())]).effects) == 1


def test_rules_that_the_log_cannot_tell_about_are_left_out_of_both(rules: RuleSet) -> None:
    when = rules.policy["redact-personal-data"].when.model_copy(update={"roles": [Role.FILE]})
    report = events(rules, edited(rules, "redact-personal-data", when=when), [(1, logged())])

    assert (report.left_out, report.effects, report.total) == (("redact-personal-data",), [], 1)


def test_failures_and_the_guards_own_life_are_passed_over(rules: RuleSet) -> None:
    lines = [logged(failure="timeout"), {"unmapped": {"guard": {"admin": "start"}}}, {"other": 1}]
    report = events(rules, rules, enumerate(lines, 1))

    assert (report.total, [number for number, _ in report.bad]) == (0, [3])
