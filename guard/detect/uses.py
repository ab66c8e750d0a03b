"""Segments -> what a prompt is for, by the words of `uses/` rules: an act and an object in one sentence.

The evidence of a use is the rule's own entries, never the person's words (law 6). A sentence may be a whole book: the
work on one grows with its length and with the number of entries, not with the pairs of places where they stand.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import re2

from guard.detect.words import any_of, any_of_wider, phrase, plain
from guard.rules.schema import Bilingual, RuleSet, Status, UseRule
from guard.terms import Role, Segment, Use

_ROLES = frozenset({Role.USER, Role.SYSTEM, Role.DRAFT, Role.FILE})
_TITLES = "".join(rf"(?<!\b{title})" for title in ("[a-z]", "mm", "mr", "ms", "dr", "pr", "mrs", "mme", "mlle", "prof"))
_SENTENCE = re.compile(rf"{_TITLES}\.(?=\s|$)|[!?](?=\s|$)|[;\n]")
"""Where a sentence ends; not after an initial or a title."""
_WORD = re.compile(r"\w+")
_BASE, _SUBJECT, _CLOSE = 0.6, 0.2, 0.1
_NEAR = 6
"""Words between an act and an object that belong together."""


@dataclass(frozen=True, slots=True)
class _Entries:
    """One list of a rule."""

    each: tuple[tuple[str, re.Pattern[str]], ...]
    """An entry as the rule file says it, and its expression."""
    any: re.Pattern[str] | None
    """All at once."""
    maybe: "re2._Regexp[bytes] | None"
    """The same in RE2, much faster and a little wider: most texts have none."""

    def within(self, text: str) -> bool:
        """Whether any entry stands in a plain text."""
        if self.any is None or self.maybe is None:
            return False
        return self.maybe.search(text.encode("utf-8", "replace")) is not None and self.any.search(text) is not None

    def first(self, text: str) -> str | None:
        """The first entry of the list that stands in a plain text."""
        return next((said for said, regex in self.each if regex.search(text)), None) if self.within(text) else None

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Where entries stand, in characters."""
        return [match.span() for match in self.any.finditer(text)] if self.any is not None else []


@dataclass(frozen=True, slots=True)
class _Rule:
    rule: UseRule
    acts: _Entries
    objects: _Entries
    subjects: _Entries
    exclude: _Entries


class UseMatcher:
    """The use rules of a set."""

    def __init__(self, rules: RuleSet) -> None:
        self._rules = [_read(rule) for rule in rules.uses.values()]

    def find(self, segment: Segment) -> tuple[Use, ...]:
        """The uses one segment speaks of, each by its best sentence."""
        if segment.role not in _ROLES or not segment.declared or not self._rules:
            return ()
        text = plain(segment.text)
        wanted = [rule for rule in self._rules if rule.acts.within(text) and rule.objects.within(text)]
        if not wanted:
            return ()
        sentences = [sentence for sentence in _SENTENCE.split(text) if sentence.strip()]
        found = [_best(rule, sentences) for rule in wanted]
        return tuple(use for use in found if use is not None)


def _read(rule: UseRule) -> _Rule:
    words = rule.use
    return _Rule(rule, *(_entries(part) for part in (words.acts, words.objects, words.subjects, words.exclude)))


def _entries(words: Bilingual) -> _Entries:
    entries = dict.fromkeys([*words.fr, *words.en])
    each = tuple((said, re.compile(phrase(said))) for said in entries)
    return _Entries(each, any_of(entries), any_of_wider(entries))


def _best(rule: _Rule, sentences: Sequence[str]) -> Use | None:
    uses = [use for sentence in sentences if (use := _use(rule, sentence)) is not None]
    best = max(uses, key=lambda use: use.score, default=None)
    return best if best is not None and best.score >= rule.rule.threshold else None


def _use(rule: _Rule, sentence: str) -> Use | None:
    """The use that one sentence speaks of."""
    act, thing = rule.acts.first(sentence), rule.objects.first(sentence)
    if act is None or thing is None or rule.exclude.within(sentence):
        return None
    about = rule.subjects.first(sentence)
    score = _BASE + (_SUBJECT if about else 0) + (_CLOSE if _close(rule, sentence) else 0)
    evidence = [f"act: {act}", f"object: {thing}"] + ([f"subject: {about}"] if about else [])
    return Use(rule.rule.id, round(score, 2), tuple(evidence), rule.rule.status is Status.STABLE)


def _close(rule: _Rule, sentence: str) -> bool:
    """Whether an act and an object stand so near each other that they belong together."""
    places = [(span, "act") for span in rule.acts.spans(sentence)]
    places += [(span, "object") for span in rule.objects.spans(sentence)]
    places.sort()
    words = [match.start() for match in _WORD.finditer(sentence)]
    return any(
        one != other and bisect_left(words, start) - bisect_left(words, end) <= _NEAR
        for ((_, end), one), ((start, _), other) in pairwise(places)
    )
