"""Models bend placeholders: restored in streams of one character, in text and in tool arguments, whatever the value."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from guard.demo.exchange import PLACEHOLDER, Call, Exchange, Reply
from guard.demo.stage import Act

HOSTILE = 'Zoé "la Fouine" O\\Hara'
CODE_NAMES = [
    "albatros",
    "bouquetin",
    "cormoran",
    "daurade",
    "ecureuil",
    "flamant",
    "gerboise",
    "hermine",
    "ibijau",
    "jaseur",
    "kangourou",
]

type Bend = Callable[[str], str]


def _inner(placeholder: str) -> str:
    return placeholder[2:-2]


FORMS: dict[str, tuple[Bend, str]] = {
    "as it is": (lambda p: p, "{}"),
    "lower case": (lambda p: p.lower(), "{}"),
    "title case": (lambda p: p.title(), "{}"),
    "underscore escaped for Markdown": (lambda p: p.replace("_", "\\_"), "{}"),
    "brackets escaped for HTML": (lambda p: p.replace("[", "&#91;").replace("]", "&#93;"), "{}"),
    "brackets escaped for a URL": (lambda p: p.replace("[", "%5B").replace("]", "%5D"), "{}"),
    "space for underscore": (lambda p: p.replace("_", " "), "{}"),
    "brackets dropped": (_inner, "{}"),
    "possessive": (lambda p: f"{p}'s", "{}'s"),
    "bold": (lambda p: f"**{p}**", "**{}**"),
    "inline code": (lambda p: f"`{p}`", "`{}`"),
    "code block": (lambda p: f"```\n{p}\n```", "```\n{}\n```"),
    "twice in a row": (lambda p: p + p, "{0}{0}"),
}
every_form = pytest.mark.parametrize(("bend", "expected"), FORMS.values(), ids=FORMS)


def _openai(act: Act, prompt: str) -> tuple[str, list[Any]]:
    with act.stage.clients.openai.chat.completions.stream(
        model="gpt-5", messages=[{"role": "user", "content": prompt}]
    ) as stream:
        message = stream.get_final_completion().choices[0].message
    return message.content or "", [json.loads(call.function.arguments) for call in message.tool_calls or []]


def _anthropic(act: Act, prompt: str) -> tuple[str, list[Any]]:
    with act.stage.clients.anthropic.messages.stream(
        model="claude-sonnet-5", max_tokens=100, messages=[{"role": "user", "content": prompt}]
    ) as stream:
        message = stream.get_final_message()
    text = "".join(block.text for block in message.content if block.type == "text")
    return text, [block.input for block in message.content if block.type == "tool_use"]


@pytest.mark.parametrize("ask", [_openai, _anthropic])
@every_form
@pytest.mark.parametrize("value", [HOSTILE, "ines.lagarde@example.fr"], ids=["name", "e-mail"])
def test_a_bent_placeholder_becomes_its_value(
    act: Act, ask: Callable[[Act, str], tuple[str, list[Any]]], bend: Bend, expected: str, value: str
) -> None:
    def bent(exchange: Exchange) -> Reply:
        [placeholder] = PLACEHOLDER.findall(exchange.prompt)
        text = f"Voici {bend(placeholder)}, merci."
        return Reply(text, (Call("note", json.dumps({"qui": text})),), chunk=1)

    act.stage.standin.speaker = bent
    text, arguments = ask(act, f"Réponds à {value} demain.")
    assert text == f"Voici {expected.format(value)}, merci."
    assert arguments == [{"qui": text}]
    assert act.left([value]) == []


@pytest.mark.parametrize("ask", [_openai, _anthropic])
def test_number_one_beside_number_eleven_are_two_names(
    act: Act, ask: Callable[[Act, str], tuple[str, list[Any]]]
) -> None:
    def first_and_last(exchange: Exchange) -> Reply:
        names = PLACEHOLDER.findall(exchange.prompt)
        assert (names[0], names[-1]) == ("[[CODE_NAME_1]]", "[[CODE_NAME_11]]")
        return Reply(f"{names[0]}{names[-1]} {_inner(names[0])} {_inner(names[-1])} {names[-1]}{names[0]}", chunk=1)

    act.stage.standin.speaker = first_and_last
    text, _ = ask(act, "Projets : " + ", ".join(CODE_NAMES) + ".")
    assert text == "albatroskangourou albatros kangourou kangouroualbatros"


@pytest.mark.parametrize("cut", [1, 2, 3, 5, 17])
def test_bytes_may_be_cut_anywhere(act: Act, cut: int) -> None:
    def answer(exchange: Exchange) -> Reply:
        [name] = PLACEHOLDER.findall(exchange.prompt)
        return Reply(f"É {name} à {_inner(name)}.", (Call("note", json.dumps({"qui": name})),), chunk=5, cut=cut)

    act.stage.standin.speaker = answer
    for ask in (_openai, _anthropic):
        text, arguments = ask(act, f"Réponds à {HOSTILE} demain.")
        assert text == f"É {HOSTILE} à {HOSTILE}."
        assert arguments == [{"qui": HOSTILE}]
