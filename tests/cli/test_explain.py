"""`guard explain` as a command."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from guard.audit.sink import Sink
from guard.cli.__main__ import app
from guard.terms import Actor, Decision, Outcome, Reason, Verdict

SHIPPED = Path(__file__).parents[2] / "rules"
KEPT = ("detect/marking-fr", "detect/person-title", "messages/marked-document", "policy/block-marked-documents")
OUTCOME = Outcome(
    Decision(Verdict.BLOCK, (Reason("block-marked-documents", Verdict.BLOCK, "MARKING"),)),
    Actor("jdupont"),
    "openai-api",
    "chat",
    "api.openai.com",
)

type Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run `guard explain ARGS` on four of the shipped rules."""
    for name in KEPT:
        path = tmp_path / f"rules/{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text((SHIPPED / f"{name}.yaml").read_text("utf-8"), "utf-8")
    (tmp_path / "state").mkdir(mode=0o700)
    for setting, folder in (("RULES", "rules"), ("LOG_DIR", "log"), ("STATE_DIR", "state")):
        monkeypatch.setenv(f"GUARD_{setting}", str(tmp_path / folder))

    def invoke(*args: str, stdin: str = "") -> Result:
        return CliRunner().invoke(app, ["explain", *args], input=stdin)

    return invoke


def test_a_rule_is_explained_to_people_and_to_programs(run: Run) -> None:
    text = run("block-marked-documents", "--lang", "fr")
    as_json = run("block-marked-documents", "--json")

    assert (text.exit_code, as_json.exit_code) == (0, 0)
    assert "bloquer : rien ne sort" in text.stdout
    assert json.loads(as_json.stdout)["owner"] == "security"


def test_a_code_is_explained(run: Run) -> None:
    assert run("R305").stdout == "R305: no such entity\n"


def test_what_is_not_known_gets_what_may_have_been_meant(run: Run) -> None:
    done = run("block-marked-document")

    assert done.exit_code == 1
    assert "did you mean `block-marked-documents`?" in done.stderr


def test_an_event_is_explained_by_its_id_and_leaves_an_event(run: Run, tmp_path: Path) -> None:
    log = tmp_path / "log"
    sink = Sink(log, "guard-1")
    uid = sink.write(OUTCOME)
    sink.close()
    done = run(uid)

    assert (done.exit_code, done.stderr) == (0, "")
    assert (
        "Because of block-marked-documents “Marked documents do not leave” (security): MARKING → block" in done.stdout
    )
    assert "An event was explained" in "".join(path.read_text() for path in log.glob("*.jsonl"))


def test_a_file_that_is_no_text_is_a_sentence(run: Run, tmp_path: Path) -> None:
    (tmp_path / "picture").write_bytes(b"\x89PNG\xff")
    done = run(str(tmp_path / "picture"))

    assert done.exit_code == 1
    assert "no event of a decision" in done.stderr


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"unmapped":{"guard":{"admin":"start"}}}'])
def test_what_is_no_event_is_a_sentence(run: Run, text: str) -> None:
    done = run("-", stdin=text)

    assert done.exit_code == 1
    assert "no event of a decision" in done.stderr
