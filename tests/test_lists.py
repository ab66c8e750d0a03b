"""`guard lists` and what a rule does with its files."""

import os
import stat
from pathlib import Path

import pytest

from guard import lists
from guard.detect.engine import Analyzer
from guard.errors import DetectError, RulesError
from guard.rules.hashed import Hasher, keyed, made_key, read, written
from guard.rules.load import load
from guard.terms import Role, Segment

RULE = """\
# yaml-language-server: $schema=../.schema/detect.json
id: customers
title: Customers
description: Our customers' names.
status: stable
owner: sales
date: 2026-11-24
references: []
falsepositives: [none known]
detect: {entity: EDM_CUSTOMERS, classification: confidential, exact: customers.edm}
tests:
  match: [{text: client Grandjean, finds: [Grandjean]}]
  no_match: [{text: client Petitjean, why: not ours}]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "clients.csv").write_text("nom;ville\nGrandjean;Lyon\n", "cp1252")
    table = lists.exact(
        lists.rows(tmp_path / "clients.csv", ["nom"]), frozenset(), Hasher(made_key(tmp_path / "k/lists.key"))
    ).table
    for name, text in {"detect/customers.yaml": RULE, "lists/customers.edm": written(table)}.items():
        path = tmp_path / "rules" / name
        path.parent.mkdir(parents=True)
        path.write_text(text)
    return tmp_path


def test_a_rule_finds_what_its_list_holds(folder: Path) -> None:
    rules = keyed(load(folder / "rules"), folder / "k/lists.key")
    [finding] = Analyzer(rules).analyze([Segment("body:", Role.USER, "Bonjour GRANDJEAN !")]).findings
    assert (finding.entity, finding.start, finding.end, finding.proven) == ("EDM_CUSTOMERS", 8, 17, True)


def test_the_key_is_for_its_owner_alone(folder: Path) -> None:
    assert stat.S_IMODE(os.stat(folder / "k/lists.key").st_mode) == 0o600


def test_without_the_key_or_with_another_nothing_starts(folder: Path) -> None:
    rules = load(folder / "rules")
    made_key(folder / "other.key")
    for path in (folder / "none.key", folder / "other.key", folder / "clients.csv"):
        with pytest.raises(RulesError) as caught:
            keyed(rules, path)
        assert [problem.code for problem in caught.value.problems] == ["R321"]
    with pytest.raises(DetectError):
        Analyzer(rules)


def test_a_missing_list_and_a_damaged_one_are_problems(folder: Path) -> None:
    path = folder / "rules/lists/customers.edm"
    path.write_text("nom\nGrandjean\n")
    with pytest.raises(RulesError) as caught:
        load(folder / "rules")
    assert [problem.code for problem in caught.value.problems] == ["R322"]
    path.unlink()
    with pytest.raises(RulesError) as caught:
        load(folder / "rules")
    assert [problem.code for problem in caught.value.problems] == ["R320"]


def test_a_list_is_part_of_the_version(folder: Path) -> None:
    before = load(folder / "rules").version
    table = lists.exact([{"nom": "Autre"}], frozenset(), Hasher(made_key(folder / "k/lists.key"))).table
    (folder / "rules/lists/customers.edm").write_text(written(table))
    assert load(folder / "rules").version != before
    assert read("f", written(table).encode(), ".edm") == table


def test_a_column_that_is_not_there_is_named(folder: Path) -> None:
    with pytest.raises(lists.ListError, match="no column prenom"):
        list(lists.rows(folder / "clients.csv", ["prenom"]))
