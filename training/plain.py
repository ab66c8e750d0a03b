"""A stream of random numbers in, a text without any name out: ordinary prompts, capitals that are nobody, code.

Law: nothing here holds a person, a place, an organisation, an address or a date of birth; the model learns silence.
"""

import random
import re
import sysconfig
from collections.abc import Iterator
from pathlib import Path

from training.examples import Example
from training.lists import lines, words
from training.templates import chosen, filled
from training.values import Values, ascii_of

NAMED = re.compile(
    r"(?i)author|copyright|\bby\b|@|written|thanks|licen|inc\.|corp|guido|london|paris|york|unix|microsoft|google"
    r"|python software|apple|europe|america|germany|france|china|english|mr\.|\b(?:john|bob|fred|jack|joe|tim)\b"
)


def plain(values: Values) -> Example:
    """A prompt, a heading, a question, a number: no name in it."""
    rng, roll = values.rng, values.rng.random()
    if roll < 0.48:
        return filled(rng.choice(lines(f"plain_{values.lang}")), values, "plain")
    if roll < 0.60:
        return _code(values)
    if roll < 0.64:
        reference = rng.choice(
            ("ref", "Ref.", "code", "ID", "ticket", "dossier", "n°", "SKU", "matricule", "PR", "JIRA", "INC")
        )
        return Example(
            f"{reference} {rng.choice(('', 'A', 'CX', 'ABC-', 'INC', 'REQ-', 'PRJ-'))}{rng.randint(10, 99999)}",
            (),
            "plain",
        )
    return filled(rng.choice(lines(f"tasks_{values.lang}")), values, "plain")


def _code(values: Values) -> Example:
    """One to four lines of code whose identifiers are names of people and towns."""
    rng = values.rng
    return Example(
        "\n".join(_identified(rng.choice(lines("code")), values) for _ in range(rng.randint(1, 4))), (), "code"
    )


def _identified(line: str, values: Values) -> str:
    first = ascii_of(values.names.first()) or "alpha"
    town = ascii_of(values.rng.choice(words("towns_fr"))) or "beta"
    places = {
        "{first}": first,
        "{First}": first.capitalize(),
        "{FIRST}": first.upper(),
        "{town}": town,
        "{n}": values.number(),
    }
    line = chosen(line, values.rng)
    for slot, value in places.items():
        line = line.replace(slot, value)
    return line


def library_code(rng: random.Random, count: int) -> Iterator[Example]:
    """Up to `count` pieces of three to twelve lines of Python's own library (PSF licence), those that name nobody."""
    folder = Path(sysconfig.get_paths()["stdlib"])
    files = sorted(
        path
        for path in [*folder.glob("*.py"), *folder.glob("*/*.py")]
        if not {"test", "site-packages"} & set(path.parts)
    )
    rng.shuffle(files)
    found = 0
    for path in files:
        text = path.read_text(encoding="utf-8", errors="replace").splitlines()
        for _ in range(4 if len(text) > 40 else 0):
            start = rng.randint(5, len(text) - 15)
            piece = "\n".join(text[start : start + rng.randint(3, 12)]).strip()
            if len(piece) > 40 and not NAMED.search(piece) and found < count:
                found += 1
                yield Example(piece, (), "code")
