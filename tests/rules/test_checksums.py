"""Checks by name."""

import pkgutil
import subprocess
import sys

import pytest
import stdnum
from hypothesis import given
from hypothesis import strategies as st

from guard.rules.checksums import exists, find

NAMES = [
    "iban",
    "luhn",
    "credit-card",
    "phone",
    "phone-us",
    "phone-gb",
    "fr-rib",
    "fr.nir",
    "fr.siren",
    "fr.siret",
    "fr.tva",
    "be.nn",
    "de.idnr",
]

PASSES = {
    "French IBAN": ("iban", "FR7630006000011234567890189"),
    "Belgian IBAN in small letters": ("iban", "be71096123456769"),
    "NIR": ("fr.nir", "185057800608491"),
    "NIR of Corse-du-Sud": ("fr.nir", "285012A00412339"),
    "NIR of Haute-Corse, small": ("fr.nir", "199112b03312378"),
    "SIREN": ("fr.siren", "732829320"),
    "SIRET": ("fr.siret", "73282932000074"),
    "SIRET of La Poste": ("fr.siret", "35600000049837"),
    "French mobile": ("phone", "0612345678"),
    "French landline": ("phone", "0142685300"),
    "French number from abroad": ("phone", "+33612345678"),
    "French number with (0)": ("phone", "+33(0)612345678"),
    "French number with 00": ("phone", "0033612345678"),
    "British number": ("phone", "+442079460958"),
    "Visa": ("credit-card", "4111111111111111"),
    "Visa of 13": ("credit-card", "4222222222222"),
    "Mastercard": ("credit-card", "5555555555554444"),
    "Mastercard, second series": ("credit-card", "2223003122003222"),
    "American Express": ("credit-card", "378282246310005"),
    "Discover": ("credit-card", "6011111111111117"),
    "JCB": ("credit-card", "3530111333300000"),
    "Diners Club": ("credit-card", "30569309025904"),
    "Maestro of 12": ("credit-card", "500000000009"),
    "UnionPay": ("credit-card", "6200000000000005"),
    "American number without its country": ("phone-us", "4155552671"),
    "British number without its country": ("phone-gb", "02079460958"),
    "French account": ("fr-rib", "12345678900123456789158"),
    "French account with a letter": ("fr-rib", "30002005500000157841Z25"),
    "French account with a small letter": ("fr-rib", "20041010050500013m02606"),
}


@pytest.mark.parametrize(("name", "value"), PASSES.values(), ids=PASSES.keys())
def test_a_true_value_passes(name: str, value: str) -> None:
    assert find(name)(value)


FAILS = {
    "a digit of an IBAN": ("iban", "FR7630006000011234567890188"),
    "an IBAN of another length": ("iban", "FR76300060000112345678901890"),
    "the key of a NIR": ("fr.nir", "185057800608492"),
    "a digit of a SIREN": ("fr.siren", "732829321"),
    "no such French range": ("phone", "0012345678"),
    "a short number": ("phone", "061234567"),
    "a word": ("phone", "bonjour"),
    "Luhn": ("credit-card", "4111111111111112"),
    "no such network": ("credit-card", "7000000000000005"),
    "a length the network does not issue": ("credit-card", "41111111111111"),
    "other digits": ("credit-card", "٤١١١١١١١١١١١١١١١"),
    "too long": ("credit-card", "4" * 40),
    "a French number is not American": ("phone-us", "0612345678"),
    "an American number is not British": ("phone-gb", "4155552671"),
    "the key of a French account": ("fr-rib", "30002005500000157841Z26"),
    "a French account too short": ("fr-rib", "3000200550000015784Z25"),
    "no bank": ("fr-rib", "0" * 21 + "97"),
}


@pytest.mark.parametrize(("name", "value"), FAILS.values(), ids=FAILS.keys())
def test_a_false_value_fails(name: str, value: str) -> None:
    assert not find(name)(value)


@pytest.mark.parametrize(
    "name", ["", "nothing", "fr.nothing", "fr", "util", "numdb", "os", "..os", "FR.nir", "iban.is_valid"]
)
def test_a_name_without_a_check_is_a_key_error(name: str) -> None:
    with pytest.raises(KeyError):
        find(name)


@pytest.mark.parametrize("name", NAMES)
@given(text=st.one_of(st.text(max_size=40), st.text(alphabet="0123456789FRBE+ -.", max_size=40)))
def test_no_text_makes_a_check_fail_otherwise(name: str, text: str) -> None:
    assert find(name)(text) in (True, False)


def test_looking_a_check_up_imports_no_library_of_telephone_numbers() -> None:
    script = "import sys; from guard.rules.checksums import find; find('phone'); print('phonenumbers' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "False"


def test_a_check_exists_when_it_can_be_found_and_only_then() -> None:
    modules = [module.name.removeprefix("stdnum.") for module in pkgutil.walk_packages(stdnum.__path__, "stdnum.")]

    def found(name: str) -> bool:
        try:
            return bool(find(name))
        except KeyError:
            return False

    assert len(modules) > 200
    names = [*NAMES, *modules, "nothing", "fr.nothing", "../luhn", "", "fr..nir", "Luhn"]
    assert [name for name in names if exists(name) != found(name)] == []
