"""Entity and number <-> an invented value that reads like a real one and is nobody's.

A surrogate is another way to write a placeholder: the same number stands behind it, so what the vault knows of numbers
holds for both (law 4), and what a person typed that looks like one is told by `read`. Every value is one that cannot be
given to anybody: addresses at example.com (RFC 2606), French numbers kept for fiction (ARCEP decision 2018-0881), IBANs
of the country ZZ (ISO 3166-1, user-assigned), cards of the industry 9 and country 999 (ISO/IEC 7812-1), addresses kept
for measuring between devices (198.18.0.0/15, RFC 2544). Names are one invented word, so that no model shortens them:
three syllables of which the first begins as no French or English word does, and a last letter that checks them. Each
entity has words of its own: nobody is taken for the owner of another person's address.

A model writes examples of its own into an answer, and one that is a surrogate by chance would be restored as a person's
value. So none is what is taken for an example: no address for documentation (RFC 5737), no first or last host of a
network, nothing round among the first thousands; and neighbours lie far apart: the address after one is nobody's.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Literal, NamedTuple

import regex

_FIRST = {
    "PERSON": ("bz", "dv", "kv", "tv"),
    "EMAIL_ADDRESS": ("gv", "mz", "pv", "tz"),
    "LOCATION": ("bj", "dz", "kz", "tj"),
    "ORGANIZATION": ("gj", "kj", "mv", "pj"),
}
"""How the words of an entity begin."""
_ONSETS = ("b", "d", "f", "g", "k", "l", "m", "n", "p", "r", "s", "t", "v", "z", "br", "tr")
_VOWELS = "aeio"
_CHECKS = "lnrskmx"
_WORDS = 2**16
"""4 beginnings x 4 vowels, and twice 16 x 4."""
_FACTOR = 50_021
_REST = rf"(?:{'|'.join(sorted(_ONSETS, key=lambda onset: -len(onset)))})[{_VOWELS}]"
_FICTION = ("63998", "19900", "26191", "35301", "46571", "53649")
"""The beginnings of numbers kept for fiction, without 0; four digits follow."""
_NETS, _PARTS, _HOSTS = (18, 19), 254, 252
"""198.18 and 198.19; their third parts from 1, and the hosts from 2 to 253 in each."""
_ADDRESSES = len(_NETS) * _PARTS * _HOSTS
_GAP = r"[ .\u00a0\u202f\-]?"
_MOST = 999_999_999
"""The highest number a placeholder has."""


class _Kind(NamedTuple):
    form: Literal["word", "mail", "digits"]
    pattern: str
    """What `read` is asked about; letters in any case."""
    most: int
    """Numbers above it have no surrogate."""
    write: Callable[[int], str]
    read: Callable[[str], int]
    """The number; for what `write` never wrote, any other."""


def write(entity: str, number: int) -> str | None:
    """The surrogate; None when the entity has none, or not so many."""
    kind = KINDS.get(entity)
    return kind.write(number) if kind and number <= kind.most else None


def read(entity: str, text: str) -> int | None:
    """The number behind a text that matches the entity's pattern; None when it is no surrogate of ours."""
    kind = KINDS[entity]
    if kind.form != "digits" and not text.isascii():
        return None  # the pattern takes \u017f for an s, and \u0131 for an i
    number = kind.read(text)
    return number if 1 <= number <= kind.most and _plain(kind.write(number)) == _plain(text) else None


def _plain(text: str) -> str:
    """What all spellings of a surrogate have in common."""
    return _compact(text).lower().removeprefix("+33").removeprefix("0033").removeprefix("0")


def _compact(text: str) -> str:
    return regex.sub(r"[ .\u00a0\u202f()\-]", "", text)


def _mixed(number: int, factor: int, size: int) -> int:
    """Another number below `size` for each; undone with the factor's inverse."""
    return number * factor % size


