"""Rule files' own tests -> what failed, run through the real stages.

Each rule is tried alone, whatever its status, a use beside those that say what is material.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from guard import coach, policy
from guard.detect.engine import Analyzer
from guard.rules.schema import (
    DetectRule,
    MessageRule,
    NoMatch,
    PolicyRule,
    PolicyTest,
    RuleSet,
    ServiceRule,
    Status,
    UseRule,
)
from guard.terms import Actor, Decision, Direction, Finding, Lang, Prompt, Reason, Request, Role, Segment, Use, Verdict
from guard.wire import request as wire

_LIMIT = 2**20


@dataclass(frozen=True, slots=True)
class Failure:
    """One test that did not hold, in words."""

    rule: str
    test: str
    """Where in the file: `tests.match[0]`."""
    text: str

    def __str__(self) -> str:
        """`rule: tests.match[0]: text`"""
        return f"{self.rule}: {self.test}: {self.text}"


@dataclass(frozen=True, slots=True)
class HeldOut:
    """How one use rule does on its held-out prompts, beside all other use rules."""

    rule: str
    recognised: int
    match: int
    """Prompts that are this use."""
    wrong: int
    no_match: int
    """Prompts that are not; `wrong` of them were taken for it."""

    def __str__(self) -> str:
        """`cv-screening: held out: 13 of 15 recognised, 0 of 6 wrongly`"""
        known = f"{self.recognised} of {self.match} recognised"
        return f"{self.rule}: held out: {known}, {self.wrong} of {self.no_match} wrongly"


def held_out(rules: RuleSet) -> list[HeldOut]:
    """The use rules' held-out prompts, which measure and never fail."""
    uses = {name: _stable(rule) for name, rule in rules.uses.items()}
    analyzer = Analyzer(_only(rules, uses=uses))

    def count(rule: UseRule, texts: Iterable[str]) -> int:
        found = (analyzer.analyze([Segment("body:", Role.USER, text)]).uses for text in texts)
        return sum(any(use.id == rule.id for use in each) for each in found)

    return [
        HeldOut(
            rule.id, count(rule, kept.match), len(kept.match), count(rule, _texts(kept.no_match)), len(kept.no_match)
        )
        for rule in uses.values()
        for kept in [rule.tests.held_out]
        if kept.match or kept.no_match
    ]


def _texts(cases: Iterable[NoMatch]) -> Iterator[str]:
    return (case.text for case in cases)


def run(rules: RuleSet, step: Callable[[str], None] = lambda rule: None) -> tuple[int, list[Failure]]:
    """How many tests ran, and those that failed; `step` is told each rule's id when its tests are done."""
    count = 0
    failures: list[Failure] = []
    for name, tests in _suites(rules):
        results = list(tests)
        count += len(results)
        failures += [failure for failure in results if failure is not None]
        step(name)
    return count, failures


def _suites(rules: RuleSet) -> Iterator[tuple[str, Iterator[Failure | None]]]:
    for detect in rules.detect.values():
        yield detect.id, _detect(detect, rules)
    for use in rules.uses.values():
        yield use.id, _use(use, rules)
    for rule in rules.policy.values():
        yield rule.id, _policy(rule, rules)
    for service in rules.services.values():
        yield service.id, _service(service)
    for message in rules.messages.values():
        yield message.id, _message(message)


def _only(rules: RuleSet, **kinds: object) -> RuleSet:
    """The set with these rules and no other."""
    empty: dict[str, object] = {"services": {}, "detect": {}, "uses": {}, "policy": {}, "messages": {}}
    return rules.model_copy(update=empty | kinds)


def _stable[R: (DetectRule, UseRule, PolicyRule)](rule: R) -> R:
    return rule.model_copy(update={"status": Status.STABLE})


def _detect(rule: DetectRule, rules: RuleSet) -> Iterator[Failure | None]:
    analyzer = Analyzer(_only(rules, detect={rule.id: _stable(rule)}))

    def found(text: str) -> list[str]:
        analysis = analyzer.analyze([Segment("body:", Role.USER, text)])
        return [text[f.start : f.end] for f in sorted(analysis.findings, key=lambda f: f.start)]

    for index, match in enumerate(rule.tests.match):
        got = found(match.text)
        yield _compare(rule.id, f"tests.match[{index}]", got, match.finds)
    for index, no in enumerate(rule.tests.no_match):
        got = found(no.text)
        where = f"tests.no_match[{index}]"
        yield Failure(rule.id, where, f"found {got}, but {no.why}") if got else None


