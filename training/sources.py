"""The text of a public corpus in its own format in, examples out: a reader for each format, and what its labels become.

Law: a reader keeps what it knows and drops what it does not: a label that no table below names is no span. Formats:
columns as CoNLL has them, brat's standoff (WiNER), DocRED's JSON, the CSV of NLU-Evaluation-Data, the TSV of HIPE-2022.
"""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from training.examples import DataError, Example, Span, clean

PLAIN = {"PER": "PER", "LOC": "LOC", "ORG": "ORG"}
WNUT = {"person": "PER", "location": "LOC", "corporation": "ORG", "group": "ORG"}
CROSSNER = {
    **dict.fromkeys(("person", "politician", "researcher", "scientist", "writer", "musicalartist"), "PER"),
    **dict.fromkeys(("location", "country"), "LOC"),
    **dict.fromkeys(("organisation", "politicalparty", "university", "band"), "ORG"),
}
MULTICONER = {
    **dict.fromkeys(("OtherPER", "SportsManager", "Cleric", "Politician", "Athlete", "Artist", "Scientist"), "PER"),
    **dict.fromkeys(("Facility", "OtherLOC", "HumanSettlement", "Station"), "LOC"),
    **dict.fromkeys(
        "MusicalGRP PublicCorp PrivateCorp AerospaceManufacturer SportsGRP CarManufacturer ORG TechCORP".split(), "ORG"
    ),
    **dict.fromkeys("PublicCORP PrivateCORP TechCorp".split(), "ORG"),
}
WINER = {"Person": "PER", "Location": "LOC", "Organization": "ORG"}
NLU = {"person": "PER", "artist_name": "PER", "place_name": "LOC", "business_name": "ORG"}
ASSISTANT_ONLY = frozenset({"transport_agency", "audiobook_author", "news_topic", "event_name", "relation"})
"""Entities of NLU-Evaluation-Data that may or may not hold a name: a request with one is left out."""

MARK = re.compile(r"\[\s*(\w+)\s*:\s*([^\]]*?)\s*\]")
ELIDED = re.compile(r"(?i)(?:^|.*\b)(?:l|d|j|m|t|s|n|c|qu|jusqu|lorsqu|puisqu|aujourd|quelqu)['’]\Z")
CLITIC = re.compile(r"['’](?:s|m|re|ve|ll|d|S)?\Z|n['’]t\Z")
ENDS = re.compile(r"\n+|(?<=[.!?])\s+(?=[A-ZÀÉ«])")
LONGEST = 120
"""Tokens of a sentence; longer ones are lists and tables gone wrong."""

type Sentence = tuple[Sequence[str], Sequence[str]]


def columns(text: str, labels: Mapping[str, str], source: str, separator: str | None = None) -> Iterator[Example]:
    """Sentences in columns, the token first and the tag last, with an empty line between them."""
    tokens, tags = list[str](), list[str]()
    for line in [*text.splitlines(), ""]:
        cells = line.split(separator)
        if line.startswith(("# id", "-DOCSTART-")):
            continue
        if line.strip() and len(cells) >= 2:
            tokens.append(cells[0].strip() or "_")
            tags.append(cells[-1].strip())
        elif not line.strip() and tokens:
            if len(tokens) <= LONGEST:
                yield spelled((tokens, tags), labels, source)
            tokens, tags = [], []


def spelled(sentence: Sentence, labels: Mapping[str, str], source: str) -> Example:
    """The sentence as one writes it, without the spaces that cutting it into tokens has left."""
    text, spans, quoted = "", list[Span](), False
    for index, (word, tag) in enumerate(zip(*sentence, strict=True)):
        word = '"' if word in ("``", "''") else word
        if index and _spaced(text, word, quoted):
            text += " "
        quoted ^= word == '"'
        prefix, _, name = tag.partition("-")
        label, start = labels.get(name, ""), len(text)
        text += word
        if label and spans and prefix == "I" and spans[-1].label == label and text[spans[-1].end : start].strip() == "":
            spans[-1] = Span(spans[-1].start, len(text), label)
        elif label:
            spans.append(Span(start, len(text), label))
    return Example(text, clean(text, spans), source)


def _spaced(text: str, word: str, quoted: bool) -> bool:
    """Whether a space stands between the text so far and the word."""
    if word in {".", ",", ";", ":", "!", "?", ")", "]", "}", "%", "…"} or CLITIC.match(word):
        return False
    if text.endswith(("(", "[", "{")) or ELIDED.match(text[-10:]):
        return False
    return not (quoted and (word == '"' or text.endswith('"')))


