import json

import pytest

from training import sources
from training.examples import DataError


def found(example):
    return [(example.text[span.start : span.end], span.label) for span in example.spans]


def test_columns_become_sentences_as_one_writes_them():
    text = "Ana B-PER\nQuill I-PER\n's O\nshop O\n( O\nHull B-LOC\n) O\n. O\n\nno O\n"
    first, second = sources.columns(text, sources.PLAIN, "wikigold")
    assert first.text == "Ana Quill's shop (Hull)."
    assert found(first) == [("Ana Quill", "PER"), ("Hull", "LOC")]
    assert (second.text, second.spans, second.source) == ("no", (), "wikigold")


def test_inside_tags_alone_make_a_span_and_unknown_labels_none():
    (example,) = sources.columns("Bo I-PER\nLi I-PER\nwon O\nOscars I-MISC", sources.PLAIN, "wikigold")
    assert found(example) == [("Bo Li", "PER")]


def test_two_spans_side_by_side_stay_two():
    (example,) = sources.columns("Bo B-PER\nLi B-PER", sources.PLAIN, "wikigold")
    assert found(example) == [("Bo", "PER"), ("Li", "PER")]


def test_quotes_and_french_elisions_are_closed_up():
    (example,) = sources.columns("l' O\n`` O\nÉcho B-ORG\n'' O\nde O\nDole B-LOC\n, O\nqu' O\nil O", sources.PLAIN, "x")
    assert example.text == "l'\"Écho\" de Dole, qu'il"
    assert found(example) == [("Écho", "ORG"), ("Dole", "LOC")]


def test_wnut_columns_are_cut_at_tabs_and_mapped():
    text = "Zorblat\tB-corporation\nsent\tO\nMia\tB-person\nThe Thing\tB-creative-work\n"
    (example,) = sources.columns(text, sources.WNUT, "wnut", "\t")
    assert found(example) == [("Zorblat", "ORG"), ("Mia", "PER")]


def test_multiconer_takes_the_last_column_and_skips_ids():
    text = "# id 12\tdomain=en\nmara _ _ B-Artist\nvole _ _ I-Artist\nsang _ _ O\n"
    (example,) = sources.columns(text, sources.MULTICONER, "mconer")
    assert (example.text, found(example)) == ("mara vole sang", [("mara vole", "PER")])


def test_sentences_too_long_are_left_out():
    assert list(sources.columns("x O\n" * 121, sources.PLAIN, "x")) == []


def test_winer_cuts_sentences_and_keeps_the_outermost_span():
    text = "Le CHU de Brume recrute.\nInès Vole signe. Fin."
    annotations = (
        "T1\tOrganization 3 15\tCHU de Brume\nT2\tLocation 10 15\tBrume\nT3\tPerson 25 34\tInès Vole\n#1\tnote\n"
    )
    examples = list(sources.winer(text, annotations, "2020_01"))
    assert [(example.text, found(example)) for example in examples] == [
        ("Le CHU de Brume recrute.", [("CHU de Brume", "ORG")]),
        ("Inès Vole signe.", [("Inès Vole", "PER")]),
        ("Fin.", []),
    ]
    assert {example.group for example in examples} == {"2020_01"}


def test_winer_never_cuts_inside_a_span():
    (example,) = sources.winer("Vu chez S. A. Brume hier", "T1\tOrganization 8 19\tS. A. Brume", "d")
    assert found(example) == [("S. A. Brume", "ORG")]


def test_winer_names_the_document_of_a_bad_annotation():
    with pytest.raises(DataError, match=r"^d: an annotation without its place$"):
        list(sources.winer("x", "T1\tPerson", "d"))


def test_redocred_marks_mentions_by_sentence_and_token():
    document = {
        "sents": [["Ana", "Quill", "lives", "in", "Hull", "."], ["She", " ", "left", "."]],
        "vertexSet": [
            [{"sent_id": 0, "pos": [0, 2], "type": "PER"}, {"sent_id": 0, "pos": [1, 2], "type": "ORG"}],
            [{"sent_id": 0, "pos": [4, 5], "type": "LOC"}, {"sent_id": 9, "pos": [0, 1], "type": "LOC"}],
            [{"sent_id": 1, "pos": [0, 1], "type": "TIME"}],
        ],
    }
    first, second = sources.redocred(json.dumps([document]))
    assert (first.text, found(first)) == ("Ana Quill lives in Hull.", [("Ana Quill", "PER"), ("Hull", "LOC")])
    assert (second.text, found(second)) == ("She left.", [])


@pytest.mark.parametrize("text", ["", "{}", "[1]", '[{"sents": []}]'], ids=["empty", "object", "number", "half"])
def test_what_is_not_docred_says_so(text):
    examples = sources.redocred(text)
    if text == "{}":
        assert list(examples) == []
        return
    with pytest.raises(DataError, match=r"^not DocRED's JSON"):
        list(examples)


def test_nlu_marks_become_spans_and_unclear_requests_are_left_out():
    text = (
        "userid;answer_annotation;answer\n"
        "1;call [person : mia vole] at [time : nine];x\n"
        "2;weather in [place_name : hull];x\n"
        "3;read [news_topic : zorblat inc];x\n"
        "4;;x\n"
    )
    call, weather = sources.nlu(text)
    assert (call.text, found(call)) == ("call mia vole at nine", [("mia vole", "PER")])
    assert (weather.text, found(weather)) == ("weather in hull", [("hull", "LOC")])


def test_nlu_without_its_column_says_so():
    with pytest.raises(DataError, match="no column answer_annotation"):
        list(sources.nlu("a;b\n1;2"))


def test_newseye_joins_words_broken_at_the_end_of_a_line():
    rows = [
        "TOKEN\tNE-COARSE-LIT\tNE-COARSE-METO\tMISC",
        "# document",
        "Le\tO\t_\t_",
        "sergent\tO\t_\t_",
        "Vo¬\tB-PER\t_\tNoSpaceAfter|EndOfLine",
        "lin\tB-PER\t_\tNoSpaceAfter",
        ".\tO\t_\tNoSpaceAfter|EndOfSentence",
        "À\tO\t_\t_",
        "Dole\tB-LOC\t_\t_",
        "",
    ]
    first, second = sources.newseye("\n".join(rows))
    assert (first.text, found(first)) == ("Le sergent Volin.", [("Volin", "PER")])
    assert (second.text, found(second)) == ("À Dole", [("Dole", "LOC")])