def _use(rule: UseRule, rules: RuleSet) -> Iterator[Failure | None]:
    beside = {name: other for name, other in rules.uses.items() if other.use.material}
    analyzer = Analyzer(_only(rules, uses={**beside, rule.id: _stable(rule)}))

    def found(text: str) -> Use | None:
        uses = analyzer.analyze([Segment("body:", Role.USER, text)]).uses
        return next((use for use in uses if use.id == rule.id), None)

    for index, text in enumerate(rule.tests.match):
        yield None if found(text) else Failure(rule.id, f"tests.match[{index}]", "not recognised")
    for index, no in enumerate(rule.tests.no_match):
        use = found(no.text)
        where = f"tests.no_match[{index}]"
        yield Failure(rule.id, where, f"recognised by {list(use.evidence)}, but {no.why}") if use else None


def _policy(rule: PolicyRule, rules: RuleSet) -> Iterator[Failure | None]:
    alone = _only(rules, policy={rule.id: _stable(rule)})
    for index, test in enumerate(rule.tests):
        facts = _facts(test, rule.when.direction)
        decision = policy.decide(alone, facts, _moment(rule, test))
        own = [reason for reason in decision.reasons if reason.rule == rule.id]
        verdict = own[0].verdict if own else Verdict.ALLOW
        yield _compare(rule.id, f"tests[{index}]", verdict.value, test.expect.value)


def _facts(test: PolicyTest, direction: Direction) -> policy.Facts:
    text = " ".join(map(str, range(test.count)))
    places = [(found.start(), found.end()) for found in re.finditer(r"\d+", text)]
    findings = tuple(
        Finding("test", entity, test.classification, 0, start, end, 1.0, proven=True)
        for entity in test.entities
        for start, end in places
    )
    prompt = Prompt(
        service=test.service,
        endpoint="test",
        family="json",
        segments=(Segment("body:", test.role, text),),
        channel=test.channel,
        sanctioned=test.sanctioned,
        uninspectable=tuple(test.uninspectable),
    )
    uses = tuple(Use(use, 1.0) for use in test.uses)
    return policy.Facts(Actor(test.user, tuple(test.groups), "test"), prompt, findings, uses, direction)


def _moment(rule: PolicyRule, test: PolicyTest) -> datetime:
    """The test's time; else now, but not after the rule's last day, and within its hours where it has some."""
    if test.at is not None:
        return datetime.fromisoformat(test.at)
    now = datetime.now(UTC)
    if rule.until and now.date() > rule.until:
        now = datetime.combine(rule.until, now.timetz())
    if not rule.when.times:
        return now
    window = rule.when.times[0]
    zone = ZoneInfo(window.zone)
    days = (now.astimezone(zone).date() - timedelta(days=back) for back in range(7))
    day = next(day for day in days if policy.DAYS[day.weekday()] in window.days)
    return datetime.combine(day, time.fromisoformat(window.begin), zone)


def _service(rule: ServiceRule) -> Iterator[Failure | None]:
    host = rule.hosts[0].replace("*", "host")
    for index, test in enumerate(rule.tests):
        request = Request(test.method, host, test.path, (("content-type", test.type),), test.body.encode())
        prompt = wire.read(request, rule, _LIMIT)
        where = f"tests[{index}]"
        yield _compare(rule.id, where, prompt.endpoint, test.endpoint)
        if prompt.uninspectable:
            yield Failure(rule.id, where, f"unreadable: {', '.join(prompt.uninspectable)}")
        read = [f"{s.role}: {s.text}" for s in prompt.segments if s.declared and s.where.startswith(("body:", "form:"))]
        yield _compare(rule.id, where, read, test.reads)


def _message(rule: MessageRule) -> Iterator[Failure | None]:
    decision = Decision(Verdict.BLOCK, (Reason("rule", Verdict.BLOCK, ""),), approvers=("dpo",))
    for lang in Lang:
        text = coach.say({rule.id: rule}, rule.id, lang, event="id", service="service", decision=decision)
        yield None if "{" not in text else Failure(rule.id, lang.value, "a brace is left in the text")


def _compare(rule: str, where: str, got: object, wanted: object) -> Failure | None:
    return None if got == wanted else Failure(rule, where, f"got {got!r}, expected {wanted!r}")
