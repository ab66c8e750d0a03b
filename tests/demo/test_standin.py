"""The stand-in service, spoken to by the real SDKs without a proxy."""

import http.client
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anthropic
import httpx2
import openai
import pytest

from guard.demo.certificates import Authority
from guard.demo.exchange import Call, Exchange, Reply
from guard.demo.standin import Standin

MODEL = "claude-sonnet-5"
USER: Any = [{"role": "user", "content": "Réponds à [[PERSON_1]] et [[PERSON_2]]"}]
ANSWER = "C'est fait, j'ai tenu compte de [[PERSON_1]], [[PERSON_2]]."
ARGUMENTS = '{"qui": "[[PERSON_1]]"}'


@dataclass(frozen=True)
class Service:
    standin: Standin
    trust: ssl.SSLContext
    openai: openai.OpenAI
    anthropic: anthropic.Anthropic
    http: httpx2.Client


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    authority = Authority(tmp_path_factory.mktemp("ca"))
    trust = ssl.create_default_context(cafile=authority.bundle)
    with Standin(authority.issue("127.0.0.1")) as standin:
        url = f"https://127.0.0.1:{standin.port}"
        with httpx2.Client(verify=trust, trust_env=False, base_url=url) as http:
            ours = openai.OpenAI(api_key="k", base_url=f"{url}/v1", http_client=http, max_retries=0)
            theirs = anthropic.Anthropic(api_key="k", base_url=url, http_client=http, max_retries=0)
            yield Service(standin, trust, ours, theirs, http)


@pytest.fixture
def service(running: Service, monkeypatch: pytest.MonkeyPatch) -> Service:
    monkeypatch.setattr(running.standin, "speaker", running.standin.speaker)
    running.standin.requests.clear()
    running.standin.answers.clear()
    return running


def test_openai_whole(service: Service) -> None:
    answer = service.openai.chat.completions.create(model="gpt-5", messages=USER)
    assert answer.choices[0].message.content == ANSWER
    assert service.standin.answers[-1].text == ANSWER


@pytest.mark.parametrize("cut", [0, 1, 50])
def test_openai_stream(service: Service, cut: int) -> None:
    service.standin.speaker = lambda exchange: Reply("Voici", (Call("look", ARGUMENTS),), cut=cut)
    with service.openai.chat.completions.stream(model="gpt-5", messages=USER) as stream:
        message: Any = stream.get_final_completion().choices[0].message
    assert message.content == "Voici"
    assert message.tool_calls[0].function.arguments == ARGUMENTS


def test_anthropic_whole(service: Service) -> None:
    answer: Any = service.anthropic.messages.create(model=MODEL, max_tokens=50, messages=USER)
    assert answer.content[0].text == ANSWER


@pytest.mark.parametrize("cut", [0, 1, 50])
def test_anthropic_stream(service: Service, cut: int) -> None:
    service.standin.speaker = lambda exchange: Reply("Voici", (Call("look", ARGUMENTS),), cut=cut)
    with service.anthropic.messages.stream(model=MODEL, max_tokens=50, messages=USER) as stream:
        answer: Any = stream.get_final_message()
    assert answer.content[0].text == "Voici"
    assert answer.content[1].input == {"qui": "[[PERSON_1]]"}


def test_tokens_are_counted_and_models_listed_to_both(service: Service) -> None:
    assert service.anthropic.messages.count_tokens(model=MODEL, messages=USER).input_tokens > 1
    assert [model.id for model in service.anthropic.models.list()] == [MODEL]
    assert [model.id for model in service.openai.models.list()] == ["gpt-5"]


def test_another_address_is_an_error_each_client_knows(service: Service) -> None:
    with pytest.raises(openai.NotFoundError):
        service.openai.embeddings.create(model="m", input="x")
    with pytest.raises(anthropic.NotFoundError):
        service.anthropic.beta.files.list()


@pytest.mark.parametrize("stream", [False, True])
def test_it_compresses_when_told_and_asked(service: Service, stream: bool) -> None:
    service.standin.speaker = lambda exchange: Reply("Voici", gzip=True)
    body = {"model": "m", "messages": USER, "stream": stream}
    for asked, coding in (("gzip", "gzip"), ("identity", None)):
        answer = service.http.post("/v1/chat/completions", json=body, headers={"accept-encoding": asked})
        assert answer.headers.get("content-encoding") == coding
        assert "oi" in answer.text


def test_it_keeps_every_request_to_the_byte(service: Service) -> None:
    body = b'{"messages" :  [], "n":1.50, "x":"\\u00e9\xc3\xa9"}'
    service.http.post("/v1/odd?q=%41", content=body, headers={"x-one": "1"})
    [received] = service.standin.requests
    assert (received.method, received.path, received.body) == ("POST", "/v1/odd?q=%41", body)
    assert received.header("X-One") == "1"


def test_it_reads_bodies_sent_in_chunks(service: Service) -> None:
    service.http.post("/v1/odd", content=iter([b"one ", b"two ", b"", b"three"]))
    service.http.post("/v1/odd", content=b"next")
    assert [received.body for received in service.standin.requests] == [b"one two three", b"next"]


@pytest.mark.parametrize("body", [b"", b"[1]", b"{", b"\xff"])
def test_a_body_that_is_no_object_is_refused_and_kept(service: Service, body: bytes) -> None:
    assert service.http.post("/v1/chat/completions", content=body).status_code == 400
    assert [received.body for received in service.standin.requests] == [body]


def test_a_client_that_leaves_harms_nobody(service: Service) -> None:
    with (
        socket.create_connection(("127.0.0.1", service.standin.port)) as silent,
        service.http.stream("POST", "/v1/chat/completions", json={"messages": USER, "stream": True}),
    ):
        silent.sendall(b"\x16")
    assert service.openai.chat.completions.create(model="m", messages=USER).choices[0].message.content == ANSWER


def test_what_comes_without_tls_is_kept_and_not_answered(service: Service) -> None:
    service.standin.strays.clear()
    with socket.create_connection(("127.0.0.1", service.standin.port), timeout=5) as plain:
        plain.sendall(b"POST / HTTP/1.1\r\n\r\n")
        assert plain.recv(100) == b""
    assert service.standin.strays == [b"POST / HTTP/1.1\r\n\r\n"]
    assert service.standin.requests == []


def test_it_stops_at_once_and_cuts_every_connection(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    trust = ssl.create_default_context(cafile=authority.bundle)
    before = threading.active_count()
    with Standin(authority.issue("127.0.0.1")) as standin:
        idle = http.client.HTTPSConnection("127.0.0.1", standin.port, context=trust, timeout=10)
        idle.request("GET", "/v1/models")
        assert idle.getresponse().read()
        kept = idle.sock
    assert kept.recv(1) == b""
    assert threading.active_count() <= before + 1, "the last connection's thread may still be on its way out"
    idle.close()
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", standin.port), timeout=5)


def test_a_speaker_hears_the_whole_body(service: Service) -> None:
    heard: list[Exchange] = []

    def speaker(exchange: Exchange) -> Reply:
        heard.append(exchange)
        return Reply("ok")

    service.standin.speaker = speaker
    service.openai.chat.completions.create(model="gpt-5", messages=USER, temperature=0.5)
    assert heard[0].body["temperature"] == 0.5
    assert heard[0].model == "gpt-5"
