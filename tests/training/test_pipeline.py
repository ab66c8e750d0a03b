import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from spacy.tokens import DocBin

from training.examples import Example, Span
from training.pipeline import blank, configuration, write_documents

NLP = blank()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("l'avocat d’Anne", ["l'", "avocat", "d’", "Anne"]),
        ("aujourd'hui qu'il", ["aujourd'hui", "qu'", "il"]),
        ("1;Bo;Dole", ["1", ";", "Bo", ";", "Dole"]),
        ('{"nom":"Vole"}', ["{", '"', "nom", '"', ":", '"', "Vole", '"', "}"]),
        ("|Bo|Dole|", ["|", "Bo", "|", "Dole", "|"]),
        ("nom='Vole'", ["nom", "=", "'", "Vole", "'"]),
        ("<b>Bo</b>", ["<", "b", ">", "Bo", "<", "/b", ">"]),
        ("Bo's car isn't", ["Bo", "'s", "car", "is", "n't"]),
        ("M.Vole M. Vole", ["M", ".", "Vole", "M.", "Vole"]),
        ("@bo -Bo •Bo 1.Bo", ["@", "bo", "-", "Bo", "•", "Bo", "1.", "Bo"]),
        ("bo.vole@exemple.fr;x", ["bo.vole@exemple.fr", ";", "x"]),
        ("https://a.example/b?c=1", ["https://a.example/b?c=1"]),
        ("Nom:Vole le:12/03/1980", ["Nom", ":", "Vole", "le", ":", "12/03/1980"]),
    ],
)
def test_words_are_cut_where_names_begin_and_end(text, words):
    assert [word.text for word in NLP(text)] == words


@given(st.text(max_size=60))
def test_no_character_is_lost(text):
    assert NLP.make_doc(text).text == text


def test_the_tokenizer_is_kept_by_a_saved_pipeline(tmp_path):
    NLP.to_disk(tmp_path / "p")
    again = spacy.load(tmp_path / "p")
    assert [word.text for word in again("l'avocat;Bo")] == [word.text for word in NLP("l'avocat;Bo")]


def test_documents_hold_the_spans_and_grow_them_to_whole_words(tmp_path):
    examples = [Example("Vu Bo Vole ici", (Span(3, 10, "PER"),)), Example("Volets", (Span(0, 4, "PER"),)), Example("")]
    assert write_documents(tmp_path / "d.spacy", examples, NLP) == 5
    docs = list(DocBin().from_disk(tmp_path / "d.spacy").get_docs(NLP.vocab))
    assert [[(ent.text, ent.label_) for ent in doc.ents] for doc in docs] == [[("Bo Vole", "PER")], [("Volets", "PER")]]


def test_the_configuration_is_the_run_s(tmp_path):
    config = configuration(tmp_path / "t", tmp_path / "d", 3, 42, 100_000)
    assert config["training"]["max_epochs"] == 3
    assert config["system"]["seed"] == 42
    assert config["training"]["optimizer"]["learn_rate"]["total_steps"] == 1000
    assert config["paths"] == {"train": str(tmp_path / "t"), "dev": str(tmp_path / "d")}
