import pytest

from guard.errors import DetectError, GuardError, Problem, RulesError, StoreError, WireError

PROBLEM = Problem("detect/iban.yaml", 3, 1, "R102", "duplicate key 'title'")


def test_a_problem_reads_like_a_compilers() -> None:
    assert str(PROBLEM) == "detect/iban.yaml:3:1: R102 duplicate key 'title'"


def test_a_hint_stands_in_brackets_at_the_end() -> None:
    problem = Problem("a.yaml", 1, 2, "R203", "unknown key 'regexp'", "did you mean 'regex'?")
    assert str(problem) == "a.yaml:1:2: R203 unknown key 'regexp' (did you mean 'regex'?)"


def test_all_problems_are_told_at_once_in_the_order_of_the_files() -> None:
    later = Problem("detect/iban.yaml", 10, 1, "R205", "score: too large")
    other = Problem("a.yaml", 99, 1, "R101", "not YAML")
    error = RulesError([later, PROBLEM, other])
    assert error.problems == (other, PROBLEM, later)
    assert str(error) == "\n".join(map(str, (other, PROBLEM, later)))


@pytest.mark.parametrize("kind", [WireError, DetectError])
def test_a_cause_is_a_word_beside_the_sentence(kind: type[WireError] | type[DetectError]) -> None:
    error = kind("timeout", "the analysis took too long")
    assert (error.cause, str(error)) == ("timeout", "the analysis took too long")


@pytest.mark.parametrize("error", [RulesError([]), WireError("a", "b"), DetectError("a", "b"), StoreError("a")])
def test_one_clause_catches_them_all(error: GuardError) -> None:
    with pytest.raises(GuardError):
        raise error
