"""Actor, prompt, findings, uses and the time -> Decision. Pure: the same facts give the same decision, on the wire and
offline (law 11).

Every rule that matches has its say and its reason; the strictest verdict wins, and what any rule wants redacted is
redacted whatever else happens. Only `stable` rules, on findings and uses of `stable` rules, for users within their
rollout, are enforced; the others are reasons marked as not enforced (monitor mode).
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from zoneinfo import ZoneInfo

from guard.rules.schema import Except, PolicyRule, RuleSet, Status, When, Window
from guard.terms import Actor, Classification, Decision, Direction, Finding, Prompt, Reason, Role, Style, Use, Verdict

UNINSPECTABLE = "uninspectable"
"""Built in: what cannot be read does not leave, unless a rule says otherwise for its cause."""
SIGNED_PART = "signed-part"
"""Built in: what must be hidden but stands in a part that cannot be edited does not leave."""
SIGNED_REQUEST = "signed-request"
"""Built in: what must be hidden in a request that is signed as a whole does not leave."""
FIXED_FILE = "file-not-editable"
"""Built in: what must be hidden but stands in a file that cannot be edited does not leave."""
BUILT_IN = frozenset({UNINSPECTABLE, SIGNED_PART, SIGNED_REQUEST, FIXED_FILE})
"""Rule ids, and message ids, of what needs no rule file."""
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

type Classes = Mapping[str, Sequence[str]]
"""Class -> the entities in it (RuleSet.classes)."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a decision is made of."""

    actor: Actor
    prompt: Prompt
    findings: tuple[Finding, ...] = ()
    uses: tuple[Use, ...] = ()
    direction: Direction = "prompt"


@dataclass(frozen=True, slots=True)
class _Match:
    rule: PolicyRule
    findings: tuple[Finding, ...]
    why: str
    enforced: bool


@dataclass(frozen=True, slots=True)
class _Miss:
    why: str
    """What does not hold, in the rules' words."""


def decide(rules: RuleSet, facts: Facts, now: datetime) -> Decision:
    """The decision; `now` knows its zone."""
    weighed = [_weigh(rule, facts, rules.classes, now) for rule in rules.policy.values()]
    matches = [match for match in weighed if isinstance(match, _Match)]
    reasons = [Reason(m.rule.id, m.rule.then, m.why, m.enforced) for m in matches]
    enforced = [match for match in matches if match.enforced]
    redacting = [match for match in enforced if match.rule.then is Verdict.REDACT]
    redact = tuple(dict.fromkeys(finding for match in redacting for finding in match.findings))
    reasons += _built_in(facts, enforced, redact)
    verdict = max((reason.verdict for reason in reasons if reason.enforced), default=Verdict.ALLOW, key=_rank)
    return Decision(
        verdict=verdict,
        reasons=tuple(sorted(reasons, key=lambda reason: (-reason.verdict.rank, not reason.enforced, reason.rule))),
        redact=redact,
        styles=_styles(redacting, rules.classes),
        message=_message(verdict, enforced, reasons),
        approvers=tuple(dict.fromkeys(who for m in enforced if m.rule.then is verdict for who in m.rule.approvers)),
        classification=max((f.classification for f in facts.findings), default=Classification.PUBLIC, key=_rank),
        evidence=any(match.rule.evidence for match in enforced),
    )


def misses(rules: RuleSet, facts: Facts, now: datetime) -> dict[str, str]:
    """Why each rule that does not match does not: the first thing that does not hold, by rule."""
    weighed = {name: _weigh(rule, facts, rules.classes, now) for name, rule in rules.policy.items()}
    return {name: miss.why for name, miss in weighed.items() if isinstance(miss, _Miss)}


def concerned(rules: RuleSet, facts: Facts, now: datetime) -> bool:
    """True when a rule may have something to say on who, where, when and which way alone, whatever the text says."""
    return any(not _obstacle(rule, facts, now) for rule in rules.policy.values())


def listed(name: str, patterns: Iterable[str], classes: Classes) -> bool:
    """Whether an entity is one of these: by name, by its beginning (`SECRET_*`), or as one of a class."""
    return any(fnmatchcase(name, pattern) or name in classes.get(pattern, ()) for pattern in patterns)


