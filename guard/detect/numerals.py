"""A number in words, French or English -> its digits: 0 to 99, in the forms people dictate digits and pairs."""

import re

_UNITS: dict[str, int] = {
    "zéro": 0, "zero": 0, "un": 1, "une": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6, "sept": 7,
    "huit": 8, "neuf": 9, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "seven": 7, "eight": 8, "nine": 9,
}  # fmt: skip
_TEENS: dict[str, int] = {
    "dix": 10, "onze": 11, "douze": 12, "treize": 13, "quatorze": 14, "quinze": 15, "seize": 16, "ten": 10,
    "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17,
    "eighteen": 18, "nineteen": 19,
}  # fmt: skip
_TENS: dict[str, int] = {
    "vingt": 20, "vingts": 20, "trente": 30, "quarante": 40, "cinquante": 50, "soixante": 60, "septante": 70,
    "huitante": 80, "octante": 80, "nonante": 90, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60,
    "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
_VALUE = _UNITS | _TEENS | _TENS
_SAID = {word: value for word, value in _VALUE.items() if word.isascii()}


def _any(words: dict[str, int]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


_COUNTED = {word: value for word, value in _UNITS.items() if value}
"""What may stand after tens: « soixante zéro » is two numbers."""
_AND = r"(?:[ -]et[ -]|[ -])"
_TEEN = rf"(?:dix[ -](?:sept|huit|neuf)|{_any(_TEENS)})"
NUMERAL = (
    rf"(?:(?:quatre[ -]vingts?|soixante){_AND}{_TEEN}"
    rf"|(?:quatre[ -]vingts?|{_any(_TENS)})(?:{_AND}(?:{_any(_COUNTED)})\b)?"
    rf"|{_TEEN}|{_any(_UNITS)})"
)
"""Expression for one number in words; `\\b` around it is the caller's, and so is the case."""
HINT = rf"(?i)\b(?:{_any(_SAID)})(?:[ ,.;/_-]+(?:et[ -])?(?:{_any(_SAID)}|[0-9]{{1,6}})\b){{2}}"
"""Three numbers in a row, the first a word, in text without accents: most texts have none."""


def digits(said: str) -> str:
    """The digits of a number in words: `quatre-vingt-dix-sept` is 97, `zéro` is 0."""
    words = [word for word in re.split(r"[ -]", said.lower()) if word != "et"]
    value = 0
    for at, word in enumerate(words):
        fourscore = word.startswith("vingt") and at == 1 and words[0] == "quatre"
        value = 80 if fourscore else value + _VALUE[word]
    return str(value)
