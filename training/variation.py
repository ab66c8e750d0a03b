"""An example in, the same as other people would have typed it: other names, lower case, capitals, no accents, a slip.

Law: the spans stay on the words they stood on; an example that cannot be varied so comes back as it is.
"""

import random
import unicodedata
from dataclasses import replace

from training.examples import Example, replaced
from training.values import Values


def lowered(example: Example) -> Example:
    """All in lower case."""
    return _same_length(example, example.text.lower())


def raised(example: Example) -> Example:
    """All in capitals."""
    return _same_length(example, example.text.upper())


def unaccented(example: Example) -> Example:
    """Without accents, as people in a hurry and old systems write."""
    return _same_length(example, "".join(unicodedata.normalize("NFD", letter)[0] for letter in example.text))


def slipped(example: Example, rng: random.Random) -> Example:
    """Two neighbouring letters of one long word swapped, outside the spans."""
    inside = {at for span in example.spans for at in range(span.start - 1, span.end + 1)}
    text = example.text
    places = [
        at for at in range(1, len(text) - 2) if {at, at + 1}.isdisjoint(inside) and text[at - 1 : at + 3].isalpha()
    ]
    if not places:
        return example
    at = rng.choice(places)
    return replace(example, text=text[:at] + text[at + 1] + text[at] + text[at + 2 :])


def varied(example: Example, rng: random.Random, low: float, high: float = 0.03) -> Example:
    """The example, in lower case with the chance `low`, in capitals with `high`, and now and then with other slips."""
    roll = rng.random()
    if roll < low:
        example = lowered(example)
    elif roll < low + high:
        example = raised(example)
    if rng.random() < 0.06:
        example = unaccented(example)
    return slipped(example, rng) if rng.random() < 0.06 else example


def renamed(example: Example, values: Values) -> Example:
    """Other people in it, and often other places and organisations; one value stays one value all through the text."""
    known = dict[str, str]()
    for span in example.spans:
        old = example.text[span.start : span.end]
        if old not in known:
            known[old] = _other(old, span.label, values)
    chosen = [known[example.text[span.start : span.end]] for span in example.spans]
    return replaced(example, chosen).named(f"{example.source}+names")


def _other(old: str, label: str, values: Values) -> str:
    if label == "PER":
        new = values.names.full() if " " in old else values.rng.choice((values.names.first, values.names.last))()
    elif label not in ("LOC", "ORG") or values.rng.random() < 0.6:
        return old
    else:
        new = values.places.any() if label == "LOC" else values.companies.any()
    return new.lower() if old.islower() else new


def _same_length(example: Example, text: str) -> Example:
    return replace(example, text=text) if len(text) == len(example.text) else example
