"""The command on requests, offline."""

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from guard.cli.requests import read_body

type Guard = Callable[..., CompletedProcess[str]]


BODY = '{"messages":[{"role":"user","content":"a@exemple.fr"}]}'


@pytest.mark.parametrize("given", [BODY, "body.json", "-"], ids=["text", "file", "standard input"])
def test_a_body_is_text_or_a_file_or_standard_input(
    given: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "body.json").write_text(BODY)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(BODY.encode())))

    assert read_body(given) == BODY.encode()


def test_try_shows_what_the_guard_would_do_with_a_request(guard: Guard) -> None:
    head = ("--host", "api.openai.com", "--path", "/v1/chat/completions", "--header", "Content-Type: application/json")
    done = guard("try", *head, "-", stdin=BODY)

    assert done.returncode == 0
    assert json.loads(done.stdout)["verdict"] == "redact"


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
