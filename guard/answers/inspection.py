"""One answer, or all messages of one socket -> what of it leaves: each stretch is decided on, recorded, then let go."""

import asyncio
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace

import orjson

from guard import policy
from guard.answers.known import squeezed
from guard.answers.reader import Reader
from guard.answers.stretch import Stretch
from guard.detect.analysis import Analysis
from guard.errors import DetectError, StoreError, WireError
from guard.pipeline import STOPS, Guard, undecided
from guard.redact.placeholders import OPENED
from guard.terms import Answer, Decision, Finding, Outcome, Reason, Role, Segment
from guard.wire import lines, sse
from guard.wire.answer import Family, Frames
from guard.wire.held.hold import Hold
from guard.wire.held.text import PATIENCE
from guard.wire.held.whole import Whole

_FAILED = "answer-failure"
_WORDS = {policy.UNINSPECTABLE: "answer-unreadable", policy.SIGNED_PART: "answer-withheld"}
"""Messages of what is built in -> those that say it of an answer."""
_LARGE = 64 * 1024
"""Bytes from which reading leaves the event loop."""
_SOCKET_PATIENCE = 20
"""Messages on a socket that a text with no end in sight keeps waiting: there, nobody looks when nothing comes."""
_COUNTED = 256
"""Different values of one answer that are counted."""


