"""The Dockerfile's promises, as far as a machine without a Docker engine can hold them."""

import json
import re
import shlex
import shutil
import socket
import stat
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from guard.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
NOBODY = "65534"


class Step(NamedTuple):
    """One instruction and what follows it."""

    word: str
    rest: str


def stages() -> list[list[Step]]:
    """The instructions of each stage; continued lines are joined, comments left out."""
    lines = [line for line in (ROOT / "Dockerfile").read_text().splitlines() if not line.startswith("#")]
    joined = re.sub(r"\\\n\s*", "", "\n".join(lines))
    found: list[list[Step]] = []
    for line in filter(None, joined.splitlines()):
        step = Step(*line.split(maxsplit=1))
        if step.word == "FROM":
            found.append([])
        found[-1].append(step)
    return found


BUILD, FINAL = stages()


def rests(stage: list[Step], word: str) -> list[str]:
    return [step.rest for step in stage if step.word == word]


def commands(stage: list[Step]) -> list[list[str]]:
    return [shlex.split(command) for rest in rests(stage, "RUN") for command in rest.split("&&")]


def options(arguments: list[str]) -> set[str]:
    return {word for word in arguments if word.startswith("-")}


def test_both_stages_stand_on_one_tagged_debian_with_the_projects_python() -> None:
    version = (ROOT / ".python-version").read_text().strip()
    bases = [rests(stage, "FROM")[0].split()[0] for stage in (BUILD, FINAL)]
    assert bases == [f"python:{version}-slim-bookworm"] * 2


def test_it_runs_as_a_number_that_is_not_root_from_the_last_step_that_needs_root_on() -> None:
    (user,) = rests(FINAL, "USER")
    assert int(user) > 0
    words = [step.word for step in FINAL]
    assert set(words[words.index("USER") + 1 :]) == {"HEALTHCHECK", "ENTRYPOINT", "CMD"}


def test_the_last_stage_builds_nothing_and_installs_what_reads_pictures_alone() -> None:
    run = commands(FINAL)
    installed = [
        word for command in run if "install" in command[1:] for word in command if word.startswith("tesseract")
    ]

    assert {next(word for word in command if "=" not in word) for command in run} == {
        "useradd",
        "install",
        "apt-get",
        "rm",
    }
    assert installed == ["tesseract-ocr", "tesseract-ocr-fra"]
    assert not any({"pip", "gcc", "make", "build-essential"} & set(command) for command in run)
    assert [rest for rest in rests(FINAL, "COPY") if not rest.startswith("--from=build ")] == []


def test_nothing_is_installed_that_the_lock_does_not_name() -> None:
    installs = [command for command in commands(BUILD) if command[:4] == [".venv/bin/python", "-m", "pip", "install"]]
    locked, own = installs
    assert {"--require-hashes", "--only-binary"} <= options(locked)
    assert locked[-2:] == ["-r", "requirements.lock"]
    assert {"--no-deps", "--no-build-isolation"} <= options(own)
    assert not re.search("apt|curl|wget|http", " ".join(rests(BUILD, "RUN")))


def test_it_takes_the_makefiles_steps() -> None:
    made = [line for line in (ROOT / "Makefile").read_text().splitlines() if "$(PIP) install" in line]
    mine = [command for command in commands(BUILD) if "install" in command]
    own = {"--no-cache-dir", "--disable-pip-version-check", "-m"}
    for makefile, docker in zip(made, mine, strict=True):
        assert options(docker) - own == options(shlex.split(makefile))


def copied() -> list[list[str]]:
    return [rest.split() for rest in rests(BUILD, "COPY")]


@pytest.mark.parametrize("source", [source for *sources, _ in copied() for source in sources])
def test_what_is_copied_is_there_and_not_ignored(source: str) -> None:
    assert (ROOT / source).exists()
    assert f"!{source}" in (ROOT / ".dockerignore").read_text().splitlines()


def test_all_else_is_ignored() -> None:
    lines = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if not line.startswith("#")]
    assert lines[0] == "*"
    assert {line[1:] for line in lines if line.startswith("!")} == {it for *sources, _ in copied() for it in sources}


def test_no_secret_and_no_address_is_in_it() -> None:
    text = (ROOT / "Dockerfile").read_text()
    assert not re.search(r"(?i)password|secret|token|api_?key|https?://|index-url|^ADD|^ARG", text, re.MULTILINE)


def test_its_settings_are_settings() -> None:
    names = [pair.partition("=")[0] for rest in rests(FINAL, "ENV") for pair in rest.split()]
    ours = {name.removeprefix("GUARD_").lower() for name in names if name.startswith("GUARD_")}
    assert {"host", "state_dir", "log_dir"} <= ours <= set(Settings.model_fields)
    assert "GUARD_HOST=0.0.0.0" in rests(FINAL, "ENV")[0].split()


def test_what_it_keeps_is_on_volumes() -> None:
    environment = dict(pair.split("=") for pair in rests(FINAL, "ENV")[0].split())
    assert json.loads(rests(FINAL, "VOLUME")[0]) == [environment["GUARD_STATE_DIR"], environment["GUARD_LOG_DIR"]]


def health(port: int) -> int:
    """The exit code of the health check, run by this Python."""
    check = json.loads(rests(FINAL, "HEALTHCHECK")[0].partition("CMD ")[2])
    return subprocess.run(
        [sys.executable, *check[1:]], env={"GUARD_PORT": str(port)}, stderr=subprocess.DEVNULL, check=False, timeout=30
    ).returncode


def test_the_health_check_tells_a_listening_port_from_a_closed_one() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert health(port) == 0
    assert health(port) == 1


@pytest.mark.system
@pytest.mark.timeout(600)
def test_the_steps_make_a_guard_that_starts_as_a_nobody(tmp_path: Path) -> None:
    app = tmp_path / "app"
    app.mkdir()
    for step in BUILD:
        if step.word == "COPY":
            *sources, _ = step.rest.split()
            for source in sources:
                copy(ROOT / source, app / source)
        elif step.word == "RUN":
            shell = step.rest.replace("python -m venv", f"{shlex.quote(sys.executable)} -m venv", 1)
            subprocess.run(["sh", "-euc", shell], cwd=app, check=True, timeout=500)
    assert writable_by_others(app) == []
    # reading everything stands for an image's Python, which everybody may read; here it may be in root's home
    lower = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    lower += [f"--{which}=-all,+dac_read_search" for which in ("inh-caps", "ambient-caps", "bounding-set")]
    environment = {"PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"}
    for arguments in (["--help"], ["lint"]):
        done = subprocess.run(
            [*lower, str(app / ".venv/bin/guard"), *arguments],
            cwd=app, env=environment, capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (0, "")


def copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(source, target)


def writable_by_others(folder: Path) -> list[Path]:
    paths = [path for path in folder.rglob("*") if not path.is_symlink()]
    return [path for path in paths if path.stat().st_mode & (stat.S_IWGRP | stat.S_IWOTH)]


@pytest.mark.system
def test_the_shell_in_it_is_sound() -> None:
    scripts = ["#!/bin/sh\n" + rest + "\n" for stage in (BUILD, FINAL) for rest in rests(stage, "RUN")]
    scripts.append((ROOT / ".ci" / "run").read_text())
    for script in scripts:
        subprocess.run(["shellcheck", "-"], input=script, text=True, check=True, timeout=60)
