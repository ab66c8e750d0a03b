"""Outcome -> one OCSF 1.8.0 event (law 7), in the shape that `guard.audit.schema` writes down.

A clean exchange is an API Activity (6003); anything else is a Data Security Finding (2006). An Outcome holds no prompt
text, and every string in it passes `printable` on its way (law 6).
"""

from datetime import datetime
from ipaddress import ip_address
from typing import Literal, NamedTuple

from guard.audit import schema
from guard.audit.printable import printable, printables
from guard.audit.stamp import Place, Profile, stamp
from guard.audit.unmapped import entities, guard, strictest_first
from guard.terms import Classification, Outcome, Reason, Verdict


class _Result(NamedTuple):
    """What became of the prompt, in OCSF's words (security_control profile), and a title for people."""

    action_id: Literal[0, 1, 2, 3, 4]
    action: Literal["Unknown", "Allowed", "Denied", "Observed", "Modified"]
    disposition_id: Literal[2, 11, 14, 17, 19, 27]
    disposition: Literal["Blocked", "Corrected", "Delayed", "Logged", "Alert", "Error"]
    title: str


_OBSERVED = _Result(3, "Observed", 17, "Logged", "A rule matched a prompt, which went out")
_WAITS = _Result(0, "Unknown", 14, "Delayed", "A prompt waits for a person")
_FAILED = _Result(2, "Denied", 27, "Error", "The guard could not decide, so nothing went out")
_PROMPTS = {
    Verdict.ALLOW: _OBSERVED,
    Verdict.LOG: _OBSERVED,
    Verdict.COACH: _Result(1, "Allowed", 19, "Alert", "A person was advised, and the prompt went out"),
    Verdict.REDACT: _Result(4, "Modified", 11, "Corrected", "Confidential data was taken out of a prompt"),
    Verdict.JUSTIFY: _WAITS,
    Verdict.HOLD: _WAITS,
    Verdict.BLOCK: _Result(2, "Denied", 2, "Blocked", "A prompt was blocked"),
}
_SHOWN = _OBSERVED._replace(title="A rule matched an answer, which was shown")
_STOPPED = _Result(2, "Denied", 2, "Blocked", "An answer was withheld from its reader")
_ANSWERS = {
    Verdict.ALLOW: _SHOWN,
    Verdict.LOG: _SHOWN,
    Verdict.COACH: _SHOWN,
    Verdict.REDACT: _Result(4, "Modified", 11, "Corrected", "Confidential data was taken out of an answer"),
    Verdict.JUSTIFY: _STOPPED,
    Verdict.HOLD: _STOPPED,
    Verdict.BLOCK: _STOPPED,
}
"""An answer is on its way already: nobody can be asked, and nobody be advised before."""
_UNSHOWN = _FAILED._replace(title="The guard could not decide, so the rest of an answer was withheld")
_CONFIDENTIALITY: dict[Classification, Literal[1, 2, 3, 5]] = {
    Classification.PUBLIC: 1,
    Classification.INTERNAL: 5,
    Classification.CONFIDENTIAL: 2,
    Classification.SECRET: 3,
}
_SEVERITY: dict[Verdict | Classification, Literal[1, 2, 3]] = {
    Verdict.COACH: 2,
    Verdict.REDACT: 2,
    Verdict.JUSTIFY: 2,
    Verdict.HOLD: 2,
    Verdict.BLOCK: 3,
    Classification.INTERNAL: 2,
    Classification.CONFIDENTIAL: 3,
}
"""1 where nothing is said."""


def event(outcome: Outcome, *, uid: str, sequence: int, time: datetime, node: str) -> dict[str, object]:
    """The event, ready for JSON. `time` must know its zone (TypeError); `sequence` counts the node's events from 1."""
    base = _base(outcome, Place(uid, sequence, time, node))
    if _clean(outcome):
        return {**base, **_activity(outcome)}
    return {**base, **_finding(outcome, uid)}


def _clean(outcome: Outcome) -> bool:
    """Allowed, and no rule has anything to say."""
    decision = outcome.decision
    watched = any(reason.verdict is not Verdict.ALLOW for reason in decision.reasons)
    said = outcome.findings or outcome.uninspectable or outcome.failure or watched
    return decision.verdict is Verdict.ALLOW and not said


def _base(outcome: Outcome, place: Place) -> schema.Base:
    ai: list[Profile] = ["ai_operation"] if outcome.model and _clean(outcome) else []
    code = "failure" if outcome.failure else outcome.decision.verdict.value
    profiles: list[Profile] = ["security_control", "host", "datetime", *ai]
    return {
        **stamp(place, f"{outcome.direction}.{code}", _severity(outcome), _message(outcome), profiles, outcome.about),
        **_client(outcome.actor.address),
        "actor": _actor(outcome),
        "dst_endpoint": {"hostname": printable(outcome.host), "svc_name": printable(outcome.service)},
        "unmapped": {"guard": guard(outcome)},
    }


