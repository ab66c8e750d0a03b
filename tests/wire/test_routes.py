"""Host and path -> service and endpoint."""

import pytest

from guard.rules.schema import ServiceRule, Status
from guard.wire.routes import UNKNOWN, route, service


@pytest.mark.parametrize(
    ("host", "known"),
    [
        pytest.param("api.openai.com", True, id="the name"),
        pytest.param("API.OpenAI.com", True, id="in capitals"),
        pytest.param("api.openai.com.", True, id="with a final dot"),
        pytest.param("eu.openai.example", True, id="below a wildcard"),
        pytest.param("a.b.openai.example", True, id="far below a wildcard"),
        pytest.param("openai.example", False, id="the wildcard's own name"),
        pytest.param("notopenai.example", False, id="a name that ends alike"),
        pytest.param("api.openai.com.evil.example", False, id="a name that begins alike"),
        pytest.param("xapi.openai.com", False, id="a longer name"),
        pytest.param("", False, id="no name"),
    ],
)
def test_a_service_is_known_by_its_hosts(openai: ServiceRule, host: str, known: bool) -> None:
    assert service(host, {"openai-api": openai}) is (openai if known else None)


@pytest.mark.parametrize(("status", "known"), [("stable", True), ("test", True), ("deprecated", False)])
def test_a_service_that_is_only_watched_is_read_too(openai: ServiceRule, status: str, known: bool) -> None:
    rule = openai.model_copy(update={"status": Status(status)})

    assert (service("api.openai.com", {"a": rule}) is rule) is known


@pytest.mark.parametrize(
    ("method", "path", "endpoint"),
    [
        pytest.param("POST", "/v1/chat/completions", "chat-completions", id="the path"),
        pytest.param("post", "/v1/chat/completions", "chat-completions", id="method in small letters"),
        pytest.param("POST", "/v1/chat/completions?x=/v1/models", "chat-completions", id="with a query"),
        pytest.param("GET", "/v1/models/gpt-5", "models", id="an expression"),
        pytest.param("GET", "/v1/chat/completions", UNKNOWN, id="another method"),
        pytest.param("POST", "/v1/chat/completions/x", UNKNOWN, id="a longer path"),
        pytest.param("POST", "/x/v1/chat/completions", UNKNOWN, id="a path before it"),
        pytest.param("POST", "/V1/chat/completions", UNKNOWN, id="in capitals"),
        pytest.param("POST", "/v1/chat/completions/", "chat-completions", id="a final slash"),
        pytest.param("POST", "//v1//chat/completions", "chat-completions", id="slashes twice"),
        pytest.param("POST", "/v1/./x/../chat/completions", "chat-completions", id="dot segments"),
        pytest.param("POST", "/v1/chat%2Fcompletion%73", "chat-completions", id="percent-encoded"),
        pytest.param("POST", "", UNKNOWN, id="nothing"),
        pytest.param("POST", "*", UNKNOWN, id="a star"),
        pytest.param("POST", "/v1/\udcff", UNKNOWN, id="not UTF-8"),
    ],
)
def test_an_endpoint_is_known_by_method_and_path(openai: ServiceRule, method: str, path: str, endpoint: str) -> None:
    found = route(method, path, openai)

    assert found.endpoint_id == endpoint
    assert found.service is openai


def test_an_endpoint_nobody_declared_speaks_json(openai: ServiceRule) -> None:
    assert route("POST", "/v1/new", openai).family == "json"
    assert route("POST", "/v1/chat/completions", openai).family == "openai-chat"


@pytest.mark.parametrize(
    ("path", "model"),
    [("/v1/models/gpt-5:ask", "gpt-5"), ("/v1/models/a%3Ab:ask?x=1", "a:b"), ("/v1/other", "")],
)
def test_a_group_of_the_path_names_the_model(openai: ServiceRule, path: str, model: str) -> None:
    endpoint = openai.endpoints[0].model_copy(update={"path": "/v1/(?:models/(?P<model>[^/]+):ask|other)"})
    assert route("POST", path, openai.model_copy(update={"endpoints": [endpoint]})).model == model
