"""Web pages of AI services behind the running proxy: what people type stays here, and what they read is whole."""

import json
import ssl
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_plus

import httpx2
import pytest
from websockets.exceptions import ConnectionClosed

from guard.demo.dialling import Dialled
from guard.demo.pages import CONVERSATION, PAGES
from guard.demo.process import GuardProcess
from guard.demo.stage import Stage
from guard.demo.typed import TYPED
from guard.demo.website import Website

IBAN = "FR76 3000 6000 0112 3456 7890 189"
EMAIL = "ines.lagarde@example.fr"
PROMPT = f"Écris à {EMAIL} au sujet du compte {IBAN}."
SHOWN = f"Vu {EMAIL} ; {IBAN} é"
FORBIDDEN = "Classe ces candidats du meilleur au moins bon et dis-moi lesquels rejeter."
CHAT = f"/api/organizations/o/chat_conversations/{CONVERSATION}/completion"
COPILOT = "wss://copilot.microsoft.com/c/api/chat?api-version=2&accessToken=t"
SUBSTRATE = "wss://substrate.office.com/m365Copilot/Chathub/u@t?ConversationId=conv-0001"


@dataclass(frozen=True)
class Scene:
    website: Website
    guard: GuardProcess
    http: httpx2.Client
    trust: ssl.SSLContext
    requests_before: int
    messages_before: int
    events_before: int

    @property
    def left(self) -> str:
        """All that reached the services."""
        bodies = [request.body.decode("utf-8", "replace") for request in self.website.requests[self.requests_before :]]
        messages = self.website.messages[self.messages_before :]
        return "\n".join([*bodies, *(m if isinstance(m, str) else m.decode() for m in messages)])

    @property
    def verdicts(self) -> list[str]:
        events: list[Any] = self.guard.events()[self.events_before :]
        return [event["unmapped"]["guard"]["decision"] for event in events]

    def socket(self, url: str) -> Dialled:
        return Dialled(url, self.trust, proxy=self.guard.url)


@pytest.fixture
def scene(whole_stage: Stage, website: Website, http: httpx2.Client, trust: ssl.SSLContext) -> Scene:
    guard = whole_stage.guard
    return Scene(website, guard, http, trust, len(website.requests), len(website.messages), len(guard.events()))


def ask(scene: Scene, page: str, text: str) -> httpx2.Response:
    url, kind, body = TYPED[page]
    headers = {"content-type": kind, "origin": url[: url.index("/", 8)]}
    return scene.http.post(url, content=body(text), headers=headers)


@pytest.mark.parametrize("page", sorted(TYPED))
def test_what_is_typed_stays_here_and_the_page_shows_it(scene: Scene, page: str) -> None:
    answer = ask(scene, page, PROMPT)
    assert PAGES[page].read(answer.content) == SHOWN
    assert EMAIL not in scene.left
    assert "3000" not in scene.left
    assert scene.verdicts == ["redact"]


@pytest.mark.parametrize("page", sorted(TYPED))
def test_a_refusal_is_an_answer_of_the_assistant(scene: Scene, page: str) -> None:
    answer = ask(scene, page, FORBIDDEN)
    assert answer.status_code == 200
    assert PAGES[page].read(answer.content).count("Cette demande ressemble à un tri") == 1
    assert (scene.left, scene.verdicts) == ("", ["block"])
    assert answer.headers["access-control-allow-origin"] == answer.request.headers["origin"]


def test_a_question_in_an_address_stays_here_and_is_answered(scene: Scene) -> None:
    url = "https://you.com/api/streamingSearch"
    answer = scene.http.get(url, params={"q": PROMPT, "page": "1"})
    assert PAGES["you-web"].read(answer.content) == SHOWN
    refused = scene.http.get(url, params={"q": FORBIDDEN})
    assert "Cette demande ressemble à un tri" in PAGES["you-web"].read(refused.content)
    [received] = scene.website.requests[scene.requests_before :]
    assert EMAIL not in unquote_plus(received.path)
    assert "[[IBAN_CODE_" in unquote_plus(received.path)
    assert scene.verdicts == ["redact", "block"]


