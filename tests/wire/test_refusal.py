"""A refusal is an error that the service's own clients show, once."""

import json
import struct

import anthropic as anthropic_sdk
import httpx2
import openai as openai_sdk
import pytest

from guard.rules.schema import ServiceRule
from guard.terms import Answer
from guard.wire.refusal import Refusal, ended, refuse, shape

MESSAGE = "Refusé : ce texte est « confidentiel ». (événement 0190-x)"
REFUSAL = Refusal(400, "policy_violation", MESSAGE, "0190-x")
UNAVAILABLE = Refusal(503, "guard_unavailable", MESSAGE, "0190-x", retry_after=1)


class Service:
    """A service that always answers the same, and counts."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.calls = 0

    def client(self) -> httpx2.Client:
        return httpx2.Client(transport=httpx2.MockTransport(self.reply))

    def reply(self, request: httpx2.Request) -> httpx2.Response:
        self.calls += 1
        return httpx2.Response(self.answer.status, headers=list(self.answer.headers), content=self.answer.body)


def test_the_openai_client_shows_the_message_and_asks_once() -> None:
    service = Service(refuse(REFUSAL, "openai-error"))
    with service.client() as http:
        client = openai_sdk.OpenAI(api_key="x", http_client=http, max_retries=3)
        with pytest.raises(openai_sdk.BadRequestError) as caught:
            client.chat.completions.create(model="gpt-5", messages=[{"role": "user", "content": "x"}])

    assert MESSAGE in str(caught.value)
    assert caught.value.code == "policy_violation"
    assert service.calls == 1


def test_the_anthropic_client_shows_the_message_and_asks_once() -> None:
    service = Service(refuse(REFUSAL, "anthropic-error"))
    with service.client() as http:
        client = anthropic_sdk.Anthropic(api_key="x", http_client=http, max_retries=3)
        with pytest.raises(anthropic_sdk.BadRequestError) as caught:
            client.messages.create(model="claude-x", max_tokens=1, messages=[{"role": "user", "content": "x"}])

    assert MESSAGE in str(caught.value)
    assert caught.value.body["error"]["type"] == "invalid_request_error"  # type: ignore[index]
    assert service.calls == 1


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        pytest.param(
            "openai-error",
            {
                "error": {
                    "type": "invalid_request_error",
                    "message": MESSAGE,
                    "param": None,
                    "code": "policy_violation",
                }
            },
            id="openai",
        ),
        pytest.param(
            "anthropic-error",
            {
                "type": "error",
                "error": {"type": "invalid_request_error", "message": MESSAGE},
                "request_id": "req_0190-x",
            },
            id="anthropic",
        ),
        pytest.param(
            "mistral-error",
            {
                "object": "error",
                "type": "invalid_request_error",
                "message": MESSAGE,
                "param": None,
                "code": "policy_violation",
            },
            id="mistral",
        ),
        pytest.param(
            "google-error",
            {"error": {"code": 400, "message": MESSAGE, "status": "INVALID_ARGUMENT"}},
            id="google",
        ),
        pytest.param("cohere-error", {"id": "0190-x", "message": MESSAGE}, id="cohere"),
        pytest.param("ollama-error", {"error": MESSAGE}, id="ollama"),
        pytest.param("aws-error", {"message": MESSAGE}, id="aws"),
        pytest.param("connect-error", {"code": "invalid_argument", "message": MESSAGE}, id="connect"),
        pytest.param("json-error", {"error": {"code": "policy_violation", "message": MESSAGE}}, id="anybody"),
    ],
)
def test_each_shape_is_the_services_own(kind: str, body: dict[str, object]) -> None:
    answer = refuse(REFUSAL, kind)

    assert json.loads(answer.body) == body
    assert answer.status == 400
    assert answer.header("content-length") == str(len(answer.body))
    assert answer.header("x-prompt-guard-event") == "0190-x"
    assert answer.header("cache-control") == "no-store"
    assert answer.header("x-should-retry") == "false"


def test_amazons_clients_are_told_the_kind_of_error_in_a_header() -> None:
    kinds = [refuse(refusal, "aws-error").header("x-amzn-errortype") for refusal in (REFUSAL, UNAVAILABLE)]
    assert kinds == ["ValidationException", "ServiceUnavailableException"]


def test_an_endpoint_may_have_a_shape_of_its_own(openai: ServiceRule) -> None:
    first, *rest = openai.endpoints
    own = first.model_copy(update={"refusal": "anthropic-error"})
    rule = openai.model_copy(update={"endpoints": [own, *rest]})
    assert shape(rule, first.id) == "anthropic-error"
    assert shape(rule, "unknown") == shape(rule) == "openai-error"


def test_what_passes_may_be_tried_again() -> None:
    answer = refuse(UNAVAILABLE, "openai-error")

    assert (answer.status, answer.header("retry-after"), answer.header("x-should-retry")) == (503, "1", None)
    assert json.loads(answer.body)["error"]["type"] == "api_error"


def test_a_host_nobody_knows_gets_plain_json(openai: ServiceRule) -> None:
    assert (shape(openai), shape(None)) == ("openai-error", "json-error")


def test_a_stream_of_connect_ends_with_the_error_in_its_last_message() -> None:
    answer = ended(refuse(REFUSAL, "connect-error"), "Application/Connect+proto; x=y")
    assert (answer.status, answer.header("content-type")) == (200, "application/connect+proto")
    assert answer.header("content-length") == str(len(answer.body))
    assert struct.unpack_from(">BI", answer.body) == (2, len(answer.body) - 5)
    assert json.loads(answer.body[5:]) == {"error": {"code": "invalid_argument", "message": MESSAGE}}


@pytest.mark.parametrize("asked", ["application/json", "application/proto", "", "application/connect+\r\nx"])
def test_other_calls_get_the_error_as_it_is(asked: str) -> None:
    answer = refuse(REFUSAL, "connect-error")
    assert ended(answer, asked) is answer


def test_what_a_page_shows_is_no_error_of_connect() -> None:
    shown = refuse(REFUSAL, "kimi-web")
    assert ended(shown, "application/connect+json") is shown
