"""What a person reads in place of an answer is a whole answer to the service's own page."""

import json

import pytest

from guard.demo.pages import PAGES
from guard.wire.refusal import Refusal, readable, refuse
from guard.wire.shown import show

TEXT = "Rien n’est sorti 😀.\n« Demandez [[l'accord]] \\ du DPO »"
REFUSAL = Refusal(400, "policy_violation", TEXT, "event-1")


@pytest.mark.parametrize("shape", sorted(PAGES))
def test_every_page_shows_the_sentence(shape: str) -> None:
    assert PAGES[shape].read(refuse(REFUSAL, shape).body) == TEXT.removesuffix(".")


@pytest.mark.parametrize("shape", sorted(PAGES))
def test_a_page_gets_a_success_that_names_its_event(shape: str) -> None:
    answer = refuse(REFUSAL, shape)
    assert answer.status == 200
    assert answer.header("x-prompt-guard-event") == "event-1"
    assert answer.header("content-length") == str(len(answer.body))


def test_a_draft_gets_no_completions() -> None:
    shown = show("no-completions", TEXT, "e")
    assert shown is not None
    assert json.loads(shown[1])["completions"] == []


def test_copilots_socket_is_told_in_four_messages() -> None:
    shown = show("mscopilot-socket", TEXT, "e")
    assert shown is not None
    messages = [json.loads(line) for line in shown[1].splitlines()]
    assert [message["event"] for message in messages] == ["startMessage", "appendText", "partCompleted", "done"]
    assert messages[1]["text"] == TEXT


def test_signalrs_socket_is_told_in_one_message_of_records() -> None:
    shown = show("signalr-socket", TEXT, "e")
    assert shown is not None
    records = [json.loads(record) for record in shown[1].split(b"\x1e") if record]
    assert [record["type"] for record in records] == [1, 2, 3]
    assert records[0]["arguments"][0]["messages"][0]["text"] == TEXT
    assert b"\n" not in shown[1]


def test_an_error_is_no_page() -> None:
    assert show("openai-error", TEXT, "e") is None


def test_a_page_of_another_origin_may_read_it() -> None:
    answer = readable(refuse(REFUSAL, "chatgpt-web"), "https://chatgpt.com")
    assert answer.header("access-control-allow-origin") == "https://chatgpt.com"
    assert answer.header("access-control-allow-credentials") == "true"


@pytest.mark.parametrize("origin", [None, "null", "*", "https://a.example\r\nx: y", "https://"])
def test_no_origin_is_made_up(origin: str | None) -> None:
    assert readable(refuse(REFUSAL, "json-error"), origin).header("access-control-allow-origin") is None
