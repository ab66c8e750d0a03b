"""Who asks: real clients with real credentials at the proxy."""

import http.client
import socket
import ssl
import time
from typing import Any

import httpx2
import openai
import pytest
from joserfc import jwt

from guard.demo.stage import Act

IBAN = "Mon IBAN : FR76 3000 6000 0112 3456 7890 189"
CHAT = "https://api.openai.com/v1/chat/completions"
WRONG = "wr0ng-canary-7391"


@pytest.fixture
def act(known: Any) -> Act:
    return known.stage.act()


@pytest.fixture(scope="module")
def trust(known: Any) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=known.stage.guard.ca)


def asked(known: Any, trust: ssl.SSLContext, *, headers: dict[str, str] | None = None, **proxy: Any) -> httpx2.Response:
    """One prompt with an IBAN."""
    through = httpx2.Proxy(known.proxy(*proxy.pop("login", ())), **proxy)
    transport = httpx2.HTTPTransport(proxy=through, verify=trust)
    body = {"model": "gpt-5", "messages": [{"role": "user", "content": IBAN}]}
    with httpx2.Client(transport=transport, timeout=30) as client:
        return client.post(CHAT, json=body, headers=headers or {})


def people(act: Act) -> list[tuple[str, list[str], str, str]]:
    """User, groups, how they are known and the decision, of each event."""
    found = []
    for event in act.events:
        user, own = event["actor"]["user"], event["unmapped"]["guard"]
        found.append((user["name"], [group["name"] for group in user["groups"]], own["identity"], own["decision"]))
    return found


