"""The hooks are closed: whatever happens inside, nothing to an AI service leaves undecided."""

import asyncio
import base64
import json
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from mitmproxy import http
from mitmproxy.test import tflow, tutils
from mitmproxy.websocket import WebSocketMessage

from addons.connections import NOT_ALLOWED, Connections
from addons.entrance import Entrance
from addons.proxy import Proxy
from addons.websockets import PASSAGE
from guard.audit.sink import Sink
from guard.destinations import Destinations
from guard.detect.analysis import Analysis
from guard.errors import StoreError
from guard.people.passwords import Passwords
from guard.people.who import Denied, People, Sources
from guard.pipeline import Guard
from guard.redact.vault import Vault
from guard.rules.load import load
from guard.rules.schema import RuleSet
from guard.sockets import Passage
from guard.terms import Actor, Segment
from guard.trial import Inline

RULES = Path(__file__).parent.parent.parent / "rules"
IBAN = "FR76 3000 6000 0112 3456 7890 189"


@pytest.fixture(scope="module")
def rules() -> RuleSet:
    return load(RULES)


@pytest.fixture(scope="module")
def inline(rules: RuleSet) -> Inline:
    return Inline(rules, "none")


@pytest.fixture
def proxy(rules: RuleSet, inline: Inline, tmp_path: Path) -> Iterator[Proxy]:
    with closing(Vault("sqlite://", bytes(32))) as vault, closing(Sink(tmp_path, "n1")) as sink:
        connections = Connections(Destinations.of("1-65535", "local", ""))
        yield Proxy(Guard(rules, inline, vault, sink), Entrance(People(Sources())), connections)


def events(folder: Path) -> list[dict[str, object]]:
    return [json.loads(line) for file in folder.glob("*.jsonl") for line in file.read_bytes().splitlines()]


def flow_to(host: str, content: str = "Bonjour", header: str | None = None) -> http.HTTPFlow:
    body = json.dumps({"model": "gpt-5", "messages": [{"role": "user", "content": content}]}).encode()
    flow = tflow.tflow(
        req=tutils.treq(method=b"POST", host=host, path=b"/v1/chat/completions", content=body, headers=())
    )
    flow.request.headers["content-type"] = "application/json"
    flow.request.host_header = header or host
    flow.response = None
    flow.client_conn.sni = host
    return flow


def run(proxy: Proxy, flow: http.HTTPFlow) -> None:
    asyncio.run(proxy.request(flow))


def test_a_request_with_nothing_to_hide_is_left_alone(proxy: Proxy, tmp_path: Path) -> None:
    flow = flow_to("api.openai.com")
    before = flow.request.get_state()
    run(proxy, flow)

    assert flow.response is None
    assert flow.request.get_state() == before
    assert len(events(tmp_path)) == 1


def test_a_request_to_another_host_is_neither_read_nor_logged(proxy: Proxy, tmp_path: Path) -> None:
    flow = flow_to("intranet.example", IBAN)
    before = flow.request.get_state()
    run(proxy, flow)

    assert flow.response is None
    assert flow.request.get_state() == before
    assert events(tmp_path) == []


def test_a_value_leaves_as_a_placeholder(proxy: Proxy) -> None:
    flow = flow_to("api.openai.com", f"IBAN {IBAN}")
    run(proxy, flow)

    assert flow.response is None
    assert flow.request.raw_content is not None
    assert b"3000" not in flow.request.raw_content
    assert b"[[IBAN_CODE_1]]" in flow.request.raw_content
    assert flow.request.headers["content-length"] == str(len(flow.request.raw_content))


def test_a_request_under_two_names_is_misdirected(proxy: Proxy, tmp_path: Path) -> None:
    flow = flow_to("api.openai.com", header="harmless.example")
    run(proxy, flow)

    assert flow.response is not None
    assert flow.response.status_code == 421
    assert len(events(tmp_path)) == 1


class _BugError(Exception):
    """Its text would tell the prompt."""


class _Planted:
    async def analyze(self, segments: list[Segment]) -> Analysis:
        raise _BugError(segments[-1].text)


def _raise(*args: object, **kwargs: object) -> object:
    raise _BugError(IBAN)


