"""What has nothing to hide passes as it is."""

import gzip
import threading
from collections.abc import Iterator

import httpx2
import pytest

from guard.demo.exchange import Reply
from guard.demo.stage import Act

OPENAI = "https://api.openai.com/v1/chat/completions"


def test_a_clients_own_body_arrives_to_the_byte(act: Act) -> None:
    clients = act.stage.clients
    clients.openai.chat.completions.create(model="gpt-5", messages=[{"role": "user", "content": "Bonjour à tous 😀"}])
    clients.anthropic.messages.create(
        model="claude-sonnet-5", max_tokens=10, messages=[{"role": "user", "content": "Why is the sky blue?"}]
    )
    assert len(act.received) == 2
    assert [request.body for request in act.received] == act.sent
    assert act.verdicts == ["allow", "allow"]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b'{ "messages" : [ ] ,\n\t"n":1.50e+1,"x":"\\u00e9\xc3\xa9\\/" }\r\n', id="odd but sound JSON"),
        pytest.param(b'\xef\xbb\xbf{"messages":[]}', id="byte order mark"),
        pytest.param(b"{}", id="empty object"),
    ],
)
def test_odd_bytes_are_not_made_prettier(act: Act, http: httpx2.Client, body: bytes) -> None:
    http.post(OPENAI, content=body, headers={"content-type": "application/json"})
    assert [request.body for request in act.received] == [body]


def test_headers_and_query_arrive_as_they_were(act: Act, http: httpx2.Client) -> None:
    http.get(
        "https://api.openai.com/v1/models?a=%20%2F&b=%c3%a9", headers={"x-one": "é".encode(), "authorization": "k"}
    )
    [received] = act.received
    assert received.path == "/v1/models?a=%20%2F&b=%c3%a9"
    assert received.header("x-one") == "é".encode().decode("latin-1")
    assert received.header("authorization") == "k"
    assert received.header("host") == "api.openai.com"


def test_a_compressed_body_is_read_and_arrives_to_the_byte(act: Act, http: httpx2.Client) -> None:
    body = gzip.compress(b'{"messages":[{"role":"user","content":"Bonjour"}]}')
    answer = http.post(OPENAI, content=body, headers={"content-type": "application/json", "content-encoding": "gzip"})
    assert answer.status_code == 200
    assert [request.body for request in act.received] == [body]
    assert act.verdicts == ["allow"]


@pytest.mark.parametrize("stream", [False, True])
def test_a_compressed_answer_passes_as_it_is(act: Act, http: httpx2.Client, stream: bool) -> None:
    act.stage.standin.speaker = lambda exchange: Reply("Voici [[PERSON_1]].", gzip=True, chunk=100)
    body = {"model": "gpt-5", "stream": stream, "messages": [{"role": "user", "content": "Bonjour"}]}
    answer = http.post(OPENAI, json=body, headers={"accept-encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    assert "Voici [[PERSON_1]]." in answer.text


def test_what_the_model_invents_stays_as_it_is(act: Act) -> None:
    act.stage.standin.speaker = lambda exchange: Reply("Voici [[PERSON_999]] et IBAN_CODE_999.", chunk=1)
    stream = act.stage.clients.openai.chat.completions.create(
        model="gpt-5", messages=[{"role": "user", "content": "IBAN FR76 3000 6000 0112 3456 7890 189"}], stream=True
    )
    assert "".join(chunk.choices[0].delta.content or "" for chunk in stream) == "Voici [[PERSON_999]] et IBAN_CODE_999."


def test_an_answer_is_not_kept_until_its_end(act: Act) -> None:
    """The service goes on only when the client has read the first words."""
    read = threading.Event()

    class Waiting(Reply):
        def pieces(self, text: str) -> Iterator[str]:
            yield text[:20]
            yield text[20:] if read.wait(10) else " (nobody read)"

    act.stage.standin.speaker = lambda exchange: Waiting("Votre adresse est bien notée, merci.")
    stream = act.stage.clients.openai.chat.completions.create(
        model="gpt-5", messages=[{"role": "user", "content": "Mon e-mail : a.b@example.fr"}], stream=True
    )
    heard = ""
    for chunk in stream:
        heard += chunk.choices[0].delta.content or ""
        if heard:
            read.set()
    assert heard == "Votre adresse est bien notée, merci."
    assert act.verdicts == ["redact"]
