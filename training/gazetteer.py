"""The lists of names -> `rules/lists/first-names.txt` and `last-names.txt`: names that a capital makes a person's.

    python -m training.gazetteer first > rules/lists/first-names.txt
    python -m training.gazetteer last > rules/lists/last-names.txt

From Faker's lists (MIT) and our own, in small letters without accents, as `guard.detect.gazetteer` compares them. What
is a word, a place, a brand or a month more often than a person is left out (`lists/not_first.txt`, `not_last.txt`), and
so is what is short: first names of three or four letters are taken from French, English and our own lists only.
"""

import re
import sys
from collections.abc import Iterable, Iterator

from guard.detect.words import plain
from training.lists import words
from training.names import LOCALES, WORLD, faker_list

_NAME = re.compile(r"(?:[a-z]['’])?[a-zß-ÿœ]+(?:-[a-zß-ÿœ]+)*")
_LEAST, _LONG = 3, 5
"""Letters of the shortest first name, and of the shortest one from elsewhere or family name."""
_NEAR = sorted({name for lang in LOCALES.values() for name in lang if name != "lists"})
HEADS = {
    "first": (
        "# First names: one of these with a capital is a person, where no place, street or brand bears it.",
        "# owner: dpo. Reviewed: 2026-11-28. By `python -m training.gazetteer first`, from Faker (MIT) and our lists.",
        "# Add the rare ones of your staff and customers; take out what your prompts name as a product or a project.",
    ),
    "last": (
        "# Family names: one of these that stands alone with a capital is a person, where nothing else is named by it.",
        "# owner: dpo. Reviewed: 2026-11-28. By `python -m training.gazetteer last`, from Faker (MIT) and our lists.",
        "# Add the rare ones of your staff and customers; take out what your prompts name as a product or a project.",
    ),
}


def names(kind: str) -> list[str]:
    """The `first` or `last` names, in order."""
    return first() if kind == "first" else last()


def first() -> list[str]:
    """First names."""
    found = {name for locale in _NEAR for name in _of(faker_list(locale, "first_names"), _LEAST)}
    found |= {name for locale in WORLD for name in _of(faker_list(locale, "first_names"), _LONG)}
    own = (word for name in ("first_fr", "first_world", "first_more", "nicknames") for word in words(name))
    towns = {plain(town) for town in words("towns_fr")}
    return sorted((found | {*_of(own, _LEAST)}) - {*words("not_first")} - towns)


def last() -> list[str]:
    """Family names."""
    found = {name for locale in _NEAR for name in _of(faker_list(locale, "last_names"), _LONG)}
    own = (word for name in ("last_world", "last_more") for word in words(name))
    return sorted((found | {*_of(own, _LONG)}) - {*words("not_last")})


def _of(names: Iterable[str], least: int) -> Iterator[str]:
    """The single names of a list, plain; what stands in several words is several names."""
    for name in names:
        for part in plain(name).split():
            if len(part) >= least and _NAME.fullmatch(part):
                yield part


if __name__ == "__main__":
    kind = sys.argv[1]
    print("\n".join((*HEADS[kind], "", *names(kind))))
