"""What a reader may not see does not reach them, at any cut of the answer, and each decision leaves its event first."""

import asyncio
import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from guard.answers.passing import Passing
from guard.detect.analysis import Analysis
from guard.errors import DetectError, StoreError
from guard.pipeline import Guard
from guard.terms import Actor, Segment, Style
from guard.trial import Inline

IBAN = "FR76 3000 6000 0112 3456 7890 189"
OTHER = "FR14 2004 1010 0505 0001 3M02 606"
SALES = Actor("bob", ("sales",), "test")
FILLER = "Le dossier avance comme prévu, et la prochaine étape sera décidée la semaine qui vient. "

type Make = Callable[..., Any]
type Notebook = Any


def stream(text: str, size: int = 4, **more: Any) -> list[bytes]:
    """Chunks of a chat completion."""
    chunks: list[dict[str, Any]] = [{"delta": {"role": "assistant", "content": ""}}]
    chunks += [{"delta": {"content": text[at : at + size]}} for at in range(0, len(text), size)]
    chunks += [{"delta": {}, "finish_reason": "stop"}]
    events = [
        {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1764288000, "model": "gpt-5"}
        | {"choices": [{"index": 0, "finish_reason": None} | chunk | more]}
        for chunk in chunks
    ]
    return [b"data: " + json.dumps(event).encode() + b"\n\n" for event in events] + [b"data: [DONE]\n\n"]


def text_of(out: bytes) -> str:
    """What a client makes of the stream."""
    events = [line.removeprefix(b"data: ") for line in out.split(b"\n") if line.startswith(b"data: ")]
    chunks = [json.loads(event) for event in events if event != b"[DONE]"]
    return "".join(c["choices"][0]["delta"].get("content") or "" for c in chunks if c.get("choices"))


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8, 13, 40, 4000])
def test_what_the_reader_may_not_see_is_masked_at_any_cut(
    guard: Guard, notebook: Notebook, answered: Make, size: int
) -> None:
    said = f"{FILLER * 3}Son IBAN : {IBAN}. {FILLER * 3}L'autre est {OTHER}, ou {IBAN}.\n{FILLER}"
    out, _ = answered(guard, notebook, SALES, stream(said, size))

    assert text_of(out) == said.replace(IBAN, "[[IBAN_CODE]]").replace(OTHER, "[[IBAN_CODE]]")
    assert set(notebook.verdicts) == {"redact"}
    assert all(IBAN[:9] not in before for before in notebook.left_before)
    assert {outcome.about for outcome in notebook.answers} == {"event-1"}


def test_a_clean_answer_keeps_its_bytes_and_leaves_one_event_before_its_end(
    guard: Guard, notebook: Notebook, answered: Make
) -> None:
    pieces = stream(FILLER * 20)
    out, _ = answered(guard, notebook, SALES, pieces)

    assert out == b"".join(pieces)
    assert notebook.verdicts == ["allow"]
    assert not notebook.left_before[-1].endswith("[DONE]\n\n")
    assert notebook.answers[0].chars >= len(FILLER * 20)


def test_text_leaves_while_the_answer_goes_on(guard: Guard, notebook: Notebook, asked: Make) -> None:
    async def run() -> int:
        exchange = await asked(guard, SALES, "Bonjour")
        passing = Passing.of(guard, exchange, guard.rules.services["openai-api"], "text/event-stream", None)
        assert passing is not None
        longest = fed = left = 0
        for piece in stream(FILLER * 20):
            out = await passing.feed(piece)
            fed += len(text_of(piece))
            left += len(text_of(out))
            longest = max(longest, fed - left)
        return longest

    assert asyncio.run(run()) < 2 * len(FILLER) + 200


def test_what_may_not_be_seen_at_all_cuts_the_answer_with_a_message(
    guard: Guard, notebook: Notebook, answered: Make
) -> None:
    said = f"{FILLER * 4}\nCONFIDENTIEL\nLe projet Licorne est vendu à Exemple SA. {FILLER * 3}"
    out, passing = answered(guard, notebook, SALES, stream(said))

    text = text_of(out)
    assert text.startswith(FILLER * 3)
    assert "Licorne" not in text
    assert "CONFIDENTIEL\n" not in text
    assert "event-2" in text
    assert notebook.verdicts == ["block"]
    assert b'"finish_reason": "stop"' in out
    assert out.endswith(b"data: [DONE]\n\n")
    assert passing is not None
    assert passing.instead(None) is not None


