"""What is hidden anywhere is hidden everywhere."""

import pytest

from guard.redact.occurrences import occurrences


@pytest.mark.parametrize(
    ("text", "value", "found"),
    [
        pytest.param("Sophie Lefèvre et Sophie Lefèvre", "Sophie Lefèvre", ["Sophie Lefèvre"] * 2, id="again"),
        pytest.param("SOPHIE LEFÈVRE", "Sophie Lefèvre", ["SOPHIE LEFÈVRE"], id="in capitals"),
        pytest.param("Sophie\u00a0 Lefèvre", "Sophie Lefèvre", ["Sophie\u00a0 Lefèvre"], id="spaced otherwise"),
        pytest.param("d'Anne-Lise, l'été", "Anne-Lise", ["Anne-Lise"], id="after an apostrophe"),
        pytest.param("Une rose pour Mme Rose", "Rose", ["Rose"], id="not a common word in lower case"),
        pytest.param("Rosemonde, primRose, Rose_1", "Rose", [], id="whole words only"),
        pytest.param("éRose Roseé", "Rose", [], id="accented letters are letters"),
        pytest.param("a.b+c a1b+c", "a.b+c", ["a.b+c"], id="signs are signs"),
        pytest.param("\ud800 Rose 🌹 Rose", "Rose", ["Rose", "Rose"], id="positions are characters"),
        pytest.param("x x", "x", [], id="one letter is nobody"),
        pytest.param("-- --", "--", [], id="signs alone are nothing"),
    ],
)
def test_a_value_is_found_as_written_or_in_capitals(text: str, value: str, found: list[str]) -> None:
    hits = list(occurrences(text, {value: "PERSON"}))

    assert [text[start:end] for start, end, _ in hits] == found
    assert {entity for *_, entity in hits} <= {"PERSON"}


def test_the_longer_of_two_values_is_taken() -> None:
    values = {"Jean": "PERSON", "Jean Dupont": "CUSTOMER"}

    assert [entity for *_, entity in occurrences("Jean Dupont, Jean", values)] == ["CUSTOMER", "PERSON"]


def test_thousands_of_values_are_all_looked_for() -> None:
    values = {f"Client{n}": "CUSTOMER" for n in range(1200)}
    text = " ".join(values)

    assert sorted({text[start:end] for start, end, _ in occurrences(text, values)}) == sorted(values)
