"""`guard audit evidence`: two people open what a rule kept, and the event comes first."""

import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from guard.audit.retention import Hold, sweep_evidence
from guard.audit.sink import Sink
from guard.evidence import new_key, of, private_keys
from guard.settings import Settings
from guard.terms import Actor, Decision, Outcome, Prompt, Role, Segment, Verdict

type Guard = Callable[..., CompletedProcess[str]]
TEXT = "Projet Ardoise : \x1b[31mlicenciement"
OUTCOME = Outcome(Decision(Verdict.BLOCK), Actor("jdupont"), "openai-api", "chat", "api.openai.com")


class Case:
    """A decision with evidence, and the two keys."""

    def __init__(self, folder: Path) -> None:
        self.keys = [folder / "investigator.key", folder / "witness.key"]
        made = []
        for path in self.keys:
            private, public = new_key()
            path.write_text(f"# public key: {public}\n{private}\n", "utf-8")
            made.append(public)
        self.settings = {
            "GUARD_LOG_DIR": str(folder / "log"),
            "GUARD_STATE_DIR": str(folder / "state"),
            "GUARD_EVIDENCE_KEYS": made[0],
            "GUARD_EVIDENCE_WITNESSES": made[1],
        }
        settings = Settings(log_dir=folder / "log", state_dir=folder / "state", evidence_keys=made[0])
        evidence = of(settings.model_copy(update={"evidence_witnesses": made[1]}))
        assert evidence is not None
        sealed = evidence.seal(Prompt("openai-api", "chat", "openai-chat", (Segment("body:/0", Role.USER, TEXT),)), ())
        sink = Sink(settings.log_dir, "guard-1")
        sink.write(OUTCOME)
        self.event = sink.write(replace(OUTCOME, evidence=sealed.sha256))
        sink.close()
        sealed.keep()
        (self.file,) = settings.evidence.rglob("*.age")

    def left(self) -> list[dict[str, Any]]:
        """Events of commands."""
        paths = sorted(Path(self.settings["GUARD_LOG_DIR"]).glob("audit-guard-1.cli-2*.jsonl"))
        return [json.loads(line) for path in paths for line in path.read_bytes().splitlines()]


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return Case(tmp_path)


def test_two_keys_open_it_and_the_log_says_who_and_why(guard: Guard, case: Case) -> None:
    keys = [word for path in case.keys for word in ("--key", str(path))]
    done = guard("audit", "evidence", "open", case.event, *keys, "--reason", "affaire 14", **case.settings)

    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["segments"][0]["text"] == TEXT
    assert "\x1b" not in done.stdout
    (event,) = case.left()
    assert (event["class_uid"], event["activity_id"], event["severity"]) == (3004, 2, "Medium")
    assert event["entity"] == {"name": case.event, "type": "evidence"}
    assert event["comment"] == "affaire 14"
    assert "Ardoise" not in json.dumps(event)


def test_one_key_opens_nothing_and_the_attempt_is_in_the_log(guard: Guard, case: Case) -> None:
    key = str(case.keys[0])
    done = guard("audit", "evidence", "open", case.event, "--key", key, "--reason", "curiosité", **case.settings)

    assert (done.returncode, done.stdout) == (1, "")
    assert "evidence takes two" in done.stderr
    assert [event["comment"] for event in case.left()] == ["curiosité"]


def test_nothing_is_opened_without_a_reason(guard: Guard, case: Case) -> None:
    keys = [word for path in case.keys for word in ("--key", str(path))]
    done = guard("audit", "evidence", "open", case.event, *keys, "--reason", " ", **case.settings)

    assert (done.returncode, done.stdout, case.left()) == (2, "", [])


def test_a_new_key_is_its_holders_alone_and_overwrites_nothing(guard: Guard, tmp_path: Path) -> None:
    path = tmp_path / "mine.key"
    made = guard("audit", "evidence", "key", str(path))
    before = path.read_text("utf-8")
    again = guard("audit", "evidence", "key", str(path))

    assert (made.returncode, made.stdout.startswith("age1")) == (0, True)
    assert made.stdout.strip() in before
    assert len(private_keys(before)) == 1
    assert path.stat().st_mode & 0o077 == 0
    assert (again.returncode, again.stdout, path.read_text("utf-8")) == (2, "", before)


def test_the_list_says_what_is_there_altered_missing_or_deleted(guard: Guard, case: Case) -> None:
    def state() -> tuple[int, str, str]:
        done = guard("audit", "evidence", "list", "--format", "json", **case.settings)
        (row,) = map(json.loads, done.stdout.splitlines())
        return done.returncode, row["id"], row["state"]

    assert state() == (0, case.event, "there")
    case.file.write_bytes(case.file.read_bytes() + b"\0")
    assert state() == (1, case.event, "altered")
    case.file.unlink()
    assert state() == (1, case.event, "missing")
    settings = Settings(log_dir=Path(case.settings["GUARD_LOG_DIR"]), state_dir=Path(case.settings["GUARD_STATE_DIR"]))
    _deleted(settings)
    assert state() == (0, case.event, "deleted")


def _deleted(settings: Settings) -> None:
    """Ninety days later."""
    with closing(Sink(settings.log_dir, "guard-1")) as sink:
        later = datetime.now(UTC).date() + timedelta(days=91)
        assert sweep_evidence(settings.evidence, later, 90, Hold(), sink.note) == 1


def test_an_event_without_evidence_says_so(guard: Guard, case: Case) -> None:
    path = next(Path(case.settings["GUARD_LOG_DIR"]).glob("audit-guard-1-2*.jsonl"))
    other = json.loads(path.read_bytes().splitlines()[0])["metadata"]["uid"]
    done = guard("audit", "evidence", "open", other, "--key", str(case.keys[0]), "--reason", "x", **case.settings)
    assert (done.returncode, done.stderr) == (1, "no evidence was kept of this event\n")
