"""A service's answer -> what its reader may see of it, with an event for each decision: the order of the stages on the
way back, for answers that a rule with `direction: answer` is about.

Texts are decided on stretch by stretch, as they come (guard.wire.held); nothing leaves before, and each decision is
recorded before what it is about leaves (law 7). What cannot be decided on is withheld, with the rest of the answer (law
1). What readers sent themselves is no news to them: neither their placeholders, which are put back afterwards, nor what
stands in their own prompt.
"""

import asyncio
import re
import time
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

import orjson

from guard import policy
from guard.detect.analysis import Analysis
from guard.errors import DetectError, StoreError, WireError
from guard.pipeline import STOPS, Exchange, Guard, undecided
from guard.redact.edits import apart
from guard.redact.placeholders import OPENED, Token, mask
from guard.rules.schema import ServiceRule
from guard.terms import Actor, Answer, Decision, Finding, Lang, Outcome, Prompt, Reason, Role, Segment, Style, Use
from guard.wire import lines, sse
from guard.wire.answer import Family, Frames, framed
from guard.wire.encoding import Decoder
from guard.wire.families import FAMILIES
from guard.wire.held import PATIENCE, Hold, Span, Text, Whole, unescaped
from guard.wire.refusal import readable
from guard.wire.rewrite import Rewriter, essence_of, is_text
from guard.wire.routes import UNKNOWN

_FAILED = "answer-failure"
_WORDS = {policy.UNINSPECTABLE: "answer-unreadable", policy.SIGNED_PART: "answer-withheld"}
"""Messages of what is built in -> those that say it of an answer."""
_LARGE = 64 * 1024
"""Bytes from which reading leaves the event loop."""
_DIGITS = 6
"""Letters and digits of the shortest number that is known however it is spaced."""
_HALF = re.compile("[\ud800-\udfff]")
"""Halves of characters, and bytes that are not UTF-8: as long as what stands for them."""
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w-]+)", re.IGNORECASE)
_ASCII = frozenset(("utf-8", "utf8", "us-ascii", "ascii", "iso-8859-1", "latin1", "iso-8859-15", "windows-1252"))
"""Charsets in which letters and digits are read as in UTF-8."""
_SOCKET_PATIENCE = 20
"""Messages on a socket that a text with no end in sight keeps waiting: there, nobody looks when nothing comes."""
_COUNTED = 256
"""Different values of one answer that are counted."""
_SENT = 200_000
"""Characters of what was sent on a socket that are remembered."""
_ASSETS = ("image/", "font/", "text/css", "text/javascript", "application/javascript", "application/wasm", "video/")
"""What a service's own pages are made of, on paths that nobody declared."""