def test_what_is_protobuf_is_refused_as_connect_does(scene: Scene) -> None:
    url = "https://www.kimi.com/apiv2/kimi.gateway.chat.v1.ChatService/ListMessages"
    answer = scene.http.post(url, content=b"\0\0\0\0\2\x0a\0", headers={"content-type": "application/connect+proto"})
    assert (scene.left, scene.verdicts) == ("", ["block"])
    assert "illisible" in json.loads(answer.content[5:])["error"]["message"]


def test_a_draft_leaves_without_its_values(scene: Scene) -> None:
    base = "https://chatgpt.com/backend-api"
    query = {"partial_query": {"content": {"parts": [PROMPT]}}}
    scene.http.post(f"{base}/f/conversation/prepare", json=query)
    scene.http.post(f"{base}/conversation/experimental/generate_autocompletions", json={"input_text": PROMPT})
    assert scene.left.count("[[IBAN_CODE_") == 2
    assert EMAIL not in scene.left


def test_a_forbidden_draft_gets_no_completions(scene: Scene) -> None:
    url = "https://chatgpt.com/backend-api/conversation/experimental/generate_autocompletions"
    answer = scene.http.post(url, json={"input_text": FORBIDDEN})
    assert answer.json()["completions"] == []
    assert scene.left == ""


def test_a_preflight_passes(scene: Scene) -> None:
    headers = {"origin": "https://chatgpt.com", "access-control-request-method": "POST"}
    assert scene.http.options(TYPED["chatgpt-web"][0], headers=headers).status_code == 200


def test_a_conversation_that_is_opened_again_shows_the_values(scene: Scene) -> None:
    ask(scene, "chatgpt-web", PROMPT)
    received = json.loads(scene.website.requests[-1].body)
    scene.website.snapshot = received["messages"][0]["content"]["parts"][0]
    url = f"https://chatgpt.com/backend-api/conversation/{CONVERSATION}"
    again = scene.http.get(url).json()
    assert again["title"] == again["mapping"]["a1"]["message"]["content"]["parts"][0] == PROMPT
    listed = scene.http.get("https://chatgpt.com/backend-api/conversations?limit=20").json()
    assert listed["title"] == PROMPT


def test_what_was_hidden_in_one_conversation_is_not_put_into_another(scene: Scene) -> None:
    ask(scene, "chatgpt-web", PROMPT)
    scene.website.snapshot = scene.website.requests[-1].body.decode()
    scene.website.conversation = other = CONVERSATION.replace("0f", "1e")
    answer = scene.http.get(f"https://chatgpt.com/backend-api/conversation/{other}").json()
    scene.website.conversation = CONVERSATION
    assert answer["title"] == scene.website.snapshot


def test_a_signed_body_is_refused_and_not_edited(scene: Scene) -> None:
    body = {"queryName": "SendMessageMutation", "variables": {"query": PROMPT, "bot": "b"}}
    answer = scene.http.post("https://poe.com/api/gql_POST", json=body, headers={"poe-tag-id": "0" * 32})
    assert answer.status_code == 400
    assert (scene.left, scene.verdicts) == ("", ["block"])


# --- sockets ---------------------------------------------------------------------------------------------------------


def say(text: str) -> str:
    content = [{"type": "text", "text": text}]
    return json.dumps({"event": "send", "conversationId": "conv-0001", "content": content}, ensure_ascii=False)


def heard(socket: Dialled) -> str:
    """What Copilot's page shows when its answer is over."""
    text = ""
    while True:
        message = json.loads(socket.recv())
        text += message.get("text", "")
        if message["event"] == "done":
            return text


def test_a_socket_hides_and_restores_both_ways(scene: Scene) -> None:
    with scene.socket(COPILOT) as socket:
        socket.send(say(PROMPT))
        assert heard(socket) == SHOWN
        socket.send(say(f"Et {EMAIL} ?"))
        assert heard(socket) == f"Vu {EMAIL} é"
    assert EMAIL not in scene.left
    assert scene.verdicts == ["allow", "redact", "redact"]


