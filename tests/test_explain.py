"""What is said of a rule and of an event."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from guard.audit.event import event as event_of
from guard.explain import event, lines, rule
from guard.rules.load import load
from guard.rules.schema import KINDS, RuleSet
from guard.terms import Actor, Classification, Decision, Finding, Lang, Outcome, Reason, Use, Verdict


@pytest.fixture(scope="module")
def rules() -> RuleSet:
    return load(Path(__file__).parent.parent / "rules")


def test_a_policy_rule_says_what_it_does_and_whom_it_speaks_of(rules: RuleSet) -> None:
    about = rule(rules, "hold-employee-evaluation", Lang.EN)

    assert about is not None
    assert about["means"] == ["the use is employee-evaluation → hold until dpo or hr says yes"]
    assert about["speaks_of"] == ["employee-evaluation", "employee-evaluation-held"]
    assert about["tests"] == {"hold": 1, "allow": 2}


def test_a_detect_rule_names_the_policies_that_mean_its_entity(rules: RuleSet) -> None:
    about = rule(rules, "person-name", Lang.EN)

    assert about is not None
    assert {"redact-every-name", "redact-personal-data"} <= set(about["spoken_of_by"])  # type: ignore[call-overload]


@pytest.mark.parametrize("lang", list(Lang))
def test_every_rule_of_the_shipped_set_can_be_explained(rules: RuleSet, lang: Lang) -> None:
    for kind in KINDS:
        for name in list(getattr(rules, kind))[:3]:
            about = rule(rules, name, lang)
            assert about is not None
            assert about["means"]
            assert lines(about, lang)[0].startswith(f"{name}  ({kind}, ")


def test_a_rule_that_is_none_is_none(rules: RuleSet) -> None:
    assert rule(rules, "nothing", Lang.EN) is None


def line(decision: Decision, **more: Any) -> dict[str, Any]:
    found = (Finding("iban", "IBAN_CODE", Classification.CONFIDENTIAL, 0, 0, 27, 1.0),)
    outcome = Outcome(
        decision, Actor("ana", ("hr",)), "openai-api", "chat-completions", "api.openai.com", findings=found, **more
    )
    now = datetime(2026, 7, 23, 10, 12, 12, tzinfo=UTC)
    return event_of(outcome, uid="01985b7e-6c11-7c3e-9a52-3f2f6d1c8b10", sequence=1, time=now, node="n")


def test_an_event_says_who_what_and_by_which_rule(rules: RuleSet) -> None:
    reasons = (
        Reason("block-marked-documents", Verdict.BLOCK, "MARKING"),
        Reason("redact-personal-data", Verdict.REDACT, "IBAN_CODE"),
        Reason("uninspectable", Verdict.BLOCK, "unreadable: media"),
        Reason("redact-every-name", Verdict.REDACT, "PERSON", enforced=False),
        Reason("gone", Verdict.LOG, "always"),
    )
    uses = (Use("translation", 0.9, ("traduire",)),)
    given = line(Decision(Verdict.BLOCK, reasons), uses=uses, uninspectable=("media",), rules_version=rules.version)

    assert event(given, rules, Lang.EN) == [
        "2026-07-23T10:12:12.000Z: ana (hr) to openai-api, chat-completions (api)",
        "Decision: block (block: nothing leaves)",
        "Because of block-marked-documents “Marked documents do not leave” (security): MARKING → block",
        "Because of uninspectable (the guard itself sends or applies it, without a rule file): "
        "unreadable: media → block",
        "Only watched, without effect: redact-every-name “People, places and organisations are hidden alike” (dpo): "
        "PERSON → redact",
        "Also applies: redact-personal-data “Personal data is redacted” (dpo): IBAN_CODE → redact",
        "Also applies: gone: always → log",
        "Found: IBAN_CODE ×1 (confidential)",
        "Use recognised: translation (traduire)",
        "Could not be read: media",
        f"Rules: {rules.version}, those of this folder",
    ]
    assert event(given, rules, Lang.FR)[1] == "Décision : block (bloquer : rien ne sort)"


def test_a_failure_is_said_to_be_one(rules: RuleSet) -> None:
    said = event(line(Decision(Verdict.BLOCK), failure="timeout", rules_version="other"), rules, Lang.EN)

    assert said[1] == "The guard could not decide (timeout): nothing left"
    assert said[-1] == f"Rules: other, others than those of this folder ({rules.version})"


def test_what_somebody_put_into_the_log_does_not_reach_the_terminal(rules: RuleSet) -> None:
    given = line(Decision(Verdict.BLOCK, (Reason("x", Verdict.BLOCK, "why"),)))
    given["unmapped"]["guard"]["rules"][0]["why"] = "\x1b[2J"

    assert "\x1b" not in "".join(event(given, rules, Lang.EN))


def test_what_is_no_event_of_a_decision_is_an_error(rules: RuleSet) -> None:
    with pytest.raises(KeyError):
        event({"unmapped": {"guard": {"admin": "start"}}}, rules, Lang.EN)
