"""`guard audit`: what a person types, and the event it leaves."""

import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from guard.audit.opening import Recording
from guard.cli.audit import audit
from guard.redact.fingerprints import shared_key
from guard.settings import Settings
from guard.terms import Actor, Decision, Outcome, Verdict

type Guard = Callable[..., CompletedProcess[str]]
OUTCOME = Outcome(Decision(Verdict.BLOCK), Actor("jdupont"), "openai-api", "chat", "api.openai.com")
IBAN = "FR76 3000 6000 0112 3456 7890 189"


@pytest.fixture
def place(tmp_path: Path) -> dict[str, str]:
    """Settings of a guard that ran a while, and left two decisions."""
    (tmp_path / "copies").mkdir()
    settings = Settings(
        log_dir=tmp_path / "log",
        state_dir=tmp_path / "state",
        checkpoint_dir=tmp_path / "copies",
        identity="split",
        log_reserve=0,
    )
    recording = Recording(settings, shared_key, "4be1", lambda _: None)
    for _ in range(2):
        recording.sink.write(OUTCOME)
    recording.close()
    return {
        "GUARD_LOG_DIR": str(settings.log_dir),
        "GUARD_STATE_DIR": str(settings.state_dir),
        "GUARD_CHECKPOINT_DIR": str(settings.checkpoint_dir),
        "GUARD_IDENTITY": "split",
    }


def events(place: dict[str, str], node: str) -> list[dict[str, object]]:
    paths = sorted(Path(place["GUARD_LOG_DIR"]).glob(f"audit-{node}-2*.jsonl"))
    return [json.loads(line) for path in paths for line in path.read_bytes().splitlines()]


def left(place: dict[str, str]) -> tuple[object, object, object]:
    """Code, subject and kind of the last event that a command left."""
    event: dict[str, object] = events(place, "guard-1.cli")[-1]
    own = event["unmapped"]["guard"]  # type: ignore[index]
    return event["metadata"]["event_code"], own["subject"], event["entity"]["type"]  # type: ignore[index]


def decision(place: dict[str, str]) -> dict[str, object]:
    return next(event for event in events(place, "guard-1") if event["class_uid"] == 2006)


def test_a_log_as_it_was_written_is_verified(guard: Guard, place: dict[str, str]) -> None:
    done = guard("audit", "verify", "--checkpoints", place["GUARD_CHECKPOINT_DIR"], **place)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "guard-1: 1 days, 5 lines, 5 under 2 checkpoints: 0 problems\n"


def test_a_changed_line_is_a_problem_and_exit_code_1(guard: Guard, place: dict[str, str]) -> None:
    (path,) = Path(place["GUARD_LOG_DIR"]).glob("audit-*.jsonl")
    path.write_bytes(path.read_bytes().replace(b"openai-api", b"anthropic-"))
    done = guard("audit", "verify", **place)

    assert done.returncode == 1
    assert "lines 1 to 5 are not those of the checkpoint" in done.stdout
    assert "who can write there can forge it" in done.stderr


def test_a_log_that_is_gone_altogether_is_no_clean_one(guard: Guard, place: dict[str, str]) -> None:
    copies = place["GUARD_CHECKPOINT_DIR"]
    for path in Path(place["GUARD_LOG_DIR"]).glob("audit-*"):
        path.unlink()
    alone = guard("audit", "verify", **place)
    with_copies = guard("audit", "verify", "--checkpoints", copies, **place)

    assert (alone.returncode, alone.stdout) == (1, "")
    assert "no audit log is there" in alone.stderr
    assert with_copies.returncode == 1
    assert "is gone, and no event under a checkpoint says that it was deleted" in with_copies.stdout


def test_another_key_is_no_key_for_it(guard: Guard, place: dict[str, str]) -> None:
    done = guard("audit", "verify", "--key", "prompt-guard/other+aaaa+bbbb", **place)

    assert (done.returncode, done.stderr) == (1, "--key has no public key for guard-1\n")


