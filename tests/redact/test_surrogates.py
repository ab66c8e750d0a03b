"""Invented values: each is one number's, nobody's own, and known again however it is written."""

import ipaddress

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn
from stdnum.iso7064 import mod_97_10

from guard.redact.surrogates import KINDS, read, write
from guard.rules.effect import SURROGATES

NUMBERS = st.sampled_from(sorted(KINDS)).flatmap(
    lambda entity: st.tuples(st.just(entity), st.integers(1, KINDS[entity].most))
)


def written(entity: str, number: int) -> str:
    text = write(entity, number)
    assert text is not None
    return text


@given(NUMBERS)
def test_a_number_is_read_back_from_its_surrogate(given_number: tuple[str, int]) -> None:
    entity, number = given_number
    text = written(entity, number)

    assert regex.fullmatch(KINDS[entity].pattern, text, regex.IGNORECASE)
    assert read(entity, text) == read(entity, text.upper()) == number


@pytest.mark.parametrize("entity", sorted(KINDS))
def test_no_two_numbers_have_one_surrogate(entity: str) -> None:
    numbers = range(1, min(KINDS[entity].most, 3000) + 1)

    assert len({written(entity, number).casefold() for number in numbers}) == len(numbers)


def test_lint_and_the_redactor_know_the_same_entities() -> None:
    assert set(KINDS) == SURROGATES


@pytest.mark.parametrize("entity", ["FR_NIR", "SECRET_AWS_ACCESS_KEY"])
def test_an_entity_without_invented_values_has_no_surrogate(entity: str) -> None:
    assert write(entity, 1) is None


@pytest.mark.parametrize("entity", sorted(KINDS))
def test_beyond_what_there_is_no_surrogate_is_made_up(entity: str) -> None:
    assert write(entity, KINDS[entity].most) is not None
    assert write(entity, KINDS[entity].most + 1) is None


@given(st.integers(1, 60_000))
def test_a_number_to_call_is_one_kept_for_fiction(number: int) -> None:
    digits = written("PHONE_NUMBER", number).replace(" ", "").removeprefix("+33")

    assert len(digits) == 9
    assert digits.startswith(("19900", "26191", "35301", "46571", "53649", "63998"))


@given(st.integers(1, KINDS["IP_ADDRESS"].most))
def test_an_address_is_a_host_for_measuring_between_devices(number: int) -> None:
    text = written("IP_ADDRESS", number)

    assert ipaddress.ip_address(text) in ipaddress.ip_network("198.18.0.0/15")
    assert int(text.rpartition(".")[2]) not in (0, 1, 254, 255)


@pytest.mark.parametrize("entity", sorted(KINDS))
def test_what_a_model_takes_for_an_example_is_nobodys(entity: str) -> None:
    """Of the values of one prompt, none is an address, number or word that is in everybody's examples."""
    first = {written(entity, number).lower() for number in range(1, 500)}
    hosts = (f"{net}.{host}" for net in ("203.0.113", "198.51.100", "192.0.2", "198.18.0") for host in range(256))
    numbers = ("+33 6 39 98 00 00", "+33 1 99 00 00 00", "+33 6 39 98 00 01", "+33 6 39 98 12 34")
    words = ("jane.doe@example.com", "user@example.com", "dupont")

    assert not first & {*hosts, *numbers, *words}


def test_the_address_after_one_is_nobodys() -> None:
    addresses = [ipaddress.ip_address(written("IP_ADDRESS", number)) for number in range(1, 200)]

    assert not {address + step for address in addresses for step in (-1, 1)} & set(addresses)


@given(st.integers(1, 10**9 - 1))
def test_an_iban_is_right_and_of_no_country(number: int) -> None:
    iban = written("IBAN_CODE", number).replace(" ", "")

    assert iban.startswith("ZZ")
    assert mod_97_10.is_valid(iban[4:] + iban[:4])


@given(st.integers(1, 10**9 - 1))
def test_a_card_is_right_and_of_no_issuer(number: int) -> None:
    card = written("CREDIT_CARD", number).replace(" ", "")

    assert (card[:4], len(card)) == ("9999", 16)
    assert luhn.is_valid(card)


@given(st.integers(1, 65_535))
def test_a_name_is_one_word_and_a_mail_address_leads_nowhere(number: int) -> None:
    assert written("PERSON", number).isalpha()
    assert written("EMAIL_ADDRESS", number).endswith("@example.com")


SPELT = {
    "national": ("PHONE_NUMBER", "06 39 98 79 19", 1),
    "compact": ("PHONE_NUMBER", "0639987919", 1),
    "dots": ("PHONE_NUMBER", "06.39.98.79.19", 1),
    "with a zero in brackets": ("PHONE_NUMBER", "+33 (0)6 39 98 79 19", 1),
    "two zeros": ("PHONE_NUMBER", "0033639987919", 1),
    "an iban without spaces": ("IBAN_CODE", "ZZ6300000000098245 1653".replace(" ", ""), 1),
    "a card with hyphens": ("CREDIT_CARD", "9999-0002-7644-4373", 1),
    "an iban whose digits do not check": ("IBAN_CODE", "ZZ64 0000 0000 0982 4516 53", None),
    "a card whose digits do not check": ("CREDIT_CARD", "9999 0002 7644 4374", None),
    "a name whose last letter does not check": ("PERSON", "Tvagerel", None),
    "a name with a long s": ("PERSON", "Dva\u017fatol", None),
    "a mail address with an i without its dot": ("EMAIL_ADDRESS", "pv\u0131dovik@example.com", None),
    "a mail address with a sign for kelvin": ("EMAIL_ADDRESS", "gvazila\u212a@example.com", None),
}


@pytest.mark.parametrize(("entity", "text", "number"), SPELT.values(), ids=SPELT)
def test_other_spellings_are_known_and_others_values_are_not(entity: str, text: str, number: int | None) -> None:
    assert read(entity, text) == number


def test_nobody_is_taken_for_the_owner_of_another_persons_address() -> None:
    """The words of one entity are no words of another, whatever their numbers."""
    worded = ("PERSON", "EMAIL_ADDRESS", "LOCATION", "ORGANIZATION")
    beginnings = {entity: {written(entity, number)[:2].lower() for number in range(1, 500)} for entity in worded}

    assert sum(len(found) for found in beginnings.values()) == len(set().union(*beginnings.values()))
