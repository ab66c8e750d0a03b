"""Confidential values stay here, and come back whole: both SDKs, sync and async, streaming and not."""

import asyncio
import json
import re
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import anthropic
import httpx2
import openai
import pytest

from guard.demo.exchange import PLACEHOLDER, Call, Exchange, Reply
from guard.demo.stage import Act, Stage

MODEL = {"openai": "gpt-5", "anthropic": "claude-sonnet-5"}
IBAN = "FR76 3000 6000 0112 3456 7890 189"
EMAIL = "ines.lagarde@example.fr"
NIR = "2 85 05 78 006 084 41"
PHONE = "01 99 00 45 67"
HOSTILE = 'Zoé "la Fouine" O\\Hara'
VALUES = [IBAN, EMAIL, NIR, PHONE, HOSTILE]


@dataclass(frozen=True)
class Heard:
    """What the client made of the answer."""

    text: str
    arguments: list[Any]


@dataclass(frozen=True)
class Talk:
    """A whole conversation: one value in each kind of place."""

    system: str = f"Tu réponds aux clients. Notre compte : {IBAN}."
    before: str = f"Le dossier de {EMAIL}, vite."
    tool_input: str = NIR
    tool_result: str = f"téléphone {PHONE}"
    last: str = f"Réponds à {HOSTILE} avec tout cela."


def parrot(exchange: Exchange) -> Reply:
    """Every placeholder of the whole conversation, in the text and in a tool call's arguments."""
    names = list(dict.fromkeys(PLACEHOLDER.findall(json.dumps(exchange.body))))
    return Reply("Voici : " + " ; ".join(names), (Call("note", json.dumps({"valeurs": names})),), chunk=4)


