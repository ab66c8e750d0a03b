"""Patterns that may match: none is ever left out that does."""

import re

import pytest
import re2
from hypothesis import given
from hypothesis import strategies as st

from guard.detect.sieve import Sieve, wider
from guard.rules.schema import Pattern, RuleSet


def pattern(regex: str, *, ignore_case: bool = False) -> Pattern:
    return Pattern(name="p", regex=regex, score=0.5, ignore_case=ignore_case)


@pytest.mark.parametrize(
    ("regex", "after"),
    [
        pytest.param("a{200,900}b", "a{8,}b", id="a long range"),
        pytest.param("a{20}", "a{8,}", id="a long count"),
        pytest.param("a{0,500}?b", "a{0,}?b", id="lazy"),
        pytest.param("a{3,}", "a{3,}", id="open"),
        pytest.param("a{2,4}b{8}", "a{2,4}b{8}", id="short"),
        pytest.param(r"[{9,20}]{9}\{9,20\}", r"[{9,20}]{8,}\{9,20\}", id="braces that count nothing"),
        pytest.param(r"[]{9,20}]+[^]{9}]\p{Lu}\x{A0}{12}", r"[]{9,20}]+[^]{9}]\p{Lu}\x{A0}{8,}", id="classes"),
        pytest.param(r"[[:alpha:]{9}]{10,}", r"[[:alpha:]{9}]{8,}", id="named classes"),
    ],
)
def test_long_counts_are_let_go_and_nothing_else(regex: str, after: str) -> None:
    assert wider(regex) == after


def test_every_match_of_every_shipped_rule_is_wanted(shipped: RuleSet) -> None:
    rules = [rule for rule in shipped.detect.values() if rule.detect.patterns]
    patterns = [each for rule in rules for each in rule.detect.patterns]
    sieve = Sieve(patterns, memory=64 << 20)
    texts = [example.text.encode() for rule in rules for example in rule.tests.match]
    compiled = [re2.compile((("(?i)" if each.ignore_case else "") + each.regex).encode()) for each in patterns]
    missed = []
    for text in texts:
        wanted = set(sieve.wanted(text))
        missed += [c.pattern for i, c in enumerate(compiled) if i not in wanted and c.search(text)]

    assert len(texts) > 500
    assert missed == []


@given(st.from_regex(r"(?:[ab]|\[ab\]|\.){1,3}(?:\{[0-9]{1,2}(?:,[0-9]{2})?\})?c?", fullmatch=True), st.text("abc"))
def test_what_matches_matches_when_it_is_wider(regex: str, text: str) -> None:
    try:
        matches = re.search(regex, text)
    except re.error:
        return
    assert matches is None or re.search(wider(regex), text)


def test_all_are_wanted_when_they_do_not_fit_in_memory() -> None:
    patterns = [pattern(f"[a-z]{{{n}}}x{n}") for n in range(2, 40)]

    assert Sieve(patterns, memory=1).wanted(b"nothing of the kind") == list(range(len(patterns)))


def test_all_of_a_set_are_wanted_when_it_does_not_answer() -> None:
    silent = re2.Set.SearchSet()  # RE2 answers so too when it has no memory left
    silent.Add("something else")
    silent.Compile()
    assert silent.Match(b"zzz") is None
    sieve = Sieve([pattern("a"), pattern("b")], memory=64 << 20)
    for each in sieve._sets:
        object.__setattr__(each, "matcher", silent)

    assert sieve.wanted(b"zzz") == [0, 1]


def test_letters_of_either_case() -> None:
    sieve = Sieve([pattern("abc"), pattern("ABC", ignore_case=True)], memory=64 << 20)

    assert sieve.wanted(b"AbC") == [1]


def test_no_patterns_want_nothing() -> None:
    assert Sieve([], memory=64 << 20).wanted(b"a") == []
