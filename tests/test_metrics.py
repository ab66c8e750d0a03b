import asyncio
import json
import re
import socket
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from guard.errors import GuardError, StoreError
from guard.metrics import ADDRESS, Counted, Metrics, expose
from guard.terms import Actor, Classification, Decision, Finding, Outcome, Verdict

ROOT = Path(__file__).resolve().parents[1]
FOUND = Outcome(
    Decision(Verdict.REDACT),
    Actor("canary-jdupont", ("canary-finance",), "address", "10.99.98.97"),
    service="openai-api",
    endpoint="unknown",
    host="api.openai.com",
    model="canary-model",
    findings=(Finding("iban", "IBAN_CODE", Classification.CONFIDENTIAL, 0, 0, 27, 1.0, proven=True),) * 3,
    uninspectable=("media",),
    milliseconds={"detect": 40.0, "total": 50.0},
    rules_version="4be1c0d2",
)


class Book:
    """A recorder that keeps or refuses."""

    def __init__(self, *, full: bool = False) -> None:
        self.full = full

    def write(self, outcome: Outcome) -> str:
        if self.full:
            raise StoreError("full")
        return "an-id"

    async def kept(self) -> None:
        if self.full:
            raise StoreError("full")


def value(metrics: Metrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(name, labels)


def test_a_recorded_decision_is_counted_once() -> None:
    metrics = Metrics()
    assert Counted(Book(), metrics).write(FOUND) == "an-id"
    assert value(metrics, "prompt_guard_decisions_total", service="openai-api", decision="redact") == 1
    assert value(metrics, "prompt_guard_entities_total", entity="IBAN_CODE", decision="redact") == 3
    assert value(metrics, "prompt_guard_uninspectable_total", cause="media") == 1
    assert value(metrics, "prompt_guard_unknown_endpoints_total", service="openai-api") == 1
    assert value(metrics, "prompt_guard_stage_seconds_sum", stage="detect") == pytest.approx(0.04)
    assert value(metrics, "prompt_guard_audit_write_errors_total") == 0


def test_a_failure_is_counted_by_its_cause_and_not_as_a_block() -> None:
    metrics = Metrics()
    outcome = Outcome(Decision(Verdict.BLOCK), Actor(), "openai-api", "unread", "api.openai.com", failure="timeout")
    Counted(Book(), metrics).write(outcome)
    assert value(metrics, "prompt_guard_decisions_total", service="openai-api", decision="failure") == 1
    assert value(metrics, "prompt_guard_decisions_total", service="openai-api", decision="block") is None
    assert value(metrics, "prompt_guard_failures_total", cause="timeout") == 1


def test_a_sealed_prompt_is_counted_once() -> None:
    metrics = Metrics()
    for outcome in (FOUND, replace(FOUND, evidence="0" * 64)):
        Counted(Book(), metrics).write(outcome)
    assert value(metrics, "prompt_guard_evidence_total") == 1


def test_the_logs_lag_is_asked_at_each_scrape() -> None:
    metrics, lag = Metrics(), [0.2]
    metrics.watch(lambda: lag[0], lambda: 7)
    assert value(metrics, "prompt_guard_audit_lag_seconds") == 0.2
    lag[0] = 31.0
    assert value(metrics, "prompt_guard_audit_lag_seconds") == 31.0
    assert value(metrics, "prompt_guard_audit_unsigned_lines") == 7


def test_what_could_not_be_recorded_is_an_error_and_no_decision() -> None:
    metrics = Metrics()
    counted = Counted(Book(full=True), metrics)
    with pytest.raises(StoreError):
        counted.write(FOUND)
    with pytest.raises(StoreError):
        asyncio.run(counted.kept())
    assert value(metrics, "prompt_guard_audit_write_errors_total") == 2
    assert value(metrics, "prompt_guard_decisions_total", service="openai-api", decision="redact") is None


def test_no_label_holds_a_person_an_address_or_a_model() -> None:
    metrics = Metrics()
    Counted(Book(), metrics).write(FOUND)
    labels = [
        value for family in metrics.registry.collect() for sample in family.samples for value in sample.labels.values()
    ]
    assert labels
    assert not [label for label in labels if "canary" in label or "10.99" in label]


def test_only_the_rules_in_force_are_shown() -> None:
    metrics = Metrics()
    metrics.rules_in_force("old")
    metrics.rules_in_force("new")
    assert value(metrics, "prompt_guard_rules_info", version="old") is None
    assert value(metrics, "prompt_guard_rules_info", version="new") == 1


@pytest.fixture
def port() -> int:
    with socket.create_server((ADDRESS, 0)) as free:
        return int(free.getsockname()[1])


def test_a_scrape_on_the_loopback_port_shows_them(port: int) -> None:
    metrics = Metrics()
    Counted(Book(), metrics).write(FOUND)
    stop = expose(metrics, port)
    try:
        with urllib.request.urlopen(f"http://{ADDRESS}:{port}/metrics", timeout=5) as answer:
            text = answer.read().decode()
    finally:
        stop()
    assert 'prompt_guard_decisions_total{decision="redact",service="openai-api"} 1.0' in text


def test_a_taken_port_is_said_and_port_0_serves_nothing() -> None:
    with socket.create_server((ADDRESS, 0)) as taken, pytest.raises(GuardError, match="metrics cannot be served"):
        expose(Metrics(), taken.getsockname()[1])
    expose(Metrics(), 0)()


def names() -> set[str]:
    """All that a scrape can show."""
    metrics = Metrics()
    Counted(Book(), metrics).write(FOUND)
    metrics.rules_in_force("4be1c0d2")
    families = list(metrics.registry.collect())
    return {sample.name for family in families for sample in family.samples} | {"prompt_guard_failures_total"}


def families() -> set[str]:
    """The names without what a scrape adds to them."""
    return {re.sub(r"_(total|created|sum|count|bucket)$", "", name) for name in names()}


def expressions(node: Any) -> Iterator[str]:
    """Every query of a dashboard."""
    if isinstance(node, dict):
        yield from (text for key, text in node.items() if key == "expr")
        node = list(node.values())
    if isinstance(node, list):
        for inner in node:
            yield from expressions(inner)


def test_alerts_dashboard_and_documents_ask_for_metrics_there_are() -> None:
    alerts = (ROOT / "logs/monitoring/alerts.yml").read_text("utf-8")
    board = list(expressions(json.loads((ROOT / "logs/monitoring/dashboard.json").read_text("utf-8"))))
    text = (ROOT / "docs/soc.md").read_text("utf-8")
    for source in (alerts, "\n".join(board), text):
        asked = set(re.findall(r"prompt_guard_[a-z_]+", source)) - {
            path.stem for path in (ROOT / "logs/sigma").iterdir()
        }
        assert asked
        assert asked - names() - families() == set()


def test_every_metric_is_in_the_documents() -> None:
    text = (ROOT / "docs/soc.md").read_text("utf-8")
    assert [name for name in sorted(families()) if name not in text] == []
