"""Only who a rule is about has an answer inspected."""

from collections.abc import Callable
from typing import Any

from guard.pipeline import Guard
from guard.terms import Actor

HR = Actor("ana", ("hr",), "test")

type Make = Callable[..., Any]
type Notebook = Any


def test_an_answer_no_rule_is_about_passes_as_it_is(guard: Guard, notebook: Notebook, answered: Make) -> None:
    pieces = [b'data: {"choices":[{"delta":{"content":"FR76 3000 6000 0112 3456 7890 189"}}]}\n\n']
    out, passing = answered(guard, notebook, HR, pieces)

    assert passing is None
    assert (out, notebook.verdicts) == (b"".join(pieces), [])
