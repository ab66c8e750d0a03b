"""Uses by likeness, with a pipeline of two dimensions made here."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
import spacy

from guard.detect.analysis import SegmentAnalysis, combined
from guard.detect.engine import Analyzer
from guard.detect.likeness import Likeness, added
from guard.errors import DetectError
from guard.rules.schema import RuleSet, UseRule
from guard.terms import Role, Segment, Use

type NewUse = Callable[..., UseRule]
type NewSet = Callable[..., RuleSet]

VECTORS = {"range": (1.0, 0.1), "trie": (1.0, 0.0), "cv": (0.9, 0.2), "soleil": (0.0, 1.0), "pluie": (0.1, 1.0)}


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    nlp = spacy.blank("fr")
    nlp.vocab.reset_vectors(width=2)
    for word, vector in VECTORS.items():
        nlp.vocab.set_vector(word, np.array(vector, dtype=np.float32))
    folder = tmp_path_factory.mktemp("model") / "small"
    nlp.to_disk(folder)
    return str(folder)


@pytest.fixture(scope="module")
def rules(new_use: NewUse, new_set: NewSet) -> RuleSet:
    rule = new_use("screening", acts=["trie"], objects=["cv"])
    return new_set(rule.model_copy(update={"tests": rule.tests.model_copy(update={"match": ["x", "Trie CV"]})}))


def seen(likeness: Likeness, text: str, role: Role = Role.USER) -> Sequence[Use]:
    return likeness.find(Segment("b", role, text))


def test_a_text_near_an_example_resembles_its_use_and_is_only_watched(model: str, rules: RuleSet) -> None:
    assert seen(Likeness(rules, model), "Range canary CV") == (
        Use("screening", 1.0, ("like: tests.match[1]",), enforced=False),
    )


@pytest.mark.parametrize("text", ["soleil", "pluie soleil", "inconnu", "", "cv " * 400])
def test_a_text_that_is_far_unknown_or_long_resembles_none(model: str, rules: RuleSet, text: str) -> None:
    assert seen(Likeness(rules, model), text) == ()


def test_what_comes_back_or_lies_in_a_file_is_not_compared(model: str, rules: RuleSet) -> None:
    likeness = Likeness(rules, model)
    assert [seen(likeness, "trie cv", role) for role in (Role.HISTORY, Role.FILE)] == [(), ()]


def test_words_are_believed_before_likeness(model: str, rules: RuleSet) -> None:
    word, alike = Use("a", 0.7), Use("a", 1.0, enforced=False)
    other = Use("b", 0.9, enforced=False)
    assert added([word], [alike, other]) == (word, other)
    parts = [SegmentAnalysis(uses=(word,)), SegmentAnalysis(uses=(alike,))]
    assert combined(parts, None).uses == combined(parts[::-1], None).uses == (word,)
    (use,) = Analyzer(rules, uses_model=model).analyze([Segment("b", Role.USER, "Trie ces CV")]).uses
    assert use.enforced


def test_without_a_model_nothing_resembles(rules: RuleSet) -> None:
    assert Analyzer(rules).analyze([Segment("b", Role.USER, "range cv")]).uses == ()


def test_a_model_that_is_none_or_has_no_vectors_is_refused(tmp_path: Path, rules: RuleSet) -> None:
    spacy.blank("fr").to_disk(tmp_path / "bare")
    for choice in (str(tmp_path / "none"), str(tmp_path / "bare")):
        with pytest.raises(DetectError, match="GUARD_USES_MODEL"):
            Likeness(rules, choice)
