"""`guard eval`: figures that can be counted by hand, bad lines by their number, and exit codes."""

import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

type Guard = Callable[..., CompletedProcess[str]]

FOUND = {
    "text": "Écris à camille.durand@exemple.fr demain.",
    "spans": [{"entity": "EMAIL_ADDRESS", "start": 8, "end": 33}],
    "lang": "fr",
}
UNLABELLED = {"text": "Voici l'IBAN FR7630006000011234567890189 à créditer.", "spans": [], "lang": "fr"}
MISSED = {"text": "The albatross lands.", "spans": [{"entity": "PERSON", "start": 4, "end": 13}], "lang": "en"}
WIDER = {
    "text": "My card is 5500 0000 0000 0004, thanks.",
    "spans": [{"entity": "CREDIT_CARD", "start": 3, "end": 30}],
    "lang": "en",
}


def lines(*cases: object) -> str:
    return "\n".join(json.dumps(case) for case in cases)


@pytest.fixture(scope="module")
def report(guard: Guard, tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    file = tmp_path_factory.mktemp("eval") / "corpus.jsonl"
    file.write_text(lines(FOUND, UNLABELLED, MISSED, WIDER) + "\n\n")
    done = guard("eval", str(file), "--json")
    assert (done.returncode, done.stderr) == (0, "")
    loaded: dict[str, object] = json.loads(done.stdout)
    return loaded


def test_the_figures_are_those_of_the_file(report: dict[str, object]) -> None:
    assert (report["cases"], report["gold"], report["found"]) == (4, 3, 3)
    assert (report["precision"], report["recall"], report["f1"]) == (0.6667, 0.6667, 0.6667)
    assert report["exact"] == {"precision": 0.3333, "recall": 0.3333, "f1": 0.3333}


def test_each_entity_has_its_own(report: dict[str, object]) -> None:
    entities = report["entities"]
    assert isinstance(entities, dict)

    assert {
        name: (row["gold"], row["found"], row["precision"], row["recall"], row["f1"]) for name, row in entities.items()
    } == {
        "EMAIL_ADDRESS": (1, 1, 1.0, 1.0, 1.0),
        "IBAN_CODE": (0, 1, 0.0, None, 0.0),
        "PERSON": (1, 0, None, 0.0, 0.0),
        "CREDIT_CARD": (1, 1, 1.0, 1.0, 1.0),
    }
    assert entities["CREDIT_CARD"]["exact"]["recall"] == 0.0


def test_each_language_has_its_own(report: dict[str, object]) -> None:
    languages = report["languages"]
    assert isinstance(languages, dict)

    assert {lang: (row["cases"], row["gold"], row["found"]) for lang, row in languages.items()} == {
        "fr": (2, 1, 2),
        "en": (2, 2, 1),
    }


def test_what_was_taken_for_what_is_shown(report: dict[str, object]) -> None:
    assert report["confusion"] == {
        "-": {"IBAN_CODE": 1},
        "CREDIT_CARD": {"CREDIT_CARD": 1},
        "EMAIL_ADDRESS": {"EMAIL_ADDRESS": 1},
        "PERSON": {"-": 1},
    }


def test_without_json_it_draws_tables_and_shows_no_text(guard: Guard) -> None:
    done = guard("eval", "-", stdin=lines(FOUND, MISSED))

    assert done.returncode == 0
    assert "By entity" in done.stdout
    assert "EMAIL_ADDRESS" in done.stdout
    assert "durand" not in done.stdout + done.stderr


BAD = [
    "not JSON",
    "[]",
    '{"spans": []}',
    '{"text": 5}',
    '{"text": "abc", "spans": [{"entity": "PERSON", "start": 1, "end": 9}]}',
    '{"text": "abc", "spans": [{"entity": "PERSON", "start": 2, "end": 2}]}',
    '{"text": "abc", "spans": [{"start": 0, "end": 1}]}',
    '{"text": "abc", "spans": [{"entity": "PERSON", "start": true, "end": 2}]}',
    '{"text": "abc", "spans": {}}',
]


def test_bad_lines_are_named_by_number_and_the_others_count(guard: Guard, tmp_path: Path) -> None:
    file = tmp_path / "mixed.jsonl"
    file.write_text("\n".join([json.dumps(FOUND), "", *BAD, json.dumps(FOUND)]))
    done = guard("eval", str(file), "--json")

    assert done.returncode == 2
    errors = done.stderr.splitlines()
    assert [error.split(":")[:2] for error in errors] == [[str(file), str(3 + at)] for at in range(len(BAD))]
    assert all('"spans"' in error for error in errors)
    assert (json.loads(done.stdout)["cases"], json.loads(done.stdout)["recall"]) == (2, 1.0)


def test_a_file_that_is_not_there_is_a_sentence(guard: Guard, tmp_path: Path) -> None:
    done = guard("eval", str(tmp_path / "nowhere.jsonl"))

    assert done.returncode == 2
    assert "nowhere.jsonl: cannot be read" in done.stderr
    assert "Traceback" not in done.stderr


def test_rules_that_do_not_load_are_a_problem(guard: Guard, tmp_path: Path) -> None:
    (tmp_path / "detect").mkdir()
    (tmp_path / "detect" / "a.yaml").write_text("id: a\n")
    done = guard("eval", "-", "--rules", str(tmp_path), stdin=lines(FOUND))

    assert (done.returncode, done.stdout) == (1, "")
    assert "a.yaml" in done.stderr
    assert "Traceback" not in done.stderr
