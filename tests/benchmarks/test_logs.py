"""The benchmark of questions to the log runs and reaches its goal."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.bench
def test_each_question_takes_less_than_a_second_and_a_bounded_memory() -> None:
    run = [sys.executable, "benchmarks/logs.py", "--quick", "--json"]
    figures = json.loads(subprocess.run(run, cwd=ROOT, capture_output=True, check=True, timeout=110).stdout)
    assert figures["slowest_seconds"] < 1
    assert figures["most_mb"] < 800
    assert figures["parquet_vs_lines"] > 1
