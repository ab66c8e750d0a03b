"""A guard with rules about answers, one reader whom they are about, and a recorder."""

import asyncio
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from guard.answers.passing import Passing
from guard.errors import StoreError
from guard.pipeline import Exchange, Guard
from guard.redact.vault import Vault
from guard.rules.load import load
from guard.rules.schema import PolicyRule, RuleSet
from guard.terms import Actor, Outcome, Request
from guard.trial import Inline

RULES = Path(__file__).parents[2] / "rules"
SALES = Actor("bob", ("sales",), "test")


def _rule(name: str, then: str, **when: object) -> PolicyRule:
    return PolicyRule.model_validate_json(
        json.dumps(
            {
                "id": name,
                "title": "A rule about answers",
                "description": "A rule for these tests.",
                "status": "stable",
                "owner": "security",
                "date": "2026-11-01",
                "references": ["https://example.com"],
                "when": {"direction": "answer", "groups_not": ["hr"]} | when,
                "then": then,
                "message": "marked-document",
                "tests": [{"expect": "allow"}],
            }
        )
    )


@pytest.fixture(scope="module")
def rules() -> RuleSet:
    everything = load(RULES)
    names = ("iban", "email-address", "marking-fr", "phone-fr")
    kept = {name: found for name, found in everything.detect.items() if name in names}
    about = (
        _rule("answers-redact", "redact", entities=["IBAN_CODE", "EMAIL_ADDRESS"]),
        _rule("answers-block", "block", entities=["MARKING"]),
        _rule("answers-log", "log", entities=["PHONE_NUMBER"]),
    )
    policy = {one.id: one for one in about} | {"redact-personal-data": everything.policy["redact-personal-data"]}
    return everything.model_copy(update={"detect": kept, "policy": policy})


@pytest.fixture(scope="module")
def inline(rules: RuleSet) -> Inline:
    return Inline(rules, "none")


class Notebook:
    """A recorder, which says what had left when each event was written."""

    def __init__(self) -> None:
        self.outcomes: list[Outcome] = []
        self.left_before: list[str] = []
        self.out = bytearray()
        self.broken = False

    def write(self, outcome: Outcome) -> str:
        if self.broken:
            raise StoreError("no space")
        self.outcomes.append(outcome)
        self.left_before.append(self.out.decode("utf-8", "replace"))
        return f"event-{len(self.outcomes)}"

    async def kept(self) -> None:
        """Nothing to wait for."""

    @property
    def answers(self) -> list[Outcome]:
        return [outcome for outcome in self.outcomes if outcome.direction == "answer"]

    @property
    def verdicts(self) -> list[str]:
        return [outcome.decision.verdict.value for outcome in self.answers]


@pytest.fixture
def notebook() -> Notebook:
    return Notebook()


@pytest.fixture
def guard(rules: RuleSet, inline: Inline, notebook: Notebook) -> Iterator[Guard]:
    with closing(Vault("sqlite://", bytes(32))) as vault:
        yield Guard(rules, inline, vault, notebook)


async def _asked(guard: Guard, actor: Actor, prompt: str, service: str = "openai-api") -> Exchange:
    body = json.dumps({"model": "gpt-5", "messages": [{"role": "user", "content": prompt}]}).encode()
    request = Request("POST", "api.openai.com", "/v1/chat/completions", (("content-type", "application/json"),), body)
    return await guard.outgoing(request, guard.rules.services[service], actor)


def _answered(
    guard: Guard,
    notebook: Notebook,
    actor: Actor,
    pieces: Sequence[bytes],
    prompt: str = "Bonjour",
    kind: str = "text/event-stream",
) -> tuple[bytes, Passing | None]:
    """What the reader gets."""

    async def run() -> Passing | None:
        exchange = await _asked(guard, actor, prompt)
        service = guard.rules.services[exchange.outcome.service]
        passing = Passing.of(guard, exchange, service, kind, None)
        if passing is None:
            notebook.out += b"".join(pieces)
            return None
        for piece in pieces:
            notebook.out += await passing.feed(piece)
        notebook.out += await passing.finish()
        return passing

    passing = asyncio.run(run())
    return bytes(notebook.out), passing


@pytest.fixture
def rule() -> Callable[..., PolicyRule]:
    """Makes a rule about answers."""
    return _rule


@pytest.fixture
def asked() -> Callable[..., object]:
    """Sends a prompt."""
    return _asked


@pytest.fixture
def answered() -> Callable[..., object]:
    """Gives an answer in pieces to a reader."""
    return _answered