def within_rollout(rule: PolicyRule, user: str) -> bool:
    """Whether a rule is enforced for a user: always the same users, others for each rule.

    BLAKE2b of the user, keyed with the rule's id, as a fraction of its range. Nobody known is one user.
    """
    name = user.encode("utf-8", "surrogatepass")
    digest = hashlib.blake2b(name, key=rule.id.encode(), digest_size=8, person=b"rollout").digest()
    return int.from_bytes(digest) * 100 < int(rule.rollout.removesuffix("%")) << 64


def _rank(word: Verdict | Classification | Style) -> int:
    return word.rank


def _styles(redacting: Iterable[_Match], classes: Classes) -> dict[str, Style]:
    """By entity, what lets least out of all that the rules ask for; placeholders are left out."""
    asked: dict[str, Style] = {}
    for match in redacting:
        for entity in {finding.entity for finding in match.findings}:
            own = [style for name, style in match.rule.styles.items() if listed(entity, [name], classes)]
            style = max(own, default=Style.PLACEHOLDER, key=_rank)
            asked[entity] = max(style, asked.get(entity, style), key=_rank)
    return {entity: style for entity, style in sorted(asked.items()) if style is not Style.PLACEHOLDER}


def _message(verdict: Verdict, enforced: list[_Match], reasons: list[Reason]) -> str | None:
    built_in = [reason.rule for reason in reasons if reason.rule in BUILT_IN and reason.verdict is verdict]
    written = sorted((m.rule.id, m.rule.message) for m in enforced if m.rule.then is verdict and m.rule.message)
    return next(iter([message for _, message in written] + built_in), None)


def _weigh(rule: PolicyRule, facts: Facts, classes: Classes, now: datetime) -> _Match | _Miss:
    """The rule's match on what is enforced; else on all there is, as a watched one; else why it does not match."""
    if obstacle := _obstacle(rule, facts, now):
        return _Miss(obstacle)
    match = _content(rule, facts, classes, enforced=True)
    if isinstance(match, _Miss):
        return _content(rule, facts, classes, enforced=False)
    if match.enforced and not within_rollout(rule, facts.actor.user):
        return _Match(rule, match.findings, f"{match.why}; user outside the rollout of {rule.rollout}", enforced=False)
    return match


def _obstacle(rule: PolicyRule, facts: Facts, now: datetime) -> str | None:
    """What does not hold, though it has nothing to do with the text."""
    return _ended(rule, now) or _elsewhere(rule.when, facts) or _untimely(rule.when, now) or _excepted(rule, facts, now)


def _ended(rule: PolicyRule, now: datetime) -> str | None:
    return f"it ended after {rule.until}" if rule.until and now.astimezone(UTC).date() > rule.until else None


def _elsewhere(when: When, facts: Facts) -> str | None:
    """Who, where and which way: what does not hold of it, though it has nothing to do with the text."""
    actor, prompt = facts.actor, facts.prompt
    groups = set(actor.groups)
    sides = {True: "sanctioned", False: "not sanctioned", None: ""}
    conditions = (
        (when.direction == facts.direction, f"it is about {when.direction}s"),
        (not when.groups or bool(groups & set(when.groups)), f"the person is not in {_or(when.groups)}"),
        (not groups & set(when.groups_not), f"the person is in {_or(sorted(groups & set(when.groups_not)))}"),
        (not when.users or actor.user in when.users, "the person is not one of its users"),
        (not when.services or prompt.service in when.services, f"the service is not {_or(when.services)}"),
        (when.sanctioned in (None, prompt.sanctioned), f"the service is not one that is {sides[when.sanctioned]}"),
        (not when.channels or prompt.channel in when.channels, f"the channel is not {_or(when.channels)}"),
    )
    return next((why for holds, why in conditions if not holds), None)


def _or(names: Iterable[str]) -> str:
    return " or ".join(names)


def _untimely(when: When, now: datetime) -> str | None:
    if not when.times or any(_within(window, now) for window in when.times):
        return None
    return "it is not the time: " + _or(f"{', '.join(w.days)} {w.begin}-{w.end} {w.zone}" for w in when.times)


def _within(window: Window, now: datetime) -> bool:
    """Whether a moment is in a window, by the clocks of the window's zone."""
    there = now.astimezone(ZoneInfo(window.zone))
    clock = f"{there:%H:%M}"
    end = "24:00" if window.end == "00:00" else window.end
    if window.begin < end:
        return window.begin <= clock < end and DAYS[there.weekday()] in window.days
    eve = DAYS[(there.date() - timedelta(days=1)).weekday()]
    return (clock >= window.begin and DAYS[there.weekday()] in window.days) or (clock < end and eve in window.days)


