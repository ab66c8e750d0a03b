from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from guard.audit.event import event
from guard.terms import Actor, Classification, Decision, Outcome, Reason, Verdict

# class, action, disposition, alert: OCSF 1.8.0, data_security_finding and api_activity with security_control
RESULTS = {
    Verdict.ALLOW: (6003, 1, "Allowed", 1, "Allowed", None),
    Verdict.LOG: (2006, 3, "Observed", 17, "Logged", False),
    Verdict.COACH: (2006, 1, "Allowed", 19, "Alert", False),
    Verdict.REDACT: (2006, 4, "Modified", 11, "Corrected", False),
    Verdict.JUSTIFY: (2006, 0, "Unknown", 14, "Delayed", False),
    Verdict.HOLD: (2006, 0, "Unknown", 14, "Delayed", False),
    Verdict.BLOCK: (2006, 2, "Denied", 2, "Blocked", True),
}


def result(made: dict[str, Any]) -> tuple[Any, ...]:
    keys = ("class_uid", "action_id", "action", "disposition_id", "disposition", "is_alert")
    return tuple(made.get(key) for key in keys)


@pytest.mark.parametrize("verdict", Verdict)
def test_every_verdict_has_its_class_action_and_disposition(verdict: Verdict, new_event: Any) -> None:
    assert result(new_event(verdict)) == RESULTS[verdict]


@pytest.mark.parametrize("verdict", Verdict)
def test_a_failure_is_an_error_whatever_the_verdict(verdict: Verdict, new_event: Any) -> None:
    made = new_event(verdict, failure="worker")
    assert result(made) == (2006, 2, "Denied", 27, "Error", True)
    assert (made["severity_id"], made["metadata"]["event_code"]) == (4, "prompt.failure")
    assert made["message"].startswith("failure (worker)")
    assert "policy" not in made


WATCHED = Decision(
    Verdict.ALLOW, (Reason("a", Verdict.ALLOW, ""), Reason("new-rule", Verdict.BLOCK, "", enforced=False))
)


@pytest.mark.parametrize(
    "changes", [{"decision": WATCHED}, {"uninspectable": ("media",)}], ids=["a watched rule", "an unread part"]
)
def test_what_is_allowed_but_not_clean_is_observed(changes: dict[str, Any], new_event: Any) -> None:
    assert result(new_event(Verdict.ALLOW, **changes))[:5] == RESULTS[Verdict.LOG][:5]


def test_a_finding_makes_it_no_clean_exchange(new_event: Any, new_outcome: Any) -> None:
    findings = new_outcome(Verdict.LOG).findings
    assert new_event(Verdict.ALLOW, findings=findings)["class_uid"] == 2006


def test_a_rule_that_is_only_watched_is_named_as_not_applied(new_event: Any) -> None:
    made = new_event(Verdict.ALLOW, decision=WATCHED)
    assert made["policy"] == {"uid": "new-rule", "version": "4be1c0d2", "is_applied": False}


def test_the_rule_that_decided_is_the_policy(new_event: Any) -> None:
    made = new_event(Verdict.REDACT)
    assert made["policy"] == {"uid": "client-data", "version": "4be1c0d2", "is_applied": True}
    assert made["finding_info"]["analytic"]["uid"] == "client-data"
    assert made["finding_info"]["uid"] == made["metadata"]["uid"]


def test_a_clean_exchange_names_the_call_and_the_model(new_event: Any) -> None:
    made = new_event()
    assert made["api"] == {"operation": "chat-completions", "service": {"name": "openai-api"}}
    assert made["ai_model"] == {"name": "gpt-5", "ai_provider": "OpenAI"}
    assert made["metadata"]["profiles"] == ["security_control", "host", "datetime", "ai_operation"]


def test_without_a_model_the_profile_is_left_out(new_event: Any) -> None:
    made = new_event(model=None)
    assert "ai_model" not in made
    assert "ai_operation" not in made["metadata"]["profiles"]


def test_the_time_is_utc_to_the_millisecond(new_event: Any) -> None:
    made = new_event()
    assert (made["time"], made["time_dt"]) == (1784801532417, "2026-07-23T10:12:12.417Z")


def test_a_time_without_zone_is_refused(new_outcome: Any) -> None:
    with pytest.raises(TypeError):
        event(new_outcome(), uid="", sequence=1, time=datetime(2026, 7, 23), node="n")  # noqa: DTZ001 - the point


def test_who_where_and_which_node(new_event: Any) -> None:
    made = new_event(Verdict.BLOCK)
    groups = [{"name": "finance"}, {"name": "staff"}]
    assert made["actor"] == {"user": {"name": "jdupont", "type_id": 1, "groups": groups}}
    assert made["src_endpoint"] == {"ip": "10.20.31.7"}
    assert made["device"] == {"type_id": 0, "ip": "10.20.31.7"}
    assert made["dst_endpoint"] == {"hostname": "api.openai.com", "svc_name": "openai-api"}
    assert (made["metadata"]["product"]["uid"], made["metadata"]["sequence"]) == ("guard-par-01", 48211)


