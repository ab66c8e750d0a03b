"""Seams: what meets over the borders of segments, and where it goes back to."""

import pytest

from guard.detect.engine import Analyzer
from guard.detect.joins import BORDER, Seam, joined, windows
from guard.terms import Classification, Finding, Role, Segment


def said(*texts: str) -> list[Segment]:
    return [Segment(f"body:/{at}", Role.USER, text) for at, text in enumerate(texts)]


def seams(segments: list[Segment]) -> list[Seam]:
    return [seam for window in windows(segments) if (seam := joined(segments, window)) is not None]


def test_only_values_that_could_run_over_a_border_make_a_seam() -> None:
    assert seams(said("Bonjour", "merci")) == []
    assert [seam.segment.text for seam in seams(said("4111", "1111"))] == [f"4111{BORDER}1111"]


def test_a_proven_value_over_a_border_is_a_finding_in_each_part() -> None:
    (seam,) = seams(said("x" * 100 + " 4111", "1111 y"))
    at = seam.segment.text.index("4111")
    finding = Finding("card", "CARD", Classification.SECRET, 0, at, at + 9, 1.0, proven=True)

    assert [(f.segment, f.start, f.end) for f in seam.spread([finding])] == [(0, 101, 105), (1, 0, 4)]


def test_values_of_a_form_meet_and_their_names_do_not_part_them() -> None:
    pairs = [("form:0/name", "a"), ("form:0/value", "4111"), ("form:1/name", "b"), ("form:1/value", "1111")]
    segments = [Segment(where, Role.OTHER, text, declared=False) for where, text in pairs]

    assert list(windows(segments)) == [(1, 3)]
    assert [seam.segment.text for seam in seams(segments)] == [f"4111{BORDER}1111"]


def test_values_of_different_places_do_not_meet() -> None:
    where = ("query:0/value", "form:0/value", "header:0", "header:1", "body:/a")
    segments = [Segment(place, Role.OTHER, "4111", declared=False) for place in where]

    assert seams(segments) == []


def test_what_lies_in_one_segment_is_left_to_it() -> None:
    (seam,) = seams(said("4111", "1111"))

    assert list(seam.spread([Finding("card", "CARD", Classification.SECRET, 0, 0, 4, 1.0, proven=True)])) == []


def test_history_makes_the_same_seams_when_a_turn_is_added() -> None:
    turns = [f"turn {at}" for at in range(64)]
    before, after = ({seam.segment.text for seam in seams(said(*turns[:end]))} for end in (48, 64))

    assert before <= after


def test_the_same_value_split_twice_is_found_twice(analyzer: Analyzer) -> None:
    turn = ("x" * 100 + " 4111 1111", "1111 1111 " + "y" * 100)

    found = sorted(analyzer.analyze(said(*turn, *turn)).findings, key=lambda f: f.segment)

    assert [(f.segment, f.start, f.end) for f in found] == [(0, 101, 110), (1, 0, 9), (2, 101, 110), (3, 0, 9)]


FIRST, SECOND = "FR76 3000 6000", "0112 3456 7890 189"


@pytest.mark.parametrize(
    ("segments", "found"),
    [
        pytest.param(
            [(True, f"Mon iban {FIRST}"), (True, f"{SECOND} merci")], {0: FIRST, 1: SECOND}, id="words around"
        ),
        pytest.param([(True, FIRST), (False, SECOND)], {0: FIRST, 1: SECOND}, id="of both kinds"),
        pytest.param(
            [(False, "model"), (False, FIRST), (False, "text"), (False, SECOND), (False, "chat")],
            {1: FIRST, 3: SECOND},
            id="words between",
        ),
        pytest.param(
            [(False, "m"), (True, FIRST), (False, "0112"), (True, "3456 7890 189")],
            {1: FIRST, 2: "0112", 3: "3456 7890 189"},
            id="in three",
        ),
        pytest.param([(True, "Lots 12 345 678"), (True, "901 234 et 56")], {}, id="numbers"),
        pytest.param([(False, "732 829"), (False, "320"), (False, "06 12 34"), (False, "56 78")], {}, id="weak checks"),
    ],
)
def test_a_value_in_groups_is_found_over_a_border(
    segments: list[tuple[bool, str]], found: dict[int, str], analyzer: Analyzer
) -> None:
    given = [Segment(f"body:/{at}", Role.OTHER, text, declared=known) for at, (known, text) in enumerate(segments)]
    findings = [f for f in analyzer.analyze(given).findings if f.proven]

    assert {f.segment: given[f.segment].text[f.start : f.end] for f in findings} == found
