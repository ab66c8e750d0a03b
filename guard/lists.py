"""The company's own CSV files and documents -> tables of keyed hashes; the clear values stay where they were.

Beginnings of longer values are hashed too, so that a search can stop early; nothing tells how long a value is.
"""

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from guard.detect.documents import shingles, winnowed
from guard.detect.exact import WORDS, keys, tokens
from guard.errors import GuardError
from guard.rules.hashed import Hasher, packed
from guard.rules.schema import Table

READABLE = frozenset({".txt", ".md", ".csv"})
_COMMON = frozenset(
    """lundi mardi mercredi jeudi vendredi samedi dimanche janvier fevrier mars avril mai juin juillet aout septembre
    octobre novembre decembre monday tuesday wednesday thursday friday saturday sunday january february march april may
    june july august september october november december monsieur madame docteur societe entreprise client oui non
    yes the and for with company customer rue avenue place street road france paris london petit grand blanc noir rouge
    vert bleu white black brown green young king love rose fleur pierre prix price bon bonne good long page will mark
    bill grace hope faith joy jean art ray sue pat drew frank rich dean chase""".split()
)
"""Words that are also names: alone they say nothing."""
_SHORTEST = 3
"""Characters of a value that counts alone."""
_BOILERPLATE = 3
"""A passage that more documents share is nobody's secret."""


class ListError(GuardError):
    """A file that a list cannot be made of."""


@dataclass(frozen=True, slots=True)
class Built:
    """A table, and what went into it."""

    table: Table
    values: int
    """Values of a CSV, or fingerprints."""
    skipped: int
    """Values left out: common words, too short, too long."""


def rows(path: Path, columns: Sequence[str]) -> Iterator[dict[str, str]]:
    """The rows of a CSV file (UTF-8 or Windows-1252; comma, semicolon, tab or bar) with these columns at least."""
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
    first = text.partition("\n")[0]
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=max(",;\t|", key=first.count))
    missing = [column for column in columns if column not in (reader.fieldnames or ())]
    if missing:
        there = ", ".join(reader.fieldnames or ()) or "none"
        raise ListError(f"{path}: no column {', '.join(missing)} (there are: {there})")
    for row in reader:
        yield {column: row[column] or "" for column in columns}


def exact(entries: Iterable[dict[str, str]], together: frozenset[str], hasher: Hasher) -> Built:
    """The table of a CSV's rows; values of the columns `together` count near another value of their row only."""
    known: set[int] = set()
    begun: set[int] = set()
    placed: set[tuple[int, int]] = set()
    skipped = 0
    for number, row in enumerate(entries):
        for column, written in row.items():
            for value in _spellings(written):
                alone = column not in together
                chain = keys(value)
                if not chain or len(chain) > WORDS or (alone and _says_nothing(chain[-1])):
                    skipped += bool(chain)
                    continue
                *before, whole = (hasher(key) for key in chain)
                begun.update(before)
                if alone:
                    known.add(whole)
                if together:
                    placed.add((whole, number))
    order = sorted(placed)
    table = Table(
        kind="exact",
        check=hasher.check,
        known=packed(sorted(known)),
        begun=packed(sorted(begun)),
        together=packed(value for value, _ in order),
        rows=packed((number for _, number in order), "I"),
    )
    return Built(table, len(known) + len({value for value, _ in order} - known), skipped)


def _spellings(value: str) -> Iterator[str]:
    """A value, and a French telephone number also with, or without, its country."""
    yield value
    digits = "".join(char for char in value if char.isdigit())
    if len(digits) == 10 and digits.startswith("0") and number_only(value):
        yield f"33{digits[1:]}"
    elif len(digits) == 11 and digits.startswith("33") and value.strip().startswith("+"):
        yield f"0{digits[2:]}"


def number_only(value: str) -> bool:
    """Whether a value is digits and signs between them."""
    return not any(char.isalpha() for char in value)


def _says_nothing(key: str) -> bool:
    return len(key) < _SHORTEST or key in _COMMON


def documents(texts: Iterable[str], hasher: Hasher) -> Built:
    """The table of some documents' fingerprints, without what more than a few of them share."""
    kept: set[int] = set()
    shared: Counter[int] = Counter()
    for text in texts:
        hashes = shingles([word for word, _, _ in tokens(text)], hasher)
        shared.update(set(hashes))
        kept |= winnowed(hashes)
    chosen = sorted(value for value in kept if shared[value] <= _BOILERPLATE)
    table = Table(kind="documents", check=hasher.check, known=packed(chosen))
    return Built(table, len(chosen), len(kept) - len(chosen))


def readable(folder: Path) -> tuple[list[str], list[Path]]:
    """The texts of a folder's files, and the files that hold none we can read, in the order of their paths."""
    texts: list[str] = []
    skipped: list[Path] = []
    by_kind: dict[bool, list[Path]] = defaultdict(list)
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        by_kind[path.suffix.lower() in READABLE].append(path)
    skipped += by_kind[False]
    for path in by_kind[True]:
        try:
            texts.append(path.read_text("utf-8-sig"))
        except (OSError, UnicodeDecodeError):
            skipped.append(path)
    return texts, sorted(skipped)
