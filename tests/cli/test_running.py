"""The commands about the running guard."""

import json
import re
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

from guard.people.passwords import Passwords

RULES = Path(__file__).resolve().parents[2] / "rules"

type Guard = Callable[..., CompletedProcess[str]]


def test_a_bad_setting_is_named(guard: Guard) -> None:
    done = guard("doctor", GUARD_PORT="many")

    assert done.returncode == 2
    assert "GUARD_PORT" in done.stderr


def test_doctor_lists_every_setting(guard: Guard) -> None:
    done = guard("doctor")

    assert done.returncode == 0
    assert done.stdout.count("GUARD_") >= 15


def test_doctor_says_how_people_are_known_and_what_is_in_force(guard: Guard, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("network,user,groups\n10.0.0.0/8,kiosk,\n")
    said = {"rules": {"version": "sha256:1", "since": "2026-11-28T01:00:00+00:00"}, "node": "par-01"}
    refused = {"at": "2026-11-28T02:00:00+00:00", "problems": 3, "first": "rules/policy/a.yaml:1:1: R204"}
    (tmp_path / "in-force.json").write_text(json.dumps(said | {"refused": refused}))
    done = guard("doctor", GUARD_STATE_DIR=str(tmp_path), GUARD_AUTH_ADDRESSES=str(tmp_path / "a.csv"))

    assert done.returncode == 0
    lines = {line.split("  ")[0]: line for line in done.stdout.splitlines()}
    assert lines["people"].endswith("addresses")
    assert "sha256:1" in lines["last in force"]
    assert "other than these files" in lines["last in force"]
    assert "3 problem(s), rules/policy/a.yaml:1:1: R204" in lines["refused"]


def test_doctor_says_what_has_ended(guard: Guard, tmp_path: Path) -> None:
    shutil.copytree(RULES, tmp_path / "rules")
    path = tmp_path / "rules" / "policy" / "block-marked-documents.yaml"
    path.write_text(path.read_text().replace("\nwhen:", "\nuntil: 2026-11-01\nwhen:"))
    done = guard("doctor", GUARD_RULES=str(tmp_path / "rules"))

    assert done.returncode == 0
    assert re.search("^ended .*block-marked-documents: .* ended on 2026-11-01 and is not applied$", done.stdout, re.M)
    assert "R314" in guard("lint", str(tmp_path / "rules")).stdout


def test_doctor_says_what_everybody_may_read(guard: Guard) -> None:
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        done = guard("doctor", GUARD_STATE_DIR=name)

    assert f"exposed            everybody on this machine may read {name}: chmod o-rwx" in done.stdout


def test_doctor_names_what_is_wrong_with_files_about_people(guard: Guard, tmp_path: Path) -> None:
    (tmp_path / "passwords").write_text("camille:s3cret\n")
    done = guard("doctor", GUARD_AUTH_PASSWORDS=str(tmp_path / "passwords"))

    assert done.returncode == 1
    assert "passwords:1" in done.stderr
    assert "s3cret" not in done.stderr + done.stdout


def test_a_line_for_the_file_of_passwords_is_made_from_standard_input(guard: Guard, tmp_path: Path) -> None:
    done = guard("password", "camille", stdin="s3cret\n")
    (tmp_path / "passwords").write_text(done.stdout)

    assert Passwords.read(tmp_path / "passwords").check("camille", "s3cret") is not None
    assert guard("password", "camille").returncode == 2
    assert guard("password", "unknown", stdin="x\n").returncode == 1


def test_the_guard_does_not_start_with_a_seal_that_names_another_set(guard: Guard, tmp_path: Path) -> None:
    (tmp_path / "messages").mkdir()
    (tmp_path / "messages" / "guard-failure.yaml").write_bytes(
        (Path(__file__).parents[2] / "rules" / "messages" / "guard-failure.yaml").read_bytes()
    )
    (tmp_path / ".seal").write_text("sha256:1\n")
    done = guard("serve", GUARD_RULES=str(tmp_path), GUARD_PORT="0")

    assert done.returncode == 1
    assert "R207" in done.stderr
