"""Outcome -> our own part of an event, `unmapped.guard`: what OCSF has no place for.

Lists are bounded and begin with what matters most: the strictest rule, the most confidential entity.
"""

from collections.abc import Iterable, Sequence
from itertools import chain, repeat

from guard.audit import schema
from guard.audit.printable import ITEMS, printable, printables
from guard.terms import Finding, Outcome, Reason, Use


def guard(outcome: Outcome) -> schema.Guard:
    """Every field of `schema.Guard`."""
    decision = outcome.decision
    return {
        "decision": decision.verdict,
        "direction": outcome.direction,
        "channel": printable(outcome.channel),
        "service": printable(outcome.service),
        "endpoint": printable(outcome.endpoint),
        "ai_provider": printable(outcome.provider) or None,
        "ai_model": printable(outcome.model) if outcome.model else None,
        "identity": printable(outcome.actor.source),
        "lang": outcome.lang,
        "classification": decision.classification,
        "prompt": {"chars": outcome.chars, "segments": outcome.segments},
        "entities": entities(outcome.findings, outcome.fingerprints),
        "uses": [_use(use) for use in outcome.uses[:ITEMS]],
        "rules": [_rule(reason) for reason in strictest_first(decision.reasons)[:ITEMS]],
        "approvers": printables(decision.approvers),
        "uninspectable": printables(outcome.uninspectable),
        "failure": printable(outcome.failure) if outcome.failure else None,
        "ms": {printable(stage): round(spent, 3) for stage, spent in sorted(outcome.milliseconds.items())[:ITEMS]},
        "evidence": outcome.evidence,
        "rules_version": printable(outcome.rules_version),
        "nlp": printable(outcome.nlp) if outcome.nlp else None,
    }


def _use(use: Use) -> schema.UseHit:
    return {
        "id": printable(use.id),
        "score": round(use.score, 4),
        "evidence": printables(use.evidence),
        "enforced": use.enforced,
    }


def _rule(reason: Reason) -> schema.RuleHit:
    return {
        "id": printable(reason.rule),
        "action": reason.verdict,
        "enforced": reason.enforced,
        "why": printable(reason.text),
    }


def strictest_first(reasons: Iterable[Reason]) -> list[Reason]:
    """By verdict, then by rule."""
    return sorted(reasons, key=lambda reason: (-reason.verdict.rank, reason.rule))


def entities(findings: Sequence[Finding], fingerprints: Sequence[str] = ()) -> list[schema.Entity]:
    """One entry for each type, the most confidential first. Fingerprints stand in the order of the findings."""
    kinds: dict[str, list[tuple[Finding, str]]] = {}
    for finding, fingerprint in zip(findings, chain(fingerprints, repeat("")), strict=False):
        kinds.setdefault(finding.entity, []).append((finding, fingerprint))
    entries = [_entity(kind, found) for kind, found in kinds.items()]
    return sorted(entries, key=lambda entry: (-entry["classification"].rank, entry["type"]))[:ITEMS]


def _entity(kind: str, pairs: Sequence[tuple[Finding, str]]) -> schema.Entity:
    found = [finding for finding, _ in pairs]
    return {
        "type": printable(kind),
        "n": len(found),
        "score": round(max(finding.score for finding in found), 4),
        "proven": any(finding.proven for finding in found),
        "enforced": any(finding.enforced for finding in found),
        "classification": max((finding.classification for finding in found), key=lambda it: it.rank),
        "rules": printables(sorted({finding.rule for finding in found})),
        "fingerprints": printables(dict.fromkeys(fingerprint for _, fingerprint in pairs if fingerprint)),
    }
