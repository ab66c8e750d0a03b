"""Texts with labelled spans: how every part of the training hands them on, and the JSON lines they are kept in.

Law: a span lies inside its text, spans are sorted and never overlap; `joined` and `replaced` keep that.
"""

import json
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

LABELS = ("PER", "LOC", "ORG", "ADDRESS", "DATE_OF_BIRTH")


class DataError(Exception):
    """Data that cannot be read; the text names the file and the line, never what stands there."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A labelled piece of a text, in characters, the end excluded."""

    start: int
    end: int
    label: str

    def moved(self, by: int) -> Self:
        """The same span, `by` characters further on."""
        return replace(self, start=self.start + by, end=self.end + by)


@dataclass(frozen=True, slots=True)
class Example:
    """One text, its spans in order, and where it comes from."""

    text: str
    spans: tuple[Span, ...] = ()
    source: str = ""
    group: str = ""
    """The document it was cut from, if any: a split never cuts through one."""

    def named(self, source: str) -> Self:
        """The same under another source's name."""
        return replace(self, source=source)


def seeded(*names: object) -> random.Random:
    """A stream of random numbers of its own for each part of the run, the same in every run."""
    return random.Random("/".join(map(str, names)))  # noqa: S311 - reproducible data, no secret


def joined(parts: Sequence[Example], separators: Sequence[str], source: str) -> Example:
    """The parts one after another; `separators` is one shorter than `parts`."""
    text, spans = "", list[Span]()
    for index, part in enumerate(parts):
        if index:
            text += separators[index - 1]
        spans += [span.moved(len(text)) for span in part.spans]
        text += part.text
    return Example(text, tuple(spans), source)


def replaced(example: Example, values: Sequence[str]) -> Example:
    """The example with each span's text replaced by the value at its place in `values`."""
    text, spans, last = "", list[Span](), 0
    for span, value in zip(example.spans, values, strict=True):
        text += example.text[last : span.start]
        spans.append(Span(len(text), len(text) + len(value), span.label))
        text += value
        last = span.end
    return replace(example, text=text + example.text[last:], spans=tuple(spans))


def clean(text: str, spans: Iterable[Span]) -> tuple[Span, ...]:
    """The spans in order, without white space at their ends, inside the text, the first of overlapping ones only."""
    kept, last = list[Span](), 0
    for span in sorted(spans):
        start, end = max(span.start, 0), min(span.end, len(text))
        while start < end and text[start].isspace():
            start += 1
        while end > start and text[end - 1].isspace():
            end -= 1
        if start < end and start >= last:
            kept.append(Span(start, end, span.label))
            last = end
    return tuple(kept)


def read_lines(path: Path) -> Iterator[Example]:
    """Examples of the lines `{"text", "ents": [[start, end, label], …], "src"[, "doc"]}`. Raises DataError."""
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            try:
                record = json.loads(line)
                spans = [Span(int(start), int(end), str(label)) for start, end, label in record["ents"]]
                text = str(record["text"])
            except (ValueError, KeyError, TypeError):
                raise DataError(f"{path.name}:{number}: not a line of text and spans") from None
            yield Example(text, clean(text, spans), str(record.get("src", path.stem)), str(record.get("doc", "")))


def write_lines(path: Path, examples: Iterable[Example]) -> None:
    """Write what `read_lines` reads."""
    with path.open("w", encoding="utf-8") as lines:
        for example in examples:
            record = {
                "text": example.text,
                "ents": [[span.start, span.end, span.label] for span in example.spans],
                "src": example.source,
            }
            lines.write(
                json.dumps(record | ({"doc": example.group} if example.group else {}), ensure_ascii=False) + "\n"
            )
