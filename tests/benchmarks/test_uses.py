"""The measures of uses: what they count, and what the shipped rules reach."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from guard.rules.load import load
from guard.rules.schema import RuleSet

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def bench() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bench_uses", ROOT / "benchmarks" / "uses.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def rules() -> RuleSet:
    return load(ROOT / "rules")


def test_the_ordinary_prompts_are_many_and_different(bench: ModuleType) -> None:
    ordinary = [*bench.written(), *bench.generated()]
    assert len(ordinary) >= 1_000
    assert len(set(ordinary)) == len(ordinary)
    assert len(bench.written()) >= 350


def test_what_stops_is_what_an_enforced_rule_holds_or_blocks(bench: ModuleType, rules: RuleSet) -> None:
    found = bench.stopping(rules)
    assert {"cv-screening", "employee-evaluation"} <= found
    assert found.isdisjoint({"mergers-acquisitions", "legal-advice", "translation"})


def test_the_figures_count_what_they_say(bench: ModuleType, rules: RuleSet) -> None:
    use = rules.uses["cv-screening"]
    kept = use.tests.held_out.model_copy(update={"match": ["Classe ces CV.", "Bonjour"], "no_match": []})
    use = use.model_copy(update={"tests": use.tests.model_copy(update={"held_out": kept})})
    report = bench.measured(rules.model_copy(update={"uses": {**rules.uses, use.id: use}}), ["Rank these CVs.", "Hi"])
    assert report["uses"]["cv-screening"] == {"recall": 0.5, "precision": 0.5, "prompts": 2, "wrong": 1}
    assert (report["false_blocks"], report["ordinary"]) == (0.5, 2)


def test_the_shipped_rules_reach_most_and_stop_almost_nothing_else() -> None:
    run = subprocess.run(
        [sys.executable, "benchmarks/uses.py", "--quick", "--json"],
        cwd=ROOT,
        check=True,
        timeout=100,
        capture_output=True,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
    )
    report = json.loads(run.stdout)
    assert report["ordinary"] >= 1_000
    assert report["false_blocks"] <= 0.005
    assert report["recall"] >= 0.85
    assert min(use["recall"] for use in report["uses"].values()) >= 0.75
