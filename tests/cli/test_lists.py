"""`guard lists`: a CSV file or a folder in, a file of hashes out, and a rule that finds what was in it."""

import json
import stat
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

type Guard = Callable[..., CompletedProcess[str]]

RULE = """\
# yaml-language-server: $schema=../.schema/detect.json
id: {name}
title: Ours
description: What the company knows and nobody else does.
status: stable
owner: sales
date: 2026-11-24
references: []
falsepositives: [none known]
detect: {{entity: {entity}, classification: confidential, {how}}}
tests:
  match: [{{text: client Vandermolen, finds: [Vandermolen]}}]
  no_match: [{{text: client Petitjean, why: not ours}}]
"""
CLIENTS = "nom;prénom;contrat\nVandermolen;Aurélie;K-77120-XZ\nQuénivet;Théo;K-90871-QF\n"
REPORT = """Le comité a retenu le scénario de cession de l'usine de Brégailles au consortium danois, pour un montant
qui ne sera annoncé qu'après l'accord du conseil de surveillance et la consultation des représentants du personnel,
prévue dans la dernière semaine du mois de janvier, si les vendeurs acceptent la clause de non-concurrence."""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "clients.csv").write_text(CLIENTS)
    for name, entity, how in (("customers", "EDM_CUSTOMERS", "exact: customers.edm"),):
        rule = tmp_path / "rules" / "detect" / f"{name}.yaml"
        rule.parent.mkdir(parents=True)
        rule.write_text(RULE.format(name=name, entity=entity, how=how))
    return tmp_path


def settings(home: Path) -> dict[str, str]:
    return {"GUARD_RULES": str(home / "rules"), "GUARD_LISTS_KEY": str(home / "keys" / "lists.key")}


def scanned(guard: Guard, home: Path, text: str) -> list[tuple[str, str]]:
    """Entity and text of each finding."""
    done = guard("scan", stdin=json.dumps({"id": 1, "text": text}), **settings(home))
    assert done.returncode == 0, done.stderr
    return [(f["entity"], text[f["start"] : f["end"]]) for f in json.loads(done.stdout)["findings"]]


def test_what_was_in_the_csv_is_found_and_none_of_it_is_in_any_file(guard: Guard, home: Path) -> None:
    args = ("--columns", "nom,contrat", "--name", "customers")
    done = guard("lists", "build", str(home / "clients.csv"), *args, **settings(home))
    assert (done.returncode, done.stderr) == (0, "")
    assert "4 values; 0 left out" in done.stdout

    text = "Le dossier de QUENIVET (k-77120-xz) et celui de Petitjean"
    assert scanned(guard, home, text) == [("EDM_CUSTOMERS", "QUENIVET"), ("EDM_CUSTOMERS", "k-77120-xz")]
    (home / "clients.csv").unlink()
    written = b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file() and path.suffix != ".yaml")
    assert not any(value in written.lower() for value in (b"vandermolen", b"quenivet", b"77120", b"90871"))
    assert stat.S_IMODE((home / "keys" / "lists.key").stat().st_mode) == 0o600


def test_values_that_count_together_only_are_found_together_only(guard: Guard, home: Path) -> None:
    args = ("--columns", "nom,prénom", "--together", "nom,prénom", "--name", "customers")
    done = guard("lists", "build", str(home / "clients.csv"), *args, **settings(home))
    assert done.returncode == 0, done.stderr

    assert scanned(guard, home, "Théo et Vandermolen sont venus") == []
    assert {text for _, text in scanned(guard, home, "Aurélie Vandermolen est venue")} & {"Vandermolen", "Aurélie"}


def test_a_copied_passage_is_found_though_edited_a_little(guard: Guard, home: Path) -> None:
    (home / "reports").mkdir()
    (home / "reports" / "cession.md").write_text(REPORT)
    rule = home / "rules" / "detect" / "customers.yaml"
    rule.write_text(RULE.format(name="customers", entity="DOC_REPORTS", how="documents: reports.fp"))
    done = guard("lists", "fingerprint", str(home / "reports"), "--name", "reports", **settings(home))
    assert (done.returncode, done.stderr) == (0, "")

    copied = "Résume : " + " ".join(REPORT.split()).replace("danois", "suédois")
    assert {entity for entity, _ in scanned(guard, home, copied)} == {"DOC_REPORTS"}
    assert scanned(guard, home, "Le comité a retenu une autre salle pour la réunion de la semaine prochaine.") == []
    assert b"consortium" not in (home / "rules" / "lists" / "reports.fp").read_bytes()


def test_a_file_that_is_no_text_is_named(guard: Guard, home: Path) -> None:
    (home / "reports").mkdir()
    (home / "reports" / "a.txt").write_text(REPORT)
    (home / "reports" / "b.docx").write_bytes(b"PK\x03\x04")
    args = ("lists", "fingerprint", str(home / "reports"), "--name", "reports")
    strict, lenient = guard(*args, **settings(home)), guard(*args, "--skip-unreadable", **settings(home))

    assert (strict.returncode, lenient.returncode) == (1, 0)
    assert "b.docx: skipped" in strict.stderr


def test_a_column_that_is_not_there_is_named_beside_those_that_are(guard: Guard, home: Path) -> None:
    args = ("--columns", "nom,iban", "--name", "customers")
    done = guard("lists", "build", str(home / "clients.csv"), *args, **settings(home))

    assert done.returncode == 2
    assert "no column iban (there are: nom, prénom, contrat)" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (home / "rules" / "lists").exists()


@pytest.mark.parametrize(
    ("args", "says"),
    [
        pytest.param(("clients.csv", "--columns", ",", "--name", "x"), "--columns", id="no column"),
        pytest.param(
            ("clients.csv", "--columns", "nom", "--together", "prénom", "--name", "x"),
            "--together",
            id="not among them",
        ),
        pytest.param(("nowhere.csv", "--columns", "nom", "--name", "x"), "cannot be read", id="no file"),
        pytest.param(("clients.csv", "--columns", "nom", "--name", "../x"), "--name", id="a name that is a path"),
    ],
)
def test_bad_usage_is_a_sentence_and_exit_code_2(guard: Guard, home: Path, args: tuple[str, ...], says: str) -> None:
    done = guard("lists", "build", str(home / args[0]), *args[1:], **settings(home))

    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr
