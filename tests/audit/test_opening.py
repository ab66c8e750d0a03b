import json
from collections.abc import Callable
from pathlib import Path

import pytest

from guard.audit.checkpoint import Verifier
from guard.audit.opening import Recording, beside, signer_of
from guard.audit.verify import nodes, verify
from guard.settings import Settings
from guard.terms import Actor, Decision, Outcome, Verdict

OUTCOME = Outcome(Decision(Verdict.BLOCK), Actor("jdupont"), "openai-api", "chat", "api.openai.com")


def key(path: Path) -> bytes:
    return path.name.encode().ljust(32)[:32]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "copies").mkdir()
    return Settings(
        log_dir=tmp_path / "log",
        state_dir=tmp_path / "state",
        node="par-01",
        checkpoint_dir=tmp_path / "copies",
        log_reserve=4096,
    )


def lines(settings: Settings, node: str = "par-01") -> list[dict[str, object]]:
    return [
        json.loads(line)
        for path in sorted(settings.log_dir.glob(f"audit-{node}-2*.jsonl"))
        for line in path.read_bytes().splitlines()
    ]


def code(event: dict[str, object]) -> str:
    return str(event["metadata"]["event_code"])  # type: ignore[index]


def subject(event: dict[str, object]) -> object:
    return event["unmapped"]["guard"]["subject"]  # type: ignore[index]


def test_a_run_of_the_guard_leaves_its_start_its_rules_and_its_stop(settings: Settings) -> None:
    recording = Recording(settings, key, "4be1", lambda _: None)
    recording.sink.write(OUTCOME)
    recording.rules("77aa")
    recording.close()
    made = lines(settings)

    assert [code(event) for event in made] == [
        "admin.start",
        "admin.rules",
        "prompt.block",
        "admin.rules",
        "admin.stop",
    ]
    assert [subject(event) for event in made if code(event) == "admin.rules"] == ["4be1", "77aa"]
    assert subject(made[0]) == signer_of(settings, "par-01", key).vkey


def test_all_of_it_is_signed_here_and_elsewhere_when_it_stops(settings: Settings) -> None:
    Recording(settings, key, "4be1", lambda _: None).close()
    verifiers = {"par-01": Verifier(signer_of(settings, "par-01", key).vkey)}
    report = verify(settings.log_dir, verifiers, settings.checkpoint_dir)["par-01"]

    assert (report.problems, report.remarks, report.covered) == ([], [], 3)


def test_a_log_that_takes_nothing_keeps_the_guard_running_for_the_others(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    with monkeypatch.context() as patched:
        patched.setattr("os.write", _refuse)
        recording = Recording(settings, key, "4be1", told.append)
    recording.close()

    assert told == ["an audit event could not be written (EIO)"] * 2


def _refuse(*_: object) -> int:
    raise OSError(5, "Input/output error")


def test_commands_write_beside_a_guard_that_runs(settings: Settings) -> None:
    recording = Recording(settings, key, "4be1", lambda _: None)
    beside_it = beside(settings, key)
    beside_it.write(OUTCOME)
    beside_it.close()
    recording.close()

    assert nodes(settings.log_dir) == ["par-01", "par-01.cli"]
    assert [code(event) for event in lines(settings, "par-01.cli")] == ["prompt.block"]


@pytest.mark.parametrize(
    ("mode", "named"), [("clear", lambda name: name == "jdupont"), ("keyed", lambda name: name.startswith("u:"))]
)
def test_people_are_named_as_the_settings_say(mode: str, named: Callable[[str], bool], settings: Settings) -> None:
    recording = Recording(settings.model_copy(update={"identity": mode}), key, "4be1", lambda _: None)
    recording.sink.write(OUTCOME)
    recording.close()
    (event,) = [event for event in lines(settings) if code(event) == "prompt.block"]

    assert named(event["actor"]["user"]["name"])  # type: ignore[index]
