from pathlib import Path

import pytest

from training.gazetteer import HEADS, names
from training.lists import words

LISTS = Path(__file__).parents[2] / "rules" / "lists"


@pytest.mark.parametrize("kind", ["first", "last"])
def test_the_rules_lists_are_those_that_are_made_here(kind: str) -> None:
    """Made again with `python -m training.gazetteer KIND`."""
    text = (LISTS / f"{kind}-names.txt").read_text("utf-8")
    assert text == "\n".join((*HEADS[kind], "", *names(kind))) + "\n"


@pytest.mark.parametrize("kind", ["first", "last"])
def test_what_is_a_word_more_often_is_in_no_list(kind: str) -> None:
    assert {*words(f"not_{kind}")}.isdisjoint(names(kind))


@pytest.mark.parametrize("name", ["claude", "france", "paris", "mark", "will", "hope", "max", "mercedes"])
def test_these_are_no_names_alone(name: str) -> None:
    assert name not in names("first")
