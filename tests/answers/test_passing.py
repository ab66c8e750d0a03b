"""An answer's bytes are read or withheld by name of the cause, and the analysis goes on as long as they come."""

from collections.abc import Callable
from typing import Any

import pytest

from guard.pipeline import Guard
from guard.terms import Actor

SALES = Actor("bob", ("sales",), "test")
JSON = [b'{"choices":[{"message":{"content":"Bonjour."}}]}']

type Make = Callable[..., Any]
type Notebook = Any


@pytest.mark.parametrize(
    ("kind", "body", "cause"),
    [
        pytest.param("image/png", b"\x89PNG\r\n", "media", id="a picture"),
        pytest.param("application/pdf", b"%PDF", "media", id="a document"),
        pytest.param("text/html; charset=utf-16", b"\xff\xfea\x00", "charset", id="another charset"),
    ],
)
def test_what_cannot_be_read_is_withheld_by_name_of_the_cause(
    guard: Guard, notebook: Notebook, answered: Make, kind: str, body: bytes, cause: str
) -> None:
    out, passing = answered(guard, notebook, SALES, [body], kind=kind)

    assert out == b""
    assert passing is not None
    assert passing.instead(None) is not None
    assert [outcome.uninspectable for outcome in notebook.answers] == [(cause,)]


def test_what_a_rule_lets_go_unread_passes_and_is_recorded(
    guard: Guard, notebook: Notebook, answered: Make, rule: Make
) -> None:
    lets = rule("answers-media", "log", uninspectable=["media"])
    guard.rules = guard.rules.model_copy(update={"policy": guard.rules.policy | {lets.id: lets}})
    out, passing = answered(guard, notebook, SALES, [b"\x89PNG", b"\r\n"], kind="image/png")

    assert out == b"\x89PNG\r\n"
    assert passing is not None
    assert passing.instead(None) is None
    assert [(o.decision.verdict.value, o.uninspectable) for o in notebook.answers] == [("log", ("media",))]


def test_the_analysis_goes_on_until_the_answer_is_over(guard: Guard, notebook: Notebook, answered: Make) -> None:
    _, passing = answered(guard, notebook, SALES, JSON, kind="application/json")
    assert passing is not None
    assert guard.deciding == 1
    passing.close()
    passing.close()
    assert guard.deciding == 0