def test_an_event_is_proven_to_somebody_who_has_the_key_only(
    guard: Guard, place: dict[str, str], tmp_path: Path
) -> None:
    event = decision(place)
    uid = str(event["metadata"]["uid"])  # type: ignore[index]
    proof = tmp_path / "proof.json"
    proof.write_text(guard("audit", "prove", uid, **place).stdout, "utf-8")
    vkey = (Path(place["GUARD_CHECKPOINT_DIR"]) / "audit-guard-1.vkey").read_text("utf-8")
    done = guard("audit", "verify", "--proof", str(proof), "--key", vkey)

    assert done.returncode == 0
    assert done.stdout.startswith("proven: this line was in the log of guard-1 on ")
    assert json.loads(done.stdout.splitlines()[1]) == event
    assert left(place) == ("admin.read", uid, "audit log")


def test_an_export_is_verified_elsewhere(guard: Guard, place: dict[str, str], tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = guard("audit", "export", str(out), **place)

    assert done.returncode == 0
    assert guard("audit", "verify", str(out)).returncode == 0
    assert left(place)[0] == "admin.read"
    assert guard("audit", "export", str(out), **place).returncode == 1


def test_a_value_is_looked_up_and_never_written(guard: Guard, place: dict[str, str]) -> None:
    first, again = (
        guard("audit", "fingerprint", "IBAN_CODE", stdin=text, **place) for text in (IBAN, IBAN.replace(" ", ""))
    )

    assert (first.returncode, first.stdout) == (0, again.stdout)
    assert left(place) == ("admin.read", first.stdout.strip(), "fingerprint")
    written = b"".join(path.read_bytes() for path in Path(place["GUARD_LOG_DIR"]).iterdir())
    assert b"3456" not in written


def test_a_person_is_looked_up_by_those_who_may(guard: Guard, place: dict[str, str]) -> None:
    pseudonym = decision(place)["actor"]["user"]["name"]  # type: ignore[index]
    done = guard("audit", "person", pseudonym, **place)

    assert json.loads(done.stdout)["user"] == "jdupont"
    assert left(place) == ("admin.read", pseudonym, "person")
    assert guard("audit", "person", "jdupont", **place).stdout.strip() == pseudonym
    assert guard("audit", "person", "u:nobody", **place).returncode == 1


def test_a_hold_is_put_on_and_taken_off_once(guard: Guard, place: dict[str, str]) -> None:
    codes = [guard("audit", word, "2026-07-23", **place).returncode for word in ("hold", "hold", "release", "release")]

    assert codes == [0, 1, 0, 1]
    assert left(place) == ("admin.hold", "2026-07-23", "legal hold")


@pytest.mark.parametrize(
    ("args", "says"),
    [
        pytest.param(("hold", "yesterday"), "a hold is a day", id="no entry"),
        pytest.param(("export", "/tmp/x", "--since", "yesterday"), "want a day", id="no day"),  # noqa: S108
        pytest.param(("verify", "--proof", "x"), "--key", id="a proof without a key"),
        pytest.param(("verify", "/nowhere"), "cannot be read", id="no folder"),
        pytest.param(("fingerprint", "PERSON"), "standard input", id="no value"),
    ],
)
def test_bad_usage_is_a_sentence_and_exit_code_2(
    args: tuple[str, ...], says: str, guard: Guard, place: dict[str, str]
) -> None:
    done = guard("audit", *args, **place)

    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_every_command_has_an_example_and_stands_in_the_docs() -> None:
    docs = (Path(__file__).parents[2] / "docs" / "commands.md").read_text("utf-8")
    commands = {
        str(command.callback.__name__): command.callback for command in audit.registered_commands if command.callback
    }

    assert [name for name in commands if f"guard audit {name}" not in docs] == []
    assert [name for name, function in commands.items() if "Example: guard audit" not in (function.__doc__ or "")] == []
    assert len(commands) == 7
