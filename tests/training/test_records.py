import pytest

from training.examples import seeded
from training.records import FORMS, Column, columns, record, unkeyed
from training.values import LABELS, Values


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_records_come_in_every_form_with_their_values_labelled(lang):
    values = Values(lang, seeded(1, lang))
    found = [record(values) for _ in range(600)]
    assert sum(bool(example.spans) for example in found) > 450
    for mark in ("INSERT INTO", "| ---|".replace(" ", ""), "</", '": "', "\t", " INFO "):
        assert any(mark in example.text for example in found), mark
    assert {span.label for example in found for span in example.spans} == set(LABELS.values())


def test_a_birthday_without_its_key_is_only_a_date():
    cols = [Column("nom", "{full}"), Column("né_le", "{dob}")]
    assert unkeyed(cols) == cols[:1]


@pytest.mark.parametrize("form", dict.fromkeys(FORMS), ids=lambda form: form.__name__.strip("_"))
def test_every_form_can_be_made_of_any_columns(form):
    values = Values("fr", seeded(5))
    for _ in range(40):
        assert isinstance(form(values, columns(values)), str)
