import pytest

from guard.detect.analysis import Analysis, Halves, SegmentAnalysis, combined, language
from guard.terms import Classification, Finding, Lang, Role, Segment, Use

FR, EN = "Bonjour, peux-tu relire ce texte pour moi ?", "Please read this text for me."


def finding(start: int) -> Finding:
    return Finding("rule", "ENTITY", Classification.INTERNAL, 0, start, start + 1, 1.0)


def test_findings_say_the_segment_they_stand_in() -> None:
    parts = [SegmentAnalysis((finding(1), finding(5))), SegmentAnalysis(), SegmentAnalysis((finding(0),))]
    findings = combined(parts, Lang.FR).findings
    assert [(found.segment, found.start) for found in findings] == [(0, 1), (0, 5), (2, 0)]


def test_each_use_keeps_its_best_score_in_the_order_of_names() -> None:
    parts = [
        SegmentAnalysis(uses=(Use("b", 0.6, ("first",)), Use("a", 0.7))),
        SegmentAnalysis(uses=(Use("b", 0.9, ("second",)), Use("b", 0.9, ("third",)))),
    ]
    assert combined(parts, None).uses == (Use("a", 0.7), Use("b", 0.9, ("second",)))


ASKED = SegmentAnalysis(halves=Halves(asked=(Use("ranking", 0.6, ("act: rank",)),)))
SHOWN = SegmentAnalysis(halves=Halves(shown=(Use("ranking", 0.6, ("object: cv",)),)))
OTHER = SegmentAnalysis(halves=Halves(shown=(Use("grading", 0.6, ("object: essay",)),)))
NONE = SegmentAnalysis()


@pytest.mark.parametrize(
    ("parts", "found"),
    [
        ([SHOWN, ASKED], True),
        ([SHOWN, NONE, OTHER, ASKED], True),
        ([SHOWN, *[NONE] * 39, ASKED], True),
        ([SHOWN, *[NONE] * 40, ASKED], False),
        ([ASKED, SHOWN], False),
        ([OTHER, ASKED], False),
        ([SHOWN], False),
        ([ASKED], False),
    ],
    ids=["next", "between", "as-far-as-it-goes", "too-far", "shown-later", "another-use", "only-shown", "only-asked"],
)
def test_a_request_completes_a_use_with_what_was_shown_shortly_before(
    parts: list[SegmentAnalysis], found: bool
) -> None:
    uses = (Use("ranking", 0.6, ("act: rank", "object: cv")),)
    assert combined(parts, None).uses == (uses if found else ())


def test_nothing_makes_an_empty_analysis() -> None:
    assert combined([], None) == Analysis()


@pytest.mark.parametrize(
    ("segments", "lang"),
    [
        ([], None),
        ([Segment("a", Role.USER, FR), Segment("b", Role.SYSTEM, EN * 5)], Lang.FR),
        ([Segment("a", Role.SYSTEM, FR * 5), Segment("b", Role.DRAFT, EN)], Lang.EN),
        ([Segment("a", Role.USER, "4111"), Segment("b", Role.HISTORY, FR)], Lang.FR),
        ([Segment("a", Role.USER, "4111"), Segment("b", Role.OTHER, FR, declared=False)], None),
    ],
    ids=["none", "user-first", "draft-first", "others-when-the-user-does-not-tell", "undeclared-never"],
)
def test_the_language_is_that_of_what_the_person_wrote(segments: list[Segment], lang: Lang | None) -> None:
    assert language(segments) is lang
