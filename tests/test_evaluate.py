"""Labels against findings."""

import json

import pytest

from guard.evaluate import Bad, Case, Evaluation, Span, read


def lines(*items: object) -> list[bytes]:
    return [json.dumps(item).encode() for item in items]


def test_rates_are_counted_by_overlap_and_by_equal_spans() -> None:
    scores = Evaluation()
    labels = (Span("A", 0, 4), Span("A", 10, 14), Span("B", 20, 24))
    scores.add(Case("x" * 30, labels, "fr"), [Span("A", 0, 4), Span("A", 11, 13), Span("C", 20, 24), Span("A", 26, 28)])
    report = json.loads(json.dumps(scores.report()))
    assert report["entities"]["A"] == {
        "gold": 2,
        "found": 3,
        "precision": 0.6667,
        "recall": 1.0,
        "f1": 0.8,
        "exact": {"precision": 0.3333, "recall": 0.5, "f1": 0.4},
    }
    assert report["entities"]["B"]["recall"] == 0
    assert report["entities"]["B"]["precision"] is None
    assert report["confusion"] == {"-": {"A": 1}, "A": {"A": 2}, "B": {"C": 1}}
    assert (report["cases"], report["gold"], report["found"]) == (1, 3, 4)


def test_languages_are_scored_apart_and_guessed_when_not_said() -> None:
    cases = list(read(lines({"text": "le chat est sur la table"}, {"text": "the cat", "lang": "de", "spans": []})))
    assert [case.lang for case in cases if isinstance(case, Case)] == ["fr", "de"]
    scores = Evaluation()
    for case in cases:
        assert isinstance(case, Case)
        scores.add(case, [])
    assert set(scores.report()["languages"]) == {"fr", "de"}  # type: ignore[call-overload]


@pytest.mark.parametrize(
    "line",
    [
        b"{",
        b"[]",
        b'{"text": 1}',
        b'{"text": "a", "spans": [{"entity": "A", "start": 0, "end": 2}]}',
        b'{"text": "a", "spans": [{"entity": "A", "start": true, "end": 1}]}',
        b'{"text": "a", "spans": [{"start": 0, "end": 1}]}',
        b'{"text": "a", "spans": 3}',
        b'{"text": "a", "lang": 3}',
        b"\xff",
    ],
)
def test_a_bad_line_is_named_by_its_number(line: bytes) -> None:
    [good, bad] = read([b'{"text": "a"}', b"", line])
    assert isinstance(good, Case)
    assert isinstance(bad, Bad)
    assert bad.line == 3
