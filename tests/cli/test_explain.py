"""`guard explain` as a command."""

import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from guard.audit.sink import Sink
from guard.terms import Actor, Decision, Outcome, Reason, Verdict

type Guard = Callable[..., CompletedProcess[str]]
OUTCOME = Outcome(
    Decision(Verdict.BLOCK, (Reason("block-marked-documents", Verdict.BLOCK, "MARKING"),)),
    Actor("jdupont"),
    "openai-api",
    "chat",
    "api.openai.com",
)


def test_a_rule_is_explained_to_people_and_to_programs(guard: Guard) -> None:
    text = guard("explain", "block-marked-documents", "--lang", "fr")
    as_json = guard("explain", "block-marked-documents", "--json")

    assert (text.returncode, as_json.returncode) == (0, 0)
    assert "bloquer : rien ne sort" in text.stdout
    assert json.loads(as_json.stdout)["owner"] == "security"


def test_a_code_is_explained(guard: Guard) -> None:
    assert guard("explain", "R305").stdout == "R305: no such entity\n"


def test_what_is_not_known_gets_what_may_have_been_meant(guard: Guard) -> None:
    done = guard("explain", "redact-secret")

    assert done.returncode == 1
    assert "did you mean `redact-secrets`?" in done.stderr


def test_an_event_is_explained_by_its_id_and_leaves_an_event(guard: Guard, tmp_path: Path) -> None:
    log, state = tmp_path / "log", tmp_path / "state"
    state.mkdir(mode=0o700)
    sink = Sink(log, "guard-1")
    uid = sink.write(OUTCOME)
    sink.close()
    done = guard("explain", uid, GUARD_LOG_DIR=str(log), GUARD_STATE_DIR=str(state))

    assert (done.returncode, done.stderr) == (0, "")
    assert (
        "Because of block-marked-documents “Marked documents do not leave” (security): MARKING → block" in done.stdout
    )
    assert "An event was explained" in "".join(path.read_text() for path in log.glob("*.jsonl"))


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"unmapped":{"guard":{"admin":"start"}}}'])
def test_what_is_no_event_is_a_sentence(guard: Guard, text: str) -> None:
    done = guard("explain", "-", stdin=text)

    assert done.returncode == 1
    assert "no event of a decision" in done.stderr
