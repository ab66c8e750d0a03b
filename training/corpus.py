"""Real sentences and a seed in, the training and dev examples out: the real ones, varied, and the invented ones.

Law: nothing that stands in a held-out set is trained on, neither the text nor another sentence of its document.
"""

import hashlib
import random
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from training.examples import Example, Span, clean, joined, seeded
from training.jargon import common_words, jargon
from training.lists import words
from training.plain import library_code, plain
from training.records import record
from training.templates import filled, templates
from training.values import Values
from training.variation import lowered, renamed, varied

FRENCH = frozenset({"winer", "newseye"})
REPEATED = {"wikigold": 3, "wnut": 2, "winer": 2}
"""Sources worth seeing more than once in an epoch."""
KEPT = {"mconer": 0.35, "nlu": 0.5, "btc": 0.6}
"""The share kept of sources that would drown the others."""
HELD_OUT = {"winer": 0.12, "wikigold": 0.2}
"""The share, by document where there is one, held out of corpora that come without a test set of their own."""
RENAMED = {"fr": 0.6, "en": 0.35}
LOWERED = {"fr": 0.3, "en": 0.15}
TITLE = re.compile(
    r"(?:(?:MM?|Mme|Mlle|Mmes|Monsieur|Messieurs|Madame|Mademoiselle|Mr|Mrs|Ms|Miss|Dr|Docteur|Doctor|Me|Maître|Prof"
    r"|Professeur|Professor|Sir|Lord|Lady|général|Général|colonel|Colonel|capitaine|Capitaine|docteur|monsieur|madame)\b\s?\.?\s*)+"
)
DAY = (
    r"(?:\d{1,2}(?:er|st|nd|rd|th)? [a-zéûA-Z]{3,9},? \d{4}|[A-Z][a-z]{2,8} \d{1,2}, ?\d{4}"
    r"|\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}|\d{4}-\d\d-\d\d)"
)
BIRTH = re.compile(rf"\b(?:born|b\.|née?(?:\(e\))?)(?: on| le| in [A-Z]\w+,?(?: on)?| à [A-Z]\w+,? le)? ({DAY})")
TWEETS = ("btc", "wnut")
MARK = re.compile(r"@\s?")
MENTION = re.compile(r"(?<!\w)@\s?(\w+)\s*")
SEPARATORS = (" ", "\n", "\n\n", ". ", "\n\n")


@dataclass(frozen=True, slots=True)
class Corpus:
    """What a run trains on and chooses its best state by."""

    train: tuple[Example, ...]
    dev: tuple[Example, ...]

    def counts(self) -> dict[str, int]:
        """Training examples by source."""
        return dict(sorted(Counter(example.source for example in self.train).items()))


def shape(text: str) -> str:
    """What stays of a text when case, spaces and marks are taken away: two texts with one shape are the same text."""
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def apart(examples: Iterable[Example], held_out: Iterable[Example]) -> list[Example]:
    """The examples of which neither text nor document is held out; very short texts (12 characters) may recur."""
    texts, groups = set[str](), set[tuple[str, str]]()
    for example in held_out:
        texts.add(shape(example.text))
        groups.add((example.source, example.group))
    return [
        example
        for example in examples
        if (len(shape(example.text)) <= 12 or shape(example.text) not in texts)
        and not (example.group and (example.source, example.group) in groups)
    ]


def untitled(example: Example) -> Example:
    """The example as invented ones are: titles cut off people, birthdays labelled, "American" no place."""
    spans = list[Span]()
    for span in example.spans:
        if span.label == "LOC" and example.text[span.start : span.end].lower() in words("demonyms"):
            continue
        title = TITLE.match(example.text, span.start, span.end) if span.label == "PER" else None
        spans.append(replace(span, start=title.end()) if title and title.end() < span.end else span)
    spans += [Span(found.start(1), found.end(1), "DATE_OF_BIRTH") for found in BIRTH.finditer(example.text)]
    return replace(example, spans=clean(example.text, spans))


def mentioned(example: Example) -> Example:
    """The example with its labelled mentions as people write them, `@` outside the span, and the unlabelled cut out.

    Sets of tweets label the mark as a name of its own, or no mention at all: both would teach that "@Ana" is nobody.
    """
    spans = [
        replace(span, start=mark.end()) if (mark := MARK.match(example.text, span.start)) else span
        for span in example.spans
    ]
    spans = [span for span in spans if span.start < span.end]
    if example.source not in TWEETS:
        return replace(example, spans=clean(example.text, spans))
    starts, text, moved, last = {span.start for span in spans}, "", list[Span](), 0
    for found in MENTION.finditer(example.text):
        if found.start(1) not in starts:
            text += example.text[last : found.start()]
            last = found.end()
            spans = [span for span in spans if not found.start() < span.end <= found.end()]
    cut = [found.span() for found in MENTION.finditer(example.text) if found.start(1) not in starts]
    for span in spans:
        moved.append(span.moved(-sum(end - start for start, end in cut if end <= span.start)))
    text += example.text[last:]
    return replace(example, text=text, spans=clean(text, moved))


