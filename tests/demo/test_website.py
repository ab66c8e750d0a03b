"""The stand-in of services' web pages, spoken to without a guard in between."""

import json
import ssl
from collections.abc import Iterator

import httpx2
import pytest

from guard.demo.certificates import Authority
from guard.demo.dialling import Dialled
from guard.demo.pages import PAGES
from guard.demo.website import Website


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def website(authority: Authority) -> Iterator[Website]:
    with Website(authority.issue("localhost")) as site:
        yield site


@pytest.fixture(scope="module")
def trust(authority: Authority) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=authority.bundle)


def test_it_keeps_what_arrives_and_says_the_placeholders_back(website: Website, trust: ssl.SSLContext) -> None:
    port = website.upstream["chatgpt.com"]
    with httpx2.Client(verify=trust, trust_env=False) as client:
        body = {"x": "[[PERSON_1]] et [[PERSON_1]]"}
        answer = client.post(f"https://localhost:{port}/backend-api/f/conversation", json=body)
    assert PAGES["chatgpt-web"].read(answer.content) == "Vu [[PERSON_1]] é"
    assert json.loads(website.requests[-1].body) == body


def test_its_socket_answers_in_small_pieces(website: Website, trust: ssl.SSLContext) -> None:
    port = website.upstream["copilot.microsoft.com"]
    with Dialled(f"wss://localhost:{port}/c/api/chat", trust) as socket:
        socket.send("[[PERSON_1]]")
        events = [json.loads(socket.recv())]
        while events[-1]["event"] != "done":
            events.append(json.loads(socket.recv()))
    assert "".join(event.get("text", "") for event in events) == "Vu [[PERSON_1]] é"
    assert len(events) > 5