def test_a_whole_answer_is_masked_or_replaced_by_a_refusal(guard: Guard, notebook: Notebook, answered: Make) -> None:
    answer = {"id": "x", "choices": [{"index": 0, "message": {"role": "assistant", "content": f"C'est {IBAN}."}}]}
    out, passing = answered(guard, notebook, SALES, [json.dumps(answer).encode()], kind="application/json")
    assert json.loads(out)["choices"][0]["message"]["content"] == "C'est [[IBAN_CODE]]."
    assert passing is not None
    assert passing.instead(None) is None

    answer["choices"][0]["message"]["content"] = "CONFIDENTIEL\nLe plan."  # type: ignore[index]
    _, passing = answered(guard, notebook, SALES, [json.dumps(answer).encode()], kind="application/json")
    assert passing is not None
    reply = passing.instead("https://example.com")
    assert reply is not None
    assert reply.status == 400
    assert reply.header("access-control-allow-origin") == "https://example.com"
    assert "plan" not in reply.body.decode()


def test_what_the_reader_sent_is_no_news_to_them(guard: Guard, notebook: Notebook, answered: Make) -> None:
    said = f"Vous dites [[IBAN_CODE_1]], soit {IBAN.replace(' ', '')} ; l'autre est {OTHER}."
    out, _ = answered(guard, notebook, SALES, stream(said, 3), prompt=f"Voici {IBAN}")

    assert text_of(out) == f"Vous dites {IBAN}, soit {IBAN.replace(' ', '')} ; l'autre est [[IBAN_CODE]]."
    assert [len(outcome.findings) for outcome in notebook.answers] == [1]


def test_a_long_prompt_is_looked_through_beside_the_event_loop(
    guard: Guard, notebook: Notebook, answered: Make
) -> None:
    text = f"Vous citez {IBAN}, et {OTHER}."
    out, passing = answered(guard, notebook, SALES, stream(text), prompt="Bonjour. " * 3000 + IBAN.replace(" ", "-"))
    assert passing is not None
    assert text_of(out) == text.replace(OTHER, "[[IBAN_CODE]]")


def test_tool_arguments_are_masked_and_stay_json(guard: Guard, notebook: Notebook, answered: Make) -> None:
    arguments = json.dumps({"iban": IBAN, "note": "\u00e0 payer", "n": 3})
    calls = [
        {"index": 0, "id": "call_1", "type": "function", "function": {"name": "pay", "arguments": ""}},
        *({"index": 0, "function": {"arguments": arguments[at : at + 3]}} for at in range(0, len(arguments), 3)),
    ]
    pieces = [
        b"data: " + json.dumps({"choices": [{"index": 0, "delta": {"tool_calls": [call]}}]}).encode() + b"\n\n"
        for call in calls
    ]
    pieces.append(b'data: {"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}\n\n')
    out, _ = answered(guard, notebook, SALES, pieces)

    events = [json.loads(line[6:]) for line in out.split(b"\n") if line.startswith(b"data: ")]
    told = [call for event in events for call in event["choices"][0]["delta"].get("tool_calls", [])]
    whole = json.loads("".join(call["function"]["arguments"] for call in told))
    assert whole == {"iban": "[[IBAN_CODE]]", "note": "à payer", "n": 3}


def test_a_block_in_tool_arguments_is_an_error_event(guard: Guard, notebook: Notebook, answered: Make) -> None:
    arguments = json.dumps({"note": "CONFIDENTIEL\nLe projet Licorne."})
    call = {"index": 0, "function": {"arguments": arguments}}
    pieces = [b"data: " + json.dumps({"choices": [{"index": 0, "delta": {"tool_calls": [call]}}]}).encode() + b"\n\n"]
    out, _ = answered(guard, notebook, SALES, [*pieces, b"data: [DONE]\n\n"])

    assert out.startswith(b"event: error\ndata: {")
    assert b"Licorne" not in out


class Failing:
    """An analyzer that fails from some call on."""

    def __init__(self, inline: Inline, good: int, error: Exception) -> None:
        self._inline, self._good, self._error = inline, good, error

    async def analyze(self, segments: Sequence[Segment]) -> Analysis:
        self._good -= 1
        if self._good < 0:
            raise self._error
        return await self._inline.analyze(segments)


