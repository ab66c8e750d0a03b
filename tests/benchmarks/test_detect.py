"""The benchmark of detection runs and reaches the goals."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.bench
def test_the_goals_are_reached() -> None:
    run = [sys.executable, "benchmarks/detect.py", "--quick", "--json"]
    ratios = json.loads(subprocess.run(run, cwd=ROOT, capture_output=True, check=True, timeout=100).stdout)
    assert ratios["prose_10kb_vs_presidio"] >= 10
    assert ratios["code_10kb_vs_presidio"] >= 10
    assert ratios["hostile_vs_prose"] <= 5
    assert ratios["turn60_vs_turn2"] <= 1.5
