"""`guard diff` as a command."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from guard.audit.sink import Sink
from guard.cli.__main__ import app
from guard.errors import RulesError
from guard.terms import Actor, Classification, Decision, Finding, Outcome, Verdict

type Run = Callable[..., Result]
SHIPPED = Path(__file__).parents[2] / "rules"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run `guard diff ARGS`."""
    monkeypatch.setenv("GUARD_NLP", "none")

    def invoke(*args: str) -> Result:
        return CliRunner().invoke(app, ["diff", *args])

    return invoke


@pytest.fixture(scope="module")
def sets(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A small set, and the same with one rule more."""
    old, new = (tmp_path_factory.mktemp(name) for name in ("old", "new"))
    for folder in (old, new):
        (folder / "detect").mkdir()
        shutil.copy(SHIPPED / "detect/email-address.yaml", folder / "detect")
        (folder / "policy").mkdir()
    rule = (SHIPPED / "policy/redact-every-name.yaml").read_text("utf-8")
    rule = rule.replace("[NAME]", "[EMAIL_ADDRESS]").replace("[ORGANIZATION]", "[EMAIL_ADDRESS]")
    rule = rule.replace("status: test", "status: stable").replace("  - entities: [MARKING]\n    expect: allow\n", "")
    (new / "policy/redact-every-name.yaml").write_text(rule, "utf-8")
    return old, new


def test_two_sets_and_what_they_decide(run: Run, sets: tuple[Path, Path], tmp_path: Path) -> None:
    corpus = tmp_path / "corpus.jsonl"
    corpus.write_text('{"id":"one","text":"Write to ana@exemple.fr"}\n{"id":"two","text":"Hello"}\n')
    text = run(*map(str, sets), "--on", str(corpus))
    as_json = run(*map(str, sets), "--on", str(corpus), "--json")

    assert (text.exit_code, text.stderr) == (0, "")
    assert "+ policy/redact-every-name  stable, dpo: EMAIL_ADDRESS found → hide what was found" in text.stdout
    assert "2 lines, 1 decided otherwise" in text.stdout
    assert "1  newly redacted (allow → redact)  by redact-every-name: one" in text.stdout
    assert "exemple.fr" not in text.stdout + as_json.stdout
    decisions = json.loads(as_json.stdout)["decisions"]
    assert decisions["changed"] == [
        {"old": "allow", "new": "redact", "rules": ["redact-every-name"], "n": 1, "ids": ["one"]}
    ]


def test_a_set_and_itself(run: Run, sets: tuple[Path, Path]) -> None:
    done = run(str(sets[0]), str(sets[0]))

    assert done.exit_code == 0
    assert done.stdout.endswith("no rule differs\n")


def test_a_set_with_problems_is_not_compared(run: Run, sets: tuple[Path, Path], tmp_path: Path) -> None:
    done = run(str(sets[0]), str(tmp_path))

    assert isinstance(done.exception, RulesError)
    assert "R201" in str(done.exception)


def test_a_corpus_that_is_none_is_a_matter_of_usage(run: Run, sets: tuple[Path, Path]) -> None:
    assert run(*map(str, sets), "--on", "nothing.jsonl").exit_code == 2


def test_a_line_that_cannot_be_used_is_named_and_the_others_count(
    run: Run, sets: tuple[Path, Path], tmp_path: Path
) -> None:
    corpus = tmp_path / "corpus.jsonl"
    corpus.write_text('no JSON\n{"id":"two"}\n')
    text, as_json = (run(*map(str, sets), "--on", str(corpus), *more) for more in ((), ("--json",)))

    assert (text.exit_code, as_json.exit_code) == (2, 2)
    assert f"{corpus}:1: wants" in text.stderr
    assert len(json.loads(as_json.stdout)["decisions"]["bad_lines"]) == 2


def test_the_log_is_decided_on_again(
    run: Run, sets: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GUARD_LOG_DIR", str(tmp_path))
    found = Finding("mail", "EMAIL_ADDRESS", Classification.INTERNAL, 0, 0, 9, 1.0)
    sink = Sink(tmp_path, "guard-1")
    for user in ("ana", "bob"):
        sink.write(
            Outcome(Decision(Verdict.ALLOW), Actor(user), "openai-api", "chat", "api.openai.com", findings=(found,))
        )
    sink.close()
    done = run(*map(str, sets), "--on", "log")

    assert (done.exit_code, done.stderr) == (0, "")
    assert "2 events, 2 decided otherwise" in done.stdout
    assert "2  newly redacted (allow → redact)  by redact-every-name: " in done.stdout
