"""Request -> what leaves or what is said instead, with its one event: the order of the stages, and the only place that
knows it.

Every path writes its event before its bytes are released (law 7). What a stage cannot do becomes a refusal here (law
1); what nobody foresaw rises to the door, which asks `failed` for the same.
"""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Protocol

from guard import coach, policy
from guard.detect.analysis import Analysis
from guard.errors import DetectError, StoreError
from guard.evidence import Evidence, Sealed
from guard.redact.edits import Redaction, Redactor, grammar
from guard.redact.fingerprints import Fingerprints, Keys
from guard.redact.placeholders import Token
from guard.redact.recall import Recall
from guard.redact.restore import Restorer
from guard.redact.vault import Vault
from guard.rules.schema import RuleSet, ServiceRule
from guard.terms import Actor, Answer, Decision, Lang, Outcome, Prompt, Reason, Request, Segment, Verdict
from guard.wire import enclosed
from guard.wire import request as wire
from guard.wire.answer import Kind
from guard.wire.conversation import conversation
from guard.wire.files.crew import Crew
from guard.wire.refusal import Refusal, ended, readable, refuse, shape

STOPS = (Verdict.JUSTIFY, Verdict.HOLD, Verdict.BLOCK)
"""Verdicts with which nothing leaves."""
_LARGE = 64 * 1024
"""Bytes of body from which reading and writing leave the event loop."""
_FAILURES: Mapping[str, tuple[str, int | None]] = {
    "overload": ("guard-overload", 2),
    "too-large": ("too-large", None),
    "worker": ("guard-failure", 1),
    "timeout": ("guard-failure", 1),
    "store": ("guard-audit", None),
    "directory": ("directory-down", 5),
    "evidence": ("guard-audit", None),
}
"""Cause -> the message, and the seconds after which trying again makes sense."""


class Analyzer(Protocol):
    """The detect stage as the pipeline needs it: worker processes on the wire, this process offline."""

    async def analyze(self, segments: Sequence[Segment]) -> Analysis:
        """Findings, uses and language; DetectError when any check was not done."""


class Recorder(Protocol):
    """The audit stage as the pipeline needs it."""

    def write(self, outcome: Outcome) -> str:
        """Keep one event; its uid. StoreError when it is not kept."""

    async def kept(self) -> None:
        """Come back when all that was written is as safe as was asked for. StoreError when it is not."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request decided: what leaves, or what is said instead; never both."""

    outcome: Outcome
    event: str
    """Uid of its event."""
    prompt: Prompt | None = None
    request: Request | None = None
    reply: Answer | None = None
    values: Mapping[Token, str] = field(default_factory=dict, repr=False)
    """Placeholders that left, in this request or earlier in its conversation, and what they stand for."""
    conversation: str | None = field(default=None, repr=False)
    """The conversation's id, where the request names it."""