@pytest.mark.parametrize("address", [None, "", "not an address", "10.0.0.256", "1.2.3.4\n"])
def test_no_address_is_said_as_such(address: str | None, new_event: Any) -> None:
    made = new_event(actor=Actor(address=address))
    assert made["src_endpoint"] == {"name": "unknown"}
    assert "device" not in made
    assert made["actor"]["user"]["type_id"] == 0


def test_an_address_loses_its_zone(new_event: Any) -> None:
    assert new_event(actor=Actor(address="fe80::1%\x1b[31m"))["src_endpoint"] == {"ip": "fe80::1"}


SEVERITIES = [
    (Verdict.LOG, Classification.PUBLIC, "Informational"),
    (Verdict.LOG, Classification.INTERNAL, "Low"),
    (Verdict.COACH, Classification.PUBLIC, "Low"),
    (Verdict.REDACT, Classification.INTERNAL, "Low"),
    (Verdict.REDACT, Classification.CONFIDENTIAL, "Medium"),
    (Verdict.BLOCK, Classification.PUBLIC, "Medium"),
    (Verdict.LOG, Classification.SECRET, "High"),
    (Verdict.BLOCK, Classification.SECRET, "High"),
]


@pytest.mark.parametrize(("verdict", "classification", "severity"), SEVERITIES)
def test_severity_is_the_higher_of_verdict_and_classification(
    verdict: Verdict, classification: Classification, severity: str, new_event: Any
) -> None:
    made = new_event(verdict, decision=Decision(verdict, classification=classification))
    assert made["severity"] == severity


@pytest.mark.parametrize(("score", "confidence"), [(0.49, 1), (0.5, 2), (0.79, 2), (0.8, 3), (1.0, 3)])
def test_confidence_is_the_surest_findings(score: float, confidence: int, new_event: Any, new_outcome: Any) -> None:
    finding = replace(new_outcome(Verdict.LOG).findings[0], score=score)
    made = new_event(Verdict.LOG, findings=(finding,))
    assert (made["confidence_score"], made["confidence_id"]) == (round(100 * score), confidence)


def test_the_message_is_one_readable_line(new_event: Any) -> None:
    message = "redact: IBAN_CODE x1, PERSON x2 in a prompt to openai-api (rule client-data)"
    assert new_event(Verdict.REDACT)["message"] == message
    assert new_event()["message"] == "allow: a prompt to openai-api"


def test_no_name_from_outside_can_forge_a_line(new_outcome: Any) -> None:
    evil = 'x\n{"decision":"allow"}\x1b[2J\u2028\ud800'
    outcome = new_outcome(
        Verdict.BLOCK,
        actor=Actor(evil, (evil,), evil, evil),
        service=evil,
        endpoint=evil,
        host=evil,
        provider=evil,
        model=evil,
        channel=evil,
        failure=evil,
        uninspectable=(evil,),
        milliseconds={evil: 1.0},
        rules_version=evil,
    )
    shown = strings(outcome)
    assert not [text for text in shown if not text.isprintable()]
    assert any("�{" in text for text in shown)


def strings(outcome: Outcome) -> list[str]:
    made = event(outcome, uid="0", sequence=1, time=datetime(2026, 7, 23, tzinfo=UTC), node="x\n")
    found: list[str] = []
    left: list[Any] = [made]
    while left:
        item = left.pop()
        if isinstance(item, dict):
            left += [*item.keys(), *item.values()]
        elif isinstance(item, list):
            left += item
        elif isinstance(item, str):
            found.append(str(item))
    return found


ANSWERS = RESULTS | {
    Verdict.COACH: RESULTS[Verdict.LOG],
    Verdict.JUSTIFY: RESULTS[Verdict.BLOCK],
    Verdict.HOLD: RESULTS[Verdict.BLOCK],
}
"""Nobody can be asked about an answer, or be advised before it."""


@pytest.mark.parametrize("verdict", Verdict)
def test_an_answer_has_results_of_its_own_and_points_to_its_prompt(verdict: Verdict, new_event: Any) -> None:
    about = "01999b7e-6b90-7d0a-8f55-8a3cbb0f1d22"
    made = new_event(verdict, direction="answer", about=about)
    assert result(made) == ANSWERS[verdict]
    assert made["metadata"]["event_code"] == f"answer.{verdict}"
    assert made["metadata"]["correlation_uid"] == about
    assert made["unmapped"]["guard"]["direction"] == "answer"
    assert "an answer from openai-api" in made["message"]


def test_a_prompt_points_to_nothing(new_event: Any) -> None:
    assert "correlation_uid" not in new_event()["metadata"]