def _client(address: str | None) -> schema.Client:
    known = _address(address)
    if known is None:
        return {"src_endpoint": {"name": "unknown"}}
    return {"device": {"type_id": 0, "ip": known}, "src_endpoint": {"ip": known}}


def _activity(outcome: Outcome) -> schema.Activity:
    activity = schema.Activity(
        class_uid=6003,
        class_name="API Activity",
        category_uid=6,
        category_name="Application Activity",
        activity_id=1,
        type_uid=600301,
        action_id=1,
        action="Allowed",
        disposition_id=1,
        disposition="Allowed",
        api={"operation": printable(outcome.endpoint), "service": {"name": printable(outcome.service)}},
    )
    if outcome.model:
        activity["ai_model"] = {
            "name": printable(outcome.model),
            "ai_provider": printable(outcome.provider) or "unknown",
        }
    return activity


def _finding(outcome: Outcome, uid: str) -> schema.Finding:
    result = _result(outcome)
    finding = schema.Finding(
        class_uid=2006,
        class_name="Data Security Finding",
        category_uid=2,
        category_name="Findings",
        activity_id=1,
        type_uid=200601,
        status_id=1,
        action_id=result.action_id,
        action=result.action,
        disposition_id=result.disposition_id,
        disposition=result.disposition,
        is_alert=result.action_id == 2,
        data_security=_data_security(outcome),
        finding_info={"uid": uid, "title": result.title, "types": ["DLP"]},
    )
    if outcome.findings:
        score = round(100 * max(found.score for found in outcome.findings))
        finding["confidence_score"] = score
        finding["confidence_id"] = 3 if score >= 80 else 2 if score >= 50 else 1
    if reason := _decisive(outcome):
        rule, rules = printable(reason.rule), printable(outcome.rules_version)
        finding["policy"] = {"uid": rule, "version": rules, "is_applied": reason.enforced}
        finding["finding_info"]["analytic"] = {"uid": rule, "type_id": 1, "version": rules}
    return finding


def _result(outcome: Outcome) -> _Result:
    if outcome.direction == "answer":
        return _UNSHOWN if outcome.failure else _ANSWERS[outcome.decision.verdict]
    return _FAILED if outcome.failure else _PROMPTS[outcome.decision.verdict]


def _decisive(outcome: Outcome) -> Reason | None:
    """The enforced rule that asked for the verdict; without one, the strictest rule that is only watched."""
    if outcome.failure:
        return None
    reasons = [reason for reason in strictest_first(outcome.decision.reasons) if reason.verdict is not Verdict.ALLOW]
    deciding = [reason for reason in reasons if reason.enforced and reason.verdict is outcome.decision.verdict]
    return next(iter(deciding or [reason for reason in reasons if not reason.enforced]), None)


def _severity(outcome: Outcome) -> Literal[1, 2, 3, 4]:
    """The higher of what the verdict and what the classification say; a failure or a secret is high."""
    decision = outcome.decision
    if outcome.failure or decision.classification is Classification.SECRET:
        return 4
    return max(_SEVERITY.get(decision.verdict, 1), _SEVERITY.get(decision.classification, 1))


def _message(outcome: Outcome) -> str:
    """`redact: IBAN_CODE x1, PERSON x2 in a prompt to openai-api (rule client-data)`, or `in an answer from`"""
    verdict = f"failure ({printable(outcome.failure)})" if outcome.failure else outcome.decision.verdict.value
    found = ", ".join(f"{entity['type']} x{entity['n']}" for entity in entities(outcome.findings)[:8])
    reason = _decisive(outcome)
    rule = f" (rule {printable(reason.rule)})" if reason else ""
    what = "an answer from" if outcome.direction == "answer" else "a prompt to"
    return f"{verdict}: {found}{' in ' if found else ''}{what} {printable(outcome.service)}{rule}"


def _actor(outcome: Outcome) -> schema.Actor:
    name = printable(outcome.actor.user) or "unknown"
    groups: list[schema.Group] = [{"name": group} for group in printables(outcome.actor.groups)]
    return {"user": {"name": name, "type_id": 0 if name == "unknown" else 1, "groups": groups}}


def _address(address: str | None) -> str | None:
    """An IP address without its zone; None for what is none."""
    try:
        return str(ip_address((address or "").partition("%")[0]))
    except ValueError:
        return None


def _data_security(outcome: Outcome) -> schema.DataSecurity:
    found = entities(outcome.findings)
    return {
        "confidentiality_id": _CONFIDENTIALITY[outcome.decision.classification],
        "data_lifecycle_state_id": 2,
        "detection_system_id": 5,
        "total": len(outcome.findings),
        "discovery_details": [{"type": entity["type"], "count": entity["n"]} for entity in found],
    }
