import re
from collections import Counter

import pytest

from training.examples import seeded
from training.names import Names, faker_list, pool, sources

TITLE = re.compile(r"(?:Mme|Mr|Mrs|Ms|Dr|Prof|Madame|Monsieur)\.? ")
LANGS = ("fr", "en")


@pytest.mark.parametrize("lang", LANGS)
def test_a_name_holds_no_title_no_digit_and_no_white_space_at_its_ends(lang):
    names = Names(lang, seeded(1, lang))
    for name in (make() for make in (names.full, names.plain, names.first, names.last) for _ in range(400)):
        assert name
        assert name == name.strip()
        assert not TITLE.match(name)
        assert not any(letter.isdigit() for letter in name)


@pytest.mark.parametrize("lang", LANGS)
def test_names_are_many_and_of_many_forms(lang):
    names = Names(lang, seeded(2, lang))
    full = [names.full() for _ in range(1000)]
    assert len(set(full)) > 950
    assert sum(" " in name and name.split()[0].isupper() and len(name.split()[0]) > 2 for name in full) > 10
    assert sum(re.search(r"\b[A-Z]\. ", name) is not None for name in full) > 30
    assert sum("-" in name for name in full) > 30
    assert Counter(len(name.split()) for name in full)[2] > 500


@pytest.mark.parametrize("lang", LANGS)
def test_every_source_has_first_and_last_names(lang):
    for source in sources(lang)[0]:
        assert pool(source, "first_names", lang)
        assert pool(source, "last_names", lang) or source in ("pl_PL", "vi_VN")


def test_faker_names_are_in_latin_letters():
    assert not [name for name in faker_list("vi_VN", "first_names") if not name[0].isalpha()]


def test_the_same_seed_gives_the_same_names():
    one, two = (Names("fr", seeded(7)) for _ in range(2))
    assert [one.full() for _ in range(20)] == [two.full() for _ in range(20)]
