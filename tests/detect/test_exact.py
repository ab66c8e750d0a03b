"""The company's own values, known by their keyed hashes alone."""

import pytest

from guard import lists
from guard.detect.exact import Exact
from guard.rules.hashed import Hasher, written

HASHER = Hasher(bytes(32))
ROWS = [
    {
        "nom": "Lefèvre-Dubois",
        "prenom": "Camille",
        "iban": "FR76 3000 6000 0112 3456 7890 189",
        "tel": "06 99 00 12 34",
    },
    {"nom": "O'Sullivan", "prenom": "Mary", "iban": "", "tel": "+33 6 99 00 43 21"},
    {"nom": "Camille", "prenom": "Mary", "iban": "", "tel": ""},
]


@pytest.fixture(scope="module")
def exact() -> Exact:
    return Exact(lists.exact(ROWS, frozenset({"nom", "prenom"}), HASHER).table, HASHER)


def found(exact: Exact, text: str) -> set[str]:
    return {text[start:end] for start, end in exact.find(text)}


@pytest.mark.parametrize(
    ("text", "values"),
    [
        pytest.param("IBAN FR7630006000011234567890189.", {"FR7630006000011234567890189"}, id="number-compact"),
        pytest.param(
            "l'IBAN fr76-3000-6000-0112-3456-7890-189 !", {"fr76-3000-6000-0112-3456-7890-189"}, id="number-signs"
        ),
        pytest.param("tél. 06.99.00.12.34", {"06.99.00.12.34"}, id="telephone"),
        pytest.param("call +33 6 99 00 12 34", {"33 6 99 00 12 34"}, id="telephone-with-country"),
        pytest.param("call 0699004321", {"0699004321"}, id="telephone-without-country"),
        pytest.param("Camille Lefevre Dubois", {"Camille", "Lefevre Dubois"}, id="two-columns-of-a-row"),
        pytest.param("LEFÈVRE-DUBOIS, Camille", {"LEFÈVRE-DUBOIS", "Camille"}, id="other-order-and-case"),
        pytest.param("Mary O’Sullivan's file", {"Mary", "O’Sullivan"}, id="apostrophe"),
        pytest.param("Camille est là. Camille revient.", set(), id="one-value-twice"),
        pytest.param("Camille and O'Sullivan", set(), id="two-rows"),
        pytest.param("Mary" + " x" * 150 + " O'Sullivan", set(), id="too-far"),
        pytest.param("06 99 00 12 35 and FR76 3000 6000 0112 3456 7890 188", set(), id="other-numbers"),
        pytest.param("", set(), id="empty"),
    ],
)
def test_values_are_found_however_they_are_written(exact: Exact, text: str, values: set[str]) -> None:
    assert found(exact, text) == values


def test_another_key_finds_nothing() -> None:
    table = lists.exact(ROWS, frozenset(), HASHER).table
    assert found(Exact(table, Hasher(bytes(31) + b"\1")), "06 99 00 12 34") == set()


def test_the_file_holds_no_value_and_no_plain_hash() -> None:
    text = written(lists.exact(ROWS, frozenset({"nom"}), HASHER).table).casefold()
    assert not any(
        part.casefold() in text for row in ROWS for value in row.values() for part in value.split() if len(part) > 3
    )


def test_common_words_do_not_count_alone() -> None:
    built = lists.exact([{"nom": "Petit"}, {"nom": "Zx"}, {"nom": "Grandjean"}], frozenset(), HASHER)
    assert (built.values, built.skipped) == (1, 2)
    assert found(Exact(built.table, HASHER), "le petit Grandjean") == {"Grandjean"}