def winer(text: str, annotations: str, document: str) -> Iterator[Example]:
    """The sentences of a brat document, its text and `.ann`; of nested spans the outermost counts. Raises DataError."""
    found = list[Span]()
    for line in annotations.splitlines():
        if not line.startswith("T"):
            continue
        cells = line.split("\t")
        place = re.match(r"(\w+) (\d+) (\d+)", cells[1]) if len(cells) > 1 else None
        if place is None:
            raise DataError(f"{document}: an annotation without its place")
        if place[1] in WINER:
            found.append(Span(int(place[2]), int(place[3]), WINER[place[1]]))
    spans = clean(text, sorted(found, key=lambda span: (span.start, -span.end)))
    yield from _sentences(text, spans, document)


def _sentences(text: str, spans: Sequence[Span], document: str) -> Iterator[Example]:
    start = 0
    for end in [match.end() for match in ENDS.finditer(text)] + [len(text)]:
        if end <= start or any(span.start < end < span.end for span in spans):
            continue
        inside = [span.moved(-start) for span in spans if start <= span.start and span.end <= end]
        piece, begin = text[start:end].rstrip(), len(text[start:end]) - len(text[start:end].lstrip())
        if piece.strip():
            moved = [span.moved(-begin) for span in inside]
            yield Example(piece[begin:], clean(piece[begin:], moved), "winer", document)
        start = end


def redocred(text: str) -> Iterator[Example]:
    """The sentences of DocRED's JSON: documents of tokens, and entities by sentence and token. Raises DataError."""
    try:
        for document in json.loads(text):
            sentences: list[list[str]] = document["sents"]
            tags = [["O"] * len(sentence) for sentence in sentences]
            for mention in (mention for entity in document["vertexSet"] for mention in entity):
                _tag(tags, mention["sent_id"], mention["pos"], mention["type"])
            for sentence, row in zip(sentences, tags, strict=True):
                pairs = [(token, tag) for token, tag in zip(sentence, row, strict=True) if token.strip()]
                if 0 < len(pairs) <= LONGEST:
                    yield spelled(([token for token, _ in pairs], [tag for _, tag in pairs]), PLAIN, "redocred")
    except (ValueError, KeyError, TypeError):
        raise DataError("not DocRED's JSON: a list of documents with `sents` and `vertexSet`") from None


def _tag(tags: list[list[str]], sentence: int, place: Sequence[int], label: str) -> None:
    if label not in PLAIN or sentence >= len(tags):
        return
    start, end = place[0], min(place[1], len(tags[sentence]))
    if all(tag == "O" for tag in tags[sentence][start:end]):
        tags[sentence][start:end] = [f"{'I' if index else 'B'}-{label}" for index in range(end - start)]


def nlu(text: str) -> Iterator[Example]:
    """Requests of NLU-Evaluation-Data's CSV, `answer_annotation` with `[label : words]`. Raises DataError."""
    rows = csv.DictReader(io.StringIO(text), delimiter=";")
    if "answer_annotation" not in (rows.fieldnames or ()):
        raise DataError("not NLU-Evaluation-Data's CSV: no column answer_annotation")
    for row in rows:
        annotated = (row["answer_annotation"] or "").strip()
        if annotated and not {mark[1] for mark in MARK.finditer(annotated)} & ASSISTANT_ONLY:
            yield _unmarked(annotated)


def _unmarked(annotated: str) -> Example:
    text, spans, last = "", list[Span](), 0
    for mark in MARK.finditer(annotated):
        text += annotated[last : mark.start()]
        if mark[1] in NLU:
            spans.append(Span(len(text), len(text) + len(mark[2]), NLU[mark[1]]))
        text += mark[2]
        last = mark.end()
    text += annotated[last:]
    return Example(text, clean(text, spans), "nlu")


def newseye(text: str) -> Iterator[Example]:
    """Sentences of HIPE-2022's TSV: token, coarse tag, …, no space after; `¬` breaks a word at a line's end."""
    tokens, tags, glued = list[str](), list[str](), list[bool]()
    for line in [*text.splitlines()[1:], ""]:
        cells = line.split("\t")
        if line and not line.startswith("#") and len(cells) >= 3:
            tokens.append(cells[0])
            tags.append(cells[1])
            glued.append("NoSpaceAfter" in cells[-1])
        if tokens and (not line or "EndOfSentence" in cells[-1]):
            if len(tokens) <= LONGEST:
                yield _pressed(tokens, tags, glued)
            tokens, tags, glued = [], [], []


def _pressed(tokens: Sequence[str], tags: Sequence[str], glued: Iterable[bool]) -> Example:
    text, spans, broken = "", list[Span](), False
    for token, tag, joins in zip(tokens, tags, glued, strict=True):
        prefix, _, label = tag.partition("-")
        start = len(text)
        text += token.removesuffix("¬")
        if label in PLAIN and spans and spans[-1].label == label and (prefix == "I" or broken):
            spans[-1] = Span(spans[-1].start, len(text), label)
        elif label in PLAIN:
            spans.append(Span(start, len(text), label))
        broken = token.endswith("¬")
        text += "" if joins or broken else " "
    return Example(text.rstrip(), clean(text.rstrip(), spans), "newseye")
