"""A pipeline and labelled texts in, how well it finds them out: exact spans and characters, by label, and false hits.

Law: only labels that the set itself has are scored; a pipeline's ADDRESS on a set of names is neither right nor wrong.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from spacy.language import Language

from training.examples import Example, Span


@dataclass(slots=True)
class Count:
    """Right, found and wanted things of one kind."""

    right: int = 0
    found: int = 0
    wanted: int = 0

    def add(self, found: set[object], wanted: set[object]) -> None:
        """Count one text's."""
        self.right += len(found & wanted)
        self.found += len(found)
        self.wanted += len(wanted)

    @property
    def precision(self) -> float:
        """Share of the found that is right, 0 when nothing is found."""
        return self.right / self.found if self.found else 0.0

    @property
    def recall(self) -> float:
        """Share of the wanted that is found, 0 when nothing is wanted."""
        return self.right / self.wanted if self.wanted else 0.0

    @property
    def f1(self) -> float:
        """Their harmonic mean."""
        total = self.found + self.wanted
        return 2 * self.right / total if total else 0.0


@dataclass(slots=True)
class Score:
    """What one set shows, by label and under `ALL`."""

    exact: dict[str, Count] = field(default_factory=dict)
    characters: dict[str, Count] = field(default_factory=dict)
    plain: int = 0
    """Texts in which nothing is labelled."""
    false_hits: int = 0
    """Spans found in those."""

    def line(self) -> dict[str, float | int]:
        """The figures a table shows, rounded to three places."""
        figures: dict[str, float | int] = {"f1": round(self.exact["ALL"].f1, 3)} if "ALL" in self.exact else {}
        for label, count in sorted(self.exact.items()):
            if label != "ALL":
                figures[f"{label} f1"] = round(count.f1, 3)
        if "PER" in self.characters:
            figures["PER char recall"] = round(self.characters["PER"].recall, 3)
        return figures | (
            {"false hits per 10 plain": round(10 * self.false_hits / self.plain, 2)} if self.plain else {}
        )


def measured(nlp: Language, examples: Sequence[Example]) -> Score:
    """Run the pipeline over the examples and score it on the labels they have."""
    labels = {span.label for example in examples for span in example.spans}
    score = Score()
    for example, doc in zip(examples, nlp.pipe((example.text for example in examples), batch_size=128), strict=True):
        found = {Span(ent.start_char, ent.end_char, ent.label_) for ent in doc.ents if ent.label_ in labels}
        _count(score, found, set(example.spans))
        if not example.spans:
            score.plain += 1
            score.false_hits += len(doc.ents)
    return score


def _count(score: Score, found: set[Span], wanted: set[Span]) -> None:
    for label in {span.label for span in found | wanted}:
        ours, theirs = _only(found, label), _only(wanted, label)
        for name in (label, "ALL"):
            score.exact.setdefault(name, Count()).add(set(ours), set(theirs))
            score.characters.setdefault(name, Count()).add(_characters(ours), _characters(theirs))


def _only(spans: Iterable[Span], label: str) -> set[Span]:
    return {span for span in spans if span.label == label}


def _characters(spans: Iterable[Span]) -> set[object]:
    return {at for span in spans for at in range(span.start, span.end)}


def table(scores: Mapping[str, Score]) -> str:
    """A Markdown table of the figures, a row a set."""
    rows = {name: score.line() for name, score in scores.items()}
    columns = sorted({column for row in rows.values() for column in row}, key=_rank)
    lines = ["| set | " + " | ".join(columns) + " |", "|---" * (len(columns) + 1) + "|"]
    lines += [
        f"| {name} | " + " | ".join(str(row.get(column, "")) for column in columns) + " |" for name, row in rows.items()
    ]
    return "\n".join(lines)


def _rank(column: str) -> tuple[int, str]:
    order = ("f1", "PER f1", "LOC f1", "ORG f1", "ADDRESS f1", "DATE_OF_BIRTH f1", "PER char recall")
    return (order.index(column) if column in order else len(order), column)
