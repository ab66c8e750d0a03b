from training.examples import Example, Span, seeded
from training.jargon import common_words, jargon


def test_common_words_are_seen_often_in_lower_case_and_never_in_a_name():
    sentence = Example("la maison de Bo maison, rose", (Span(13, 15, "PER"),))
    named = Example("vu rose maison hier", (Span(3, 7, "PER"),))
    assert common_words([sentence]) == ()
    assert common_words([sentence] * 4 + [named]) == ("maison",)
    assert common_words([sentence] * 4) == ("maison", "rose")


def test_jargon_comes_in_many_forms_and_names_nobody():
    found = [jargon(("maison", "devis", "chaise"), seeded(n)) for n in range(300)]
    assert not [example for example in found if example.spans]
    assert len({example.text for example in found}) > 200
    assert any(example.text.istitle() for example in found)
    assert any(example.text.isupper() for example in found)
