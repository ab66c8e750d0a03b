"""The rules of rules/detect carry examples enough: `guard test` only runs those that are there."""

from functools import cache
from pathlib import Path

import pytest

from guard.detect.language import guess
from guard.rules.load import load
from guard.rules.schema import DetectRule, Status
from guard.terms import Lang

RULES = Path(__file__).resolve().parents[2] / "rules"


@cache
def enforced() -> dict[str, DetectRule]:
    return {name: rule for name, rule in load(RULES).detect.items() if rule.status is Status.STABLE}


@pytest.mark.parametrize("kind", ["match", "no_match"])
def test_every_enforced_rule_has_two_examples_and_two_counterexamples(kind: str) -> None:
    few = {name: len({test.text for test in getattr(rule.tests, kind)}) for name, rule in enforced().items()}

    assert {name: count for name, count in few.items() if count < 2} == {}


def test_every_enforced_rule_finds_something_in_a_french_and_in_an_english_sentence() -> None:
    said = {name: {guess([test.text]) for test in rule.tests.match} for name, rule in enforced().items()}

    assert {name: set(Lang) - languages for name, languages in said.items() if set(Lang) - languages} == {}


def test_every_example_finds_something_that_stands_in_it() -> None:
    wrong = [
        f"{name}: match[{index}]"
        for name, rule in enforced().items()
        for index, test in enumerate(rule.tests.match)
        if not test.finds or not all(value and value in test.text for value in test.finds)
    ]

    assert wrong == []
