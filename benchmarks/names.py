"""Gold prompts -> how well names, places and organisations are found, how fast, and what is touched that should not be.

The sets of benchmarks/gold were written by hand, apart from what the pipeline was trained on: no text, template or list
of the training comes from them, and none of them goes there. Offsets are characters, the end excluded. Titles and
possessives stand outside a name; a surname and a given name in two columns are two names; products and nationalities
are none. People and companies are invented, places are real. The `public` sets hold names everybody knows and mark
none: a guard leaves them alone. Speeds are words of one core's processor time, on one prompt after the other.

    python benchmarks/names.py                   the shipped pipeline alone, on every gold set
    python benchmarks/names.py --guard           the same, then the whole guard
    python benchmarks/names.py --quick --json    one JSON object of ratios, in under 50 s
    python benchmarks/names.py --cost            memory over 3,000 prompts of new words, and the cost of long pastes
    python benchmarks/names.py --data DIR --benign FILE
                                                 also public gold sets, and the share of ordinary prompts touched
"""

import argparse
import json
import os
import random
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import ascii_lowercase
from typing import Any, Self

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parents[1]
GOLD = ROOT / "benchmarks" / "gold"
SHIPPED = ROOT / "guard" / "detect" / "bilingual"
PUBLIC = ("test_winer", "test_wikigold", "test_wnut")
ENTITIES = ("PERSON", "LOCATION", "ORGANIZATION")
ALL, ONE = "all", "one class"
"""The three entities together, each its own; the same with their confusions forgiven."""
LABELS = {"PER": "PERSON", "LOC": "LOCATION", "ORG": "ORGANIZATION"} | {entity: entity for entity in ENTITIES}
OFFICIAL = {"GPE": "LOCATION", "FAC": "LOCATION"}
"""Labels of spaCy's English pipelines that mean a place."""
LONG = 10_000
"""Characters of a long prompt."""

PASTES = (10_000, 100_000, 1_000_000)
"""Characters of the standard library that are pasted."""
RUNS = "=-.#_"
"""Marks that rules and borders are made of."""

type Span = tuple[str, int, int]
type Reader = Callable[[str], list[Span]]
type Scores = dict[str, float | int | None]


@dataclass(frozen=True, slots=True)
class Row:
    """A text and the names that stand in it."""

    text: str
    spans: tuple[Span, ...] = ()
    lang: str = ""

    @classmethod
    def of(cls, line: str) -> Self:
        """A line of a gold set (`spans`), of a public one (`ents`), or of ordinary prompts (neither)."""
        read = json.loads(line)
        spans = [(span["entity"], span["start"], span["end"]) for span in read.get("spans", ())]
        spans += [(LABELS[label], start, end) for start, end, label in read.get("ents", ()) if label in LABELS]
        return cls(read["text"], tuple(spans), read.get("lang", ""))


