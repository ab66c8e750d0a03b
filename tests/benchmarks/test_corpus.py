"""The labelled corpus of benchmarks/corpus.py."""

import json
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[2] / "benchmarks" / "corpus.py"


def corpus(size: int, seed: int) -> str:
    command = [sys.executable, str(SCRIPT), "--size", str(size), "--seed", str(seed)]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout


def test_the_same_seed_writes_the_same_lines_and_another_one_others() -> None:
    assert corpus(100, 3) == corpus(100, 3) != corpus(100, 4)


def test_every_span_is_a_value_whole_and_in_its_place() -> None:
    cases = [json.loads(line) for line in corpus(200, 5).splitlines()]
    assert len(cases) == 200
    assert {case["lang"] for case in cases} == {"fr", "en"}
    assert {case["register"] for case in cases} == {"chat", "e-mail", "code", "log", "table"}
    for case in cases:
        for span in case["spans"]:
            value = case["text"][span["start"] : span["end"]]
            assert value
            assert value == value.strip()
            assert "{" not in value
    assert any(not case["spans"] for case in cases)
    assert max(len(case["spans"]) for case in cases) >= 3 * 12, "a long table"
