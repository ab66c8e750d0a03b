"""`guard logs` and `guard hunt` over the days of a made-up company, as docs/soc.md shows them."""

import csv
import io
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import guard.cli.logs  # noqa: F401 - its commands are there then
from guard.audit.questions import questions
from guard.audit.sigma import rules
from guard.cli.door import app

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "soc.md").read_text("utf-8")
SHOWN = re.findall(r"^```console\n\$ guard ((?:logs|hunt)[^\n]*)\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
DAY = ("--since", "2026-07-23", "--until", "2026-07-24")

type Run = Callable[..., Result]


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of docs/soc.md."""
    folder = tmp_path_factory.mktemp("company")
    command = [sys.executable, "benchmarks/events.py", str(folder), "--events", "900"]
    subprocess.run(command, cwd=ROOT, check=True, timeout=60)
    return folder


@pytest.fixture
def run(company: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run `guard ARGS` on a copy of it."""
    shutil.copytree(company, tmp_path / "log")
    monkeypatch.setenv("GUARD_LOG_DIR", str(tmp_path / "log"))
    monkeypatch.setenv("GUARD_STATE_DIR", str(tmp_path / "state"))
    (tmp_path / "state").mkdir(mode=0o700)
    monkeypatch.chdir(ROOT)

    def invoke(*args: str) -> Result:
        return CliRunner().invoke(app, args)

    return invoke


@pytest.mark.parametrize(("command", "answer"), SHOWN, ids=[command for command, _ in SHOWN])
def test_the_document_shows_what_the_command_says(command: str, answer: str, run: Run) -> None:
    assert run(*command.split()).stdout == answer


def test_the_document_shows_every_question() -> None:
    assert {command.split()[1] for command, _ in SHOWN if command.startswith("logs ")} >= set(questions())


def test_without_a_question_they_are_listed(run: Run) -> None:
    listed = run("logs").stdout
    assert [line.split()[0] for line in listed.splitlines()] == sorted(questions())


def test_json_is_one_object_a_line_with_times_in_utc(run: Run) -> None:
    lines = [json.loads(line) for line in run("logs", "insistence", *DAY, "--format", "json").stdout.splitlines()]
    assert [line["user"] for line in lines] == ["vfaure"]
    assert re.fullmatch(r"2026-07-23T\d\d:\d\d:\d\d\.\d{3}Z", lines[0]["first"])
    assert lines[0]["services"] == ["anthropic-api"]


def test_csv_has_a_heading_and_as_many_rows(run: Run) -> None:
    rows = list(csv.reader(io.StringIO(run("logs", "what-leaves", *DAY, "--format", "csv").stdout)))
    lines = run("logs", "what-leaves", *DAY, "--format", "json").stdout.splitlines()
    assert rows[0] == list(questions()["what-leaves"].columns)
    assert len(rows) - 1 == len(lines)


def test_a_user_and_a_service_narrow_it_down(run: Run) -> None:
    answer = run("logs", "at-a-glance", *DAY, "--user", "vfaure", "--service", "anthropic-api", "--format", "json")
    assert [json.loads(line) for line in answer.stdout.splitlines()] == [
        {"service": "anthropic-api", "decision": "block", "prompts": 4, "users": 1}
    ]


def test_asking_about_a_person_leaves_an_event_that_says_so(run: Run) -> None:
    assert run("logs", "trend", *DAY, "--user", "vfaure").exit_code == 0
    assert run("logs", "trend", *DAY).exit_code == 0
    left = [
        json.loads(line) for line in run("logs", "own-life", "--since", "1h", "--format", "json").stdout.splitlines()
    ]
    assert [(one["event"], one["subject"], one["message"]) for one in left] == [
        ("admin.read", "vfaure", "The log was asked: trend")
    ]


def test_a_query_of_ones_own_is_answered_and_recorded(run: Run) -> None:
    answer = run("logs", "--sql", "SELECT count(*) AS n FROM events WHERE decision = 'block'", *DAY, "--format", "csv")
    assert answer.stdout == "n\n7\n"
    left = run("logs", "own-life", "--since", "1h", "--format", "json").stdout
    assert "SELECT count(*) AS n" in json.loads(left)["subject"]


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (("no-such-question",), 2),
        (("who-sent",), 2),
        (("trend", "a-value"), 2),
        (("trend", "--sql", "SELECT 1"), 2),
        (("trend", "--since", "yesterday"), 1),
        (("trend", "--since", "2026-07-24", "--until", "2026-07-23"), 2),
        (("trend", "--log", "/nowhere/at/all"), 1),
        (("--sql", "SELECT nothing"), 1),
    ],
    ids=str,
)
def test_what_cannot_be_asked_ends_with_a_sentence(args: tuple[str, ...], code: int, run: Run) -> None:
    done = run("logs", *args)
    assert (done.exit_code, done.stdout) == (code if code == 2 else 1, "")


def test_days_that_are_over_are_converted_and_the_answer_stays_the_same(run: Run, tmp_path: Path) -> None:
    before = run("logs", "trend", "--until", "2026-07-24").stdout
    converted = run("logs", "trend", "--until", "2026-07-24", "--convert")
    assert converted.stdout == before
    assert "15 days converted" in converted.stderr
    assert len(list((tmp_path / "log" / "parquet").iterdir())) == 15


def test_a_hunt_finds_the_one_who_insists_and_fails(run: Run) -> None:
    done = run("hunt", *DAY, "--level", "medium", "--format", "json")
    hits = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.exit_code == 1
    assert [hit["user"] for hit in hits if hit["rule"] == "prompt_guard_block_burst"] == ["vfaure"]
    assert {hit["level"] for hit in hits} <= {"medium", "high", "critical"}


def test_a_hunt_that_finds_nothing_is_clean(run: Run) -> None:
    done = run("hunt", "--since", "2020-01-01", "--until", "2020-01-02")
    assert (done.exit_code, done.stdout) == (0, "nothing\n")
    wanted = [rule for rule in rules(ROOT / "logs" / "sigma") if rule.level != "informational"]
    assert done.stderr == f"{len(wanted)} rules, 0 with hits\n"


def test_a_line_that_somebody_forged_cannot_colour_the_terminal(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "log" / "audit-guard-par-01-2026-07-23.jsonl"
    path.write_text(path.read_text("utf-8").replace('"vfaure"', '"\\u001b[31mvfaure"'), "utf-8")
    answer = run("logs", "insistence", *DAY).stdout
    assert "vfaure" in answer
    assert "\x1b" not in answer


def test_a_name_that_is_a_formula_is_a_text_in_a_spreadsheet(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "log" / "audit-guard-par-01-2026-07-23.jsonl"
    path.write_text(path.read_text("utf-8").replace('"vfaure"', '"=cmd|calc!A1"'), "utf-8")
    answer = run("logs", "insistence", *DAY, "--format", "csv").stdout
    assert [line.partition(",")[0] for line in answer.splitlines()] == ["user", "'=cmd|calc!A1"]
    assert run("logs", "--sql", "SELECT -2 AS n", *DAY, "--format", "csv").stdout == "n\n-2\n"