@pytest.mark.parametrize(
    ("spoil", "failure"),
    [
        pytest.param(lambda guard, _: DetectError("worker", "died"), "worker", id="worker"),
        pytest.param(lambda guard, _: TimeoutError(), "timeout", id="time"),
        pytest.param(lambda guard, notebook: StoreError("full"), "store", id="store"),
    ],
)
def test_what_cannot_be_decided_on_is_withheld_with_a_message(
    guard: Guard,
    notebook: Notebook,
    answered: Make,
    inline: Inline,
    spoil: Callable[[Guard, Notebook], Exception],
    failure: str,
) -> None:
    guard.analyzer = Failing(inline, 3, spoil(guard, notebook))
    out, _ = answered(guard, notebook, SALES, stream(f"{FILLER * 4}{IBAN} {FILLER}"))

    assert IBAN[:9] not in text_of(out)
    assert text_of(out).startswith(FILLER)
    assert "event-2" in text_of(out)
    assert [outcome.failure for outcome in notebook.answers] == [failure]
    assert out.endswith(b"[DONE]\n\n")


def test_an_event_that_cannot_be_written_keeps_what_it_is_about(guard: Guard, notebook: Notebook, asked: Make) -> None:
    async def run() -> bytes:
        exchange = await asked(guard, SALES, "Bonjour")
        passing = Passing.of(guard, exchange, guard.rules.services["openai-api"], "text/event-stream", None)
        assert passing is not None
        notebook.broken = True
        return b"".join([await passing.feed(piece) for piece in stream(f"C'est {IBAN}.")]) + await passing.finish()

    out = asyncio.run(run())
    assert IBAN[:9] not in text_of(out)
    assert "none" in text_of(out)


def test_tokens_that_say_the_text_once_more_are_withheld(guard: Guard, notebook: Notebook, answered: Make) -> None:
    told = {"content": [{"token": "FR76", "logprob": -0.1, "bytes": [70, 82]}]}
    out, _ = answered(guard, notebook, SALES, stream(f"C'est {IBAN}.", 3, logprobs=told))

    assert b"FR7" not in out
    assert b"70, 82" not in out
    assert [outcome.uninspectable for outcome in notebook.answers] == [("logprobs",)]


def test_a_rule_that_only_logs_leaves_its_event_and_changes_nothing(
    guard: Guard, notebook: Notebook, answered: Make
) -> None:
    pieces = stream(f"Appelez le 01 99 00 45 67. {FILLER}")
    out, _ = answered(guard, notebook, SALES, pieces)

    assert out == b"".join(pieces)
    assert notebook.verdicts == ["log"]


def test_a_rule_that_counts_values_counts_those_of_the_whole_answer(
    guard: Guard, notebook: Notebook, answered: Make, rule: Make
) -> None:
    counting = rule("answers-many", "block", entities=["EMAIL_ADDRESS"], at_least=3)
    guard.rules = guard.rules.model_copy(update={"policy": {counting.id: counting}})
    said = "".join(f"Écrire à {name}@example.fr. {FILLER * 3}" for name in ("ana", "bob", "ana", "eve", "zoe"))
    out, _ = answered(guard, notebook, SALES, stream(said, 9))

    assert "bob@example.fr" in text_of(out)
    assert "eve@" not in text_of(out)
    assert notebook.verdicts == ["block"]


def test_a_style_that_drops_leaves_nothing(guard: Guard, notebook: Notebook, answered: Make) -> None:
    dropping = guard.rules.policy["answers-redact"].model_copy(update={"styles": {"IBAN_CODE": Style.DROP}})
    guard.rules = guard.rules.model_copy(update={"policy": {dropping.id: dropping}})
    out, _ = answered(guard, notebook, SALES, stream(f"C'est {IBAN}."))
    assert text_of(out) == "C'est ."


def test_the_analysis_of_a_stretch_keeps_its_guard(
    guard: Guard, notebook: Notebook, answered: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts: list[int] = []
    analyze = guard.analyzer.analyze

    async def counted(segments: Sequence[Segment]) -> Analysis:
        counts.append(guard.deciding)
        return await analyze(segments)

    monkeypatch.setattr(guard.analyzer, "analyze", counted)
    answered(guard, notebook, SALES, stream("Bonjour."))
    assert counts[-1] == 2  # one for the answer, one for the stretch: a socket has no other


def test_no_text_of_an_answer_is_in_any_repr(guard: Guard, notebook: Notebook, answered: Make) -> None:
    _, passing = answered(guard, notebook, SALES, stream(f"C'est {IBAN}."))
    assert "3000" not in repr(notebook.answers) + repr(passing)
