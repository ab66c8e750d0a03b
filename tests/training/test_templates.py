import pytest

from training.examples import DataError, seeded
from training.templates import chosen, filled, templates
from training.values import LABELS, Values

LANGS = ("fr", "en")


@pytest.mark.parametrize("lang", LANGS)
def test_there_are_templates_for_every_register(lang):
    found = templates(lang)
    assert set(found) >= {"chat", "mail", "hr", "legal", "medical", "support", "meetings"}
    assert sum(map(len, found.values())) >= 250


@pytest.mark.parametrize("lang", LANGS)
def test_every_template_can_be_filled_and_leaves_nothing_open(lang):
    values = Values(lang, seeded(1, lang))
    for register, lines in templates(lang).items():
        for line in lines:
            for _ in range(3):
                example = filled(line, values)
                assert not {"{full}", "[[", "]]"} & set(example.text.split()), (register, line)
                assert "[[" not in example.text
                for span in example.spans:
                    piece = example.text[span.start : span.end]
                    assert piece == piece.strip() != ""


def test_titles_stay_outside_the_span():
    values = Values("fr", seeded(1))
    for _ in range(50):
        example = filled("Bonjour {title} {last},", values)
        (span,) = example.spans
        assert span.start > len("Bonjour M")
        assert example.text[span.end :] == ","


def test_a_slot_that_nobody_knows_is_an_error():
    with pytest.raises(DataError, match=r"^no value is known for the slot nobody$"):
        filled("a {nobody}", Values("fr", seeded(1)))


def test_choices_may_stand_inside_choices_and_brackets_beside_them():
    found = {chosen("[x] [[a|b [[c|d]]|]] [Nom]", seeded(n)) for n in range(60)}
    assert found == {"[x] a [Nom]", "[x] b c [Nom]", "[x] b d [Nom]", "[x]  [Nom]"}


def test_values_without_a_label_are_nobody():
    example = filled("{job} {n} {date}", Values("en", seeded(1)))
    assert example.spans == ()
    assert not {"job", "n", "date"} & set(LABELS)
