"""Two sets of rules on texts, requests or events of the log -> what the new one would decide otherwise.

Texts and requests go through the real stages of both. Events hold no text: what was found in them is taken as it was
found then, and the policy of both decides again. No text leaves this module (law 6): ids, verdicts, entities, counts.
"""

from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from guard import policy
from guard.audit.printable import printable
from guard.detect.analysis import Analysis
from guard.rules.schema import RuleSet
from guard.settings import Settings
from guard.terms import Actor, Classification, Decision, Finding, Prompt, Request, Role, Segment, Style, Use, Verdict
from guard.trial import Inline, Trial, asked, who

_SERVICE = "openai-api"
"""Where a text goes that does not say where."""


@dataclass(frozen=True, slots=True)
class Effect:
    """One text, request or event that would be decided otherwise."""

    id: str
    old: Verdict
    new: Verdict
    rules: tuple[str, ...]
    """The rules whose part in the decision changed; without any, those that hide something."""
    more: tuple[str, ...]
    """Entities that are hidden from now on; what does not leave at all, before or after, hides nothing."""
    less: tuple[str, ...]
    """Entities that are not hidden any more."""
    otherwise: tuple[str, ...]
    """Entities that something else stands for."""


@dataclass(slots=True)
class Report:
    """What was compared, and what came of it."""

    total: int = 0
    effects: list[Effect] = field(default_factory=list)
    bad: list[tuple[int, str]] = field(default_factory=list)
    """Lines, from 1, that could not be used, and why."""
    watched: Counter[str] = field(default_factory=Counter)
    """Rules of the new set that decide nothing: how often they would have had a say."""
    left_out: tuple[str, ...] = ()
    """Rules that the log cannot tell about: it does not know the kinds of text."""

    def add(self, name: str, old: Decision, new: Decision) -> None:
        """One more comparison."""
        self.total += 1
        self.watched.update({reason.rule for reason in new.reasons if not reason.enforced})
        effect = _effect(name, old, new)
        if effect is not None:
            self.effects.append(effect)


_STOPS = frozenset({Verdict.JUSTIFY, Verdict.HOLD, Verdict.BLOCK})


def _effect(name: str, old: Decision, new: Decision) -> Effect | None:
    leaves = old.verdict not in _STOPS and new.verdict not in _STOPS
    before, after = (_hidden(decision) if leaves else {} for decision in (old, new))
    if old.verdict is new.verdict and before == after:
        return None
    parts = [{(r.rule, r.verdict) for r in decision.reasons if r.enforced} for decision in (old, new)]
    redacting = {rule for rule, verdict in parts[1] if verdict is Verdict.REDACT}
    return Effect(
        name,
        old.verdict,
        new.verdict,
        rules=tuple(sorted({rule for rule, _ in parts[0] ^ parts[1]} or redacting)),
        more=tuple(sorted(after.keys() - before.keys())),
        less=tuple(sorted(before.keys() - after.keys())),
        otherwise=tuple(sorted(e for e in before.keys() & after.keys() if before[e] is not after[e])),
    )


def _hidden(decision: Decision) -> dict[str, Style]:
    """What stands for each entity that is hidden."""
    return {f.entity: decision.styles.get(f.entity, Style.PLACEHOLDER) for f in decision.redact}


class _Once:
    """An analyzer that remembers its last answer: two sets that detect alike ask the same twice."""

    def __init__(self, analyzer: Inline) -> None:
        self._analyzer = analyzer
        self._asked: tuple[Segment, ...] | None = None
        self._answer = Analysis()

    async def analyze(self, segments: Sequence[Segment]) -> Analysis:
        """Findings, uses and language."""
        if tuple(segments) != self._asked:
            self._answer = await self._analyzer.analyze(segments)
            self._asked = tuple(segments)
        return self._answer


def _alike(old: RuleSet, new: RuleSet) -> bool:
    """Whether two sets find the same in any text."""
    return (old.detect, old.uses, old.lists, old.tables) == (new.detect, new.uses, new.lists, new.tables)