def openai_body(talk: Talk) -> dict[str, Any]:
    call = {
        "id": "call_1",
        "type": "function",
        "function": {"name": "f", "arguments": json.dumps({"nir": talk.tool_input})},
    }
    return {
        "model": MODEL["openai"],
        "messages": [
            {"role": "system", "content": talk.system},
            {"role": "user", "content": [{"type": "text", "text": talk.before}]},
            {"role": "assistant", "content": None, "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "call_1", "content": json.dumps({"fiche": talk.tool_result})},
            {"role": "user", "content": talk.last},
        ],
    }


def anthropic_body(talk: Talk) -> dict[str, Any]:
    call = {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {"nir": talk.tool_input}}
    result = {"type": "tool_result", "tool_use_id": "toolu_1", "content": [{"type": "text", "text": talk.tool_result}]}
    return {
        "model": MODEL["anthropic"],
        "max_tokens": 500,
        "system": [{"type": "text", "text": talk.system}],
        "messages": [
            {"role": "user", "content": talk.before},
            {"role": "assistant", "content": [call]},
            {"role": "user", "content": [result, {"type": "text", "text": talk.last}]},
        ],
    }


def heard_openai(message: Any) -> Heard:
    return Heard(message.content or "", [json.loads(call.function.arguments) for call in message.tool_calls or []])


def heard_anthropic(message: Any) -> Heard:
    text = "".join(block.text for block in message.content if block.type == "text")
    return Heard(text, [block.input for block in message.content if block.type == "tool_use"])


def openai_sync(stage: Stage, trust: ssl.SSLContext, talk: Talk) -> Heard:
    answer = stage.clients.openai.chat.completions.create(**openai_body(talk))
    return heard_openai(answer.choices[0].message)


def openai_sync_stream(stage: Stage, trust: ssl.SSLContext, talk: Talk) -> Heard:
    with stage.clients.openai.chat.completions.stream(**openai_body(talk)) as stream:
        return heard_openai(stream.get_final_completion().choices[0].message)


def anthropic_sync(stage: Stage, trust: ssl.SSLContext, talk: Talk) -> Heard:
    return heard_anthropic(stage.clients.anthropic.messages.create(**anthropic_body(talk)))


def anthropic_sync_stream(stage: Stage, trust: ssl.SSLContext, talk: Talk) -> Heard:
    with stage.clients.anthropic.messages.stream(**anthropic_body(talk)) as stream:
        return heard_anthropic(stream.get_final_message())


def _async(stage: Stage, trust: ssl.SSLContext) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(proxy=stage.guard.url, verify=trust, trust_env=False, timeout=30)


def openai_async(stage: Stage, trust: ssl.SSLContext, talk: Talk, *, streaming: bool = False) -> Heard:
    async def ask() -> Heard:
        async with _async(stage, trust) as http:
            client = openai.AsyncOpenAI(api_key="k", base_url="https://api.openai.com/v1", http_client=http)
            if not streaming:
                return heard_openai((await client.chat.completions.create(**openai_body(talk))).choices[0].message)
            async with client.chat.completions.stream(**openai_body(talk)) as stream:
                return heard_openai((await stream.get_final_completion()).choices[0].message)

    return asyncio.run(ask())


def openai_async_stream(stage: Stage, trust: ssl.SSLContext, talk: Talk) -> Heard:
    return openai_async(stage, trust, talk, streaming=True)


def anthropic_async(stage: Stage, trust: ssl.SSLContext, talk: Talk, *, streaming: bool = False) -> Heard:
    async def ask() -> Heard:
        async with _async(stage, trust) as http:
            url = "https://api.anthropic.com"
            client = anthropic.AsyncAnthropic(api_key="k", base_url=url, http_client=http)
            if not streaming:
                return heard_anthropic(await client.messages.create(**anthropic_body(talk)))
            async with client.messages.stream(**anthropic_body(talk)) as stream:
                return heard_anthropic(await stream.get_final_message())

    return asyncio.run(ask())


def anthropic_async_stream(stage: Stage, trust: ssl.SSLContext, talk: Talk) -> Heard:
    return anthropic_async(stage, trust, talk, streaming=True)


type Way = Callable[[Stage, ssl.SSLContext, Talk], Heard]
WAYS: list[Way] = [
    openai_sync,
    openai_sync_stream,
    openai_async,
    openai_async_stream,
    anthropic_sync,
    anthropic_sync_stream,
    anthropic_async,
    anthropic_async_stream,
]
every_way = pytest.mark.parametrize("ask", WAYS, ids=lambda way: way.__name__)


@every_way
def test_no_value_leaves_from_any_place_and_each_comes_back(act: Act, trust: ssl.SSLContext, ask: Way) -> None:
    act.stage.standin.speaker = parrot
    heard = ask(act.stage, trust, Talk())
    assert len(act.received) == 1
    assert act.left(VALUES) == []
    assert [value for value in VALUES if value not in heard.text] == []
    assert sorted(heard.arguments[0]["valeurs"]) == sorted(VALUES)
    assert not PLACEHOLDER.search(heard.text)
    assert act.verdicts == ["redact"]
    assert [event["unmapped"]["guard"]["nlp"] for event in act.events] == ["builtin"]


@every_way
def test_two_people_never_share_a_placeholder_and_the_answer_names_each_rightly(
    act: Act, trust: ssl.SSLContext, ask: Way
) -> None:
    def tell_apart(exchange: Exchange) -> Reply:
        first, second = PLACEHOLDER.findall(json.dumps(exchange.body))
        return Reply(f"1. {first} ; 2. {second} ; 1. {first}")

    act.stage.standin.speaker = tell_apart
    talk = Talk("", "Parlons de Bruno Castaing.", "rien", "rien", "Et maintenant d'Ines Lagarde.")
    heard = ask(act.stage, trust, talk)
    assert heard.text == "1. Bruno Castaing ; 2. Ines Lagarde ; 1. Bruno Castaing"
    assert act.left(["Bruno Castaing", "Ines Lagarde"]) == []


@every_way
def test_history_that_came_back_leaves_under_the_same_placeholders(act: Act, trust: ssl.SSLContext, ask: Way) -> None:
    def first_word(exchange: Exchange) -> Reply:
        return Reply(PLACEHOLDER.findall(json.dumps(exchange.body))[0])

    act.stage.standin.speaker = first_word
    talk = Talk("", f"Mon adresse est {EMAIL}.", "rien", "rien", "Répète-la.")
    heard = ask(act.stage, trust, talk)
    again = ask(act.stage, trust, Talk("", f"Mon adresse est {heard.text}.", "rien", "rien", "Répète-la."))
    bodies = [json.loads(request.body) for request in act.received]
    assert heard.text == again.text == EMAIL
    assert bodies[0] == bodies[1]


def test_the_same_iban_differently_spaced_is_one_placeholder(act: Act) -> None:
    text = f"{IBAN} et {IBAN.replace(' ', '')} et {IBAN.lower()}"
    act.stage.clients.openai.chat.completions.create(model="gpt-5", messages=[{"role": "user", "content": text}])
    [received] = act.received
    assert len(set(PLACEHOLDER.findall(received.body.decode()))) == 1
    assert act.left([IBAN]) == []


def test_a_placeholder_that_the_person_typed_is_never_taken_for_somebodys_name(act: Act) -> None:
    def both(exchange: Exchange) -> Reply:
        return Reply(exchange.prompt)

    act.stage.standin.speaker = both
    typed = "Que veut dire [[PERSON_1]] ? C'est Ines Lagarde qui demande."
    answer = act.stage.clients.openai.chat.completions.create(
        model="gpt-5", messages=[{"role": "user", "content": typed}]
    )
    assert answer.choices[0].message.content == typed
    assert act.left(["Ines Lagarde"]) == []


def test_tokens_are_counted_without_the_values(act: Act) -> None:
    count = act.stage.clients.anthropic.messages.count_tokens(
        model=MODEL["anthropic"], messages=[{"role": "user", "content": f"Mon IBAN : {IBAN}"}]
    )
    assert count.input_tokens > 0
    assert len(act.received) == 1
    assert act.left([IBAN]) == []


def test_the_guard_says_at_its_start_what_finds_names(act: Act) -> None:
    assert re.search(r"^ +names +builtin$", act.stage.guard.output.read_text(encoding="utf-8"), re.MULTILINE)
