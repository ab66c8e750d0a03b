"""The pipeline in the package: what everybody gets who installs the guard."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import spacy

FOLDER = Path(__file__).parents[2] / "guard" / "detect" / "bilingual"


@pytest.fixture(scope="module")
def nlp():
    return spacy.load(FOLDER)


def test_it_takes_at_most_eight_megabytes():
    assert sum(path.stat().st_size for path in FOLDER.rglob("*") if path.is_file()) <= 8_000_000


def test_it_holds_no_word_of_the_training_text(nlp):
    strings = json.loads((FOLDER / "vocab" / "strings.json").read_text(encoding="utf-8"))
    assert strings == sorted(nlp.get_pipe("ner").labels)


def test_it_loads_where_nobody_knows_of_the_training(tmp_path):
    code = f"import spacy, sys; spacy.load({str(FOLDER)!r}); sys.exit('training' in sys.modules)"
    assert subprocess.run([sys.executable, "-P", "-c", code], cwd=tmp_path, check=False).returncode == 0


def test_its_configuration_names_no_place_on_the_machine_that_made_it():
    config = spacy.util.load_config(FOLDER / "config.cfg")
    assert not any(config["paths"].values())


def test_its_card_is_there_with_figures():
    text = (FOLDER / "CARD.md").read_text(encoding="utf-8")
    assert "| wikigold |" in text
    assert "| winer, lower case |" in text


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Écris un mail à Sophie Lemaire pour la réunion.", [("Sophie Lemaire", "PER")]),
        ("demande à sophie si elle vient", [("sophie", "PER")]),
        ("Bonjour Mme Garnier, votre dossier est complet.", [("Garnier", "PER")]),
        ("The patient Rosalind Ashworth was seen in Bristol.", [("Rosalind Ashworth", "PER"), ("Bristol", "LOC")]),
        ("ask Benoît Chassagne to translate the letter", [("Benoît Chassagne", "PER")]),
        ('{"nom": "Lemaire", "ville": "Nantes"}', [("Lemaire", "PER"), ("Nantes", "LOC")]),
        (
            "Livrer à : Paul Girard, 12 rue des Lilas, 69003 Lyon",
            [("Paul Girard", "PER"), ("12 rue des Lilas, 69003 Lyon", "ADDRESS")],
        ),
        ("Date de naissance : 12/03/1984", [("12/03/1984", "DATE_OF_BIRTH")]),
    ],
)
def test_it_finds_names_in_both_languages(nlp, text, found):
    assert [(ent.text, ent.label_) for ent in nlp(text).ents] == found


@pytest.mark.parametrize(
    "text",
    [
        "Explique la différence entre TCP et UDP.",
        "Write a unit test for this function.",
        "const jean = useState(null);",
        "Rédige la fiche de poste d'un Responsable Qualité.",
        "TypeError: 'NoneType' object is not iterable",
    ],
)
def test_it_is_silent_where_nobody_is_named(nlp, text):
    assert nlp(text).ents == ()
