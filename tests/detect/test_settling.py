"""Findings that lie over each other: one for each stretch, and names where there is room."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.detect.settling import fitted, settled
from guard.terms import Classification, Finding


def finding(start: int, end: int, rule: str = "a", **how: Any) -> Finding:
    entity, level = how.pop("entity", rule.upper()), how.pop("level", LOW)
    return Finding(rule, entity, level, 0, start, end, how.pop("score", 0.5), **how)


LOW, SECRET = Classification.INTERNAL, Classification.SECRET
SETTLED: list[tuple[str, list[Finding], list[tuple[str, int, int, Classification]]]] = [
    ("none", [], []),
    ("apart", [finding(0, 2), finding(5, 7)], [("a", 0, 2, LOW), ("a", 5, 7, LOW)]),
    ("adjacent", [finding(0, 4, "a"), finding(4, 8, "b")], [("a", 0, 4, LOW), ("b", 4, 8, LOW)]),
    ("nested, the better inside", [finding(0, 9, "a"), finding(2, 5, "b", score=0.9)], [("b", 0, 9, LOW)]),
    ("nested, the better outside", [finding(0, 9, "a", score=0.9), finding(2, 5, "b")], [("a", 0, 9, LOW)]),
    ("crossing", [finding(0, 5, "a", score=0.9), finding(3, 8, "b")], [("a", 0, 8, LOW)]),
    ("same span, two entities", [finding(0, 5, "a"), finding(0, 5, "b", score=0.6)], [("b", 0, 5, LOW)]),
    ("same span, same score", [finding(0, 5, "b"), finding(0, 5, "a")], [("a", 0, 5, LOW)]),
    ("same score, longer", [finding(0, 3, "a"), finding(0, 5, "b")], [("b", 0, 5, LOW)]),
    ("proof before score", [finding(0, 5, "a", score=0.9), finding(0, 5, "b", proven=True)], [("b", 0, 5, LOW)]),
    ("proof of all before proof of a part",
     [finding(0, 9, "a", proven=True), finding(2, 5, "b", score=0.9, proven=True)], [("a", 0, 9, LOW)]),
    ("a chain", [finding(0, 4, "a"), finding(3, 7, "b"), finding(6, 9, "c", score=0.6)], [("c", 0, 9, LOW)]),
    ("the highest level", [finding(0, 5, "a", score=0.9), finding(1, 2, "b", level=SECRET)], [("a", 0, 5, SECRET)]),
    ("a long one and two short", [finding(0, 9, "a"), finding(1, 2, "b"), finding(7, 8, "c")], [("a", 0, 9, LOW)]),
]  # fmt: skip


@pytest.mark.parametrize(("given_", "expected"), [case[1:] for case in SETTLED], ids=[case[0] for case in SETTLED])
def test_overlaps_are_settled(given_: list[Finding], expected: list[tuple[str, int, int, Classification]]) -> None:
    for order in (given_, given_[::-1]):
        assert [(f.rule, f.start, f.end, f.classification) for f in settled(order)] == expected


spans = st.tuples(st.integers(0, 30), st.integers(1, 8), st.sampled_from("abc"), st.sampled_from([0.3, 0.6, 0.9]))


@given(st.lists(spans, max_size=12))
def test_settled_findings_cover_the_same_characters_once(places: list[tuple[int, int, str, float]]) -> None:
    findings = [finding(start, start + length, rule, score=score) for start, length, rule, score in places]
    result = settled(findings)
    covered = [at for f in result for at in range(f.start, f.end)]
    assert covered == sorted({at for f in findings for at in range(f.start, f.end)})


NAMES = {
    "alone": ("Ana Diaz est là", [], [(0, 8)], [("name", 0, 8)]),
    "beside an address": ("Ana ana@x.fr", [(4, 12)], [(0, 12)], [("name", 0, 3), ("a", 4, 12)]),
    "around an address": ("Ana ana@x.fr Diaz", [(4, 12)], [(0, 17)], [("name", 0, 3), ("a", 4, 12), ("name", 13, 17)]),
    "inside": ("ana.diaz@x.fr", [(0, 13)], [(4, 8)], [("a", 0, 13)]),
    "nothing but marks left": ("<<ana@x.fr>>", [(2, 10)], [(0, 12)], [("a", 2, 10)]),
}


@pytest.mark.parametrize(("text", "found", "named", "expected"), NAMES.values(), ids=NAMES)
def test_a_name_takes_what_other_findings_leave(
    text: str, found: list[tuple[int, int]], named: list[tuple[int, int]], expected: list[tuple[str, int, int]]
) -> None:
    findings = [finding(start, end, "a") for start, end in found]
    names = [finding(start, end, "name") for start, end in named]

    assert [(f.rule, f.start, f.end) for f in fitted(findings, names, text)] == expected


def test_a_name_and_a_finding_of_the_same_entity_are_one_value() -> None:
    titled, named = finding(4, 8, "title", score=0.6), finding(0, 8, "name", score=0.75)
    [one] = fitted([titled], [replace(named, entity=titled.entity)], "Ana Diaz")

    assert (one.rule, one.start, one.end) == ("name", 0, 8)
