"""What programs say in a prompt is told apart from what people ask."""

import pytest

from guard.detect.programs import instructs, ordinary
from guard.terms import Role, Segment

PROSE = (
    "The reader opens a file, then it may edit or search it. Rose Martin wrote the first version. A rose is a flower. "
) * 12


def at(text: str, word: str) -> tuple[int, int]:
    start = text.index(word)
    return start, start + len(word)


@pytest.mark.parametrize(
    ("role", "text", "program"),
    [
        pytest.param(Role.SYSTEM, "Rank the CVs you are given. " * 100, True, id="pages of instructions"),
        pytest.param(Role.SYSTEM, "You rank the CVs you are given.", False, id="a small assistant's"),
        pytest.param(Role.USER, "Rank these CVs.\n" + "Experience. " * 1000, False, id="a person with material"),
        pytest.param(Role.USER, "<system-reminder>\nFind agents.\n</system-reminder>\n", True, id="a reminder"),
        pytest.param(Role.USER, "<permissions instructions>Ask.</permissions instructions>", True, id="two words"),
        pytest.param(Role.USER, "<environment_context><cwd>/x</cwd></environment_context>", True, id="a context"),
        pytest.param(Role.USER, "<cvs>One. Two.</cvs>", False, id="a person's own mark"),
        pytest.param(Role.USER, "<system-reminder>x</system-reminder> Rank these CVs.", False, id="and a question"),
    ],
)
def test_programs_are_told_apart(role: Role, text: str, program: bool) -> None:
    assert instructs(Segment("body:/x", role, text)) is program


@pytest.mark.parametrize(
    ("text", "word", "no_name"),
    [
        pytest.param(PROSE, "search", True, id="small letters"),
        pytest.param(PROSE + "Search is fast.", "Search", True, id="a word that stands in small letters too"),
        pytest.param(PROSE, "Rose Martin", False, id="two words"),
        pytest.param(PROSE + "Ask Karim.", "Karim", False, id="a word that does not"),
        pytest.param("demande à karim. Karim sait.", "karim", False, id="a short text"),
        pytest.param("demande à karim, " * 90, "karim", False, id="hasty chat"),
        pytest.param(PROSE + "王小明", "王小明", False, id="a script without capitals"),
    ],
)
def test_a_long_text_in_good_order_shows_what_is_no_name(text: str, word: str, no_name: bool) -> None:
    assert ordinary(text)(*at(text, word)) is no_name
