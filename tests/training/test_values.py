import pytest

from training.examples import LABELS as KNOWN
from training.examples import seeded
from training.values import LABELS, Values, ascii_of


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_every_slot_has_a_value_and_labels_are_those_of_the_pipeline(lang):
    values = Values(lang, seeded(1, lang))
    for slot in values.slots:
        for _ in range(50):
            value, label = values.value(slot)
            assert value.strip() == value != ""
            assert label == LABELS.get(slot, "")
    assert set(LABELS.values()) == set(KNOWN)
    assert set(LABELS) <= set(values.slots)


@pytest.mark.parametrize(
    ("name", "plain"), [("Hélène", "helene"), ("O'Brien", "obrien"), ("Nguyễn", "nguyen"), ("Jean-Paul", "jeanpaul")]
)
def test_an_address_holds_plain_letters_only(name, plain):
    assert ascii_of(name) == plain
