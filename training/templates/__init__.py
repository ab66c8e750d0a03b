"""A language in, its templates' texts out, and one of them filled: an example with its spans.

A template is a line of `LANG/REGISTER.txt`: `{slot}` is a value (`training.values`), `[[a|b]]` one of the forms between
the bars. Law: a slot that no value is known for is an error at reading, not a word in the training text.
"""

import random
import re
from functools import cache
from importlib.resources import files

from training.examples import DataError, Example, Span, clean
from training.values import Values

CHOICE = re.compile(r"\[\[((?:[^\[\]]|\[(?!\[)|\](?!\]))*?)\]\]")
SLOT = re.compile(r"\{([a-z]+)\}")


@cache
def templates(lang: str) -> dict[str, tuple[str, ...]]:
    r"""The templates of a language by register, with `\n` and `\t` made real."""
    folder = files(__name__).joinpath(lang)
    return {
        entry.name.removesuffix(".txt"): tuple(
            line.replace("\\n", "\n").replace("\\t", "\t")
            for line in entry.read_text(encoding="utf-8").splitlines()
            if line.strip() and not line.startswith("# ")
        )
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name)
        if entry.name.endswith(".txt")
    }


def chosen(template: str, rng: random.Random) -> str:
    """The template with one form of each `[[a|b]]`, the innermost first."""
    while CHOICE.search(template):
        template = CHOICE.sub(lambda match: rng.choice(match[1].split("|")), template)
    return template


def filled(template: str, values: Values, source: str = "template") -> Example:
    """The template with its choices made and its slots filled. Raises DataError for a slot nobody knows."""
    text, spans, last = "", list[Span](), 0
    template = chosen(template, values.rng)
    for match in SLOT.finditer(template):
        if match[1] not in values.slots:
            raise DataError(f"no value is known for the slot {match[1]}")
        text += template[last : match.start()]
        value, label = values.value(match[1])
        if label:
            spans.append(Span(len(text), len(text) + len(value), label))
        text += value
        last = match.end()
    text += template[last:]
    return Example(text, clean(text, spans), source)
