import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.examples import DataError, Example, Span, clean, joined, read_lines, replaced, seeded, write_lines

spans = st.lists(
    st.builds(Span, st.integers(-5, 40), st.integers(-5, 40), st.sampled_from(("PER", "LOC"))),
    max_size=8,
)


@given(st.text(max_size=30), spans)
def test_clean_spans_lie_inside_the_text_in_order_without_overlap_or_outer_white_space(text, found):
    last = 0
    for span in clean(text, found):
        assert last <= span.start < span.end <= len(text)
        piece = text[span.start : span.end]
        assert piece == piece.strip()
        last = span.end


def test_of_overlapping_spans_the_first_stays():
    assert clean("Anne Martin", [Span(5, 11, "PER"), Span(0, 11, "PER")]) == (Span(0, 11, "PER"),)


def test_joined_parts_keep_their_spans_on_their_words():
    one, two = Example("Anne", (Span(0, 4, "PER"),)), Example("à Niort", (Span(2, 7, "LOC"),))
    whole = joined((one, two), (" ",), "both")
    assert [whole.text[span.start : span.end] for span in whole.spans] == ["Anne", "Niort"]
    assert whole.source == "both"


def test_replaced_values_carry_their_spans():
    example = replaced(Example("de Anne à Bo.", (Span(3, 7, "PER"), Span(10, 12, "PER"))), ("Jean-Charles", "X"))
    assert example.text == "de Jean-Charles à X."
    assert [example.text[span.start : span.end] for span in example.spans] == ["Jean-Charles", "X"]


def test_what_is_written_is_read_again(tmp_path):
    examples = [
        Example("Anne à Niort", (Span(0, 4, "PER"), Span(7, 12, "LOC")), "s", "doc-1"),
        Example("rien", (), "s"),
    ]
    write_lines(tmp_path / "fr_s.jsonl", examples)
    assert list(read_lines(tmp_path / "fr_s.jsonl")) == examples


@pytest.mark.parametrize(
    "line",
    ["not json", '{"text": "x"}', '{"text": "x", "ents": [[1]]}', '{"text": "x", "ents": [["a", 2, "PER"]]}', "[]"],
    ids=["no json", "no spans", "short span", "no number", "a list"],
)
def test_a_bad_line_is_named_by_file_and_number_and_not_quoted(tmp_path, line):
    (tmp_path / "x.jsonl").write_text('{"text": "", "ents": []}\n' + line + "\n")
    with pytest.raises(DataError, match=r"^x\.jsonl:2: not a line of text and spans$"):
        list(read_lines(tmp_path / "x.jsonl"))


def test_the_same_names_give_the_same_stream_and_others_another():
    assert seeded(1, "fr").random() == seeded(1, "fr").random() != seeded(2, "fr").random()
