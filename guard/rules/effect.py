"""A policy rule and what the other rules say -> why it can never have the effect it speaks of.

A rule that never acts is worse than none: people believe that it protects them. Only what the rule files alone prove is
said here; whether a group has members, no file knows.
"""

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import NamedTuple
from zoneinfo import ZoneInfo

from guard.rules.schema import PolicyRule, ServiceRule, Status, When
from guard.rules.source import Loc
from guard.terms import Classification, Style, Verdict

SURROGATES = frozenset(
    {"PERSON", "LOCATION", "ORGANIZATION", "EMAIL_ADDRESS", "PHONE_NUMBER", "IBAN_CODE", "CREDIT_CARD", "IP_ADDRESS"}
)
"""Entities that have invented values (guard.redact.surrogates)."""
ENDED = "R314"
"""The code of what has passed its last day."""
_SOON = 30
"""Days."""
_WAIT = frozenset({Verdict.COACH, Verdict.JUSTIFY, Verdict.HOLD, Verdict.BLOCK})


class Fault(NamedTuple):
    """A Problem of a rule whose file is known to who asks."""

    loc: Loc
    code: str
    text: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class World:
    """What policy rules speak of."""

    entities: Mapping[str, Classification]
    """Each entity that is found, and the highest classification it is found with."""
    classes: Mapping[str, Sequence[str]]
    services: Mapping[str, ServiceRule]

    def named(self, patterns: Iterable[str]) -> frozenset[str]:
        """The entities that names, beginnings and classes stand for."""
        every = {entity for name in patterns for entity in self.classes.get(name, ())}
        return frozenset(every | {e for e in self.entities for name in patterns if fnmatchcase(e, name)})


def idle(rule: PolicyRule, world: World, today: datetime.date) -> Iterator[Fault]:
    """What stands in the way of one rule."""
    yield from _contradictions(rule.when, world)
    yield from _findings(rule, world)
    yield from _times(rule.when)
    yield from _styles(rule, world)
    yield from _exceptions(rule, today)
    if all(test.expect is not rule.then for test in rule.tests):
        yield Fault(("tests",), "R411", f"no test expects `{rule.then}`", "show facts for which the rule holds")


def _contradictions(when: When, world: World) -> Iterator[Fault]:
    """Conditions that never hold together."""
    for number, group in enumerate(when.groups):
        if group in when.groups_not:
            text = f"the group `{group}` is asked for and excepted"
            yield Fault(("when", "groups", number), "R331", text, "take it out of groups or of groups_not")
    known = [world.services[name] for name in when.services if name in world.services]
    if len(known) < len(when.services) or not known:
        return
    if when.sanctioned is not None and all(service.sanctioned is not when.sanctioned for service in known):
        text = f"none of the services has `sanctioned: {str(when.sanctioned).lower()}`"
        yield Fault(("when", "sanctioned"), "R331", text, "leave out one of the two conditions")
    if when.channels and not {service.channel for service in known} & set(when.channels):
        channels = ", ".join(sorted({service.channel for service in known}))
        yield Fault(("when", "channels"), "R331", f"the services are used by {channels} only", f"write {channels}")


def _findings(rule: PolicyRule, world: World) -> Iterator[Fault]:
    when = rule.when
    if not (when.entities or when.classification or when.roles):
        if when.at_least > 1:
            yield Fault(("when", "at_least"), "R332", "nothing to count", "say of which entities")
        if rule.then is Verdict.REDACT:
            yield Fault(("then",), "R332", "nothing to redact", "say which entities, or from which classification up")
    named = world.named(when.entities) if when.entities else frozenset(world.entities)
    highest = max((world.entities[entity] for entity in named if entity in world.entities), default=None, key=_rank)
    if when.classification and highest and when.classification.rank > highest.rank:
        text = f"what it is about is {highest} at most"
        yield Fault(("when", "classification"), "R331", text, f"write {highest}, or classify the entity higher")


def _rank(word: Classification) -> int:
    return word.rank


def _times(when: When) -> Iterator[Fault]:
    for number, window in enumerate(when.times):
        if window.begin == window.end:
            hint = 'a whole day is "00:00" to "23:59", or no window at all'
            yield Fault(("when", "times", number, "end"), "R333", "the window ends when it begins", hint)
        if not _zone(window.zone):
            place: Loc = ("when", "times", number, "zone")
            yield Fault(place, "R333", f"no time zone `{window.zone}`", "a name like Europe/Paris")


def _zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # not found; no name of a file; the name of a folder
        return False
    return True


