"""The name of a check -> the function that says whether a value (separators removed) passes it.

`phone` is Google's phonenumbers, French when there is no country code, `phone-us` and `phone-gb` the same for those
plans; `credit-card` is Luhn with the ranges and lengths that card networks issue; `iban` is python-stdnum's without the
lists of national banks; `fr-rib` is the key of a French account; any other name is a module of python-stdnum, dotted
(`fr.nir`).
Nothing is imported before it is needed: rules load fast.
A check never raises: text that it cannot read does not pass.
"""

import re
from collections.abc import Callable
from functools import cache, partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

_NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*")

_CARDS: tuple[tuple[str, str, tuple[int, ...]], ...] = (
    # First digits from, to; lengths. ISO/IEC 7812 issuer identification numbers, as the networks publish them.
    ("1800", "1800", (15,)),  # JCB, old
    ("2131", "2131", (15,)),
    ("2200", "2204", (16, 17, 18, 19)),  # Mir
    ("2221", "2720", (16,)),  # Mastercard, second series
    ("300", "305", (14, 16, 17, 18, 19)),  # Diners Club
    ("309", "309", (14, 16, 17, 18, 19)),
    ("34", "34", (15,)),  # American Express
    ("3528", "3589", (16, 17, 18, 19)),  # JCB
    ("36", "36", (14, 15, 16, 17, 18, 19)),  # Diners Club
    ("37", "37", (15,)),
    ("38", "39", (14, 16, 17, 18, 19)),
    ("4", "4", (13, 16, 19)),  # Visa, Carte Bancaire
    ("50", "50", tuple(range(12, 20))),  # Maestro
    ("51", "55", (16,)),  # Mastercard
    ("56", "58", tuple(range(12, 20))),  # Maestro
    ("60", "60", (16, 17, 18, 19)),  # Discover, RuPay
    ("62", "62", (16, 17, 18, 19)),  # UnionPay
    ("63", "63", tuple(range(12, 20))),  # Maestro
    ("644", "659", (16, 17, 18, 19)),  # Discover
    ("67", "67", tuple(range(12, 20))),  # Maestro
    ("81", "82", (16, 17, 18, 19)),  # UnionPay, RuPay
)


@cache
def find(name: str) -> Callable[[str], bool]:
    """The check of that name; KeyError when there is none."""
    return _OWN.get(name) or _standard(name)


def exists(name: str) -> bool:
    """Whether there is a check of that name; most are told from python-stdnum's files, without an import."""
    spec = find_spec("stdnum")
    if _NAME.fullmatch(name) and spec is not None:
        for place in spec.submodule_search_locations or ():
            file = Path(place, f"{name.replace('.', '/')}.py")
            if file.is_file() and b"\ndef is_valid(" in file.read_bytes():
                return True
    try:
        return callable(find(name))
    except KeyError:
        return False


def _standard(name: str) -> Callable[[str], bool]:
    if not _NAME.fullmatch(name):
        raise KeyError(name)
    try:
        passes = getattr(import_module(f"stdnum.{name}"), "is_valid", None)
    except ImportError:
        passes = None
    if not callable(passes):
        raise KeyError(name)

    def check(value: str) -> bool:
        try:
            return bool(passes(value))
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
            return False

    return check


def _phone(value: str, region: str = "FR") -> bool:
    """A number that can be dialled, or stands for one: from that region when it has no country code."""
    import phonenumbers

    try:
        number = phonenumbers.parse(value, region)
    except phonenumbers.NumberParseException:
        return False
    written = f"{number.country_code}{number.national_number}"
    return phonenumbers.is_valid_number(number) or _FICTION.fullmatch(written) is not None


_FICTION = re.compile(r"3363998\d{4}|44(?:7700900|1632960)\d{3}|1555[2-9]\d{6}|3532091\d{5}")
"""Numbers kept for films and examples, which stand for real ones (Arcep 2018-0881, Ofcom, NANPA's unused area 555,
ComReg)."""


def _iban(value: str) -> bool:
    """ISO 7064 check digits and the country's length and shape; no list of national banks, which would age."""
    from stdnum import iban

    return iban.is_valid(value, check_country=False)


def _credit_card(value: str) -> bool:
    """Luhn, and a range and length that a card network issues."""
    if not (12 <= len(value) <= 19 and value.isascii() and value.isdigit()):
        return False
    known = any(low <= value[: len(low)] <= high and len(value) in lengths for low, high, lengths in _CARDS)
    return known and find("luhn")(value)


def _fr_rib(value: str) -> bool:
    """Bank 5, branch 5, account 11 and key 2, weighted 89, 15 and 3 modulo 97 (CFONB). A letter counts as a digit."""
    if not _RIB.fullmatch(value):
        return False
    digits = value.upper().translate(_RIB_LETTERS)
    bank, branch, account, key = (int(digits[a:b]) for a, b in ((0, 5), (5, 10), (10, 21), (21, 23)))
    return (89 * bank + 15 * branch + 3 * account + key) % 97 == 0 and bank > 0


_RIB = re.compile(r"[0-9]{10}[0-9A-Za-z]{11}[0-9]{2}")
_RIB_LETTERS = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "12345678912345678923456789")

_OWN: dict[str, Callable[[str], bool]] = {
    "phone": _phone,
    "phone-us": partial(_phone, region="US"),
    "phone-gb": partial(_phone, region="GB"),
    "iban": _iban,
    "credit-card": _credit_card,
    "fr-rib": _fr_rib,
}
