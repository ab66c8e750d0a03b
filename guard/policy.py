"""Actor, prompt, findings, uses -> Decision. Pure: the same facts give the same decision, on the wire and offline (law
11).

Every rule that matches has its say and its reason; the strictest verdict wins, and what any rule wants redacted is
redacted whatever else happens. Only `stable` rules, on findings and uses of `stable` rules, are enforced; the others
are reasons marked as not enforced (monitor mode).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase

from guard.rules.schema import PolicyRule, RuleSet, Status, When
from guard.terms import Actor, Classification, Decision, Finding, Prompt, Reason, Role, Use, Verdict

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


@dataclass(frozen=True, slots=True)
class Facts:
    """What a decision is made of."""

    actor: Actor
    prompt: Prompt
    findings: tuple[Finding, ...] = ()
    uses: tuple[Use, ...] = ()
    direction: str = "prompt"


@dataclass(frozen=True, slots=True)
class _Match:
    rule: PolicyRule
    findings: tuple[Finding, ...]
    why: str
    enforced: bool


def decide(rules: RuleSet, facts: Facts, today: date) -> Decision:
    """The decision; `today` (UTC) ends rules whose `until` is past."""
    matches = [match for rule in rules.policy.values() for match in _matches(rule, facts, today)]
    reasons = [Reason(m.rule.id, m.rule.then, m.why, m.enforced) for m in matches]
    enforced = [match for match in matches if match.enforced]
    redact = _unique(finding for match in enforced if match.rule.then is Verdict.REDACT for finding in match.findings)
    reasons += _built_in(facts, enforced, redact)
    verdict = max((reason.verdict for reason in reasons if reason.enforced), default=Verdict.ALLOW, key=_rank)
    return Decision(
        verdict=verdict,
        reasons=tuple(sorted(reasons, key=lambda reason: (-reason.verdict.rank, not reason.enforced, reason.rule))),
        redact=redact,
        message=_message(verdict, enforced, reasons),
        approvers=tuple(dict.fromkeys(who for m in enforced if m.rule.then is verdict for who in m.rule.approvers)),
        classification=max((f.classification for f in facts.findings), default=Classification.PUBLIC, key=_level),
    )


def _rank(verdict: Verdict) -> int:
    return verdict.rank


def _level(classification: Classification) -> int:
    return classification.rank


def _unique(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(dict.fromkeys(findings))


def _message(verdict: Verdict, enforced: list[_Match], reasons: list[Reason]) -> str | None:
    built_in = [reason.rule for reason in reasons if reason.rule in BUILT_IN and reason.verdict is verdict]
    written = sorted((m.rule.id, m.rule.message) for m in enforced if m.rule.then is verdict and m.rule.message)
    return next(iter([message for _, message in written] + built_in), None)


def _matches(rule: PolicyRule, facts: Facts, today: date) -> Iterator[_Match]:
    """The rule's match on enforced findings and uses, and its match on all of them when that says more."""
    if (rule.until and today > rule.until) or not _applies(rule.when, facts):
        return
    stable = rule.status is Status.STABLE
    sure = _content(rule, facts, enforced=True)
    if sure is not None:
        yield _Match(rule, sure[0], sure[1], stable)
        return
    watched = _content(rule, facts, enforced=False)
    if watched is not None:
        yield _Match(rule, watched[0], watched[1], enforced=False)


def _applies(when: When, facts: Facts) -> bool:
    """Who, where and which way: conditions that have nothing to do with the text."""
    actor, prompt = facts.actor, facts.prompt
    groups = set(actor.groups)
    return (
        when.direction == facts.direction
        and (not when.groups or bool(groups & set(when.groups)))
        and not groups & set(when.groups_not)
        and (not when.users or actor.user in when.users)
        and (not when.services or prompt.service in when.services)
        and (when.sanctioned is None or when.sanctioned is prompt.sanctioned)
        and (not when.channels or prompt.channel in when.channels)
    )


def _content(rule: PolicyRule, facts: Facts, *, enforced: bool) -> tuple[tuple[Finding, ...], str] | None:
    """The findings that make the rule match, and why in the rules' words; None when it does not."""
    when = rule.when
    why: list[str] = []
    found: tuple[Finding, ...] = ()
    if when.entities or when.classification or when.roles:
        found = tuple(f for f in facts.findings if (f.enforced or not enforced) and _wanted(when, f, facts.prompt))
        if not found:
            return None
        why.append(", ".join(sorted({f.entity for f in found})))
    if when.uses:
        used = sorted({use.id for use in facts.uses if use.id in when.uses and (use.enforced or not enforced)})
        if not used:
            return None
        why.append("use " + ", ".join(used))
    if when.uninspectable:
        causes = [cause for cause in facts.prompt.uninspectable if _listed(cause, when.uninspectable)]
        if not causes:
            return None
        why.append("unreadable: " + ", ".join(causes))
    return found, "; ".join(why) or "always"


def _wanted(when: When, finding: Finding, prompt: Prompt) -> bool:
    return (
        (not when.entities or _listed(finding.entity, when.entities))
        and (when.classification is None or finding.classification.rank >= when.classification.rank)
        and (not when.roles or prompt.segments[finding.segment].role in when.roles)
    )


def _listed(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def _built_in(facts: Facts, enforced: list[_Match], redact: tuple[Finding, ...]) -> Iterator[Reason]:
    """Laws 2 and 3, whatever the rules say."""
    allowed = [pattern for match in enforced for pattern in match.rule.when.uninspectable]
    unread = [cause for cause in facts.prompt.uninspectable if not _listed(cause, allowed)]
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
