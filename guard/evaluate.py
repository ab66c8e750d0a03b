"""Labelled texts and what the guard finds in them -> precision, recall and F1, per entity and per language.

Two ways to agree: `overlap` (same entity, at least one character in common) and `exact` (same entity, same span).
Positions are characters, the end excluded. No text leaves this module (law 6): counts and entity names only.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from guard.detect.language import guess

NOTHING = "-"
"""In the confusion table: no label, or no finding."""
_WANTS = 'wants {"text", "spans": [{"entity", "start", "end"}]} with positions inside the text'


@dataclass(frozen=True, slots=True)
class Span:
    """A labelled or found value."""

    entity: str
    start: int
    end: int

    def overlaps(self, other: "Span") -> bool:
        """Whether they have a character in common."""
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True)
class Case:
    """One labelled text."""

    text: str = field(repr=False)
    spans: tuple[Span, ...]
    lang: str
    """`fr`, `en`, … as the line says, else as it reads; `-` when neither tells."""


@dataclass(frozen=True, slots=True)
class Bad:
    """A line that is no case."""

    line: int
    """From 1."""
    why: str


@dataclass(slots=True)
class Score:
    """Counts of one entity, one language, or all."""

    gold: int = 0
    found: int = 0
    recalled: Counter[str] = field(default_factory=Counter)
    """Labelled spans that were found, by way of agreeing."""
    right: Counter[str] = field(default_factory=Counter)
    """Findings that are labelled, by way of agreeing."""

    def rates(self, way: str) -> dict[str, float | None]:
        """Precision, recall and F1 from 0 to 1; null when there was nothing to divide by."""
        precision = self.right[way] / self.found if self.found else None
        recall = self.recalled[way] / self.gold if self.gold else None
        harmonic = 2 * (precision or 0.0) * (recall or 0.0) / (((precision or 0.0) + (recall or 0.0)) or 1.0)
        f1 = harmonic if self.gold or self.found else None
        return {
            "precision": None if precision is None else round(precision, 4),
            "recall": None if recall is None else round(recall, 4),
            "f1": None if f1 is None else round(f1, 4),
        }

    def table(self) -> dict[str, object]:
        """Counts, the rates by overlap, and under `exact` those of equal spans."""
        return {"gold": self.gold, "found": self.found, **self.rates("overlap"), "exact": self.rates("exact")}


class Evaluation:
    """The scores of the cases added so far."""

    def __init__(self) -> None:
        self._scores: dict[tuple[str, str], Score] = {}
        """By language and entity."""
        self._confusion: Counter[tuple[str, str]] = Counter()
        self._cases: Counter[str] = Counter()

    def add(self, case: Case, found: Sequence[Span]) -> None:
        """Count one case."""
        self._cases[case.lang] += 1
        for entity in {span.entity for span in (*case.spans, *found)}:
            score = self._scores.setdefault((case.lang, entity), Score())
            labelled = [span for span in case.spans if span.entity == entity]
            named = [span for span in found if span.entity == entity]
            _count(score, labelled, named)
        self._confuse(case.spans, found)

    def _confuse(self, labelled: Sequence[Span], found: Sequence[Span]) -> None:
        for span in labelled:
            over = [other for other in found if other.overlaps(span)]
            same = [other for other in over if other.entity == span.entity] or over
            self._confusion[span.entity, same[0].entity if same else NOTHING] += 1
        for span in found:
            if not any(span.overlaps(other) for other in labelled):
                self._confusion[NOTHING, span.entity] += 1

    def report(self) -> dict[str, object]:
        """Everything, as one JSON object."""
        languages = sorted(self._cases)
        return {
            "cases": self._cases.total(),
            **_sum(self._scores.values()).table(),
            "entities": _tables(self._scores),
            "languages": {
                lang: {
                    "cases": self._cases[lang],
                    **_sum(score for (its, _), score in self._scores.items() if its == lang).table(),
                    "entities": _tables({key: score for key, score in self._scores.items() if key[0] == lang}),
                }
                for lang in languages
            },
            "confusion": self._table(),
        }

    def _table(self) -> dict[str, dict[str, int]]:
        """Labelled entity -> found entity -> how often; `-` is none."""
        rows: dict[str, dict[str, int]] = {}
        for (labelled, found), count in sorted(self._confusion.items()):
            rows.setdefault(labelled, {})[found] = count
        return rows


def _count(score: Score, labelled: Sequence[Span], found: Sequence[Span]) -> None:
    score.gold += len(labelled)
    score.found += len(found)
    score.recalled["overlap"] += sum(any(span.overlaps(other) for other in found) for span in labelled)
    score.right["overlap"] += sum(any(span.overlaps(other) for other in labelled) for span in found)
    score.recalled["exact"] += sum(span in found for span in labelled)
    score.right["exact"] += sum(span in labelled for span in found)


def _sum(scores: Iterable[Score]) -> Score:
    total = Score()
    for score in scores:
        total.gold += score.gold
        total.found += score.found
        total.recalled += score.recalled
        total.right += score.right
    return total


def _tables(scores: dict[tuple[str, str], Score]) -> dict[str, dict[str, object]]:
    entities = sorted({entity for _, entity in scores})
    return {name: _sum(score for (_, its), score in scores.items() if its == name).table() for name in entities}


def read(lines: Iterable[bytes]) -> Iterator[Case | Bad]:
    """The case of each JSON line, or why it is none; empty lines are left out."""
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                yield _case(json.loads(line))
            except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
                yield Bad(number, _WANTS)


def _case(item: dict[str, object]) -> Case:
    text, spans, lang = item["text"], item.get("spans", []), item.get("lang")
    if not isinstance(text, str) or not isinstance(spans, list) or not isinstance(lang, str | None):
        raise TypeError
    return Case(text, tuple(_span(span, len(text)) for span in spans), lang or guess([text]) or NOTHING)


def _span(item: dict[str, object], length: int) -> Span:
    entity, start, end = item["entity"], item["start"], item["end"]
    if not (isinstance(entity, str) and entity and type(start) is int and type(end) is int):
        raise TypeError
    if not 0 <= start < end <= length:
        raise ValueError
    return Span(entity, start, end)