def test_a_refusal_on_a_socket_is_an_answer_and_the_socket_goes_on(scene: Scene) -> None:
    with scene.socket(COPILOT) as socket:
        socket.send(say(FORBIDDEN))
        assert "Cette demande ressemble à un tri" in heard(socket)
        socket.send(say("Bonjour"))
        assert heard(socket) == "Vu  é"
    assert FORBIDDEN not in scene.left
    assert scene.verdicts == ["allow", "block", "allow"]


def test_records_of_one_message_stay_together(scene: Scene) -> None:
    with scene.socket(SUBSTRATE) as socket:
        socket.send('{"protocol":"json","version":1}\x1e')
        socket.recv()
        invocation = {"type": 4, "target": "chat", "arguments": [{"message": {"text": PROMPT}}]}
        metrics = {"type": 1, "target": "Metrics", "arguments": [{}]}
        scene.website.messages.clear()
        socket.send(json.dumps(invocation) + "\x1e" + json.dumps(metrics) + "\x1e")
        text = ""
        last: list[dict[str, Any]] = []
        while not any(record["type"] == 3 for record in last):
            last = [json.loads(record) for record in str(socket.recv()).split("\x1e") if record]
            text += "".join(r["arguments"][0]["writeAtCursor"] for r in last if r["type"] == 1)
            if last and last[-1]["type"] == 3 and text == "":
                last = []
    assert text == SHOWN
    [received] = [json.loads(record) for record in str(scene.website.messages[0]).split("\x1e") if record][:1]
    assert EMAIL not in json.dumps(received)


def test_the_stream_inside_chatgpts_socket_is_restored(scene: Scene) -> None:
    ask(scene, "chatgpt-web", PROMPT)
    scene.website.snapshot = scene.website.requests[-1].body.decode()
    with scene.socket("wss://ws.chatgpt.com/p6/ws/user/user-1") as socket:
        socket.send('[{"type":"subscribe","topic_id":"t1"}]')
        stream = ""
        while "[DONE]" not in stream:
            stream += json.loads(socket.recv())["payload"]["payload"]["encoded_item"]
    assert PAGES["chatgpt-web"].read(stream.encode()) == SHOWN


def test_a_value_split_over_messages_does_not_leave_whole(scene: Scene) -> None:
    with scene.socket(COPILOT) as socket:
        socket.send(say(IBAN[:17]))
        heard(socket)
        socket.send(say(IBAN[17:]))
        heard(socket)
    assert IBAN[17:] not in scene.left
    assert scene.verdicts[-1] == "redact"


def test_bytes_nobody_can_read_do_not_leave(scene: Scene) -> None:
    with scene.socket(COPILOT) as socket:
        socket.send(b"\x80\x81\x82" * 10)
        assert "Contenu illisible" in heard(socket)
    assert (scene.left, scene.verdicts) == ("", ["allow", "block"])


def test_where_no_form_is_known_a_refusal_closes_the_socket_and_says_why(scene: Scene) -> None:
    with scene.socket("wss://gateway.meta.ai/ws/clippy") as socket:
        socket.send(b"\x80\x81\x82" * 10)
        with pytest.raises(ConnectionClosed) as caught:
            socket.recv()
    [event] = scene.guard.events()[scene.events_before + 1 :]
    assert caught.value.rcvd is not None
    assert caught.value.rcvd.code == 1008
    assert str(event["metadata"]["uid"]) in caught.value.rcvd.reason  # type: ignore[index]
    assert scene.left == ""


def test_long_french_messages_keep_every_letter(scene: Scene) -> None:
    long = "é" * 100_000
    with scene.socket(COPILOT) as socket:
        socket.send(say(f"{EMAIL} {long}"))
        assert heard(socket) == f"Vu {EMAIL} é"
    assert long in scene.left
    assert "\ufffd" not in scene.left


def test_a_socket_nobody_declared_is_not_opened(scene: Scene) -> None:
    with pytest.raises(Exception, match="400"):
        scene.socket("wss://copilot.microsoft.com/other")
    assert scene.verdicts == ["block"]
