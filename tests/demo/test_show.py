"""What the demo prints."""

import io
from typing import Any

import pytest
from rich.console import Console

from guard.demo import show
from guard.demo.captions import captions
from guard.demo.show import Promise, Scene

WORDS = captions({})
VALUE = "Sophie Lefèvre"
EVENT: dict[str, Any] = {
    "time_dt": "2026-11-23T10:12:12.417Z",
    "unmapped": {
        "guard": {
            "decision": "redact",
            "service": "openai-api",
            "ai_model": "gpt-5",
            "entities": [{"type": "PERSON", "n": 2}, {"type": "IBAN_CODE", "n": 1}],
            "uses": [{"id": "translation"}],
            "rules": [{"id": "personal-data", "enforced": True}, {"id": "watched", "enforced": False}],
            "ms": {"total": 12.6},
        }
    },
}
SCENE = Scene(
    title="A title",
    typed=f"Écris à {VALUE}",
    left="Écris à [[PERSON_1]]",
    answered="Cher [[PERSON_1]]",
    seen=f"Cher {VALUE}",
    events=(EVENT,),
    promises=(Promise("this held", True), Promise("this did not", False)),
    values=(VALUE,),
)


def _console(width: int, *, terminal: bool = False) -> tuple[Console, io.StringIO]:
    out = io.StringIO()
    return Console(
        file=out, width=width, force_terminal=terminal, color_system="truecolor" if terminal else "auto"
    ), out


def _played(width: int, *, terminal: bool = False) -> str:
    console, out = _console(width, terminal=terminal)
    show.opening(console, WORDS)
    show.scene(console, WORDS, 1, SCENE)
    show.closing(console, WORDS, SCENE.promises, Promise("stopped", True))
    return out.getvalue()


@pytest.mark.parametrize("width", [80, 120])
def test_both_sides_stand_in_one_row_at_usual_widths(width: int) -> None:
    lines = _played(width).splitlines()
    assert max(map(len, lines)) <= width
    assert any(VALUE in line and "[[PERSON_1]]" in line for line in lines)


def test_lines_stay_readable_on_a_very_wide_terminal() -> None:
    assert max(map(len, _played(400).splitlines())) <= 130


def test_colour_is_for_terminals_only() -> None:
    assert "\x1b" not in _played(80)
    assert "\x1b[" in _played(80, terminal=True)


def test_each_promise_shows_whether_it_held() -> None:
    shown = _played(80)
    assert "✔ this held" in shown
    assert "✘ this did not" in shown


def test_text_with_brackets_is_not_taken_for_markup() -> None:
    console, out = _console(80)
    scene = Scene("[bold]t", "[red]typed[/red]", "[/oops]", "[link=x]", "[[X_1]]", (), ())
    show.scene(console, WORDS, 1, scene)
    assert all(text in out.getvalue() for text in ("[bold]t", "[red]typed[/red]", "[/oops]", "[link=x]", "[[X_1]]"))


@pytest.mark.parametrize(
    ("held", "last", "code", "said"),
    [
        pytest.param([True, True], True, 0, "All 3 promises held", id="all held"),
        pytest.param([True, False], True, 1, "1 promise(s) did not hold", id="one did not"),
        pytest.param([True], False, 1, "1 promise(s) did not hold", id="the last did not"),
    ],
)
def test_the_end_counts_the_promises(held: list[bool], last: bool, code: int, said: str) -> None:
    console, out = _console(80)
    promises = [Promise("p", kept) for kept in held]
    assert show.closing(console, WORDS, promises, Promise("last", last)) == code
    assert said in out.getvalue()


def test_an_event_is_one_line_with_what_a_person_asks_first() -> None:
    found = "PERSON×2 IBAN_CODE×1 translation"
    line = f"2026-11-23T10:12:12.417Z redact · openai-api gpt-5 · {found} · (personal-data) · 13 ms"
    assert show.line(EVENT).plain == line


def test_a_clean_event_says_less() -> None:
    ours = EVENT["unmapped"]["guard"] | {"decision": "allow", "entities": [], "uses": [], "rules": [], "ai_model": None}
    line = show.line(EVENT | {"unmapped": {"guard": ours}}).plain
    assert line == "2026-11-23T10:12:12.417Z allow · openai-api · 13 ms"
