"""Seams: what meets over the borders of segments, and where it goes back to."""

from guard.detect.joins import BORDER, seams
from guard.terms import Classification, Finding, Role, Segment


def said(*texts: str) -> list[Segment]:
    return [Segment(f"body:/{at}", Role.USER, text) for at, text in enumerate(texts)]


def test_only_values_that_could_run_over_a_border_make_a_seam() -> None:
    assert seams(said("Bonjour", "merci")) == []
    assert [seam.segment.text for seam in seams(said("4111", "1111"))] == [f"4111{BORDER}1111"]


def test_a_proven_value_over_a_border_is_a_finding_in_each_part() -> None:
    (seam,) = seams(said("x" * 100 + " 4111", "1111 y"))
    at = seam.segment.text.index("4111")
    finding = Finding("card", "CARD", Classification.SECRET, 0, at, at + 9, 1.0, proven=True)

    assert [(f.segment, f.start, f.end) for f in seam.spread([finding])] == [(0, 101, 105), (1, 0, 4)]


def test_what_lies_in_one_segment_is_left_to_it() -> None:
    (seam,) = seams(said("4111", "1111"))

    assert list(seam.spread([Finding("card", "CARD", Classification.SECRET, 0, 0, 4, 1.0, proven=True)])) == []


def test_history_makes_the_same_seams_when_a_turn_is_added() -> None:
    turns = [f"turn {at}" for at in range(64)]
    before, after = ({seam.segment.text for seam in seams(said(*turns[:end]))} for end in (48, 64))

    assert before <= after