class Inspection:
    """One answer, or all messages of one socket, on their way to one reader."""

    def __init__(self, guard: Guard, one: Reader, family: Family, frames: Frames, *, ends: bool = True) -> None:
        """`ends`: False for a socket, of which each message may be the last."""
        self.stop: Answer | None = None
        """The refusal in the service's form, once the rest is withheld."""
        self.event = "none"
        """Uid of the event that says why."""
        self.said = False
        """True when that is said in the answer itself."""
        self._guard = guard
        self._reader = one
        self._frames = frames
        self._ends = ends
        self._hold = Hold(family, frames, guard.limit, PATIENCE if ends else _SOCKET_PATIENCE)
        self._said: set[Reason] = set()
        """Reasons that an event of this answer has given."""
        self._earlier: dict[tuple[str, str], tuple[Finding, str]] = {}
        """Values found in stretches before, for rules that count them."""
        self._recorded = False
        self._chars = self._texts = 0
        self._began = time.perf_counter()

    @property
    def whole(self) -> bool:
        """True when nothing leaves before the answer's end."""
        return isinstance(self._frames, Whole)

    def go_on(self, guard: Guard, one: Reader) -> None:
        """From here on these rules decide, and the reader has these groups."""
        self._guard, self._reader = guard, one

    async def feed(self, data: bytes) -> list[bytes]:
        """More of the answer, in plain bytes; the events that can leave now."""
        return await self._step(data)

    async def pause(self) -> list[bytes]:
        """Nothing has come for a while; what can leave without more."""
        return await self._step(b"", quiet=True)

    async def finish(self) -> list[bytes]:
        """The end of the answer."""
        return await self._step(None)

    async def refuse(self, cause: str) -> None:
        """An answer that cannot be read: a decision like any other, but nothing of it leaves in any case."""
        await self._step(b"", unread=cause)

    async def lets(self, cause: str) -> bool:
        """Whether a rule lets go what cannot be read for this cause; that is recorded then."""
        unread = Analysis(uninspectable=(cause,))
        decision = self._policy((), unread)
        if decision.verdict in STOPS:
            return False
        self._say(self._outcome(decision, unread, 0, 0, 0.0), ())
        await self._guard.kept()
        return True

    async def fail(self, cause: str) -> list[bytes]:
        """Something broke that nobody foresaw: the rest is withheld."""
        self._fail(cause)
        return self._hold.release()

    async def _step(self, data: bytes | None, *, quiet: bool = False, unread: str | None = None) -> list[bytes]:
        guard = self._guard
        guard.deciding += 1  # a reload meanwhile must not end its analysis
        try:
            async with asyncio.timeout(guard.seconds):
                try:
                    if data is not None and len(data) > _LARGE:
                        await asyncio.to_thread(self._hold.feed, data)
                    elif data is not None:
                        self._hold.feed(data)
                    else:
                        self._hold.finish()
                except WireError as error:
                    unread = error.cause
                if unread is not None and self.stop is None:
                    self._unread(unread)
                elif self.stop is None:
                    await self._decide(quiet=quiet, last=data is None)
        except TimeoutError:
            self._fail("timeout")
        except DetectError as error:
            self._fail(error.cause)
        except StoreError:
            self._fail("store")
        finally:
            guard.deciding -= 1
        return self._hold.release(all_but_last=data is not None and self._ends and not self._recorded)

    async def _decide(self, *, quiet: bool, last: bool) -> None:
        """Decide on every stretch that is ready; at the end of an answer of which nothing had to be said, say that."""
        watch = time.perf_counter()
        pending = [Stretch.of(*each) for each in self._hold.pending(quiet=quiet)]
        segments = [segment for stretch in pending for segment in stretch.segments]
        owners = [stretch for stretch in pending for _ in stretch.segments]
        analysis = await self._guard.analyzer.analyze(segments) if segments else Analysis()
        if self._reader.known.long and analysis.findings:
            unheard = await asyncio.to_thread(lambda: list(self._news(analysis.findings, segments)))
        else:
            unheard = list(self._news(analysis.findings, segments))
        found = {(id(owners[f.segment]), f.rule, f.start, f.end): f for f in unheard}
        news = tuple(found.values())
        for stretch in pending:
            stretch.stop_before([finding for finding in news if owners[finding.segment] is stretch])
        now = tuple(finding for finding in news if owners[finding.segment].reaches(finding))
        analysis = replace(analysis, findings=now)
        decision = self._policy(segments, analysis)
        chars = sum(stretch.end - stretch.text.decided for stretch in pending)
        self._chars += chars
        self._texts += sum(stretch.text.flowing for stretch in pending)
        outcome = self._outcome(decision, analysis, chars, len(segments), _spent(watch))
        if decision.reasons and (now or not self._said.issuperset(decision.reasons)):
            self._say(outcome, segments)
        elif last and self._ends and not self._recorded:
            spent = {"total": _spent(self._began)}
            clean = replace(outcome, findings=(), chars=self._chars, segments=self._texts, milliseconds=spent)
            self._say(clean, ())
        await self._guard.kept()
        if decision.verdict in STOPS:
            return
        for stretch in pending:
            if not any(owners[finding.segment] is stretch for finding in now):
                self._hold.passed(stretch.text)
            hidden = [finding for finding in decision.redact if owners[finding.segment] is stretch]
            stretch.settle(hidden, decision.styles)

    def _news(self, findings: Iterable[Finding], segments: Sequence[Segment]) -> Iterable[Finding]:
        """Those that tell readers something they did not send themselves."""
        ours: dict[int, list[tuple[int, int]]] = {}
        for finding in findings:
            text = segments[finding.segment].text
            if finding.segment not in ours:
                ours[finding.segment] = [
                    (start, end)
                    for start, end, token in self._guard.grammar.find(text)
                    if token in self._reader.known.values or text.startswith(OPENED, start)
                ]
            if any(start <= finding.start and finding.end <= end for start, end in ours[finding.segment]):
                continue
            if not self._reader.known.holds(text[finding.start : finding.end]):
                yield finding

    def _policy(self, segments: Sequence[Segment], analysis: Analysis) -> Decision:
        """The decision on what is new; rules that count values count those of the whole answer."""
        texts, findings = list(segments), list(analysis.findings)
        if any(
            rule.when.at_least > 1 and rule.when.direction == "answer" for rule in self._guard.rules.policy.values()
        ):
            for finding, value in self._earlier.values():
                findings.append(replace(finding, segment=len(texts), start=0, end=len(value)))
                texts.append(Segment("answer:before", Role.HISTORY, value))
            for finding in analysis.findings:
                value = segments[finding.segment].text[finding.start : finding.end]
                if len(self._earlier) < _COUNTED:
                    self._earlier.setdefault((finding.entity, squeezed(value)), (finding, value))
        prompt = replace(self._reader.prompt, segments=tuple(texts), uninspectable=analysis.uninspectable)
        uses = (*self._reader.uses, *analysis.uses)
        facts = policy.Facts(self._reader.actor, prompt, tuple(findings), uses, "answer")
        decision = policy.decide(self._guard.rules, facts, self._guard.now())
        own = tuple(finding for finding in decision.redact if finding.segment < len(segments))
        return replace(decision, redact=own)

    def _outcome(self, decision: Decision, analysis: Analysis, chars: int, segments: int, spent: float) -> Outcome:
        one = self._reader
        return Outcome(
            decision=decision,
            actor=one.actor,
            service=one.service.id,
            endpoint=one.endpoint,
            host=one.host,
            provider=one.service.provider,
            model=one.model,
            channel=one.service.channel,
            lang=one.lang or analysis.lang,
            findings=analysis.findings,
            uses=one.uses,
            chars=chars,
            segments=segments,
            uninspectable=analysis.uninspectable,
            milliseconds={"total": spent},
            rules_version=self._guard.rules.version,
            nlp=analysis.nlp,
            direction="answer",
            about=one.event,
        )

    def _say(self, outcome: Outcome, segments: Sequence[Segment]) -> None:
        """Record a decision; withhold the rest when it says so."""
        event = self._guard.record(outcome, segments)
        self._recorded = True
        self._said.update(outcome.decision.reasons)
        if outcome.decision.verdict in STOPS:
            self._withhold(outcome, event)

    def _unread(self, cause: str) -> None:
        """What cannot be read does not reach anybody, also where a rule lets it go: there is no way to."""
        decision = self._policy((), Analysis(uninspectable=(cause,)))
        if decision.verdict not in STOPS:
            decision = replace(undecided("internal"), reasons=decision.reasons, message=policy.UNINSPECTABLE)
        outcome = self._outcome(decision, Analysis(uninspectable=(cause,)), 0, 0, 0.0)
        self._say(outcome, ())

    def _fail(self, cause: str) -> None:
        if self.stop is not None:
            return
        outcome = replace(self._outcome(undecided(cause), Analysis(), 0, 0, 0.0), failure=cause)
        try:
            event = self._guard.record(outcome)
        except StoreError:
            event = "none"
        self._withhold(outcome, event)

    def _withhold(self, outcome: Outcome, event: str) -> None:
        service = self._reader.service
        own = _FAILED if outcome.failure else _WORDS.get(outcome.decision.message or policy.UNINSPECTABLE)
        if own is not None:
            outcome = replace(outcome, decision=replace(outcome.decision, message=own))
        self.event = event
        self.stop = self._guard.refuse(outcome, service, event)
        words = self._guard.say(outcome, service, event)
        self.said = self._hold.withhold(words)
        if not self.said and (data := self._error()):
            self._hold.interject(data)
            self.said = True

    def _error(self) -> bytes:
        """An event that programs take for an error, where no text is under way that people read."""
        body = orjson.dumps({"error": {"type": "api_error", "message": ""}})
        if self.stop is not None and self.stop.status != 200:
            body = self.stop.body
        if isinstance(self._frames, sse.Splitter):
            return b"event: error\ndata: " + body + b"\n\n"
        return body + b"\n" if isinstance(self._frames, lines.Splitter) else b""


def _spent(since: float) -> float:
    return round((time.perf_counter() - since) * 1000, 3)
