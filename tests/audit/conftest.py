from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from guard.audit.event import event
from guard.terms import Actor, Classification, Decision, Finding, Lang, Outcome, Reason, Use, Verdict

type NewOutcome = Callable[..., Outcome]
type NewEvent = Callable[..., dict[str, Any]]

FINDINGS = (
    Finding("iban", "IBAN_CODE", Classification.CONFIDENTIAL, 0, 0, 27, 1.0, proven=True),
    Finding("person", "PERSON", Classification.INTERNAL, 0, 30, 34, 0.45),
    Finding("person-fr", "PERSON", Classification.INTERNAL, 0, 40, 44, 0.85, enforced=False),
)
CLEAN = Outcome(
    Decision(Verdict.ALLOW),
    Actor("jdupont", ("finance", "staff"), "address", "10.20.31.7"),
    service="openai-api",
    endpoint="chat-completions",
    host="api.openai.com",
    provider="OpenAI",
    model="gpt-5",
    lang=Lang.FR,
    chars=1187,
    segments=3,
    milliseconds={"total": 38.4214, "detect": 31.2},
    rules_version="4be1c0d2",
    nlp="builtin",
)


@pytest.fixture
def new_outcome() -> NewOutcome:
    """An outcome of a verdict: with findings and a rule unless it is a clean exchange; other fields as given."""

    def new(verdict: Verdict = Verdict.ALLOW, **changes: Any) -> Outcome:
        if verdict is Verdict.ALLOW:
            return replace(CLEAN, **changes)
        decision = Decision(
            verdict,
            (Reason("watched", Verdict.BLOCK, "PERSON", enforced=False), Reason("client-data", verdict, "IBAN_CODE")),
            redact=FINDINGS[:1],
            approvers=("dpo",),
            classification=Classification.CONFIDENTIAL,
        )
        uses = (Use("translation", 0.9, ("traduire",)),)
        return replace(CLEAN, **{"decision": decision, "findings": FINDINGS, "uses": uses, **changes})

    return new


@pytest.fixture
def new_event(new_outcome: NewOutcome) -> NewEvent:
    """The event of such an outcome, as the sink would write it."""

    def new(verdict: Verdict = Verdict.ALLOW, **changes: Any) -> dict[str, Any]:
        return event(
            new_outcome(verdict, **changes),
            uid="01985b7e-6c11-7c3e-9a52-3f2f6d1c8b10",
            sequence=48211,
            time=datetime(2026, 7, 23, 10, 12, 12, 417_900, tzinfo=UTC),
            node="guard-par-01",
        )

    return new
