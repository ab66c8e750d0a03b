import pytest

from training.dev import marked, prompts
from training.examples import Span


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_dev_prompts_are_marked_and_many_hold_no_name(lang):
    found = prompts(lang)
    assert len(found) >= 60
    assert sum(not example.spans for example in found) >= 25
    assert not [example.text for example in found if "[PER" in example.text or "[ORG" in example.text]


def test_marks_become_spans_and_other_brackets_stay():
    example = marked("[x] vu [PER:Bo Vole] à [LOC:Dole]", "s")
    assert example.text == "[x] vu Bo Vole à Dole"
    assert example.spans == (Span(7, 14, "PER"), Span(17, 21, "LOC"))
