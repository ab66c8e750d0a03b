"""docs/soc.md: what an analyst is shown is what the log holds."""

import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from guard.audit import schema
from guard.audit.admin import Notice, admin
from guard.audit.event import event
from guard.audit.ids import uuid7
from guard.audit.schema import Happening
from guard.audit.stamp import Place
from guard.terms import Verdict

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "soc.md").read_text("utf-8")
QUESTIONS = re.findall(r"^(\S[^\n]*):\n```sh\n(.*?)```", TEXT, re.MULTILINE | re.DOTALL)

ANSWERS = {
    "Who is stopped most often": ["2 jdupont", "1 mcurie"],
    "What is found, and what becomes of it (decision, type, how many)": [
        "block IBAN_CODE 3",
        "block PERSON 6",
        "coach IBAN_CODE 1",
        "coach PERSON 2",
        "redact IBAN_CODE 1",
        "redact PERSON 2",
    ],
    "What went out as it was, though confidential or secret": [
        "2026-07-23T10:05:00.000Z jdupont openai-api IBAN_CODE,PERSON"
    ],
    "What a rule that is only watched would have done": ["5 watched block"],
    "When the guard failed, by hour and cause": ["1 2026-07-23T10 timeout", "2 2026-07-23T10 worker"],
    "Lines that are missing, by node (first and last number, how many are missing between them)": [
        "par-01 1 10 0",
        "par-02 10 12 1",
    ],
}


def subset(part: Any, whole: Any) -> bool:
    if isinstance(part, dict):
        return all(key in whole and subset(value, whole[key]) for key, value in part.items())
    return bool(part == whole)


def test_the_event_in_the_text_is_one_the_guard_writes(new_event: Any) -> None:
    shown = re.search(r"```json\n(.*?)```", TEXT, re.DOTALL)
    assert shown is not None
    assert subset(json.loads(shown[1]), json.loads(orjson.dumps(new_event(Verdict.REDACT))))


def test_there_are_five_questions_and_one_for_the_log() -> None:
    assert [question for question, _ in QUESTIONS] == list(ANSWERS)


def fields(node: Any, definitions: Any) -> Iterator[str]:
    for key, inner in node.get("properties", {}).items():
        yield key
        for name in re.findall(r"#/\$defs/(\w+)", json.dumps(inner)):
            yield from fields(definitions[name], definitions)


@pytest.mark.parametrize(("question", "program"), QUESTIONS, ids=list(ANSWERS))
def test_a_question_asks_for_fields_there_are(question: str, program: str) -> None:
    definitions: Any = schema.schema()["$defs"]
    known = {name for kind in ("ApiActivity", "DataSecurityFinding") for name in fields(definitions[kind], definitions)}
    asked = set(re.findall(r"\.([a-z_]+)", program)) - {"jsonl"}
    assert asked
    assert asked - known - set(schema.Entity.__annotations__) - set(schema.RuleHit.__annotations__) == set()


def write(folder: Path, node: str, made: dict[str, object]) -> None:
    with (folder / f"audit-{node}-2026-07-23.jsonl").open("ab") as file:
        file.write(orjson.dumps(made) + b"\n")


@pytest.fixture
def log(tmp_path: Path, new_outcome: Any) -> Path:
    """A morning of two nodes; the second has lost a line, the first stops at noon."""

    def person(name: str, outcome: Any) -> Any:
        return replace(outcome, actor=replace(outcome.actor, user=name))

    failed = {"findings": (), "decision": replace(new_outcome(Verdict.BLOCK).decision, reasons=())}
    morning = [
        new_outcome(),
        new_outcome(),
        new_outcome(Verdict.BLOCK),
        new_outcome(Verdict.BLOCK),
        person("mcurie", new_outcome(Verdict.BLOCK)),
        new_outcome(Verdict.COACH),
        new_outcome(Verdict.REDACT),
        new_outcome(Verdict.BLOCK, failure="worker", **failed),
        new_outcome(Verdict.BLOCK, failure="worker", **failed),
        new_outcome(Verdict.BLOCK, failure="timeout", **failed),
        new_outcome(),
    ]
    start = datetime(2026, 7, 23, 10, tzinfo=UTC)
    for number, outcome in enumerate(morning):
        time = start + timedelta(minutes=number)
        node, sequence = ("par-01", number + 1) if number < 9 else ("par-02", 10 + 2 * (number - 9))
        made = event(outcome, uid=str(uuid7(time, bytes(10))), sequence=sequence, time=time, node=node)
        write(tmp_path, node, made)
    noon = start + timedelta(hours=2)
    place = Place(str(uuid7(noon, bytes(10))), 10, noon, "par-01")
    write(tmp_path, "par-01", admin(Notice(Happening.STOP, "The guard stops"), place))
    return tmp_path


@pytest.mark.system
@pytest.mark.parametrize(("question", "program"), QUESTIONS, ids=list(ANSWERS))
def test_jq_answers_it(question: str, program: str, log: Path) -> None:
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", program], cwd=log, capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    assert [" ".join(line.split()) for line in done.stdout.splitlines()] == ANSWERS[question]
