"""The command on requests, offline."""

import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

type Guard = Callable[..., CompletedProcess[str]]


def test_try_takes_a_body_as_text_as_file_and_on_standard_input(guard: Guard, tmp_path: Path) -> None:
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


def test_try_takes_many_requests_at_once(guard: Guard) -> None:
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