def rows(path: Path) -> list[Row]:
    """The lines of a JSONL file."""
    return [Row.of(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


# --- who reads -------------------------------------------------------------------------------------------------------


def alone(pipeline: str) -> Reader:
    """A spaCy pipeline, by folder or by the name of an installed package; exit 2 when there is none."""
    import spacy

    try:
        nlp = spacy.load(pipeline)
    except OSError:
        print(f"no pipeline {pipeline}: `make train` makes the shipped one, --pipeline names another", file=sys.stderr)
        raise SystemExit(2) from None
    labels = LABELS | OFFICIAL

    def read(text: str) -> list[Span]:
        with nlp.memory_zone():
            found = nlp(text).ents
            return [(labels[e.label_], e.start_char, e.end_char) for e in found if e.label_ in labels]

    return read


def guarded(folder: Path) -> Reader:
    """The guard's whole analysis under the rules of a folder; of its findings, the names."""
    from guard.detect.engine import Analyzer
    from guard.rules.load import load
    from guard.terms import Role, Segment

    analyzer = Analyzer(load(folder))

    def read(text: str) -> list[Span]:
        found = analyzer.analyze([Segment("body:", Role.USER, text)]).findings
        return [(f.entity, f.start, f.end) for f in found if f.entity in ENTITIES]

    return read


# --- how well --------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Tally:
    """What was found of what stands there."""

    gold: int = 0
    found: int = 0
    exact: int = 0
    touched: int = 0
    """Gold spans that share a character with any finding, whatever its entity."""
    gold_chars: int = 0
    found_chars: int = 0
    shared_chars: int = 0

    def add(self, gold: set[Span], found: set[Span], anything: set[int]) -> None:
        """One text: what stands in it, what was found, and the characters that any finding covers."""
        mine, theirs = characters(gold), characters(found)
        self.gold += len(gold)
        self.found += len(found)
        self.exact += len(gold & found)
        self.touched += sum(not anything.isdisjoint(range(start, end)) for _, start, end in gold)
        self.gold_chars += len(mine)
        self.found_chars += len(theirs)
        self.shared_chars += len(mine & theirs)

    def scores(self) -> Scores:
        """Percentages, None where nothing was there to count."""
        return {
            "gold": self.gold,
            "precision": percent(self.exact, self.found),
            "recall": percent(self.exact, self.gold),
            "f1": percent(2 * self.exact, self.gold + self.found),
            "char_precision": percent(self.shared_chars, self.found_chars),
            "char_recall": percent(self.shared_chars, self.gold_chars),
            "touched": percent(self.touched, self.gold),
        }


def characters(spans: Iterable[Span]) -> set[int]:
    """The places that spans cover."""
    return {place for _, start, end in spans for place in range(start, end)}


def percent(part: float, whole: float) -> float | None:
    """Rounded to a tenth."""
    return round(100 * part / whole, 1) if whole else None


def measure(texts: Sequence[Row], read: Reader) -> dict[str, Scores]:
    """Scores by entity, over the three together, and with their confusions forgiven."""
    tallies = {name: Tally() for name in (*ENTITIES, ALL, ONE)}
    for row in texts:
        gold, found = set(row.spans), set(read(row.text))
        anything = characters(found)
        for entity in ENTITIES:
            mine = {span for span in gold if span[0] == entity}
            tallies[entity].add(mine, {span for span in found if span[0] == entity}, anything)
        tallies[ALL].add(gold, found, anything)
        tallies[ONE].add(untyped(gold), untyped(found), anything)
    return {name: tally.scores() for name, tally in tallies.items()}


def untyped(spans: Iterable[Span]) -> set[Span]:
    """The same spans as one class."""
    return {(ONE, start, end) for _, start, end in spans}


def false_hits(texts: Sequence[Row], read: Reader) -> float:
    """Findings per ten prompts that hold no name to protect."""
    return round(10 * sum(len(read(row.text)) for row in texts) / len(texts), 2)


def touched(texts: Sequence[Row], read: Reader) -> dict[str, float | None]:
    """Share of prompts with a finding, in percent: any, by entity, and by language."""
    found = [(row.lang, {entity for entity, _, _ in read(row.text)}) for row in texts]
    shares = {"any": percent(sum(bool(names) for _, names in found), len(found))}
    for entity in ENTITIES:
        shares[entity] = percent(sum(entity in names for _, names in found), len(found))
    for lang in sorted({lang for lang, _ in found if lang}):
        own = [names for given, names in found if given == lang]
        shares[lang] = percent(sum(map(bool, own)), len(own))
    return shares


# --- how fast, how large ---------------------------------------------------------------------------------------------


def speed(texts: Sequence[Row], read: Reader) -> dict[str, int]:
    """Words of one core's second: prompts as they are, and joined to long ones."""
    whole = "\n\n".join(row.text for row in texts)
    long = [whole[start : start + LONG] for start in range(0, len(whole), LONG)]
    return {"short": _pace([row.text for row in texts], read), "long": _pace(long, read)}


def _pace(texts: Sequence[str], read: Reader) -> int:
    read(texts[0])
    began = time.process_time()
    for text in texts:
        read(text)
    spent = time.process_time() - began
    return round(sum(len(text.split()) for text in texts) / spent)


def memory(read: Reader, count: int = 3000) -> dict[str, float]:
    """Megabytes that the process takes after a tenth of the prompts, and after all; each prompt is of new words."""
    chance, taken = random.Random(1), {}  # noqa: S311 - made up, and the same at each run
    for number in range(1, count + 1):
        one, two, three, four = ("".join(chance.choices(ascii_lowercase, k=chance.randint(5, 12))) for _ in range(4))
        read(
            f"Bonjour {one.title()}, peux-tu demander à {two.title()} {three.title()} de revoir le {four} de {three} ?"
        )
        if number in (count // 10, count):
            taken[f"after_{number}"] = round(resident(), 1)
    return taken


def resident() -> float:
    """Megabytes of this process in memory, as Linux counts them."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def pastes(read: Reader) -> dict[str, float]:
    """Milliseconds of processor time a thousand characters: the standard library's code, prose, marks on end."""
    code = "\n".join(path.read_text(encoding="utf-8") for path in sorted(Path(os.__file__).parent.glob("*.py")))
    prose = "\n\n".join(row.text for path in sorted(GOLD.glob("chat_*.jsonl")) for row in rows(path))
    texts = {f"code_{size // 1000}k": code[:size] for size in PASTES} | {"prose_40k": prose[:40_000]}
    texts |= {f"run_of_{mark!r}": mark * LONG for mark in RUNS} | {"words_and_runs": ("Ana Diaz " + "=" * 90) * 100}
    read(prose[:LONG])
    return {name: _milliseconds(text, read) for name, text in texts.items()}


def _milliseconds(text: str, read: Reader) -> float:
    began = time.process_time()
    read(text)
    return round((time.process_time() - began) * 1e6 / len(text), 2)


def megabytes(folder: Path) -> float | None:
    """Size on disk, in millions of bytes; None for a pipeline that is not a folder."""
    if not folder.is_dir():
        return None
    return round(sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6, 2)


# --- the two ways to run ---------------------------------------------------------------------------------------------


def costs(read: Reader) -> dict[str, dict[str, float]]:
    """What is measured with `--cost`."""
    return {"megabytes_taken": memory(read), "milliseconds_per_thousand_characters": pastes(read)}


def report(read: Reader, data: Path | None, benign: Path | None) -> dict[str, Any]:
    """Everything that is measured of one reader."""
    gold = {path.stem: rows(path) for path in sorted(GOLD.glob("*.jsonl"))}
    marked = {name: texts for name, texts in gold.items() if any(row.spans for row in texts)}
    made: dict[str, Any] = {"sets": {name: measure(texts, read) for name, texts in marked.items()}}
    for lang in ("fr", "en"):
        every = [row for texts in marked.values() for row in texts if row.lang == lang]
        made["sets"][f"every_{lang}"] = measure(every, read)
    made["false_hits_per_10"] = {name: false_hits(texts, read) for name, texts in gold.items() if name not in marked}
    made["words_per_second"] = speed([row for texts in gold.values() for row in texts], read)
    if data:
        made["public"] = {name: measure(rows(data / f"{name}.jsonl"), read) for name in PUBLIC}
    if benign:
        made["ordinary_prompts_touched"] = touched(rows(benign), read)
    return made


def ratios(made: dict[str, Any]) -> dict[str, float]:
    """The goals of one reader in one flat object; shares are of 1."""
    flat: dict[str, float] = {}
    for lang in ("fr", "en"):
        chat = made["sets"][f"chat_{lang}"]
        flat |= {f"chat_{lang}_{entity.lower()}_f1": share(chat[entity]["f1"]) for entity in ENTITIES}
        flat[f"chat_{lang}_person_char_recall"] = share(chat["PERSON"]["char_recall"])
        flat[f"chat_{lang}_person_touched"] = share(chat["PERSON"]["touched"])
        flat[f"every_{lang}_f1"] = share(made["sets"][f"every_{lang}"][ALL]["f1"])
    flat |= {f"{name}_false_hits_per_10": hits for name, hits in made["false_hits_per_10"].items()}
    flat |= {f"words_per_second_{kind}": pace for kind, pace in made["words_per_second"].items()}
    flat |= {f"{name}_f1": share(scores[ALL]["f1"]) for name, scores in made.get("public", {}).items()}
    if "ordinary_prompts_touched" in made:
        flat["ordinary_prompts_touched"] = share(made["ordinary_prompts_touched"]["any"])
    return flat


def share(of_hundred: float | None) -> float:
    """A percentage as a part of 1; nothing found is 0."""
    return round((of_hundred or 0) / 100, 3)


def show(who: str, made: dict[str, Any], console: Console) -> None:
    """One reader's tables."""
    columns = ("precision", "recall", "f1", "char_precision", "char_recall", "touched")
    table = Table("set", "entity", "gold", *(column.replace("_", " ") for column in columns), title=who)
    for name, by_entity in (made["sets"] | made.get("public", {})).items():
        for entity, scores in by_entity.items():
            cells = ("-" if scores[column] is None else f"{scores[column]:.1f}" for column in columns)
            table.add_row(name, entity, str(scores["gold"]), *cells)
        table.add_section()
    console.print(table)
    facts = Table("measure", "of", "value", title=who)
    for measured in ("false_hits_per_10", "words_per_second", "ordinary_prompts_touched"):
        for name, value in made.get(measured, {}).items():
            facts.add_row(measured.replace("_", " "), name, "-" if value is None else f"{value:,}")
    console.print(facts)


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description="How well names are found: the pipeline alone, and the whole guard.")
    parser.add_argument("--pipeline", default=str(SHIPPED), help="a spaCy pipeline's folder or package")
    parser.add_argument("--guard", action="store_true", help="measure the whole guard too")
    parser.add_argument("--rules", type=Path, default=ROOT / "rules", help="folder of rule files, for --guard")
    parser.add_argument("--data", type=Path, help=f"folder of {', '.join(f'{name}.jsonl' for name in PUBLIC)}")
    parser.add_argument("--benign", type=Path, help="JSONL of ordinary prompts: text, and lang when known")
    parser.add_argument(
        "--cost", action="store_true", help="only the whole guard's memory, and its time on long pastes"
    )
    parser.add_argument("--quick", action="store_true", help="only the ratios that have goals")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    return parser.parse_args()


def main() -> None:
    """Run."""
    options = arguments()
    if options.cost:
        print(json.dumps(costs(guarded(options.rules)), indent=None if options.json else 2))
        return
    readers = {"alone": alone(options.pipeline)}
    if options.guard:
        readers["guard"] = guarded(options.rules)
    made: dict[str, Any] = {who: report(read, options.data, options.benign) for who, read in readers.items()}
    size = megabytes(Path(options.pipeline))
    if options.quick:
        flat = {f"{who}_{name}": value for who, of in made.items() for name, value in ratios(of).items()}
        flat["megabytes"] = size or 0.0
        print(json.dumps(flat) if options.json else "\n".join(f"{name:<44} {value}" for name, value in flat.items()))
    elif options.json:
        print(json.dumps({**made, "megabytes": size}))
    else:
        console = Console(width=None if sys.stdout.isatty() else 110)
        for who, of in made.items():
            show(who, of, console)
        console.print(f"size on disk: {size or 'unknown'} MB")


if __name__ == "__main__":
    main()
