"""Messages on a socket are decided one by one, and nothing passes that was not decided on."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from guard.audit.sink import Sink
from guard.pipeline import Guard
from guard.redact.vault import Vault
from guard.rules.load import load
from guard.rules.schema import RuleSet, When
from guard.sockets import REFUSED, Passage, Socket
from guard.terms import Actor, Request
from guard.trial import Inline, Unrecorded

RULES = Path(__file__).parent.parent / "rules"
IBAN = "FR76 3000 6000 0112 3456 7890 189"
COPILOT = ("copilot-web", "/c/api/chat?accessToken=t")
SUBSTRATE = ("m365-copilot", "/m365Copilot/Chathub/u@t")
META = ("meta-ai-web", "/ws/clippy")
CODEX = ("openai-api", "/v1/responses")


@pytest.fixture(scope="module")
def rules() -> RuleSet:
    everything = load(RULES)
    kept = {name: rule for name, rule in everything.detect.items() if name in ("iban", "email-address")}
    return everything.model_copy(update={"detect": kept})


@pytest.fixture(scope="module")
def inline(rules: RuleSet) -> Inline:
    return Inline(rules, "none")


@pytest.fixture
def guard(rules: RuleSet, inline: Inline, tmp_path: Path) -> Iterator[Guard]:
    with closing(Vault("sqlite://", bytes(32))) as vault, closing(Sink(tmp_path, "n1")) as sink:
        yield Guard(rules, inline, vault, sink)


def opened(guard: Guard, where: tuple[str, str]) -> Socket:
    service = guard.rules.services[where[0]]
    return Socket(guard, service, Actor(), Request("GET", service.hosts[0], where[1]))


def test_rules_and_groups_may_change_while_a_socket_is_open(guard: Guard, rules: RuleSet, inline: Inline) -> None:
    socket = opened(guard, COPILOT)
    assert socket.now(guard, Actor(groups=("hr",)))
    without = {name: rule for name, rule in rules.services.items() if name != COPILOT[0]}
    with closing(Vault("sqlite://", bytes(32))) as vault:
        other = Guard(rules.model_copy(update={"services": without}), inline, vault, Unrecorded())
        assert not socket.now(other, Actor())
    assert not socket.now(guard, Actor("somebody"))


def say(text: str) -> bytes:
    return json.dumps({"event": "send", "content": [{"type": "text", "text": text}]}).encode()


def sent(socket: Socket, data: bytes) -> Passage:
    return asyncio.run(socket.outgoing(data))


def back(socket: Socket, data: bytes) -> tuple[bytes, ...]:
    """What the client gets of a message."""
    return asyncio.run(socket.incoming(data, text=True)).on


def test_a_message_with_nothing_to_hide_keeps_its_bytes(guard: Guard) -> None:
    assert sent(opened(guard, COPILOT), say("Bonjour")) == Passage(on=(say("Bonjour"),))


def test_a_value_leaves_as_a_placeholder_and_comes_back(guard: Guard) -> None:
    socket = opened(guard, COPILOT)
    assert json.loads(sent(socket, say(f"Le {IBAN}.")).on[0])["content"][0]["text"] == "Le [[IBAN_CODE_1]]."
    event = {"event": "appendText", "messageId": "m", "partId": "p", "text": "[[IBAN_CODE_1]]"}
    assert json.loads(back(socket, json.dumps(event).encode())[0])["text"] == IBAN


def test_text_that_is_held_back_leaves_as_a_message_of_its_own_before_the_end(guard: Guard) -> None:
    socket = opened(guard, COPILOT)
    sent(socket, say(IBAN))
    part = {"event": "appendText", "messageId": "m", "partId": "p", "text": "Voyez [[IBAN"}
    end = json.dumps({"event": "done", "messageId": "m"}).encode()
    [first] = back(socket, json.dumps(part).encode())
    late, last = back(socket, end)
    assert json.loads(first)["text"] + json.loads(late)["text"] == "Voyez [[IBAN"
    assert last == end


def test_each_message_leaves_its_event(guard: Guard, tmp_path: Path) -> None:
    socket = opened(guard, COPILOT)
    for text in ("Bonjour", IBAN, "Merci"):
        sent(socket, say(text))
    lines = [line for path in tmp_path.glob("*.jsonl") for line in path.read_bytes().splitlines()]
    verdicts = [json.loads(line)["unmapped"]["guard"]["decision"] for line in lines]
    assert verdicts == ["allow", "redact", "allow"]


@pytest.mark.parametrize("cut", range(6, 28, 3))
def test_a_value_split_over_two_messages_does_not_leave_whole(guard: Guard, cut: int) -> None:
    socket = opened(guard, COPILOT)
    sent(socket, say(f"Voici : {IBAN[:cut]}"))
    second = sent(socket, say(f"{IBAN[cut:]} merci")).on[0].decode()
    assert IBAN[cut:].strip() not in second
    assert "[[IBAN_CODE_" in second


def test_bytes_that_are_no_text_do_not_leave(guard: Guard) -> None:
    passage = sent(opened(guard, META), b"\x80\x81\x82" * 20)
    assert (passage.on, passage.back) == ((), ())
    assert passage.close is not None
    assert passage.close[0] == REFUSED


@pytest.mark.parametrize(("where", "messages"), [(COPILOT, 4), (SUBSTRATE, 1), (CODEX, 1)])
def test_a_refusal_is_said_in_the_sockets_own_form(guard: Guard, where: tuple[str, str], messages: int) -> None:
    passage = sent(opened(guard, where), b"\x80\x81\x82" * 20)
    assert (passage.on, passage.close) == ((), None)
    assert len(passage.back) == messages


def test_records_of_a_message_leave_and_come_in_one(guard: Guard) -> None:
    socket = opened(guard, SUBSTRATE)
    invocation = {"type": 4, "arguments": [{"message": {"text": IBAN}}]}
    data = f'{json.dumps(invocation)}\x1e{{"type":1,"target":"Metrics"}}\x1e'.encode()
    [left] = sent(socket, data).on
    assert left.replace(b"[[IBAN_CODE_1]]", IBAN.encode()) == data
    update = {"type": 1, "arguments": [{"writeAtCursor": "[[IBAN_CODE_1]]"}]}
    [shown] = back(socket, (json.dumps(update) + "\x1e" + '{"type":6}\x1e').encode())
    assert shown.count(b"\x1e") == 2
    assert IBAN.encode() in shown


def test_sound_and_pictures_from_the_service_pass(guard: Guard) -> None:
    socket = opened(guard, COPILOT)
    sent(socket, say(IBAN))
    assert asyncio.run(socket.incoming(b"\x80[[IBAN_CODE_1]]", text=False)) == Passage(on=(b"\x80[[IBAN_CODE_1]]",))


def test_a_response_on_a_socket_is_restored_like_a_stream(guard: Guard) -> None:
    socket = opened(guard, CODEX)
    body = {"type": "response.create", "input": IBAN}
    assert b"[[IBAN_CODE_1]]" in sent(socket, json.dumps(body).encode()).on[0]
    told = []
    for piece in ("Le [[IBAN", "_CODE_1]", "], merci ["):
        event = {"type": "response.output_text.delta", "item_id": "i", "output_index": 0, "delta": piece}
        told += back(socket, json.dumps(event).encode())
    told += back(socket, json.dumps({"type": "response.completed"}).encode())
    assert "".join(json.loads(one).get("delta", "") for one in told) == f"Le {IBAN}, merci ["


def test_what_was_hidden_in_a_conversation_is_put_back_on_another_socket(guard: Guard) -> None:
    first, second = opened(guard, COPILOT), opened(guard, COPILOT)
    told = {"event": "send", "conversationId": "conv-0001", "content": [{"type": "text", "text": IBAN}]}
    sent(first, json.dumps(told).encode())
    title = {"event": "titleUpdate", "conversationId": "conv-0001", "title": "[[IBAN_CODE_1]]"}
    assert IBAN.encode() in back(second, json.dumps(title).encode())[0]
    other = {**title, "conversationId": "conv-0002"}
    assert IBAN.encode() not in back(opened(guard, COPILOT), json.dumps(other).encode())[0]


def test_a_sign_of_life_is_decided_on_once(guard: Guard, tmp_path: Path) -> None:
    socket = opened(guard, SUBSTRATE)
    alive = b'{"type":6}\x1e'
    said = b'{"type":4,"arguments":[{"message":{"text":"Bonjour"}}]}\x1e'
    for data in (alive, said, alive, said, alive):
        assert sent(socket, data) == Passage(on=(data,))
    assert len([line for path in tmp_path.glob("*.jsonl") for line in path.read_bytes().splitlines()]) == 3


def test_a_long_message_of_the_service_is_restored_beside_the_event_loop(guard: Guard) -> None:
    socket = opened(guard, COPILOT)
    sent(socket, say(IBAN))
    event = {"event": "replaceText", "messageId": "m", "text": "é" * 100_000 + "[[IBAN_CODE_1]]"}
    [shown] = back(socket, json.dumps(event).encode())
    assert json.loads(shown)["text"] == "é" * 100_000 + IBAN


@pytest.fixture
def inspected(guard: Guard) -> Socket:
    """A socket of somebody who may not see account numbers."""
    about = guard.rules.policy["redact-personal-data"].model_copy(
        update={"id": "answers", "when": When(direction="answer", entities=["IBAN_CODE"])}
    )
    guard.rules = guard.rules.model_copy(update={"policy": guard.rules.policy | {"answers": about}})
    return opened(guard, COPILOT)


def test_what_the_service_says_on_a_socket_is_masked_for_who_may_not_see_it(inspected: Socket) -> None:
    sent(inspected, say("Et son IBAN ?"))
    out: list[bytes] = []
    for text in ("Le compte est FR76 3000 ", "6000 0112 3456 7890 189, ", "rien de plus."):
        event = {"event": "appendText", "messageId": "m", "partId": "p", "text": text}
        out += back(inspected, json.dumps(event).encode())
    assert out == []
    out += back(inspected, json.dumps({"event": "done", "messageId": "m"}).encode())
    told = [json.loads(message) for message in out]
    assert "".join(one.get("text", "") for one in told) == "Le compte est [[IBAN_CODE]], rien de plus."
    assert told[-1]["event"] == "done"


def test_bytes_on_an_inspected_socket_end_it(inspected: Socket) -> None:
    passage = asyncio.run(inspected.incoming(b"\x00\x01", text=False))
    assert passage.close is not None
    assert passage.close[0] == REFUSED
    assert b"\x00\x01" not in passage.on
