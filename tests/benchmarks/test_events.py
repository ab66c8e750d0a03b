"""The made-up company of benchmarks/events.py."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from guard.audit import schema

ROOT = Path(__file__).resolve().parents[2]


def written(folder: Path, seed: int = 7) -> dict[str, bytes]:
    command = [
        sys.executable,
        "benchmarks/events.py",
        str(folder),
        "--days",
        "3",
        "--events",
        "150",
        "--seed",
        str(seed),
    ]
    subprocess.run(command, cwd=ROOT, check=True, timeout=60)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return written(tmp_path_factory.mktemp("company"))


def test_the_same_seed_writes_the_same_lines_and_another_one_others(company: dict[str, bytes], tmp_path: Path) -> None:
    assert written(tmp_path / "same") == company
    assert written(tmp_path / "other", seed=8) != company


def test_every_line_is_an_event_as_the_guard_writes_it(company: dict[str, bytes]) -> None:
    validator = Draft202012Validator(schema.schema())
    for data in company.values():
        for line in data.splitlines():
            validator.validate(json.loads(line))


def test_ids_are_unique_and_one_number_is_missing(company: dict[str, bytes]) -> None:
    events = [json.loads(line) for name in sorted(company) for line in company[name].splitlines()]
    numbers = [event["metadata"]["sequence"] for event in events]
    assert numbers == sorted(numbers)
    assert set(range(1, 151)) - set(numbers) == {100 + 33}
    assert len({event["metadata"]["uid"] for event in events}) == len(events)
    assert [event["time"] for event in events] == sorted(event["time"] for event in events)