def _styles(rule: PolicyRule, world: World) -> Iterator[Fault]:
    hidden = world.named(rule.when.entities) if rule.when.entities else frozenset(world.entities)
    for name, style in rule.styles.items():
        place: Loc = ("styles", name)
        named = world.named([name])
        if rule.then is not Verdict.REDACT:
            yield Fault(place, "R334", f"`{rule.then}` hides nothing", "styles go with `then: redact`")
        elif not named & hidden:
            yield Fault(place, "R334", f"the rule does not hide {name}", "name it in `entities` too")
        elif style is Style.SURROGATE and (without := sorted(named - SURROGATES)):
            hint = f"there are some for {', '.join(sorted(SURROGATES))}"
            yield Fault(place, "R335", f"no invented values for {', '.join(without[:3])}", hint)


def _exceptions(rule: PolicyRule, today: datetime.date) -> Iterator[Fault]:
    for number, one in enumerate(rule.exceptions):
        place: Loc = ("exceptions", number)
        if not (one.groups or one.users or one.services):
            yield Fault(place, "R336", "the exception is for nobody", "say groups, users or services")
        if one.until < today:
            yield Fault((*place, "until"), ENDED, f"{one.until} has passed", "renew the exception, or take it out")


def ending(rules: Iterable[PolicyRule], today: datetime.date) -> Iterator[str]:
    """Rules and exceptions that end within a month, in words: from the day after, `guard lint` refuses them (R314)."""
    last = today + datetime.timedelta(days=_SOON)
    return (f"{what} ends on {day}" for day, what in _ends(rules) if today <= day <= last)


def ended(rules: Iterable[PolicyRule], today: datetime.date) -> Iterator[str]:
    """Rules and exceptions that are not applied any more, in words."""
    return (f"{what} ended on {day} and is not applied" for day, what in _ends(rules) if day < today)


def _ends(rules: Iterable[PolicyRule]) -> Iterator[tuple[datetime.date, str]]:
    for rule in rules:
        if rule.until:
            yield rule.until, f"{rule.id}: the rule ({rule.owner})"
        for one in rule.exceptions:
            yield one.until, f"{rule.id}: the exception “{one.reason}” ({one.owner})"


def shadows(rules: Sequence[PolicyRule], world: World) -> Iterator[tuple[PolicyRule, Fault]]:
    """Rules in force that never change a decision, because a stricter one holds whenever they do."""
    sure = [rule for rule in rules if rule.status is Status.STABLE]
    for rule in sure:
        if rule.when.uninspectable:  # it opens what is closed without it, whatever it says itself
            continue
        for other in sure:
            if other is not rule and _outdoes(other, rule) and _covers(other, rule, world):
                if _outdoes(rule, other) and _covers(rule, other, world) and other.id > rule.id:
                    continue  # two alike: the later one is too much
                text = f"`{other.id}` gives `{other.then}` whenever this rule holds"
                yield rule, Fault(("when",), "R337", text, "make it narrower, stricter, or deprecated")
                break


def _outdoes(other: PolicyRule, rule: PolicyRule) -> bool:
    """Whether what one rule does leaves nothing for the other to do, where both hold."""
    if rule.evidence and not other.evidence:
        return False
    if other.then.rank > rule.then.rank:
        return rule.then is not Verdict.REDACT or other.then in (Verdict.JUSTIFY, Verdict.HOLD, Verdict.BLOCK)
    if other.then is not rule.then or rule.styles or other.styles:
        return False
    if rule.then is Verdict.REDACT and not (other.when.entities or other.when.classification or other.when.roles):
        return False  # it hides nothing (R332)
    alike = other.message == rule.message and set(rule.approvers) <= set(other.approvers)
    return alike or rule.then not in _WAIT


def _covers(other: PolicyRule, rule: PolicyRule, world: World) -> bool:
    """Whether one rule holds wherever and whenever the other does."""
    theirs, ours = other.when, rule.when
    always = other.rollout == "100%" and not (other.exceptions or theirs.times or theirs.uninspectable)
    lasting = other.until is None or (rule.until is not None and rule.until <= other.until)
    lists = (
        (theirs.groups, ours.groups),
        (theirs.users, ours.users),
        (theirs.services, ours.services),
        (theirs.channels, ours.channels),
        (theirs.uses, ours.uses),
        (theirs.roles, ours.roles),
    )
    return (
        always
        and lasting
        and theirs.direction == ours.direction
        and theirs.sanctioned in (None, ours.sanctioned)
        and set(theirs.groups_not) <= set(ours.groups_not)
        and all(not wide or (narrow and set(narrow) <= set(wide)) for wide, narrow in lists)
        and _covers_entities(theirs, ours, world)
        and theirs.at_least <= ours.at_least
    )


def _covers_entities(theirs: When, ours: When, world: World) -> bool:
    if theirs.entities and not (ours.entities and world.named(ours.entities) <= world.named(theirs.entities)):
        return False
    if theirs.classification is None:
        return True
    return ours.classification is not None and ours.classification.rank >= theirs.classification.rank