def usable(example: Example) -> bool:
    """Not a text that is too long or only marks."""
    return sum(map(str.isalpha, example.text)) > 2 and len(example.text) < 2000


def is_dev(example: Example) -> bool:
    """One in twenty-five, by document where there is one; the same in every run."""
    return _lot("", example) < 1 / 25


def is_held_out(example: Example) -> bool:
    """Whether the example of a corpus without a test set is measured on; the same in every run."""
    return _lot("held out/", example) < HELD_OUT.get(example.source, 0)


def _lot(use: str, example: Example) -> float:
    """A number from 0 to 1 that the example's document, or its text, always draws."""
    digest = hashlib.blake2b(f"{use}{example.source}/{example.group or example.text}".encode(), digest_size=2).digest()
    return int.from_bytes(digest) / 65536


def mined(examples: Iterable[Example], label: str) -> tuple[str, ...]:
    """Names with this label in the real sentences, fit to be put into others."""
    found = {
        value
        for example in examples
        if example.source in ("wikigold", "redocred", "crossner", "winer")
        for span in example.spans
        if span.label == label and not (value := example.text[span.start : span.end]).islower()
        if value[0].isupper() and 3 < len(value) < 32 and re.fullmatch(r"[\w' .’-]+", value) and len(value.split()) <= 5
    }
    return tuple(
        sorted(
            value
            for value in found
            if label == "ORG" or not re.search(r"(?:ian|ean|ish|ese|can|ais|ois|ien)(?:ne|e)?s?$", value)
        )
    )


def real(examples: Sequence[Example], values: Values) -> list[Example]:
    """The real sentences of one language with their renamed and lower-case copies."""
    rng, lang, found = values.rng, values.lang, list[Example]()
    for example in examples:
        if rng.random() >= KEPT.get(example.source, 1):
            continue
        found += [example] * REPEATED.get(example.source, 1)
        if (
            example.source not in ("btc", "newseye")
            and any(span.label == "PER" for span in example.spans)
            and rng.random() < RENAMED[lang]
        ):
            found.append(varied(renamed(example, values), rng, 0.15, 0.01))
        if not example.text.islower() and rng.random() < LOWERED[lang]:
            found.append(lowered(example).named(f"{example.source}+lower"))
    return found


def invented(values: Values, count: int, common: Sequence[str]) -> list[Example]:
    """`count` invented texts: one part, or several one after another; `common` are words that name nobody."""
    rng, lines = values.rng, [line for register in templates(values.lang).values() for line in register]
    chat = [*templates(values.lang)["chat"], *templates(values.lang)["grammar"] * 4]
    makers: list[tuple[float, Callable[[], Example], float]] = [
        (0.22, lambda: filled(rng.choice(chat), values), 0.4),
        (0.58, lambda: filled(rng.choice(lines), values), 0.2),
        (0.71, lambda: record(values), 0.1),
        (0.90, lambda: plain(values), 0.1),
        (1.01, lambda: jargon(common, rng), 0.1),
    ]

    def part() -> Example:
        roll = rng.random()
        make, low = next((make, low) for limit, make, low in makers if roll < limit)
        return varied(make(), rng, low)

    return [_text(part, rng) for _ in range(count)]


def _text(part: Callable[[], Example], rng: random.Random) -> Example:
    parts = [part() for _ in range(rng.choices((1, 2, 3, 5), (66, 24, 7, 3))[0])]
    separators = [rng.choice(SEPARATORS) for _ in parts[1:]]
    return joined(parts, separators, parts[0].source)


def built(data: Sequence[Example], held_out: Sequence[Example], seed: int, invented_each: int) -> Corpus:
    """The whole corpus of a run, shuffled; `invented_each` texts are invented for each language."""
    kept = [untitled(mentioned(example)) for example in apart(data, held_out)]
    kept = [example for example in kept if usable(example)]
    train = [example for example in kept if not is_dev(example)]
    dev = [example for example in kept if is_dev(example) and example.source != "nlu"]
    towns, orgs = mined(train, "LOC"), mined(train, "ORG")
    found = list(library_code(seeded(seed, "code"), invented_each // 16))
    for lang in ("fr", "en"):
        rng = seeded(seed, lang)
        values = Values(lang, rng, towns if lang == "en" else (), orgs)
        own = [example for example in train if (example.source in FRENCH) == (lang == "fr")]
        found += real(own, values)
        found += invented(values, invented_each, common_words(own) + words(f"common_{lang}") * 3)
    seeded(seed, "order").shuffle(found)
    return Corpus(tuple(found), tuple(dev))
