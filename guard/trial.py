"""One request, offline -> what the guard would do with it, as plain data: the pipeline of the wire, and no network.

This is a person's own tool on their own text: what it prints is for them, and nothing is recorded.
"""

import base64
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from guard import policy
from guard.detect.analysis import Analysis
from guard.detect.engine import Analyzer
from guard.errors import WireError
from guard.pipeline import Analyzer as Analyzes
from guard.pipeline import Exchange, Guard
from guard.redact.vault import Vault
from guard.rules.schema import RuleSet
from guard.settings import Settings
from guard.terms import Actor, Answer, Outcome, Request, Segment
from guard.wire import routes
from guard.wire.request import plain_body


class Inline:
    """The detect stage in this process."""

    def __init__(self, rules: RuleSet, nlp: str, uses_model: str = "") -> None:
        self._analyzer = Analyzer(rules, nlp, uses_model)

    async def analyze(self, segments: Sequence[Segment]) -> Analysis:
        """Findings, uses and language."""
        return self._analyzer.analyze(segments)


class Unrecorded:
    """A recorder for what nobody did."""

    def write(self, outcome: Outcome) -> str:
        """No event: nothing happened."""
        return "offline"

    async def kept(self) -> None:
        """Nothing to keep."""


class Trial:
    """Many requests against one rule set, each as if it were the first."""

    def __init__(self, rules: RuleSet, settings: Settings, analyzer: Analyzes | None = None) -> None:
        self.rules = rules
        self._settings = settings
        self._analyzer = analyzer or Inline(rules, settings.nlp, settings.uses_model)

    async def run(self, request: Request, actor: Actor) -> dict[str, object]:
        """The object that `guard try` prints (docs/rules.md)."""
        now = datetime.now(UTC)
        exchange = await self.exchange(request, actor, now)
        if exchange is None:
            return _untouched(request)
        return _shown(exchange, self._settings.max_body) | {"not_matched": self._others(exchange, now)}

    async def exchange(self, request: Request, actor: Actor, now: datetime) -> Exchange | None:
        """What the pipeline makes of a request at some time; None when it goes to no AI service."""
        service = routes.service(request.host, self.rules.services)
        if service is None:
            return None
        vault = Vault("sqlite://", bytes(32))
        guard = Guard(
            self.rules,
            self._analyzer,
            vault,
            Unrecorded(),
            language=self._settings.language,
            limit=self._settings.max_body,
            seconds=600,
            now=lambda: now,
        )
        try:
            return await guard.outgoing(request, service, actor)
        finally:
            vault.close()

    def _others(self, exchange: Exchange, now: datetime) -> list[dict[str, str]]:
        """The rules that did not match, and why not."""
        outcome = exchange.outcome
        if exchange.prompt is None:
            return []
        facts = policy.Facts(outcome.actor, exchange.prompt, outcome.findings, outcome.uses)
        return [{"rule": rule, "why": why} for rule, why in policy.misses(self.rules, facts, now).items()]


def asked(item: Mapping[str, Any]) -> tuple[Request, Actor]:
    """A request and who sends it, as a line of JSON says them.

    KeyError, TypeError, ValueError or AttributeError when it does not.
    """
    if "body_base64" in item:
        body = base64.b64decode(item["body_base64"], validate=True)
    else:
        body = (item.get("body") or "").encode("utf-8", "surrogatepass")
    headers = tuple((str(name), str(value)) for name, value in (item.get("headers") or {}).items())
    return Request(item.get("method") or "POST", item["host"].strip(), item.get("path") or "/", headers, body), who(
        item
    )


def who(item: Mapping[str, Any]) -> Actor:
    """The `user` and `groups` of a line of JSON."""
    return asker(str(item.get("user") or "unknown"), [str(group) for group in item.get("groups") or []])


def asker(user: str, groups: Sequence[str]) -> Actor:
    """Who asks, as on the wire: only who is not known is in the group of those, unless groups are named."""
    nobodys = ("unknown",) if user == "unknown" else ()
    return Actor(user, tuple(groups) or nobodys, "command-line")


def _shown(exchange: Exchange, limit: int) -> dict[str, object]:
    outcome, prompt = exchange.outcome, exchange.prompt
    segments = prompt.segments if prompt else ()
    return {
        "service": outcome.service,
        "endpoint": outcome.endpoint,
        "verdict": outcome.decision.verdict.value,
        "reasons": [
            {"rule": reason.rule, "verdict": reason.verdict.value, "why": reason.text, "enforced": reason.enforced}
            for reason in outcome.decision.reasons
        ],
        "classification": outcome.decision.classification.value,
        "segments": [
            {"where": s.where, "role": s.role.value, "chars": len(s.text), "declared": s.declared} for s in segments
        ],
        "findings": [
            {
                "entity": finding.entity,
                "start": finding.start,
                "end": finding.end,
                "score": round(finding.score, 3),
                "rule": finding.rule,
                "classification": finding.classification.value,
                "where": segments[finding.segment].where,
                "role": segments[finding.segment].role.value,
                "enforced": finding.enforced,
            }
            for finding in outcome.findings
        ],
        "uses": [{"id": use.id, "score": round(use.score, 3), "evidence": list(use.evidence)} for use in outcome.uses],
        "uninspectable": list(outcome.uninspectable),
        "failure": outcome.failure,
        "body": _leaving(exchange.request, limit) if exchange.request else None,
        "reply": _reply(exchange.reply) if exchange.reply else None,
    }


def _leaving(request: Request, limit: int) -> str | dict[str, str]:
    try:
        body = plain_body(request, limit)
    except WireError:
        body = request.body
    return _text(body)


def _text(body: bytes) -> str | dict[str, str]:
    try:
        return body.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(body).decode()}


def _reply(answer: Answer) -> dict[str, object]:
    return {"status": answer.status, "headers": dict(answer.headers), "body": _text(answer.body)}


def _untouched(request: Request) -> dict[str, object]:
    empty: Mapping[str, object] = {"segments": [], "findings": [], "uses": [], "uninspectable": [], "failure": None}
    return {
        "service": None,
        "endpoint": None,
        "verdict": "allow",
        "reasons": [],
        "classification": "public",
        **empty,
        "body": _text(request.body),
        "reply": None,
        "not_matched": [],
    }
