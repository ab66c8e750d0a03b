import pytest

from training.examples import Example, Span, seeded
from training.values import Values
from training.variation import lowered, raised, renamed, slipped, unaccented, varied

EXAMPLE = Example("Voir Hélène Quiniou à Écully demain", (Span(5, 19, "PER"), Span(22, 28, "LOC")), "x")


def pieces(example):
    return [example.text[span.start : span.end] for span in example.spans]


@pytest.mark.parametrize(
    ("vary", "wanted"),
    [
        (lowered, ["hélène quiniou", "écully"]),
        (raised, ["HÉLÈNE QUINIOU", "ÉCULLY"]),
        (unaccented, ["Helene Quiniou", "Ecully"]),
    ],
)
def test_spans_stay_on_their_words(vary, wanted):
    assert pieces(vary(EXAMPLE)) == wanted


def test_what_would_change_its_length_stays_as_it_is():
    assert raised(Example("Straße")).text == "Straße"
    assert lowered(Example("İzmir")).text == "İzmir"


def test_a_slip_never_touches_a_name():
    for seed in range(40):
        slip = slipped(EXAMPLE, seeded(seed))
        assert pieces(slip) == pieces(EXAMPLE)
        assert sorted(slip.text) == sorted(EXAMPLE.text)


def test_a_text_of_names_alone_has_no_slip():
    example = Example("Hélène", (Span(0, 6, "PER"),))
    assert slipped(example, seeded(1)) == example


def test_renamed_people_are_one_person_all_through_the_text():
    example = Example("Bo Vole dit que Bo Vole viendra.", (Span(0, 7, "PER"), Span(16, 23, "PER")), "winer")
    new = renamed(example, Values("fr", seeded(1)))
    first, second = pieces(new)
    assert first == second != "Bo Vole"
    assert new.source == "winer+names"


def test_lower_case_names_stay_in_lower_case():
    example = Example("mia vole", (Span(0, 8, "PER"),))
    for seed in range(10):
        (name,) = pieces(renamed(example, Values("en", seeded(seed))))
        assert name == name.lower()


def test_some_are_in_lower_case_and_some_are_left():
    found = {varied(EXAMPLE, seeded(seed), 0.5).text for seed in range(60)}
    assert EXAMPLE.text in found
    assert EXAMPLE.text.lower() in found