PLANTED: dict[str, Callable[[pytest.MonkeyPatch, Proxy], None]] = {
    "flows": lambda patch, proxy: patch.setattr("addons.flows.request_of", _raise),
    "wire.read": lambda patch, proxy: patch.setattr("guard.wire.request.opened", _raise),
    "detect": lambda patch, proxy: patch.setattr(proxy.guard, "analyzer", _Planted()),
    "policy": lambda patch, proxy: patch.setattr("guard.policy.decide", _raise),
    "redact": lambda patch, proxy: patch.setattr("guard.redact.edits.Redactor.redact", _raise),
    "wire.write": lambda patch, proxy: patch.setattr("guard.wire.request.write", _raise),
    "put": lambda patch, proxy: patch.setattr("addons.flows.put", _raise),
}


@pytest.mark.parametrize("stage", list(PLANTED))
def test_an_exception_in_any_stage_keeps_the_request_here_and_leaves_its_event(
    stage: str, proxy: Proxy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    PLANTED[stage](monkeypatch, proxy)
    flow = flow_to("api.openai.com", f"IBAN {IBAN}")
    run(proxy, flow)

    assert flow.response is not None
    assert flow.response.status_code == 503
    assert len(events(tmp_path)) == 1
    assert IBAN not in caplog.text + flow.response.text


@pytest.mark.parametrize("stage", ["coach", "audit", "name"])
def test_even_a_broken_refusal_keeps_the_request_here(
    stage: str, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    if stage == "coach":
        monkeypatch.setattr("guard.coach.say", _raise)
    elif stage == "audit":
        monkeypatch.setattr("guard.audit.sink.Sink.write", _raise)
    else:
        monkeypatch.setattr("addons.flows.names", _raise)
    flow = flow_to("api.openai.com", "CONFIDENTIEL\nProjet")
    run(proxy, flow)

    assert flow.response is not None
    assert flow.response.status_code == 503


def test_a_full_disk_stops_ai_traffic_with_a_sentence(proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*args: object) -> str:
        raise StoreError("no space")

    monkeypatch.setattr("guard.audit.sink.Sink.write", full)
    flow = flow_to("api.openai.com")
    run(proxy, flow)

    assert flow.response is not None
    assert flow.response.status_code == 503
    assert json.loads(flow.response.content or b"")["error"]["message"]


def test_a_cancelled_request_does_not_leave(proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> None:
    async def cancelled(*args: object) -> object:
        raise asyncio.CancelledError

    monkeypatch.setattr(proxy.guard, "outgoing", cancelled)
    flow = flow_to("api.openai.com")
    with pytest.raises(asyncio.CancelledError):
        run(proxy, flow)

    assert flow.response is not None
    assert flow.response.status_code == 503


@pytest.mark.parametrize("coding", ["identity", "gzip"])
def test_a_whole_answer_comes_back_with_the_persons_own_values(proxy: Proxy, coding: str) -> None:
    flow = flow_to("api.openai.com", f"IBAN {IBAN}")
    run(proxy, flow)
    flow.response = http.Response.make(
        200,
        b'{"choices":[{"message":{"content":"Vu : [[IBAN_CODE_1]]"}}]}',
        {"content-type": "application/json", "alt-svc": 'h3=":443"'},
    )
    flow.response.encode(coding)
    proxy.responseheaders(flow)
    asyncio.run(proxy.response(flow))

    assert json.loads(flow.response.raw_content or b"")["choices"][0]["message"]["content"] == f"Vu : {IBAN}"
    assert "content-encoding" not in flow.response.headers
    assert "alt-svc" not in flow.response.headers


def test_a_streamed_answer_never_carries_an_empty_chunk(proxy: Proxy) -> None:
    flow = flow_to("api.openai.com", f"IBAN {IBAN}")
    run(proxy, flow)
    flow.response = http.Response.make(200, b"", {"content-type": "text/event-stream", "content-length": "9"})
    proxy.responseheaders(flow)
    step = flow.response.stream
    assert callable(step)
    data = b'data: {"choices":[{"index":0,"delta":{"content":"[[IBAN_CODE_1]]"}}]}\n\ndata: [DONE]\n\n'
    chunks = [chunk for cut in range(len(data)) for chunk in step(data[cut : cut + 1])] + list(step(b""))

    assert all(chunks)
    assert IBAN in b"".join(chunks).decode()
    assert flow.response.headers["transfer-encoding"] == "chunked"
    assert "content-length" not in flow.response.headers


def test_an_answer_that_cannot_be_restored_is_withheld(proxy: Proxy) -> None:
    flow = flow_to("api.openai.com", f"IBAN {IBAN}")
    run(proxy, flow)
    flow.response = http.Response.make(200, b"not gzip", {"content-type": "application/json"})
    flow.response.headers["content-encoding"] = "gzip"
    proxy.responseheaders(flow)
    asyncio.run(proxy.response(flow))

    assert flow.response.status_code == 503


def test_an_upload_too_large_leaves_its_event(proxy: Proxy, tmp_path: Path) -> None:
    flow = flow_to("api.openai.com")
    flow.error = tflow.terr("Request body exceeds mitmproxy's body_size_limit.")
    proxy.error(flow)

    assert len(events(tmp_path)) == 1


def socket_to(proxy: Proxy, path: str = "/c/api/chat") -> http.HTTPFlow:
    """A socket that the service has opened."""
    flow = tflow.twebsocketflow()
    flow.request.host = flow.request.host_header = flow.client_conn.sni = "copilot.microsoft.com"
    flow.request.path = path
    flow.response = None
    run(proxy, flow)
    return flow


def said(proxy: Proxy, flow: http.HTTPFlow, content: bytes, *, from_client: bool = True) -> Passage | None:
    assert flow.websocket is not None
    flow.websocket.messages[:] = [WebSocketMessage(1, from_client, content)]
    asyncio.run(proxy.websocket_message(flow))
    return flow.metadata.get(PASSAGE)


def test_a_message_on_a_socket_leaves_as_it_was_decided(proxy: Proxy, tmp_path: Path) -> None:
    flow = socket_to(proxy)
    assert flow.response is None
    message = {"event": "send", "content": [{"type": "text", "text": f"IBAN {IBAN}"}]}
    passage = said(proxy, flow, json.dumps(message).encode())
    assert passage is not None
    assert b"[[IBAN_CODE_1]]" in passage.on[0]
    answer = {"event": "replaceText", "messageId": "m", "text": "[[IBAN_CODE_1]]"}
    passage = said(proxy, flow, json.dumps(answer).encode(), from_client=False)
    assert passage is not None
    assert IBAN.encode() in passage.on[0]
    assert len(events(tmp_path)) == 2


@pytest.mark.parametrize("from_client", [True, False])
def test_an_exception_on_a_socket_lets_nothing_pass(
    proxy: Proxy, monkeypatch: pytest.MonkeyPatch, from_client: bool
) -> None:
    flow = socket_to(proxy)

    def broken(*_: object, **__: object) -> None:
        raise _BugError("the prompt")

    monkeypatch.setattr("guard.sockets.Socket.outgoing", broken)
    monkeypatch.setattr("guard.sockets.Socket.incoming", broken)
    assert said(proxy, flow, b"{}", from_client=from_client) is None


def test_a_service_cannot_switch_to_a_protocol_nobody_asked_for(proxy: Proxy) -> None:
    flow = flow_to("api.openai.com")
    run(proxy, flow)
    flow.response = http.Response.make(101, b"", {"upgrade": "raw", "connection": "Upgrade"})
    proxy.responseheaders(flow)
    asyncio.run(proxy.response(flow))
    assert flow.response.status_code == 503


PASSWORDS = Passwords({"camille": PasswordHasher(1, 8, 1).hash("s3cret")})
LOGIN = "Basic " + base64.b64encode(b"camille:s3cret").decode()


def connect(proxy: Proxy, host: str, port: int = 443, login: str = "") -> http.HTTPFlow:
    flow = tflow.tflow(req=tutils.treq(method=b"CONNECT", host=host, port=port, headers=()))
    if login:
        flow.request.headers["proxy-authorization"] = login
    asyncio.run(proxy.http_connect(flow))
    return flow


def inside(proxy: Proxy, tunnel: http.HTTPFlow, host: str, content: str = "Bonjour") -> http.HTTPFlow:
    flow = flow_to(host, content)
    flow.client_conn = tunnel.client_conn
    flow.client_conn.sni = host
    asyncio.run(proxy.requestheaders(flow))
    run(proxy, flow)
    return flow


def test_a_tunnel_to_a_service_wants_to_know_who_opens_it(proxy: Proxy, tmp_path: Path) -> None:
    proxy.entrance.people = People(Sources(passwords=PASSWORDS))
    tunnel = connect(proxy, "api.openai.com")
    assert tunnel.response is not None
    assert tunnel.response.status_code == 407
    assert events(tmp_path) == []
    tunnel = connect(proxy, "api.openai.com", login=LOGIN)
    assert tunnel.response is None
    assert inside(proxy, tunnel, "api.openai.com").response is None
    [event] = events(tmp_path)
    assert event["actor"]["user"]["name"] == "camille"  # type: ignore[index]
    assert connect(proxy, "www.example.com").response is None


def test_every_host_wants_to_know_it_when_all_are_asked(proxy: Proxy, tmp_path: Path) -> None:
    proxy.entrance.people, proxy.entrance.everyone = People(Sources(passwords=PASSWORDS)), True
    tunnel = connect(proxy, "www.example.com")
    assert tunnel.response is not None
    assert tunnel.response.status_code == 407
    flow = flow_to("www.example.com")
    asyncio.run(proxy.requestheaders(flow))
    assert flow.response is not None
    assert flow.response.status_code == 407
    assert flow.request.stream is False
    assert events(tmp_path) == []


def test_who_is_not_known_any_more_is_refused_inside_the_tunnel(proxy: Proxy, tmp_path: Path) -> None:
    proxy.entrance.people = People(Sources(passwords=PASSWORDS))
    tunnel = connect(proxy, "api.openai.com", login=LOGIN)
    proxy.entrance.people = People(Sources(passwords=Passwords({})))
    flow = inside(proxy, tunnel, "api.openai.com")
    assert flow.response is not None
    assert flow.response.status_code == 400
    assert json.loads(flow.response.content or b"")["error"]["message"]
    assert len(events(tmp_path)) == 1


@pytest.mark.parametrize("host", ["api.openai.com", "chatgpt.com"])
def test_a_directory_that_is_down_closes_the_tunnel_with_one_event(
    proxy: Proxy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    async def down(*_: object) -> Denied:
        return Denied("directory-down", Actor(), 5)

    monkeypatch.setattr(proxy.entrance.people, "who", down)
    tunnel = connect(proxy, host)
    assert tunnel.response is not None
    assert (tunnel.response.status_code, tunnel.response.headers["retry-after"]) == (503, "5")
    [event] = events(tmp_path)
    assert event["unmapped"]["guard"]["failure"] == "directory"  # type: ignore[index]


@pytest.mark.parametrize("host", ["api.openai.com", "chatgpt.com", "www.example.com"])
def test_a_tunnel_is_not_opened_when_anything_at_the_entrance_breaks(
    proxy: Proxy, monkeypatch: pytest.MonkeyPatch, host: str, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(proxy.entrance, "opened", _raise)
    tunnel = connect(proxy, host)
    assert tunnel.response is not None
    assert tunnel.response.status_code == 503
    assert IBAN not in caplog.text


def test_a_tunnel_leads_only_where_clients_may_get(proxy: Proxy, tmp_path: Path) -> None:
    for host in ("127.0.0.1", "169.254.169.254", "::1"):
        tunnel = connect(proxy, host)
        assert tunnel.response is not None
        assert tunnel.response.status_code == 403
    tunnel = connect(proxy, "rebound.example")
    assert tunnel.response is None
    tunnel.response = http.Response.make(502, b"")
    tunnel.server_conn.error = NOT_ALLOWED
    proxy.http_connect_error(tunnel)
    assert tunnel.response.status_code == 403
    assert events(tmp_path) == []


def test_a_flow_ends_with_the_guard_it_began_with(proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> None:
    flow = flow_to("api.openai.com", f"IBAN {IBAN}")
    run(proxy, flow)
    monkeypatch.setattr(proxy, "guard", None)
    flow.response = http.Response.make(
        200, b'{"choices":[{"message":{"content":"[[IBAN_CODE_1]]"}}]}', {"content-type": "application/json"}
    )
    proxy.responseheaders(flow)
    asyncio.run(proxy.response(flow))
    assert IBAN.encode() in (flow.response.raw_content or b"")


def test_a_socket_ends_when_its_person_is_not_known_any_more(proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> None:
    flow = socket_to(proxy)

    async def unknown(*_: object) -> Denied:
        return Denied("login-refused", Actor())

    monkeypatch.setattr(proxy.entrance.people, "who", unknown)
    passage = said(proxy, flow, b"{}")
    assert passage is not None
    assert (passage.on, passage.close and passage.close[0]) == ((), 1008)


def test_a_reload_while_somebody_is_recognised_changes_nothing_for_their_request(
    proxy: Proxy, rules: RuleSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    began = proxy.guard

    async def meanwhile(*_: object) -> Actor:
        assert began.deciding
        monkeypatch.setattr(proxy, "guard", None)
        return Actor("camille", ())

    monkeypatch.setattr(proxy.entrance.people, "who", meanwhile)
    flow = flow_to("api.openai.com")
    run(proxy, flow)
    assert flow.response is None
    [event] = events(tmp_path)
    assert event["unmapped"]["guard"]["rules_version"] == rules.version  # type: ignore[index]
    assert began.deciding == 0


@pytest.fixture
def inspecting(proxy: Proxy, rules: RuleSet) -> Proxy:
    """With a rule about answers."""
    prompts = rules.policy["redact-personal-data"]
    when = prompts.when.model_copy(update={"direction": "answer"})
    answers = prompts.model_copy(update={"id": "redact-answers", "when": when})
    proxy.guard.rules = rules.model_copy(update={"policy": rules.policy | {answers.id: answers}})
    return proxy


def answer(flow: http.HTTPFlow, content: str = "Bonjour.") -> None:
    body = json.dumps({"choices": [{"message": {"content": content}}]}).encode()
    flow.response = http.Response.make(200, body, {"content-type": "application/json"})


def test_the_analysis_goes_on_until_an_answer_that_a_rule_is_about_is_over(inspecting: Proxy) -> None:
    guard, flow = inspecting.guard, flow_to("api.openai.com")
    run(inspecting, flow)
    assert guard.deciding == 1
    answer(flow)
    inspecting.responseheaders(flow)
    asyncio.run(inspecting.response(flow))
    assert guard.deciding == 0


def test_the_analysis_does_not_wait_for_an_answer_that_never_comes(inspecting: Proxy) -> None:
    flow = flow_to("api.openai.com")
    run(inspecting, flow)
    inspecting.error(flow)
    inspecting.error(flow)
    assert inspecting.guard.deciding == 0


def test_an_answer_in_which_something_breaks_is_withheld_with_its_event(
    inspecting: Proxy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flow = flow_to("api.openai.com")
    run(inspecting, flow)
    answer(flow, f"IBAN {IBAN}")
    monkeypatch.setattr(inspecting.guard, "analyzer", _Planted())
    inspecting.responseheaders(flow)
    asyncio.run(inspecting.response(flow))

    assert flow.response is not None
    assert flow.response.status_code == 503
    [_, event] = events(tmp_path)
    said = event["unmapped"]["guard"]  # type: ignore[index]
    assert (said["direction"], said["failure"]) == ("answer", "internal")


def test_nothing_stands_behind_an_answer_that_was_read(inspecting: Proxy) -> None:
    flow = flow_to("api.openai.com")
    run(inspecting, flow)
    answer(flow)
    assert flow.response is not None
    flow.response.trailers = http.Headers(((b"x-note", IBAN.encode()),))
    inspecting.responseheaders(flow)
    asyncio.run(inspecting.response(flow))
    assert not flow.response.trailers


def test_what_a_service_says_on_a_socket_leaves_its_event_when_something_breaks(
    inspecting: Proxy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flow = socket_to(inspecting)

    async def broken(*_: object, **__: object) -> None:
        raise _BugError("the answer")

    monkeypatch.setattr("guard.sockets.Socket.incoming", broken)
    assert said(inspecting, flow, b"{}", from_client=False) is None
    told = events(tmp_path)[-1]["unmapped"]["guard"]  # type: ignore[index]
    assert (told["direction"], told["failure"]) == ("answer", "internal")