def _word(number: int, firsts: Sequence[str]) -> str:
    rest = _mixed(number, _FACTOR, _WORDS)
    check = _CHECKS[rest % 7]
    rest, last = divmod(rest, 64)
    first, middle = divmod(rest, 64)
    start = firsts[first // 4] + _VOWELS[first % 4]
    return start + "".join(_ONSETS[part // 4] + _VOWELS[part % 4] for part in (middle, last)) + check


def _number(word: str, firsts: Sequence[str]) -> int:
    parts = regex.findall(rf"[^{_VOWELS}]+[{_VOWELS}]", word.lower())
    first, *rest = ((part[:-1], _VOWELS.index(part[-1])) for part in parts[:3])
    value = firsts.index(first[0]) * 4 + first[1]
    for onset, vowel in rest:
        value = value * 64 + _ONSETS.index(onset) * 4 + vowel
    return _mixed(value, pow(_FACTOR, -1, _WORDS), _WORDS)


def _worded(entity: str, suffix: str, *, capital: bool = True) -> _Kind:
    """A word of the entity's own, with an ending."""
    firsts = _FIRST[entity]

    def write_word(number: int) -> str:
        word = _word(number, firsts)
        return (word.capitalize() if capital else word) + suffix

    pattern = rf"(?:{'|'.join(firsts)})[{_VOWELS}]{_REST}{_REST}[{_CHECKS}]{regex.escape(suffix)}"
    return _Kind("word" if capital else "mail", pattern, _WORDS - 1, write_word, lambda text: _number(text, firsts))


def _phone(number: int) -> str:
    block, rest = divmod(number - 1, 10_000)
    line = f"{_FICTION[block]}{_mixed(rest + 1, 7919, 10_000):04}"
    return f"+33 {line[0]} {line[1:3]} {line[3:5]} {line[5:7]} {line[7:9]}"


def _phone_number(text: str) -> int:
    line = _compact(text)[-9:]
    rest = _mixed(int(line[5:]), pow(7919, -1, 10_000), 10_000)
    return _FICTION.index(line[:5]) * 10_000 + (rest - 1) % 10_000 + 1


def _iban(number: int) -> str:
    account = f"{_mixed(number, 982_451_653, 10**18):018}"
    check = 98 - int(account + "353500") % 97  # Z is 35 (ISO 13616); the remainder is to be 1
    whole = f"ZZ{check:02}{account}"
    return " ".join(whole[at : at + 4] for at in range(0, len(whole), 4))


def _iban_number(text: str) -> int:
    return _mixed(int(_compact(text)[4:]), pow(982_451_653, -1, 10**18), 10**18)


def _card(number: int) -> str:
    digits = f"9999{_mixed(number, 27_644_437, 10**11):011}"
    doubled = sum(sum(divmod(int(digit) * 2, 10)) for digit in digits[::-2])
    check = -(doubled + sum(map(int, digits[-2::-2]))) % 10
    whole = f"{digits}{check}"
    return " ".join(whole[at : at + 4] for at in range(0, 16, 4))


def _card_number(text: str) -> int:
    return _mixed(int(_compact(text)[4:15]), pow(27_644_437, -1, 10**11), 10**11)


def _address(number: int) -> str:
    rest, host = divmod(_mixed(number, 50_021, _ADDRESSES), _HOSTS)
    net, part = divmod(rest, _PARTS)
    return f"198.{_NETS[net]}.{part + 1}.{host + 2}"


def _address_number(text: str) -> int:
    _, net, part, host = map(int, text.split("."))
    place = (_NETS.index(net) * _PARTS + part - 1) * _HOSTS + host - 2
    return _mixed(place, pow(50_021, -1, _ADDRESSES), _ADDRESSES)


_BYTE = r"(?:25[0-4]|2[0-4][0-9]|1[0-9][0-9]|[1-9][0-9]?)"
_BEGINNINGS = "|".join(_GAP.join((block[0], block[1:3], block[3:])) for block in _FICTION)
KINDS: Mapping[str, _Kind] = {
    "EMAIL_ADDRESS": _worded("EMAIL_ADDRESS", "@example.com", capital=False),
    "LOCATION": _worded("LOCATION", "ville"),
    "ORGANIZATION": _worded("ORGANIZATION", "tec"),
    "PERSON": _worded("PERSON", ""),
    "PHONE_NUMBER": _Kind(
        "digits",
        rf"(?:(?:\+|00)33{_GAP}(?:\(0\){_GAP})?|0)(?:{_BEGINNINGS}){_GAP}\d\d{_GAP}\d\d",
        60_000,
        _phone,
        _phone_number,
    ),
    "IBAN_CODE": _Kind("digits", rf"ZZ\d\d(?:{_GAP}\d){{18}}", _MOST, _iban, _iban_number),
    "CREDIT_CARD": _Kind("digits", rf"9999(?:{_GAP}\d){{12}}", _MOST, _card, _card_number),
    "IP_ADDRESS": _Kind(
        "digits",
        rf"198\.1[89]\.{_BYTE}\.{_BYTE}",
        _ADDRESSES - 1,
        _address,
        _address_number,
    ),
}
"""Entities that have surrogates; where two patterns match, the first counts."""
