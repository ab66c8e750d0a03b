import pytest

from training.companies import Companies
from training.examples import seeded
from training.names import Names
from training.places import Places


def companies(lang, mined=()):
    rng = seeded(3, lang)
    return Companies(lang, rng, Names(lang, rng), Places(lang, rng), mined)


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_organisations_are_many_and_no_slot_stays_open(lang):
    found = [companies(lang).any()] + [
        make() for made in [companies(lang)] for make in (made.any,) for _ in range(1000)
    ]
    assert len(set(found)) > 600
    assert not [name for name in found if set("{}_|") & set(name) or name != name.strip()]


@pytest.mark.parametrize(("lang", "forms"), [("fr", ("SARL", "SAS")), ("en", ("Ltd", "Inc"))])
def test_the_legal_form_belongs_to_the_name(lang, forms):
    made = companies(lang)
    found = {made.company() for _ in range(500)}
    for form in forms:
        assert any(name.endswith(f" {form}") for name in found)


def test_organisations_read_out_of_real_sentences_are_used():
    made = companies("en", ("Zorblat Works",))
    assert "Zorblat Works" in {made.any() for _ in range(200)}
