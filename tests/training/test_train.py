import json

import pytest
import spacy

from training.examples import DataError, Example, Span, write_lines
from training.train import main, read_folder


def sentences(count):
    return [
        Example(
            f"{name} habite Dole depuis {n} ans.",
            (Span(0, len(name), "PER"), Span(len(name) + 8, len(name) + 12, "LOC")),
            "winer",
            f"d{n}",
        )
        for n in range(count)
        for name in ("Bo Vole", "Inès Quill")
    ]


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    data = folder / "data"
    data.mkdir()
    write_lines(data / "fr_winer.jsonl", sentences(40))
    write_lines(data / "fr_newseye.jsonl", [Example("Zorglub inconnu", (Span(0, 7, "PER"),), "newseye")])
    write_lines(data / "test_winer.jsonl", sentences(2))
    arguments = [
        "--data",
        data,
        "--work",
        folder / "work",
        "--target",
        folder / "packed",
        "--epochs",
        1,
        "--invented",
        10,
    ]
    assert main(list(map(str, arguments))) == 0
    return folder


def test_one_command_packs_a_pipeline_that_loads_and_finds(trained):
    nlp = spacy.load(trained / "packed")
    assert nlp.pipe_names == ["ner"]
    assert nlp("Bo Vole habite Dole depuis 3 ans.").text
    assert set(nlp.get_pipe("ner").labels) >= {"PER", "LOC"}


def test_no_word_of_the_training_text_and_no_path_is_packed(trained):
    strings = json.loads((trained / "packed" / "vocab" / "strings.json").read_text())
    assert strings == sorted(spacy.load(trained / "packed").get_pipe("ner").labels)
    packed = b"".join(path.read_bytes() for path in (trained / "packed").rglob("*") if path.is_file())
    for word in ("Vole", "Quill", "habite", "Zorglub", str(trained)):
        assert word.encode() not in packed


def test_the_card_says_what_the_run_did(trained):
    text = (trained / "packed" / "CARD.md").read_text(encoding="utf-8")
    assert "WiNER-fr, Yoann Dupont" in text
    assert "NewsEye" not in text
    assert "| winer |" in text
    assert "| winer, lower case |" in text
    assert "{" not in text


def test_a_run_goes_on_from_a_pipeline_and_says_so(trained):
    target = trained / "further"
    arguments = ["--data", trained / "data", "--work", trained / "again", "--target", target, "--from",
                 trained / "packed", "--epochs", 1, "--invented", 10]  # fmt: skip
    assert main(list(map(str, arguments))) == 0
    assert "1 epochs more from version 1.2.0 and the mean of both" in (target / "CARD.md").read_text(encoding="utf-8")
    packed = b"".join(path.read_bytes() for path in target.rglob("*") if path.is_file())
    assert str(trained).encode() not in packed
    assert spacy.load(target).pipe_names == ["ner"]


def test_held_out_files_are_kept_apart_and_doubtful_licences_left_out(trained):
    train, held_out = read_folder(trained / "data")
    assert (len(train), len(held_out)) == (80, 4)


@pytest.mark.parametrize("name", ["nowhere", "empty"])
def test_a_folder_without_data_is_said(tmp_path, name):
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError):
        read_folder(tmp_path / name)


def test_the_command_line_says_what_is_wrong_with_the_data(tmp_path, capsys):
    assert main(["--data", str(tmp_path)]) == 1
    assert "holds no training data" in capsys.readouterr().err


def test_nothing_is_downloaded_unasked(capsys):
    with pytest.raises(SystemExit) as stop:
        main([])
    assert stop.value.code == 2
