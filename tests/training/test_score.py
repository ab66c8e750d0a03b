import spacy

from training.examples import Example, Span
from training.score import Count, measured, table


def ruled(patterns):
    nlp = spacy.blank("en")
    nlp.add_pipe("entity_ruler").add_patterns(patterns)
    return nlp


NLP = ruled(
    [
        {"label": "PER", "pattern": "Bo Vole"},
        {"label": "PER", "pattern": "Hull"},
        {"label": "ADDRESS", "pattern": "1 Rue"},
    ]
)


def test_exact_spans_and_characters_are_counted_by_label():
    score = measured(NLP, [Example("Bo Vole in Hull", (Span(0, 7, "PER"), Span(11, 15, "LOC")))])
    assert (score.exact["PER"].precision, score.exact["PER"].recall) == (0.5, 1.0)
    assert score.exact["LOC"].f1 == 0
    assert score.characters["PER"].right == 7
    assert score.exact["ALL"].f1 == 0.5


def test_labels_that_a_set_lacks_are_not_scored():
    score = measured(NLP, [Example("Bo Vole 1 Rue", (Span(0, 7, "PER"),))])
    assert score.exact["ALL"].f1 == 1


def test_hits_in_texts_without_names_are_counted_whatever_their_label():
    score = measured(NLP, [Example("1 Rue and Hull"), Example("nothing"), Example("Bo Vole", (Span(0, 7, "PER"),))])
    assert (score.plain, score.false_hits) == (2, 2)
    assert score.line()["false hits per 10 plain"] == 10.0


def test_nothing_found_and_nothing_wanted_is_no_division_by_zero():
    assert (Count().precision, Count().recall, Count().f1) == (0, 0, 0)


def test_the_table_has_a_row_for_each_set():
    score = measured(NLP, [Example("Bo Vole", (Span(0, 7, "PER"),))])
    lines = table({"a": score, "b": score}).splitlines()
    assert lines[0] == "| set | f1 | PER f1 | PER char recall |"
    assert lines[2:] == ["| a | 1.0 | 1.0 | 1.0 |", "| b | 1.0 | 1.0 | 1.0 |"]
