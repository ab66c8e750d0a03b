"""Commands on rule files: what they take, print and return."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

ROOT = Path(__file__).parents[2]

type Guard = Callable[..., CompletedProcess[str]]


def test_lint_is_clean_on_the_shipped_rules(guard: Guard) -> None:
    done = guard("lint")

    assert done.returncode == 0
    assert "no problem" in done.stdout


def test_lint_never_imports_the_analyzer() -> None:
    code = (
        "import sys, runpy\n"
        f"sys.argv = ['guard', 'lint', {str(ROOT / 'rules')!r}]\n"
        "try: runpy.run_module('guard.cli', run_name='__main__')\n"
        "except SystemExit: pass\n"
        "heavy = {'presidio_analyzer', 'presidio_anonymizer', 'spacy', 'mitmproxy', 'sqlalchemy'} & set(sys.modules)\n"
        "print(sorted(heavy))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)

    assert done.stdout.splitlines()[-1] == "[]"


def test_lint_prints_every_problem_with_its_place(guard: Guard, tmp_path: Path) -> None:
    (tmp_path / "detect").mkdir()
    (tmp_path / "detect" / "a.yaml").write_text("id: a\nid: b\n")
    (tmp_path / "detect" / "b.yaml").write_text("status: NO\n")
    text = guard("lint", str(tmp_path))
    as_json = guard("lint", str(tmp_path), "--format", "json")

    assert (text.returncode, as_json.returncode) == (1, 1)
    problems = json.loads(as_json.stdout)
    assert {"R102", "R106"} <= {problem["code"] for problem in problems}
    assert set(problems[0]) == {"path", "line", "col", "code", "text", "hint"}
    assert len(text.stdout.splitlines()) == len(problems)


@pytest.mark.parametrize(("form", "begins"), [("sarif", "{"), ("github", "::error file=")])
def test_lint_speaks_to_other_programs(guard: Guard, tmp_path: Path, form: str, begins: str) -> None:
    done = guard("lint", str(tmp_path), "--format", form)

    assert done.returncode == 1
    assert done.stdout.startswith(begins)
    assert "R201" in done.stdout


def test_a_folder_that_is_not_there_is_a_sentence(guard: Guard, tmp_path: Path) -> None:
    done = guard("lint", str(tmp_path / "nowhere"))

    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "nowhere" in done.stdout + done.stderr


@pytest.mark.parametrize("kind", ["services", "detect", "uses", "policy", "messages"])
def test_schema_prints_the_file_that_editors_use(guard: Guard, kind: str) -> None:
    done = guard("schema", kind)

    assert done.returncode == 0
    assert json.loads(done.stdout) == json.loads((ROOT / "rules" / ".schema" / f"{kind}.json").read_text())


def test_the_tests_of_rules_speak_to_programs(guard: Guard, tmp_path: Path) -> None:
    (tmp_path / "policy").mkdir()
    rule = (ROOT / "rules/policy/log-source-code.yaml").read_text("utf-8")
    (tmp_path / "policy/log-source-code.yaml").write_text(rule.replace("expect: allow", "expect: log"), "utf-8")
    (tmp_path / "detect").mkdir()
    for name in ("source-code", "email-address"):
        shutil.copy(ROOT / f"rules/detect/{name}.yaml", tmp_path / "detect")
    done = guard("test", str(tmp_path), "--json", GUARD_NLP="none")

    assert done.returncode == 1
    assert json.loads(done.stdout)["failed"] == [
        {"rule": "log-source-code", "test": "tests[1]", "text": "got 'allow', expected 'log'"}
    ]


def test_init_makes_a_set_once(guard: Guard, tmp_path: Path) -> None:
    place = str(tmp_path / "company")
    first, second = guard("init", place, "--lang", "en"), guard("init", place)

    assert first.returncode == 0
    assert "README.md" in first.stdout
    assert second.returncode == 1
    assert "nothing was written" in second.stderr


def test_a_sealed_folder_names_its_set(guard: Guard, tmp_path: Path) -> None:
    (tmp_path / "messages").mkdir()
    shutil.copy(ROOT / "rules" / "messages" / "guard-failure.yaml", tmp_path / "messages")
    done = guard("seal", str(tmp_path))

    assert done.returncode == 0
    assert done.stdout.split()[-1] == (tmp_path / ".seal").read_text().strip()
    assert guard("lint", str(tmp_path)).returncode == 0


def test_a_folder_with_problems_is_not_sealed(guard: Guard, tmp_path: Path) -> None:
    (tmp_path / "messages").mkdir()
    (tmp_path / "messages" / "a.yaml").write_text("id: a\n")

    assert guard("seal", str(tmp_path)).returncode == 1
    assert not (tmp_path / ".seal").exists()
