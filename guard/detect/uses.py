"""Segments -> what a prompt is for, by the words of `uses/` rules: an act that is asked for and its object.

The two stand in one sentence, or in sentences nearby when the one with the act points there ("Here are twelve CVs. Rank
them."). The evidence of a use is the rule's own entries, never the person's words (law 6). All rules' words are looked
for in one walk, at both ends of a text; work on a sentence grows with its length, not with pairs of places in it.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from guard.detect.analysis import Halves
from guard.detect.phrases import Begun, Phrases
from guard.detect.programs import instructs
from guard.detect.requests import Sentence, sentences
from guard.rules.entries import ANY
from guard.rules.schema import RuleSet, Status, UseRule
from guard.terms import Role, Segment, Use

_ROLES = frozenset({Role.USER, Role.SYSTEM, Role.DRAFT, Role.FILE})
_SHOWING = frozenset({Role.USER, Role.DRAFT, Role.FILE})
"""Roles of what another message may point to: what the person gives, not how the service was set up."""
_BASE, _SUBJECT, _CLOSE = 0.6, 0.2, 0.1
_NEAR = 6
"""Words between an act and an object that belong together."""
_BACK, _ON, _OPENING = 3, 2, 2
"""Sentences before and after one that points to something, and sentences that open a text, where that may stand."""

_THINGS = frozenset({"objects", "phrases", "people"})
"""Parts that one of must stand in a text for a use to be there."""
_BESIDE = ("harmless", "subjects", "exclude")
"""Parts that say something beside those only."""
PARTS = ("acts", "objects", "phrases", "people", *_BESIDE)


class _Place(NamedTuple):
    """Where an entry stands in a sentence: its first word, and the one after its last."""

    first: int
    end: int
    said: str


class _Words:
    """One sentence, and what stands in it beside acts and things; most sentences are not asked."""

    def __init__(self, sentence: Sentence, phrases: Phrases[tuple[str, str]], begun: Begun[tuple[str, str]]) -> None:
        self.sentence = sentence
        self._phrases = phrases
        self._begun = begun

    @cached_property
    def beside(self) -> Mapping[tuple[str, str], _Place]:
        """By rule and part, its first place."""
        found: dict[tuple[str, str], _Place] = {}
        for marks, said, first, end in self._phrases.find(self.sentence.words, self._begun):
            for mark in marks:
                found.setdefault(mark, _Place(first, end, said))
        return found


class _Found:
    """What of one rule stands in one sentence; most parts of it are not there.

    Most acts have no object anywhere: which of them are asked for is worked out when asked, and so is what is beside.
    """

    told: Sequence[_Place] = ()
    """Acts, asked for or not."""
    objects: Sequence[_Place] = ()
    phrases: Sequence[_Place] = ()
    people: Sequence[_Place] = ()
    """They are objects too."""

    def __init__(self, rule: str, words: _Words) -> None:
        self._rule = rule
        self._words = words

    def add(self, part: str, place: _Place) -> None:
        """Take in where an entry of a part stands."""
        self.__dict__.setdefault("told" if part == "acts" else part, []).append(place)
        if part == "people":
            self.add("objects", place)

    @cached_property
    def acts(self) -> Sequence[_Place]:
        """Those that are asked for."""
        return [place for place in self.told if self.sentence.asks(place.first, place.end)]

    @property
    def subjects(self) -> Sequence[_Place]:
        """The first, if any."""
        subject = self._words.beside.get((self._rule, "subjects"))
        return () if subject is None else (subject,)

    @property
    def excluded(self) -> bool:
        """Whether the sentence has words with which it is no such use."""
        return (self._rule, "exclude") in self._words.beside

    @property
    def harmless(self) -> bool:
        """Whether the sentence has words that make acts and objects of this rule harmless."""
        return (self._rule, "harmless") in self._words.beside

    @property
    def sentence(self) -> Sentence:
        """Where it stands."""
        return self._words.sentence


class UseMatcher:
    """The use rules of a set."""

    def __init__(self, rules: RuleSet) -> None:
        self._rules = rules.uses
        self._phrases: Phrases[tuple[str, str]] = Phrases()
        """Marked with their rule and what part of it they are."""
        self._beside: Phrases[tuple[str, str]] = Phrases()
        """Those that say something beside these only."""
        for rule in rules.uses.values():
            for part in PARTS:
                wordings = getattr(rule.use, part)
                listed = [entry for name in wordings.lists for entry in rules.lists[name]]
                phrases = self._beside if part in _BESIDE else self._phrases
                for entry in (*wordings.fr, *wordings.en, *listed):
                    phrases.add(entry, (rule.id, part))

    def find(self, segment: Segment) -> tuple[Use, ...]:
        """The uses one segment speaks of, each by its best sentence."""
        return self.look(segment)[0]

    def look(self, segment: Segment) -> tuple[tuple[Use, ...], Halves]:
        """The uses one segment speaks of, and what it has of those that another segment completes."""
        if segment.role not in _ROLES or not segment.declared or not self._rules or instructs(segment):
            return (), Halves()
        text = sentences(segment.text)
        found = self._find(text)
        return self._whole(text, found), self._halves(text, found, segment.role)

    def _whole(self, text: Sequence[Sentence], found: dict[str, dict[int, _Found]]) -> tuple[Use, ...]:
        best = {name: _best(self._rules[name], text, places) for name, places in found.items()}
        covers = [at for name, (at, use) in best.items() if use and self._rules[name].use.material and text[at].opens]
        if covers:  # what follows is material
            asking = {
                name: {at: place for at, place in places.items() if at <= min(covers)}
                for name, places in found.items()
                if not self._rules[name].use.material
            }
            best |= {name: _best(self._rules[name], text, places) for name, places in asking.items()}
        return tuple(use for _, use in best.values() if use is not None)

    def _halves(self, text: Sequence[Sentence], found: dict[str, dict[int, _Found]], role: Role) -> Halves:
        """Acts that point elsewhere, and things that are only told of; a file asks for nothing."""
        if role not in _SHOWING:
            return Halves()
        asked, shown = [], []
        for name, places in found.items():
            rule = self._rules[name]
            told = [here for here in places.values() if here.objects]
            things = ((here, t) for here in told for t in here.objects if t.first == 0 or not here.sentence.requests)
            if thing := next((thing for here, thing in things if not (here.excluded or here.harmless)), None):
                shown.append(_use(rule, _BASE, [("object", thing)], ()))
            elif role is not Role.FILE and not told:
                acts = ((here, act) for here in places.values() for act in here.told if _stood(here, act))
                if act := next((act for here, act in acts if not (here.excluded or here.harmless)), None):
                    asked.append(_use(rule, _BASE, [("act", act)], ()))
        enough = {name for name in found if self._rules[name].threshold <= _BASE}
        return Halves(tuple(use for use in asked if use.id in enough), tuple(use for use in shown if use.id in enough))

    def _find(self, text: Sequence[Sentence]) -> dict[str, dict[int, _Found]]:
        """By rule, what of it stands in which sentence."""
        words = {word for sentence in text for word in sentence.words}
        begun, quiet = self._phrases.begun(words), self._beside.begun(words)
        said = [self._phrases.find(sentence.words, begun) for sentence in text]
        known = {rule for here in said for marks, *_ in here for rule, part in marks if part in _THINGS}
        found: dict[str, dict[int, _Found]] = {}
        for at, (sentence, here) in enumerate(zip(text, said, strict=True)):
            around = _Words(sentence, self._beside, quiet)
            # a rule that nothing is known of may still be asked of what another message shows
            every = bool(here) and sentence.back != ()
            for marks, wording, first, end in here:
                for rule, part in marks:
                    if every or rule in known:
                        places = found.setdefault(rule, {})
                        if at not in places:
                            places[at] = _Found(rule, around)
                        places[at].add(part, _Place(first, end, wording))
        return found


def _stood(here: _Found, act: _Place) -> bool:
    """Whether an act is asked for, of what only stands for its object."""
    return here.sentence.stands(act.first, act.end) and here.sentence.asks(act.first, act.end)


def _best(rule: UseRule, text: Sequence[Sentence], places: dict[int, _Found]) -> tuple[int, Use | None]:
    """The sentence with the surest use, and the use; -1 and None when there is none."""
    best: tuple[int, Use | None] = (-1, None)
    for at, use in _uses(rule, text, places):
        if use.score >= rule.threshold and (best[1] is None or use.score > best[1].score):
            best = (at, use)
    return best


def _uses(rule: UseRule, text: Sequence[Sentence], places: dict[int, _Found]) -> Iterator[tuple[int, Use]]:
    things = any(here.objects for here in places.values())
    for at, here in places.items():
        acts = here.acts if things else ()
        pair = _apart(acts, here.objects)
        pointing = None if here.objects else next((p for p in acts if text[at].refers(p.first, p.end)), None)
        if not (here.phrases or here.people or pair or pointing) or here.excluded:
            continue
        if here.phrases and (here.acts or _spoken(text, at)):
            yield at, _use(rule, _BASE + _CLOSE, [("phrase", here.phrases[0])], here.subjects)
        if here.people and text[at].requests and not here.harmless:
            yield at, _use(rule, _BASE, [("people", here.people[0])], here.subjects)
        if pair:
            close = _CLOSE if _close(here) else 0
            yield at, _use(rule, _BASE + close, [("act", pair[0]), ("object", pair[1])], here.subjects)
        elif pointing:
            for near in _around(at):
                there = places.get(near)
                if there is not None and there.objects and not there.excluded:
                    pairs = [("act", pointing), ("object", there.objects[0])]
                    yield at, _use(rule, _BASE, pairs, here.subjects or there.subjects)


def _spoken(text: Sequence[Sentence], at: int) -> bool:
    """Whether a sentence is all there is, speaks to the service, or is asked about next; else it tells, as material."""
    return len(text) == 1 or text[at].speaks or (at + 1 < len(text) and text[at + 1].cue)


def _around(at: int) -> list[int]:
    """The sentences that one may point to."""
    return sorted({*range(max(at - _BACK, 0), at), *range(at + 1, at + _ON + 1), *range(min(at, _OPENING))})


def _use(rule: UseRule, base: float, pairs: list[tuple[str, _Place]], subjects: Sequence[_Place]) -> Use:
    score = base + (_SUBJECT if subjects else 0)
    said = [*pairs, *(("subject", place) for place in subjects[:1])]
    evidence = tuple(f"{part}: {place.said}" for part, place in said)
    return Use(rule.id, round(score, 2), evidence, rule.status is Status.STABLE)


def _apart(acts: Sequence[_Place], objects: Sequence[_Place]) -> tuple[_Place, _Place] | None:
    """An act and an object that are not the same words; an object may stand in the gap of an act."""
    if not acts or not objects:
        return None
    around = next((act for act in acts if ANY in act.said), None)
    if around and (thing := next((t for t in objects if around.first < t.first and t.end < around.end), None)):
        return around, thing
    one, other = min(acts, key=lambda place: place.end), max(objects, key=lambda place: place.first)
    if one.end <= other.first:
        return one, other
    one, other = max(acts, key=lambda place: place.first), min(objects, key=lambda place: place.end)
    return (one, other) if other.end <= one.first else None


def _close(here: _Found) -> bool:
    """Whether an act and an object stand so near each other that they belong together."""
    places = sorted([(p.first, p.end, "act") for p in here.acts] + [(p.first, p.end, "object") for p in here.objects])
    return any(one != other and 0 <= start - end <= _NEAR for (_, end, one), (start, _, other) in pairwise(places))
