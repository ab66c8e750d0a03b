import pytest

from training.examples import seeded
from training.plain import NAMED, library_code, plain
from training.values import LABELS, Values


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_plain_texts_are_many_and_hold_no_labelled_value(lang):
    values = Values(lang, seeded(1, lang))
    found = [plain(values) for _ in range(1500)]
    assert not [example for example in found if example.spans]
    assert len({example.text for example in found}) > 900
    assert not [example.text for example in found if any(f"{{{slot}}}" in example.text for slot in LABELS)]


def test_library_code_names_nobody_and_stops_at_its_number():
    found = list(library_code(seeded(1), 40))
    assert len(found) == 40
    assert not [example for example in found if NAMED.search(example.text) or example.spans]