class Known:
    """What a reader sent: texts, the last ones of a socket, and values that placeholders stand for."""

    def __init__(self, values: Mapping[Token, str], texts: Iterable[str] = ()) -> None:
        """`values` may grow later."""
        self.values = values
        self._texts = deque(texts)
        self._words: str | None = None
        self._squeezed = ""

    def add(self, texts: Iterable[str]) -> None:
        """They sent more; what is long ago is forgotten."""
        self._texts += texts
        self._words = None
        size = sum(map(len, self._texts))
        while size > _SENT and len(self._texts) > 1:
            size -= len(self._texts.popleft())

    def holds(self, value: str) -> bool:
        """True when the value stands in one of the texts, whatever its case and spaces."""
        if self._words is None:
            self._words = "\n".join(["", *map(_plain, self._texts), ""])
            self._squeezed = "\n".join(map(_squeezed, self._texts))
        words = self._words
        plain, tight = _plain(value), _squeezed(value)
        if any(plain == _plain(sent) for sent in self.values.values()):
            return True
        if len(tight) >= _DIGITS and any(letter.isdecimal() for letter in tight) and tight in self._squeezed:
            return True
        at = words.find(plain) if plain else -1
        while at > 0:
            if not (words[at - 1].isalnum() or words[at + len(plain)].isalnum()):
                return True
            at = words.find(plain, at + 1)
        return False


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def _squeezed(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads an answer, and what of."""

    actor: Actor
    service: ServiceRule
    host: str
    endpoint: str
    family: str
    known: Known
    """What is no news to them."""
    model: str | None = None
    lang: Lang | None = None
    uses: tuple[Use, ...] = ()
    """What the prompt was for."""
    event: str | None = None
    """Of the prompt."""

    @property
    def prompt(self) -> Prompt:
        """The answer as policy sees it, without its texts yet."""
        return Prompt(
            self.service.id,
            self.endpoint,
            self.family,
            (),
            channel=self.service.channel,
            sanctioned=self.service.sanctioned,
            provider=self.service.provider,
            model=self.model,
        )


def reader(guard: Guard, exchange: Exchange, service: ServiceRule) -> Reader | None:
    """Who reads the answer to a request that left; None when no rule is about it."""
    prompt, outcome = exchange.prompt, exchange.outcome
    if prompt is None:
        return None
    known = Known(exchange.values, [segment.text for segment in prompt.segments])
    one = Reader(
        outcome.actor,
        service,
        outcome.host,
        prompt.endpoint,
        prompt.family,
        known,
        prompt.model,
        outcome.lang,
        outcome.uses,
        exchange.event,
    )
    return one if concerned(guard, one) else None


def concerned(guard: Guard, one: Reader) -> bool:
    """True when a rule is about what this reader gets of this service."""
    facts = policy.Facts(one.actor, one.prompt, uses=one.uses, direction="answer")
    return policy.concerned(guard.rules, facts, guard.now())


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
        return self._hold.release(all_but_last=data is not None and self._ends and not self._recorded)

    async def _decide(self, *, quiet: bool, last: bool) -> None:
        """Decide on every stretch that is ready; at the end of an answer of which nothing had to be said, say that."""
        watch = time.perf_counter()
        pending = [_Stretch.of(*each) for each in self._hold.pending(quiet=quiet)]
        segments = [segment for stretch in pending for segment in stretch.segments]
        owners = [stretch for stretch in pending for _ in stretch.segments]
        analysis = await self._guard.analyzer.analyze(segments) if segments else Analysis()
        found = {(id(owners[f.segment]), f.rule, f.start, f.end): f for f in self._news(analysis.findings, segments)}
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
                    self._earlier.setdefault((finding.entity, _squeezed(value)), (finding, value))
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


class Passing:
    """The bytes of an HTTP answer as received -> those its reader gets, with what was hidden put back."""

    def __init__(
        self,
        guard: Guard,
        inspection: Inspection,
        content_encoding: str | None,
        rewriter: Rewriter | None,
        unreadable: str | None = None,
    ) -> None:
        """`unreadable`: why it cannot be read, as far as its head tells. The analysis goes on until `close`."""
        self.inspection = inspection
        self._guard: Guard | None = guard
        guard.deciding += 1
        self._unreadable = unreadable
        self._through = False
        """True when a rule lets it go unread."""
        self._rewriter = rewriter
        self._encoding = content_encoding
        self._decoder: Decoder | None = None

    @classmethod
    def of(
        cls, guard: Guard, exchange: Exchange, service: ServiceRule, content_type: str, content_encoding: str | None
    ) -> "Passing | None":
        """None for an answer that no rule is about, and for what a page is made of."""
        one = reader(guard, exchange, service)
        essence = essence_of(content_type)
        if one is None or (one.endpoint == UNKNOWN and essence.startswith(_ASSETS)):
            return None
        family = FAMILIES[one.family]
        frames = framed(family, essence) if is_text(essence) else None
        cause = "media" if not is_text(essence) else "charset" if _charset(content_type) else None
        inspection = Inspection(guard, one, family, frames or Whole())
        return cls(guard, inspection, content_encoding, guard.rewriter(exchange, content_type, None), cause)

    async def feed(self, data: bytes) -> bytes:
        """The bytes that can leave now."""
        inspection = self.inspection
        plain = b""
        if self._unreadable == "media" and self._decoder is None:
            with suppress(StoreError):
                self._through = await inspection.lets("media")
        try:
            if self._unreadable is None or self._through:
                self._decoder = self._decoder or Decoder(self._encoding)
                plain = self._decoder.feed(data)
        except WireError as error:
            self._unreadable, self._through = error.cause, False
        if self._through:
            return plain
        if self._unreadable is not None and inspection.stop is None:
            await inspection.refuse(self._unreadable)
        return self._restored(await inspection.feed(plain))

    async def pause(self) -> bytes:
        """Nothing has come for a while; what can leave without more."""
        return self._restored(await self.inspection.pause())

    async def finish(self) -> bytes:
        """The end of the answer."""
        inspection = self.inspection
        if self._decoder is not None and self._unreadable is None:
            try:
                self._decoder.flush()
            except WireError as error:
                self._unreadable = error.cause
                if inspection.stop is None:
                    await inspection.refuse(error.cause)
        out = self._restored(await inspection.finish())
        return out + self._rewriter.flush() if self._rewriter else out

    async def fail(self) -> bytes:
        """Something broke that nobody foresaw: the rest is withheld."""
        return b"".join(await self.inspection.fail("internal"))

    def close(self) -> None:
        """The answer is over, or nobody waits for it any more."""
        if self._guard is not None:
            self._guard.deciding -= 1
            self._guard = None

    def _restored(self, events: Sequence[bytes]) -> bytes:
        data = b"".join(events)
        return self._rewriter.feed(data) if self._rewriter else data

    def instead(self, origin: str | None) -> Answer | None:
        """What is said in place of an answer that is withheld before any of it has left."""
        return readable(self.inspection.stop, origin) if self.inspection.stop is not None else None


@dataclass(slots=True)
class _Stretch:
    """What of a text is decided on at once: up to `end`."""

    text: Text
    end: int
    segments: tuple[Segment, ...]
    """It is read by these, which are as long as each other: JSON also with each of its strings on a line of its own."""
    places: Sequence[int] | None = None
    """Where each character of a segment stands in the view of the text, where that is not the same place."""

    @classmethod
    def of(cls, text: Text, end: int) -> "_Stretch":
        """All that there is of the text, of which the part up to `end` is decided on."""
        role = Role.TOOL_ARGS if text.kind == "json" else Role.HISTORY if text.flowing else Role.OTHER
        said, places = unescaped(text.view) if text.kind == "json" else (text.view, None)
        said = _HALF.sub("\ufffd", said)
        segment = Segment("answer:", role, said, declared=text.declared, editable=text.editable, hint=text.hint)
        if text.kind != "json":
            return cls(text, end, (segment,), places)
        return cls(text, end, (segment, replace(segment, text=said.replace('"', "\n"))), places)

    def span(self, finding: Finding) -> tuple[int, int]:
        """A finding's place in the text."""
        start, end = finding.start, finding.end
        if self.places is not None:
            start, end = self.places[start], self.places[end]
        return start + self.text.since, end + self.text.since

    def stop_before(self, findings: Sequence[Finding]) -> None:
        """Decide on less, so that no value is cut that may wait for its end."""
        text = self.text
        spans = [self.span(finding) for finding in findings]
        while not (text.ended or not text.flowing) and self.end > text.decided:
            crossing = [start for start, end in spans if start < self.end and (end > self.end or end == text.total)]
            if not crossing or (text.full and min(crossing) <= text.decided):
                return
            self.end = max(min(crossing), text.decided)

    def reaches(self, finding: Finding) -> bool:
        """True when some of it stands in the stretch."""
        start, end = self.span(finding)
        return start < self.end and end > self.text.decided

    def settle(self, findings: Sequence[Finding], styles: Mapping[str, Style]) -> None:
        """Decided: the findings are masked, as far as the stretch goes; no style gives back anything of a value."""
        spans: list[Span] = []
        for finding, style in apart((replace(finding, segment=0) for finding in findings), styles):
            start, end = self.span(finding)
            instead = "" if style is Style.DROP else self._mask(finding)
            spans.append((max(start, self.text.decided), min(end, self.end), instead))
        self.text.settle(self.end, spans)

    def _mask(self, finding: Finding) -> str:
        """The mask; a string of its own where the value is a number of JSON."""
        written, said = mask(finding.entity), self.segments[0].text
        if self.text.kind != "json":
            return written
        before, after = said[: finding.start].rstrip()[-1:], said[finding.end :].lstrip()[:1]
        value = said[finding.start : finding.end]
        return (
            f'"{written}"' if before in (":", ",", "[") and after in (",", "]", "}") and '"' not in value else written
        )


def _spent(since: float) -> float:
    return round((time.perf_counter() - since) * 1000, 3)


def _charset(content_type: str) -> bool:
    """True when it names a charset that is not read."""
    named = _CHARSET.search(content_type)
    return named is not None and named[1].lower() not in _ASCII