def _excepted(rule: PolicyRule, facts: Facts, now: datetime) -> str | None:
    """The first exception that holds, in words."""
    found = next((one for one in rule.exceptions if _holds(one, facts, now)), None)
    return f"excepted until {found.until} by {found.owner}: {found.reason}" if found else None


def _holds(one: Except, facts: Facts, now: datetime) -> bool:
    actor = facts.actor
    return (
        now.astimezone(UTC).date() <= one.until
        and bool(one.groups or one.users or one.services)
        and (not one.groups or bool(set(one.groups) & set(actor.groups)))
        and (not one.users or actor.user in one.users)
        and (not one.services or facts.prompt.service in one.services)
    )


def _content(rule: PolicyRule, facts: Facts, classes: Classes, *, enforced: bool) -> _Match | _Miss:
    """The match with the findings that make it, and why in the rules' words; or what was not there."""
    when = rule.when
    why: list[str] = []
    found: tuple[Finding, ...] = ()
    if when.entities or when.classification or when.roles:
        found = tuple(f for f in facts.findings if (f.enforced or not enforced) and _wanted(when, f, facts, classes))
        values = _values(found, facts.prompt) if when.at_least > 1 else len(found)
        if values < when.at_least:
            few = f"{values} of the {when.at_least} values" if values else "nothing"
            return _Miss(f"{few} of what it is about was found")
        counted = f" ({values} values)" if when.at_least > 1 else ""
        why.append(", ".join(sorted({f.entity for f in found})) + counted)
    if when.uses:
        used = sorted({use.id for use in facts.uses if use.id in when.uses and (use.enforced or not enforced)})
        if not used:
            return _Miss(f"the use is not {_or(when.uses)}")
        why.append("use " + ", ".join(used))
    if when.uninspectable:
        causes = [cause for cause in facts.prompt.uninspectable if listed(cause, when.uninspectable, {})]
        if not causes:
            return _Miss("nothing is unreadable for a cause it names")
        why.append("unreadable: " + ", ".join(causes))
    return _Match(rule, found, "; ".join(why) or "always", enforced and rule.status is Status.STABLE)


def _wanted(when: When, finding: Finding, facts: Facts, classes: Classes) -> bool:
    return (
        (not when.entities or listed(finding.entity, when.entities, classes))
        and (when.classification is None or finding.classification.rank >= when.classification.rank)
        and (not when.roles or facts.prompt.segments[finding.segment].role in when.roles)
    )


def _values(findings: Iterable[Finding], prompt: Prompt) -> int:
    """How many different values: what a conversation says again in every turn counts once. White space and capitals
    make no other value.
    """
    texts = ((f.entity, prompt.segments[f.segment].text[f.start : f.end]) for f in findings)
    return len({(entity, "".join(text.split()).casefold()) for entity, text in texts})


def _built_in(facts: Facts, enforced: list[_Match], redact: tuple[Finding, ...]) -> Iterator[Reason]:
    """Laws 2 and 3, whatever the rules say."""
    allowed = [pattern for match in enforced for pattern in match.rule.when.uninspectable]
    unread = [cause for cause in facts.prompt.uninspectable if not listed(cause, allowed, {})]
    if unread:
        yield Reason(UNINSPECTABLE, Verdict.BLOCK, "unreadable: " + ", ".join(unread))
    segments = facts.prompt.segments
    if facts.prompt.signed:
        if redact:
            entities = ", ".join(sorted({f.entity for f in redact}))
            yield Reason(SIGNED_REQUEST, Verdict.BLOCK, entities + " in a signed request")
        return
    fixed = [f for f in redact if not segments[f.segment].editable]
    in_files = {f.entity for f in fixed if segments[f.segment].role is Role.FILE}
    elsewhere = {f.entity for f in fixed if segments[f.segment].role is not Role.FILE}
    if in_files:
        yield Reason(FIXED_FILE, Verdict.BLOCK, ", ".join(sorted(in_files)) + " in a file that cannot be edited")
    if elsewhere:
        yield Reason(SIGNED_PART, Verdict.BLOCK, ", ".join(sorted(elsewhere)) + " in a part that cannot be edited")
