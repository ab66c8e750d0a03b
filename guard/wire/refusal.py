"""A sentence for the person -> a refused call in the service's own error form.

HTTP 400, never 401, 403 or 429: command lines take those for a login or a pause and try again (Codex six times,
measured 2026-11). `x-should-retry: false` is what the OpenAI and Anthropic SDKs obey.
"""

import re
from dataclasses import dataclass

import orjson

from guard.rules.schema import ServiceRule
from guard.terms import Answer
from guard.wire import connect
from guard.wire.shown import show

_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]{0,31}://[\w.:\[\]-]{1,260}")
_CONNECT = re.compile(r"application/connect\+[\w.+-]{1,32}")

_AWS_TYPES = ("ValidationException", "ServiceUnavailableException")
"""What boto3 calls an error the caller must mend, and one of the service's own."""


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
    if (shown := show(shape, refusal.message, refusal.event)) is not None:
        content_type, body = shown
        return Answer(200, _headers(content_type, body, refusal), body)
    data = orjson.dumps(_error(refusal, shape))
    retry = [("x-should-retry", "false")]
    if refusal.retry_after is not None:
        retry = [("retry-after", str(refusal.retry_after))]
    headers = [*_headers("application/json; charset=utf-8", data, refusal), *retry]
    if shape == "aws-error":
        headers.append(("x-amzn-errortype", _AWS_TYPES[refusal.status >= 500]))
    return Answer(refusal.status, tuple(headers), data)


def _headers(content_type: str, body: bytes, refusal: Refusal) -> tuple[tuple[str, str], ...]:
    return (
        ("content-type", content_type),
        ("content-length", str(len(body))),
        ("cache-control", "no-store"),
        ("x-prompt-guard-event", refusal.event),
    )


def readable(answer: Answer, origin: str | None) -> Answer:
    """The answer as a page of another origin may read it (https://fetch.spec.whatwg.org/#http-cors-protocol).

    The origin is named, since a wildcard does not go with cookies.
    """
    if origin is None or not _ORIGIN.fullmatch(origin):
        return answer
    allowed = (
        ("access-control-allow-origin", origin),
        ("access-control-allow-credentials", "true"),
        ("access-control-expose-headers", "x-prompt-guard-event"),
        ("vary", "Origin"),
    )
    return Answer(answer.status, (*answer.headers, *allowed), answer.body)


def ended(answer: Answer, asked: str) -> Answer:
    """An error as a stream of the Connect protocol shows it: in its last message, in JSON whatever the others are.

    `asked`: the content type of the request (https://connectrpc.com/docs/protocol).
    """
    kind = asked.partition(";")[0].strip().lower()
    if answer.status < 400 or not _CONNECT.fullmatch(kind):
        return answer
    body = connect.envelope(orjson.dumps({"error": orjson.loads(answer.body)}), connect.LAST)
    own = {"content-type": kind, "content-length": str(len(body))}
    return Answer(200, tuple((name, own.get(name, value)) for name, value in answer.headers), body)


def _error(refusal: Refusal, shape: str) -> dict[str, object]:
    """The JSON of an error, in the form of the service's own."""
    kind = "invalid_request_error" if refusal.status < 500 else "api_error"
    error: dict[str, object] = {"type": kind, "message": refusal.message}
    match shape:
        case "anthropic-error":
            # https://docs.anthropic.com/en/api/errors
            return {"type": "error", "error": error, "request_id": f"req_{refusal.event}"}
        case "openai-error":
            # https://platform.openai.com/docs/guides/error-codes
            return {"error": error | {"param": None, "code": refusal.code}}
        case "mistral-error":
            # https://docs.mistral.ai/api
            return {"object": "error", **error, "param": None, "code": refusal.code}
        case "google-error":
            # https://google.aip.dev/193
            status = "INVALID_ARGUMENT" if refusal.status < 500 else "UNAVAILABLE"
            return {"error": {"code": refusal.status, "message": refusal.message, "status": status}}
        case "cohere-error":
            # https://docs.cohere.com/reference/errors
            return {"id": refusal.event, "message": refusal.message}
        case "ollama-error":
            # https://docs.ollama.com/api/errors
            return {"error": refusal.message}
        case "aws-error":
            # https://docs.aws.amazon.com/bedrock/latest/APIReference/CommonErrors.html
            return {"message": refusal.message}
        case "connect-error":
            # https://connectrpc.com/docs/protocol#error-codes
            return {"code": "invalid_argument" if refusal.status < 500 else "unavailable", "message": refusal.message}
        case _:
            return {"error": {"code": refusal.code, "message": refusal.message}}


def shape(rule: ServiceRule | None, endpoint: str = "") -> str:
    """The shape that the clients of a service, or of one of its endpoints (by id), understand."""
    if rule is None:
        return "json-error"
    own = next((one.refusal for one in rule.endpoints if one.id == endpoint), None)
    return own or rule.refusal
