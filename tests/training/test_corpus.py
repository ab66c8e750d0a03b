import pytest

from training.corpus import (
    REPEATED,
    apart,
    built,
    invented,
    is_dev,
    is_held_out,
    mentioned,
    mined,
    real,
    shape,
    untitled,
    usable,
)
from training.examples import Example, Span, seeded
from training.values import Values


def named(text, *pieces, source="winer", group=""):
    spans = tuple(Span(text.index(piece), text.index(piece) + len(piece), label) for piece, label in pieces)
    return Example(text, spans, source, group)


def pieces(example):
    return [(example.text[span.start : span.end], span.label) for span in example.spans]


def test_held_out_texts_and_their_documents_are_not_trained_on():
    data = [
        named("The mayor of Hull resigned.", source="wnut"),
        named("Une autre phrase du même texte.", group="d1"),
        named("Une phrase d'un autre texte.", group="d2"),
        named("oui", source="wnut"),
    ]
    held_out = [
        named("the mayor of hull resigned", source="wnut"),
        named("x", group="d1"),
        named("Oui.", source="wnut"),
    ]
    assert [example.text for example in apart(data, held_out)] == ["Une phrase d'un autre texte.", "oui"]


@pytest.mark.parametrize("text", ["L'été à Dôle", "l ' été, à DÔLE !"])
def test_one_shape_for_one_text(text):
    assert shape(text) == "létéàdôle"


@pytest.mark.parametrize(
    ("text", "piece", "wanted"),
    [
        ("Vu par M. Vole hier", "M. Vole", "Vole"),
        ("Vu par Mme Vole hier", "Mme Vole", "Vole"),
        ("Sir John Quill came", "Sir John Quill", "John Quill"),
        ("Vu par Marc hier", "Marc", "Marc"),
        ("Vu par Madame hier", "Madame", "Madame"),
    ],
)
def test_titles_are_cut_off_people(text, piece, wanted):
    assert pieces(untitled(named(text, (piece, "PER")))) == [(wanted, "PER")]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Vole, né le 3 mai 1961 à Dole", "3 mai 1961"),
        ("Mia Vole (born May 3, 1961) sings", "May 3, 1961"),
        ("born on 03/05/1961", "03/05/1961"),
        ("née le 1er juin 1970", "1er juin 1970"),
    ],
)
def test_birthdays_in_real_sentences_are_labelled(text, day):
    assert pieces(untitled(Example(text))) == [(day, "DATE_OF_BIRTH")]


@pytest.mark.parametrize(
    ("example", "kept"),
    [
        (named("Bo est là", ("Bo", "PER")), True),
        (Example("..."), False),
        (Example("a" * 3000), False),
    ],
    ids=["a sentence", "marks only", "too long"],
)
def test_what_teaches_the_wrong_thing_is_left_out(example, kept):
    assert usable(example) is kept


@pytest.mark.parametrize(
    ("example", "text", "spans"),
    [
        (named("vu @bo", ("bo", "PER")), "vu @bo", [("bo", "PER")]),
        (named("vu @bo", ("@bo", "PER")), "vu @bo", [("bo", "PER")]),
        (named("@ bo vu", ("@", "PER"), ("bo", "PER"), source="btc"), "@ bo vu", [("bo", "PER")]),
        (named("RT @x_1: Ana @bo à Dole", ("Ana", "PER"), ("Dole", "LOC"), source="wnut"), "RT : Ana à Dole",
         [("Ana", "PER"), ("Dole", "LOC")]),
        (named("écrire à ana@x.fr, @bo", source="wnut"), "écrire à ana@x.fr, ", []),
        (named("vu @bo", source="winer"), "vu @bo", []),
    ],
    ids=["as it is", "the mark inside", "the mark a name", "unlabelled ones are cut out", "a mailbox", "no tweets"],
)  # fmt: skip
def test_a_mention_is_the_name_without_its_mark(example, text, spans):
    assert mentioned(example).text == text
    assert pieces(mentioned(example)) == spans


def test_the_sentences_of_a_document_stay_together():
    assert len({is_dev(Example(f"phrase {n}", (), "winer", "d")) for n in range(50)}) == 1
    drawn = [is_dev(Example(f"phrase {n}", (), "winer", f"d{n}")) for n in range(2000)]
    assert 40 < sum(drawn) < 130


def test_only_corpora_without_a_test_set_lose_a_share_of_their_own():
    held = [is_held_out(Example(f"phrase {n}", (), "wikigold")) for n in range(2000)]
    assert 300 < sum(held) < 500
    assert not any(is_held_out(Example(f"phrase {n}", (), "wnut")) for n in range(2000))


def test_mined_names_are_names_and_no_nationalities():
    examples = [
        named("chez Zorblat SA à Brume", ("Zorblat SA", "ORG"), ("Brume", "LOC")),
        named("a Brumian firm", ("Brumian", "LOC"), source="redocred"),
        named("zorblat", ("zorblat", "ORG"), source="wikigold"),
        named("Hors Liste", ("Hors Liste", "ORG"), source="btc"),
    ]
    assert mined(examples, "ORG") == ("Zorblat SA",)
    assert mined(examples, "LOC") == ("Brume",)


def test_real_sentences_come_with_renamed_and_lower_case_copies():
    data = [named(f"Bo Vole a vu {n} films à Brume", ("Bo Vole", "PER"), ("Brume", "LOC")) for n in range(60)]
    found = real(data, Values("fr", seeded(1)))
    assert {example.source for example in found} == {"winer", "winer+names", "winer+lower"}
    assert sum(example.source == "winer" for example in found) == 60 * REPEATED["winer"]


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_invented_texts_hold_names_and_none_in_about_equal_parts(lang):
    found = invented(Values(lang, seeded(1, lang)), 400, ("alpha", "menu"))
    assert len(found) == 400
    assert 60 < sum(not example.spans for example in found) < 200
    assert {example.source for example in found} >= {"template", "record", "plain", "code"}


def test_the_same_data_and_seed_build_the_same_corpus():
    data = [named(f"Bo Vole a vu {n} films à Brume", ("Bo Vole", "PER"), group=f"d{n}") for n in range(80)]
    one, two = (built(data, data[:3], 5, 30) for _ in range(2))
    assert one == two
    assert not {example.text for example in data[:3]} & {example.text for example in one.train}
    assert {example.text for example in one.dev}.isdisjoint(example.text for example in one.train)
    assert sum(one.counts().values()) == len(one.train)
