"""What is kept of a request until its answer is over."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from addons import underway
from addons.underway import Under
from guard.pipeline import Exchange, Guard
from guard.rules.schema import ServiceRule


def begun(monkeypatch: pytest.MonkeyPatch, *, about: bool) -> tuple[Under, Any]:
    """A request that leaves, and its guard; `about`: a rule is about its answer."""
    monkeypatch.setattr(underway, "reader", lambda *_: object() if about else None)
    guard = SimpleNamespace(deciding=0)
    exchange = cast(Exchange, SimpleNamespace())
    return Under(cast(Guard, guard), cast(ServiceRule, None), "api.openai.com", exchange), guard


@pytest.mark.parametrize("about", [True, False])
def test_the_analysis_waits_for_an_answer_that_a_rule_is_about_and_once(
    monkeypatch: pytest.MonkeyPatch, about: bool
) -> None:
    under, guard = begun(monkeypatch, about=about)
    under.wait()
    assert guard.deciding == int(about)
    under.over()
    under.over()
    assert guard.deciding == 0


def test_without_a_decision_nothing_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    under, guard = begun(monkeypatch, about=True)
    under.exchange = None
    under.wait()
    under.over()
    assert guard.deciding == 0
