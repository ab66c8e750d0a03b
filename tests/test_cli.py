"""The command line's contract: inputs, outputs and exit codes."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ENV = {**os.environ, "GUARD_RULES": str(ROOT / "rules"), "COLUMNS": "100"}


def guard(*args: str, stdin: str | bytes = b"", **env: str) -> subprocess.CompletedProcess[str]:
    data = stdin.encode() if isinstance(stdin, str) else stdin
    done = subprocess.run(
        [sys.executable, "-m", "guard.cli", *args],
        input=data,
        capture_output=True,
        env=ENV | env,
        timeout=60,
        check=False,
    )
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


def test_lint_is_clean_on_the_shipped_rules() -> None:
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


def test_lint_prints_every_problem_with_its_place(tmp_path: Path) -> None:
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


def test_a_folder_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    done = guard("lint", str(tmp_path / "nowhere"))

    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "nowhere" in done.stdout + done.stderr


@pytest.mark.parametrize("kind", ["services", "detect", "uses", "policy", "messages"])
def test_schema_prints_the_file_that_editors_use(kind: str) -> None:
    done = guard("schema", kind)

    assert done.returncode == 0
    assert json.loads(done.stdout) == json.loads((ROOT / "rules" / ".schema" / f"{kind}.json").read_text())


def test_scan_reads_and_writes_json_lines() -> None:
    lines = [{"id": 7, "text": "Mail : jean.dupont@exemple.fr"}, {"id": "b", "text": "Bonjour", "lang": "fr"}]
    done = guard("scan", stdin="\n".join(map(json.dumps, lines)))

    assert done.returncode == 0
    first, second = map(json.loads, done.stdout.splitlines())
    assert set(first) == {"id", "findings", "classification", "uses"}
    [finding] = first["findings"]
    assert set(finding) == {"entity", "start", "end", "score", "rule", "classification"}
    assert (finding["entity"], finding["start"], finding["end"]) == ("EMAIL_ADDRESS", 7, 29)
    assert second == {"id": "b", "findings": [], "classification": "public", "uses": []}


def test_scan_names_a_bad_line_and_goes_on() -> None:
    done = guard("scan", stdin='{"id":1}\nnot json\n{"id":3,"text":"a"}\n')

    assert done.returncode == 2
    assert [line.split(":")[1] for line in done.stderr.splitlines()] == ["1", "2"]
    assert json.loads(done.stdout)["id"] == 3


def test_try_takes_a_body_as_text_as_file_and_on_standard_input(tmp_path: Path) -> None:
    body = '{"messages":[{"role":"user","content":"a@exemple.fr"}]}'
    file = tmp_path / "body.json"
    file.write_text(body)
    args = (
        "try",
        "--host",
        "api.openai.com",
        "--path",
        "/v1/chat/completions",
        "--header",
        "Content-Type: application/json",
    )
    results = [guard(*args, body), guard(*args, str(file)), guard(*args, "-", stdin=body)]

    assert [done.returncode for done in results] == [0, 0, 0]
    assert len({done.stdout for done in results}) == 1
    assert json.loads(results[0].stdout)["verdict"] == "redact"


def test_try_takes_many_requests_at_once() -> None:
    lines = [
        {
            "id": 1,
            "method": "POST",
            "host": "api.openai.com",
            "path": "/v1/chat/completions",
            "headers": {},
            "body": "{}",
        },
        {"id": 2, "method": "GET", "host": "example.com", "path": "/", "body_base64": "AA=="},
        {"id": 3},
        {"id": 4, "host": "api.openai.com", "path": "/v1/models", "method": "GET", "user": "ana", "groups": ["hr"]},
    ]
    done = guard("try", "--json-lines", stdin="\n".join(map(json.dumps, lines)))

    assert done.returncode == 2
    assert "stdin:3:" in done.stderr
    results = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(r["id"], r["service"], r["verdict"]) for r in results] == [
        (1, "openai-api", "allow"),
        (2, None, "allow"),
        (4, "openai-api", "allow"),
    ]


@pytest.mark.parametrize(
    ("args", "says"),
    [
        pytest.param(("try", "{}"), "--host", id="no host"),
        pytest.param(("try", "--host", "a", "--header", "x", "{}"), "Name: value", id="a bad header"),
        pytest.param(("schema", "nothing"), "nothing", id="an unknown kind"),
        pytest.param(("serve", "--set", "rawtcp=true"), "rawtcp", id="an unsafe option"),
        pytest.param(("nothing",), "nothing", id="an unknown command"),
    ],
)
def test_bad_usage_is_a_sentence_and_exit_code_2(args: tuple[str, ...], says: str) -> None:
    done = guard(*args)

    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_a_bad_setting_is_named() -> None:
    done = guard("doctor", GUARD_PORT="many")

    assert done.returncode == 2
    assert "GUARD_PORT" in done.stderr


def test_doctor_lists_every_setting() -> None:
    done = guard("doctor")

    assert done.returncode == 0
    assert done.stdout.count("GUARD_") >= 15


@pytest.mark.parametrize("command", ["serve", "demo", "lint", "test", "schema", "scan", "try", "doctor"])
def test_every_commands_help_has_an_example_and_stands_in_the_docs(command: str) -> None:
    done = guard(command, "--help")

    assert done.returncode == 0
    assert "Example:" in done.stdout
    assert f"guard {command}" in (ROOT / "docs" / "commands.md").read_text()
