"""Their own values stand in people's answers again."""

import asyncio
import json
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest

from guard.answers.restored import rewriter
from guard.pipeline import Exchange, Guard
from guard.redact.vault import Vault
from guard.rules.schema import RuleSet
from guard.terms import Actor, Request, Style
from guard.trial import Inline

IBAN = "FR76 3000 6000 0112 3456 7890 189"
SAID = "Mon IBAN : " + IBAN
HR = Actor("ana", ("hr",), "test")
BOB = Actor("bob", ("hr",), "test")
FIRST, SECOND = "0b5c8a3e-1111-4222-8333-944455556666", "9f5c8a3e-7777-4888-8999-a00011112222"

type Asked = Callable[..., Any]


def through(guard: Guard, exchange: Exchange, *pieces: bytes, kind: str = "application/json") -> str:
    """An answer as its reader gets it; as it came when nothing in it can be theirs."""
    found = rewriter(guard, exchange, kind, None)
    if found is None:
        return b"".join(pieces).decode()
    return (b"".join(map(found.feed, pieces)) + found.flush()).decode()


def whole(content: str) -> bytes:
    return json.dumps({"choices": [{"message": {"content": content}}]}).encode()


def test_what_was_hidden_comes_back_and_nothing_else_is_looked_at(guard: Guard, asked: Asked) -> None:
    exchange = asyncio.run(asked(guard, HR, SAID))
    assert b"[[IBAN_CODE_1]]" in exchange.request.body
    assert IBAN in through(guard, exchange, whole("Vu : [[IBAN_CODE_1]]."))
    assert rewriter(guard, asyncio.run(asked(guard, HR, "Bonjour")), "application/json", None) is None
    assert rewriter(guard, exchange, "image/png", None) is None


def test_a_surrogate_comes_back_however_it_is_cut_and_spelt(
    asked: Asked, rules: RuleSet, inline: Inline, notebook: Any
) -> None:
    rule = rules.policy["redact-personal-data"].model_copy(update={"styles": {"IBAN_CODE": Style.SURROGATE}})
    with closing(Vault("sqlite://", bytes(32))) as vault:
        guard = Guard(rules.model_copy(update={"policy": {rule.id: rule}}), inline, vault, notebook)
        exchange = asyncio.run(asked(guard, HR, SAID))
    answer = whole("Vu : ZZ63000000000982451653.")

    assert "ZZ63 0000 0000 0982 4516 53" in exchange.request.body.decode()
    assert f"Vu : {IBAN}." in through(guard, exchange, answer[:50], answer[50:])


async def _at_claude(guard: Guard, actor: Actor, prompt: str | None, path: str) -> Exchange:
    """A prompt in a conversation that the service keeps, or a look at what it keeps."""
    body = json.dumps({"prompt": prompt}).encode() if prompt else b""
    headers = (("content-type", "application/json"),)
    request = Request("POST" if prompt else "GET", "claude.ai", path, headers, body)
    return await guard.outgoing(request, guard.rules.services["claude-web"], actor)


def said_in(guard: Guard, actor: Actor, conversation: str) -> None:
    path = f"/api/organizations/o/chat_conversations/{conversation}/completion"
    asyncio.run(_at_claude(guard, actor, SAID, path))


@pytest.mark.parametrize(
    ("actor", "named", "back"), [(HR, FIRST, True), (HR, SECOND, False), (BOB, FIRST, False)], ids=str
)
def test_a_list_of_conversations_gets_the_values_of_those_it_names_and_of_this_person_alone(
    guard: Guard, actor: Actor, named: str, back: bool
) -> None:
    said_in(guard, HR, FIRST)
    listing = asyncio.run(_at_claude(guard, actor, None, "/api/organizations/o/chat_conversations"))
    answer = json.dumps([{"uuid": named, "name": "[[IBAN_CODE_1]]"}]).encode()
    assert (IBAN in through(guard, listing, answer[:30], answer[30:])) is back