def said(known: Any, user: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """What the real SDK gets, with nothing set but the environment."""
    monkeypatch.setenv("HTTPS_PROXY", known.proxy(user, known.passwords[user]))
    monkeypatch.setenv("SSL_CERT_FILE", str(known.stage.guard.ca))
    with openai.OpenAI(api_key="k", max_retries=0) as client:
        try:
            answer = client.chat.completions.create(model="gpt-5", messages=[{"role": "user", "content": IBAN}])
        except openai.BadRequestError as error:
            return f"refused {error.code}"
        return f"answered {answer.choices[0].message.content}"


def test_two_groups_get_different_outcomes_from_the_same_prompt(
    known: Any, act: Act, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert said(known, "camille", monkeypatch) == "refused policy_violation"
    assert act.received == []
    assert said(known, "sacha", monkeypatch).startswith("answered")
    assert len(act.received) == 1
    assert people(act) == [("camille", ["hr"], "password", "block"), ("sacha", ["it"], "password", "redact")]


def test_who_shows_nothing_is_asked_and_that_is_no_event(known: Any, act: Act) -> None:
    with socket.create_connection(("127.0.0.1", known.stage.guard.port), timeout=10) as tunnel:
        tunnel.sendall(b"CONNECT api.openai.com:443 HTTP/1.1\r\nHost: api.openai.com:443\r\n\r\n")
        head = tunnel.recv(65536).decode().lower()
    assert head.startswith("http/1.1 407 ")
    assert 'proxy-authenticate: basic realm="prompt guard"' in head
    assert (act.events, act.received) == ([], [])


def test_a_wrong_password_is_refused_with_an_event_and_written_nowhere(
    known: Any, act: Act, trust: ssl.SSLContext
) -> None:
    with pytest.raises(httpx2.ProxyError, match="407"):
        asked(known, trust, login=("camille", WRONG))
    assert people(act) == [("unknown", ["unknown"], "address", "block")]
    assert act.events[0]["unmapped"]["guard"]["rules"][0]["id"] == "login-refused"
    assert act.received == []


def test_a_token_says_who_it_is_as_such_and_as_a_password(known: Any, act: Act, trust: ssl.SSLContext) -> None:
    claims = {
        "iss": "https://login.example.com",
        "aud": "prompt-guard",
        "exp": int(time.time()) + 600,
        "preferred_username": "zoe",
        "groups": ["hr"],
    }
    token = jwt.encode({"alg": "RS256", "kid": "one"}, claims, known.key)
    assert asked(known, trust, login=("camille", token)).status_code == 400
    with socket.create_connection(("127.0.0.1", known.stage.guard.port), timeout=10) as tunnel:
        tunnel.sendall(f"CONNECT api.openai.com:443 HTTP/1.1\r\nProxy-Authorization: Bearer {token}\r\n\r\n".encode())
        assert tunnel.recv(65536).startswith(b"HTTP/1.1 200 ")
    cut = token[:-6]
    with pytest.raises(httpx2.ProxyError, match="407"):
        asked(known, trust, login=("camille", cut))
    assert people(act)[0] == ("zoe", ["hr"], "token", "block")


def test_a_front_proxys_header_counts_from_its_address_and_leaves_from_none(
    known: Any, act: Act, trust: ssl.SSLContext
) -> None:
    """The client of this test can have any address of this machine."""
    front = {"X-Front-User": "zoe", "X-Front-Groups": "it, direction"}
    for source in ("127.0.0.2", "127.0.0.3"):
        client = http.client.HTTPConnection("127.0.0.1", known.stage.guard.port, 30, (source, 0))
        client.request("GET", "http://api.openai.com/v1/models", headers=front)
        status = client.getresponse().status
        client.close()
        assert (status == 407) is (source == "127.0.0.3")
    assert people(act)[0][:3] == ("zoe", ["direction", "it"], "header")
    assert len(people(act)) == 1


def test_what_a_browser_claims_inside_its_tunnel_counts_for_nothing_and_does_not_leave(
    known: Any, act: Act, trust: ssl.SSLContext
) -> None:
    claims = {
        "X-Front-User": "boss",
        "X-Front-Groups": "direction",
        "Proxy-Authorization": "Basic Y2FuYXJ5OmNhbmFyeQ==",
    }
    assert asked(known, trust, headers=claims, login=("sacha", known.passwords["sacha"])).status_code == 200
    assert people(act) == [("sacha", ["it"], "password", "redact")]
    names = {name.lower() for name, _ in act.received[0].headers}
    assert names.isdisjoint({"x-front-user", "x-front-groups", "proxy-authorization"})


def test_a_tunnel_to_an_address_is_not_a_way_around(known: Any, act: Act, trust: ssl.SSLContext) -> None:
    """The TLS name says where it goes only when the tunnel is open already."""
    with socket.create_connection(("127.0.0.1", known.stage.guard.port), timeout=10) as tunnel:
        tunnel.sendall(f"CONNECT 127.0.0.1:{known.stage.standin.port} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert tunnel.recv(65536).startswith(b"HTTP/1.1 200 ")
        with trust.wrap_socket(tunnel, server_hostname="api.openai.com") as inside:
            inside.sendall(b"GET /v1/models HTTP/1.1\r\nHost: api.openai.com\r\nConnection: close\r\n\r\n")
            assert inside.recv(65536).startswith(b"HTTP/1.1 400 ")
    assert act.events[0]["unmapped"]["guard"]["rules"][0]["id"] == "login-needed"
    assert (len(act.events), act.received) == (1, [])


def test_other_hosts_are_not_asked_about(known: Any, act: Act) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        with socket.create_connection(("127.0.0.1", known.stage.guard.port), timeout=10) as tunnel:
            tunnel.sendall(f"CONNECT 127.0.0.1:{port} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            assert tunnel.recv(65536).startswith(b"HTTP/1.1 200 ")
    assert act.events == []


REFUSED = ("127.0.0.2:443", "169.254.169.254:80", "0.0.0.0:443", "[::ffff:127.0.0.2]:443", "127.2:443", "a.example:22")


@pytest.mark.parametrize("target", [*REFUSED, "127.0.0.1:PROXY"])
def test_no_tunnel_leads_where_clients_may_not_get(known: Any, act: Act, target: str) -> None:
    target = target.replace("PROXY", str(known.stage.guard.port))
    with socket.create_connection(("127.0.0.1", known.stage.guard.port), timeout=10) as tunnel:
        tunnel.sendall(f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n".encode())
        assert tunnel.recv(65536).startswith(b"HTTP/1.1 403 ")
    assert act.events == []


def test_no_password_or_token_is_written_anywhere(known: Any) -> None:
    secrets = [*known.passwords.values(), WRONG, "Y2FuYXJ5", "eyJhbGciOiJSUzI1NiIsImtpZCI6Im9uZSJ9"]
    for path in (known.folder / "stage").rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert [secret for secret in secrets if secret.encode() in content] == [], path