class Guard:
    """One rule set at work. A reload makes another Guard and swaps the reference."""

    def __init__(
        self,
        rules: RuleSet,
        analyzer: Analyzer,
        vault: Vault,
        recorder: Recorder,
        *,
        language: Lang = Lang.FR,
        limit: int = 32 * 2**20,
        seconds: float = 30.0,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        recall: Recall | None = None,
        files: enclosed.Reader | None = None,
        keys: Keys | None = None,
        evidence: Evidence | None = None,
    ) -> None:
        self.rules = rules
        self.recall = recall or Recall()
        """Given on to the guard that follows on a reload."""
        self.limit = limit
        self.deciding = 0
        """Requests and answers under way: as long as there are any, the analysis must go on."""
        self.seconds = seconds
        self.grammar = grammar(rules)
        self.now = now
        self.analyzer = analyzer
        self._redactor = Redactor(rules, vault)
        self._recorder = recorder
        self._language = language
        self.files = files or Crew()
        """Given on likewise."""
        self._fingerprints = Fingerprints(rules, keys) if keys else None
        self._evidence = evidence

    async def outgoing(
        self, request: Request, service: ServiceRule, actor: Actor, before: Sequence[Segment] = ()
    ) -> Exchange:
        """Decide on one request within the time it has; a stage that fails refuses it.

        `before`: what left just before on the same socket, for values that are split over messages.
        """
        self.deciding += 1
        try:
            async with asyncio.timeout(self.seconds):
                exchange = await self._outgoing(request, service, actor, before)
            await self.kept()
        except TimeoutError:
            exchange = self.failed("timeout", request.host, service, actor)
        except DetectError as error:
            exchange = self.failed(error.cause, request.host, service, actor)
        except StoreError:
            exchange = self.failed("store", request.host, service, actor)
        finally:
            self.deciding -= 1
        if exchange.reply is None:
            return exchange
        reply = ended(exchange.reply, request.header("content-type") or "")
        return replace(exchange, reply=readable(reply, request.header("origin")))

    async def _outgoing(
        self, request: Request, service: ServiceRule, actor: Actor, before: Sequence[Segment]
    ) -> Exchange:
        watch = _Watch()
        opened = await self._aside(request, lambda: wire.opened(request, service, self.limit))
        prompt, kinds = await enclosed.read(opened, self.files)
        watch.lap("read")
        analysis = _after(await self.analyzer.analyze((*before, *prompt.segments)), len(before))
        unread = dict.fromkeys((*prompt.uninspectable, *analysis.uninspectable))
        prompt = replace(prompt, uninspectable=tuple(unread))
        watch.lap("detect")
        facts = policy.Facts(actor, prompt, analysis.findings, analysis.uses)
        decision = policy.decide(self.rules, facts, self.now())
        watch.lap("policy")
        stopped = decision.verdict in STOPS
        redaction = Redaction()
        leaving = conversation = None
        if not stopped:
            redaction = await asyncio.to_thread(self._redactor.redact, prompt, decision.redact, actor, decision.styles)
            redaction, conversation = await self._aside(
                request, lambda: self._recall(request, service, actor, redaction)
            )
            read = policy.concerned(self.rules, replace(facts, direction="answer"), self.now())
            leaving = await self._aside(request, lambda: self._write(request, service, redaction, read=read))
            watch.lap("redact")
        sealed = await self._sealed(decision, prompt, analysis)
        outcome = self._outcome(request.host, service, actor, prompt, decision, analysis, watch.done())
        outcome = replace(outcome, evidence=sealed.sha256 if sealed else None)
        event = self.record(outcome, prompt.segments)
        if sealed and not await self._held(sealed):
            return self.failed("evidence", request.host, service, actor)
        files = enclosed.holding(decision.redact, prompt, kinds)
        reply = self.refuse(outcome, service, event, files=files) if stopped else None
        return Exchange(outcome, event, prompt, leaving, reply, redaction.values, conversation)

    async def _sealed(self, decision: Decision, prompt: Prompt, analysis: Analysis) -> Sealed | None:
        """The prompt for the key holders, where a rule wants it and the deployment keeps evidence."""
        if self._evidence is None or not decision.evidence:
            return None
        return await asyncio.to_thread(self._evidence.seal, prompt, analysis.findings)

    @staticmethod
    async def _held(sealed: Sealed) -> bool:
        """Whether it is on the disk; never before its event is in the log."""
        try:
            await asyncio.to_thread(sealed.keep)
        except StoreError:
            return False
        return True

    def record(self, outcome: Outcome, segments: Sequence[Segment] = ()) -> str:
        """Write the event, with fingerprints of what was found where there are keys for them; its uid. StoreError."""
        if self._fingerprints is not None and segments:
            outcome = replace(outcome, fingerprints=self._fingerprints.of(outcome.findings, segments))
        return self._recorder.write(outcome)

    async def kept(self) -> None:
        """Come back when all events written are safe. StoreError when they are not."""
        await self._recorder.kept()

    def _recall(
        self, request: Request, service: ServiceRule, actor: Actor, redaction: Redaction
    ) -> tuple[Redaction, str | None]:
        """With what was hidden earlier in the same conversation, which the service may say again."""
        if not service.conversation:
            return redaction, None
        text = wire.plain_body(request, self.limit).decode("utf-8", "replace")
        known = conversation(service, request.path, text)
        if known is None:
            return redaction, None
        earlier = self.recall.values(actor, service.id, known)
        self.recall.remember(actor, service.id, known, redaction.values)
        both = {token: value for token, value in earlier.items() if token not in redaction.lost}
        both.update(redaction.values)
        return replace(redaction, values=both), known

    def _write(self, request: Request, service: ServiceRule, redaction: Redaction, *, read: bool) -> Request:
        """The request as it leaves; its answer must come in a coding we can edit when it is restored or read."""
        edited = wire.write(request, service, redaction.edits, self.limit)
        if not (redaction.values or read):
            return edited
        # a part of an answer tells too little of what stands in it
        without = {"accept-encoding", "range", "if-range"} if read else {"accept-encoding"}
        headers = tuple((name, value) for name, value in edited.headers if name.lower() not in without)
        return replace(edited, headers=(*headers, ("accept-encoding", "identity")))

    async def _aside[T](self, request: Request, work: Callable[[], T]) -> T:
        """Large bodies are worked on beside the event loop."""
        return await asyncio.to_thread(work) if len(request.body) > _LARGE else work()

    def _outcome(
        self,
        host: str,
        service: ServiceRule,
        actor: Actor,
        prompt: Prompt,
        decision: Decision,
        analysis: Analysis,
        milliseconds: Mapping[str, float],
    ) -> Outcome:
        return Outcome(
            decision=decision,
            actor=actor,
            service=service.id,
            endpoint=prompt.endpoint,
            host=host,
            provider=service.provider,
            model=prompt.model,
            channel=prompt.channel,
            lang=analysis.lang,
            findings=analysis.findings,
            uses=analysis.uses,
            chars=sum(len(segment.text) for segment in prompt.segments),
            segments=len(prompt.segments),
            uninspectable=prompt.uninspectable,
            milliseconds=milliseconds,
            rules_version=self.rules.version,
            nlp=analysis.nlp,
        )

    def refused(self, message: str, host: str, service: ServiceRule, actor: Actor, *, status: int = 400) -> Exchange:
        """A request stopped for the way it came, before it was read, such as one that goes by two names."""
        reason = Reason(message, Verdict.BLOCK, "refused before reading")
        decision = Decision(Verdict.BLOCK, (reason,), message=message)
        return self._unread(decision, None, host, service, actor, status)

    def failed(self, cause: str, host: str, service: ServiceRule, actor: Actor) -> Exchange:
        """A request the guard could not decide on: 503 in words, and its event (law 1)."""
        return self._unread(undecided(cause), cause, host, service, actor)

    def _unread(
        self,
        decision: Decision,
        failure: str | None,
        host: str,
        service: ServiceRule,
        actor: Actor,
        status: int = 400,
    ) -> Exchange:
        outcome = Outcome(
            decision=decision,
            actor=actor,
            service=service.id,
            endpoint="unread",
            host=host,
            provider=service.provider,
            channel=service.channel,
            failure=failure,
            rules_version=self.rules.version,
        )
        try:
            event = self._recorder.write(outcome)
        except StoreError:
            event = "none"
        return Exchange(outcome, event, reply=self.refuse(outcome, service, event, status))

    def say(self, outcome: Outcome, service: ServiceRule, event: str, files: tuple[str, ...] = ()) -> str:
        """What the person reads about a decision."""
        return coach.say(
            self.rules.messages,
            outcome.decision.message,
            outcome.lang or self._language,
            event=event,
            service=service.title,
            decision=outcome.decision,
            findings=outcome.findings,
            uses=outcome.uses,
            causes=outcome.uninspectable,
            files=files,
        )

    def refuse(
        self, outcome: Outcome, service: ServiceRule, event: str, status: int = 400, *, files: tuple[str, ...] = ()
    ) -> Answer:
        """The same as an answer in the service's form."""
        text = self.say(outcome, service, event, files)
        form = shape(service, outcome.endpoint)
        if outcome.failure is None:
            return refuse(Refusal(status, _code(outcome.decision.verdict), text, event), form)
        _, again = _FAILURES.get(outcome.failure, ("", None))
        return refuse(Refusal(503, "guard_unavailable", text, event, again), form)

    def restorer(self, values: Mapping[Token, str], kind: Kind) -> Restorer:
        """A filter for one text of an answer; it sees values that come into the mapping later."""
        return Restorer(values, self.grammar, kind)


def undecided(cause: str) -> Decision:
    """What becomes of something that could not be decided on."""
    message, _ = _FAILURES.get(cause, ("guard-failure", None))
    return Decision(Verdict.BLOCK, message=message)


def _after(analysis: Analysis, earlier: int) -> Analysis:
    """Without what was found in the segments that stood before this request's own."""
    if not earlier:
        return analysis
    found = tuple(replace(f, segment=f.segment - earlier) for f in analysis.findings if f.segment >= earlier)
    return replace(analysis, findings=found)


def _code(verdict: Verdict) -> str:
    return {Verdict.HOLD: "approval_required", Verdict.JUSTIFY: "justification_required"}.get(
        verdict, "policy_violation"
    )


class _Watch:
    """Milliseconds by stage."""

    def __init__(self) -> None:
        self._start = self._last = time.perf_counter()
        self._laps: dict[str, float] = {}

    def lap(self, stage: str) -> None:
        now = time.perf_counter()
        self._laps[stage] = round((now - self._last) * 1000, 3)
        self._last = now

    def done(self) -> dict[str, float]:
        return self._laps | {"total": round((time.perf_counter() - self._start) * 1000, 3)}
