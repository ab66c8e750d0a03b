"""Numbers in words, as French and English speakers dictate them."""

import re

import pytest

from guard.detect.numerals import HINT, NUMERAL, digits

FRENCH_UNITS = ["zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf"]
FRENCH_TEENS = ["dix", "onze", "douze", "treize", "quatorze", "quinze", "seize", "dix-sept", "dix-huit", "dix-neuf"]
FRENCH_TENS = ["vingt", "trente", "quarante", "cinquante"]
ENGLISH_UNITS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
ENGLISH_TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
ENGLISH_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]


def french(number: int) -> str:
    """A number as it is written in France."""
    if number < 20:
        return (FRENCH_UNITS + FRENCH_TEENS)[number]
    if number < 60:
        tens, unit = FRENCH_TENS[number // 10 - 2], number % 10
        return tens if not unit else f"{tens} et un" if unit == 1 else f"{tens}-{FRENCH_UNITS[unit]}"
    base, rest = (60, number - 60) if number < 80 else (80, number - 80)
    if base == 60:
        link = " et " if rest in (1, 11) else "-"
        return f"soixante{link}{french(rest)}" if rest else "soixante"
    return f"quatre-vingt-{french(rest)}" if rest else "quatre-vingts"


def english(number: int) -> str:
    """A number as it is written in English."""
    if number < 20:
        return (ENGLISH_UNITS + ENGLISH_TEENS)[number]
    tens, unit = ENGLISH_TENS[number // 10 - 2], number % 10
    return f"{tens}-{ENGLISH_UNITS[unit]}" if unit else tens


SAID = [(french(number), number) for number in range(100)] + [(english(number), number) for number in range(100)]
BELGIAN = [("septante", 70), ("septante et un", 71), ("nonante-neuf", 99), ("huitante-deux", 82), ("octante", 80)]


@pytest.mark.parametrize(("said", "number"), [*SAID, *BELGIAN], ids=lambda part: str(part))
def test_every_number_to_99_has_its_digits(said: str, number: int) -> None:
    assert digits(said) == str(number)
    assert re.fullmatch(NUMERAL, said, re.I) is not None


@pytest.mark.parametrize("said", ["QUATRE-VINGT-DIX-SEPT", "Quatre vingt dix sept", "quatre-vingts dix-sept"])
def test_case_and_hyphens_do_not_matter(said: str) -> None:
    assert re.fullmatch(NUMERAL, said, re.I) is not None
    assert digits(said) == "97"


@pytest.mark.parametrize("said", ["", "cent", "mille", "hundred", "unité", "onesie", "4", "et", "et un"])
def test_other_words_are_no_such_numbers(said: str) -> None:
    assert re.fullmatch(NUMERAL, said, re.I) is None


HINTED = {
    "French": ("ma carte : cinq cinq huit", True),
    "English": ("five five, two", True),
    "with figures": ("five 500 0000", True),
    "with et": ("vingt et un, trois", True),
    "two only": ("cinq cinq puis rien", False),
    "figures only": ("5 5 0 0", False),
    "prose": ("deux personnes et un chat", False),
    "half a word": ("unix dixit sixième", False),
}


@pytest.mark.parametrize(("text", "hinted"), HINTED.values(), ids=HINTED)
def test_three_in_a_row_are_a_hint(text: str, hinted: bool) -> None:
    assert bool(re.search(HINT, text)) is hinted
