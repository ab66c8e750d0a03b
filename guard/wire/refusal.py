"""A sentence for the person -> a refused call in the service's own error form.

HTTP 400, never 401, 403 or 429: command lines take those for a login or a pause and try again (Codex six times,
measured 2026-11). `x-should-retry: false` is what the OpenAI and Anthropic SDKs obey.
"""

from dataclasses import dataclass

import orjson

from guard.rules.schema import ServiceRule
from guard.terms import Answer


@dataclass(frozen=True, slots=True)
class Refusal:
    """What is said instead of an answer."""

    status: int
    code: str
    """A word for programs: `policy_violation`, `guard_unavailable`, …"""
    message: str
    event: str
    """Uid of the audit event: what the person quotes when they ask why."""
    retry_after: int | None = None
    """Seconds after which trying again makes sense; None: it does not."""


def refuse(refusal: Refusal, shape: str) -> Answer:
    """The refusal in one of the shapes of `ServiceRule.refusal`."""
    kind = "invalid_request_error" if refusal.status < 500 else "api_error"
    error: dict[str, object] = {"type": kind, "message": refusal.message}
    match shape:
        case "anthropic-error":
            # https://docs.anthropic.com/en/api/errors
            body: dict[str, object] = {"type": "error", "error": error, "request_id": f"req_{refusal.event}"}
        case "openai-error":
            # https://platform.openai.com/docs/guides/error-codes
            body = {"error": error | {"param": None, "code": refusal.code}}
        case _:
            body = {"error": {"code": refusal.code, "message": refusal.message}}
    data = orjson.dumps(body)
    retry = [("x-should-retry", "false")]
    if refusal.retry_after is not None:
        retry = [("retry-after", str(refusal.retry_after))]
    headers = [
        ("content-type", "application/json; charset=utf-8"),
        ("content-length", str(len(data))),
        ("cache-control", "no-store"),
        ("x-prompt-guard-event", refusal.event),
        *retry,
    ]
    return Answer(refusal.status, tuple(headers), data)


def shape(rule: ServiceRule | None) -> str:
    """The shape a service's clients understand."""
    return rule.refusal if rule else "json-error"