class Corpus:
    """Texts and requests, as JSON lines give them."""

    def __init__(self, old: RuleSet, new: RuleSet, settings: Settings) -> None:
        first = _Once(Inline(old, settings.nlp, settings.uses_model))
        second = first if _alike(old, new) else _Once(Inline(new, settings.nlp, settings.uses_model))
        self._sides = [(Trial(rules, settings, one), one) for rules, one in ((old, first), (new, second))]

    async def run(self, items: Iterable[tuple[int, Any]]) -> Report:
        """The report of these lines: number from 1, and what stands there."""
        report = Report()
        async for number, name, decisions in self._decided(items, report):
            if any(decision is None for decision in decisions):
                report.bad.append((number, "the request goes to no AI service"))
            else:
                old, new = (decision for decision in decisions if decision is not None)
                report.add(name, old, new)
        return report

    async def _decided(
        self, items: Iterable[tuple[int, Any]], report: Report
    ) -> AsyncIterator[tuple[int, str, list[Decision | None]]]:
        for number, item in items:
            try:
                name, now = str(item.get("id") or number), _moment(item)
                request, actor = asked(item) if "host" in item else (None, who(item))
                text = str(item["text"]) if request is None else ""
            except (AttributeError, KeyError, TypeError, ValueError) as error:
                report.bad.append((number, f'wants {{"text"}} or the request of `guard try` ({type(error).__name__})'))
                continue
            if request is not None:
                yield number, name, [await self._sent(trial, request, actor, now) for trial, _ in self._sides]
            else:
                where = str(item.get("service") or _SERVICE)
                yield number, name, [await self._read(*side, text, where, actor, now) for side in self._sides]

    async def _sent(self, trial: Trial, request: Request, actor: Actor, now: datetime) -> Decision | None:
        exchange = await trial.exchange(request, actor, now)
        return exchange.outcome.decision if exchange else None

    async def _read(
        self, trial: Trial, analyzer: _Once, text: str, where: str, actor: Actor, now: datetime
    ) -> Decision | None:
        segments = (Segment("body:", Role.USER, text),)
        analysis = await analyzer.analyze(segments)
        prompt = _prompt(trial.rules, where, segments, analysis.uninspectable)
        return policy.decide(trial.rules, policy.Facts(actor, prompt, analysis.findings, analysis.uses), now)


def _prompt(rules: RuleSet, where: str, segments: tuple[Segment, ...], uninspectable: tuple[str, ...]) -> Prompt:
    """A prompt to a service as this set knows it."""
    service = rules.services.get(where)
    if service is None:
        return Prompt(where, "unknown", "json", segments, uninspectable=uninspectable)
    return Prompt(
        where,
        "unknown",
        "json",
        segments,
        channel=service.channel,
        sanctioned=service.sanctioned,
        uninspectable=uninspectable,
    )


def _moment(item: Mapping[str, Any]) -> datetime:
    if not item.get("at"):
        return datetime.now(UTC)
    moment = datetime.fromisoformat(str(item["at"]))
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


# --- the log


def events(old: RuleSet, new: RuleSet, lines: Iterable[tuple[int, Any]]) -> Report:
    """The report of the log's events: decisions on prompts that did not fail; other lines are passed over."""
    left_out = sorted({name for rules in (old, new) for name, rule in rules.policy.items() if rule.when.roles})
    sides = [_without(rules, left_out) for rules in (old, new)]
    report = Report(left_out=tuple(left_out))
    for number, line in lines:
        try:
            guard = line["unmapped"]["guard"]
            if guard.get("decision") is None or guard["failure"]:
                continue
            now = datetime.fromisoformat(line["time_dt"])
            facts = [_facts(line, guard, rules) for rules in sides]
            name = printable(str(line["metadata"]["uid"]))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            report.bad.append((number, f"no event of the guard ({type(error).__name__})"))
            continue
        first, second = (policy.decide(rules, given, now) for rules, given in zip(sides, facts, strict=True))
        report.add(name, first, second)
    return report


def _without(rules: RuleSet, names: Sequence[str]) -> RuleSet:
    kept = {name: rule for name, rule in rules.policy.items() if name not in names}
    return rules.model_copy(update={"policy": kept})


def _facts(line: Mapping[str, Any], guard: Mapping[str, Any], rules: RuleSet) -> policy.Facts:
    """What the event says was found; each finding counts as a value of its own."""
    user = line["actor"]["user"]
    actor = Actor(user["name"], tuple(group["name"] for group in user["groups"]), guard["identity"])
    spans: list[Finding] = []
    text = ""
    for entity in guard["entities"]:
        for _ in range(int(entity["n"])):
            value = f"{len(spans)} "
            start = len(text)
            text += value
            spans.append(
                Finding(
                    "log",
                    printable(entity["type"]),
                    Classification(entity["classification"]),
                    0,
                    start,
                    start + len(value),
                    entity["score"],
                    enforced=entity["enforced"],
                )
            )
    uses = tuple(Use(use["id"], use["score"], enforced=use["enforced"]) for use in guard["uses"])
    segments = (Segment("log:", Role.USER, text),)
    prompt = _prompt(rules, guard["service"], segments, tuple(guard["uninspectable"]))
    return policy.Facts(actor, prompt, tuple(spans), uses, guard["direction"])
