"""`guard try` as data: the whole pipeline, offline."""

import asyncio
import json
from pathlib import Path

import pytest

from guard.rules.load import load
from guard.settings import Settings
from guard.terms import Actor, Request
from guard.trial import Trial

KEYS = {"service", "endpoint", "verdict", "reasons", "classification", "segments", "findings", "uses", "body", "reply"}


@pytest.fixture(scope="module")
def trial() -> Trial:
    return Trial(load(Path(__file__).parent.parent / "rules"), Settings())


def tried(trial: Trial, body: bytes, host: str = "api.anthropic.com", path: str = "/v1/messages") -> dict[str, object]:
    headers = (("content-type", "application/json"),)
    return asyncio.run(trial.run(Request("POST", host, path, headers, body), Actor()))


def message(text: str) -> bytes:
    return json.dumps({"max_tokens": 5, "messages": [{"role": "user", "content": text}]}, ensure_ascii=False).encode()


def test_what_would_leave_is_shown_decoded(trial: Trial) -> None:
    result = tried(trial, message("Écris à jean.dupont@exemple.fr"))

    assert set(result) >= KEYS
    assert (result["service"], result["verdict"], result["reply"]) == ("anthropic-api", "redact", None)
    assert json.loads(str(result["body"]))["messages"][0]["content"] == "Écris à [[EMAIL_ADDRESS_1]]"


def test_the_rules_that_did_not_match_say_why_not(trial: Trial) -> None:
    result = tried(trial, message("Écris à jean.dupont@exemple.fr"))
    others = {other["rule"]: other["why"] for other in result["not_matched"]}  # type: ignore[attr-defined]

    assert others["block-marked-documents"] == "nothing of what it is about was found"
    assert others["block-cv-screening"] == "the use is not cv-screening"
    assert "redact-personal-data" not in others


def test_nothing_is_shown_of_the_text_but_what_would_leave(trial: Trial) -> None:
    assert "dupont" not in json.dumps(tried(trial, message("Écris à jean.dupont@exemple.fr")))


def test_a_refusal_is_shown_as_the_client_would_get_it(trial: Trial) -> None:
    result = tried(trial, message("Classe ces CV et élimine les candidats les plus faibles."))

    assert (result["verdict"], result["body"]) == ("block", None)
    reply = result["reply"]
    assert isinstance(reply, dict)
    assert reply["status"] == 400
    assert json.loads(reply["body"])["type"] == "error"


def test_each_request_begins_anew(trial: Trial) -> None:
    first = tried(trial, message("a@exemple.fr"))
    second = tried(trial, message("b@exemple.fr"))

    assert "[[EMAIL_ADDRESS_1]]" in str(first["body"])
    assert "[[EMAIL_ADDRESS_1]]" in str(second["body"])


def test_another_host_is_none_of_our_business(trial: Trial) -> None:
    result = tried(trial, b"\xff\xfe\xff", host="intranet.example")

    assert (result["service"], result["verdict"]) == (None, "allow")
    assert result["body"] == {"base64": "//7/"}


@pytest.mark.parametrize(
    ("body", "cause"),
    [
        pytest.param(b'{"a":1,"a":2}', "json", id="a key twice"),
        pytest.param(b'{"a":NaN}', "json", id="NaN"),
        pytest.param(b"[" * 65 + b"]" * 65, "json", id="too deep"),
        pytest.param(b"{} {}", "json", id="text after the end"),
        pytest.param(b'{"a":"\xff"}', "binary", id="not UTF-8"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_cause(trial: Trial, body: bytes, cause: str) -> None:
    result = tried(trial, body)

    assert result["verdict"] == "block"
    assert result["uninspectable"] == [cause]
    assert result["body"] is None
