import re

import pytest

from training.examples import seeded
from training.places import Places


@pytest.mark.parametrize(
    ("lang", "form"),
    [
        ("fr", r"\d+.* .+\W\d{5} [A-ZÉÎ]"),
        ("en", r"(?:(?:Flat|Apt) \d+, )?\d+ .+, .+[, ](?:\d{5}|[A-Z]{1,2}\d+ \d[A-Z]{2})\Z"),
    ],
)
def test_an_address_has_number_street_code_and_town(lang, form):
    places = Places(lang, seeded(1, lang))
    for _ in range(200):
        assert re.match(form, places.address())


def test_french_text_has_mostly_french_towns():
    places = Places("fr", seeded(1))
    french = {places.town("fr") for _ in range(3000)}
    assert sum(places.town() in french for _ in range(500)) > 300


def test_places_read_out_of_real_sentences_are_used():
    places = Places("en", seeded(1), ("Zorblat",))
    assert "Zorblat" in {places.any() for _ in range(100)}
