"""Keys over several lines: which blocks are one value, and what is no part of it."""

import base64
import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.detect.engine import Analyzer
from guard.detect.views import plainly
from guard.detect.wrapping import unwrapped
from guard.terms import Role, Segment

CHANCE = random.Random(4)
TOKEN = "sk-proj-" + base64.urlsafe_b64encode(CHANCE.randbytes(116)).decode().rstrip("=")
HEAD = base64.urlsafe_b64encode(b'{"alg":"RS256","typ":"JWT"}').decode().rstrip("=")
BODY = base64.urlsafe_b64encode(b'{"sub":"1234567890","name":"Camille","iat":1516239022}').decode().rstrip("=")
JWT = f"{HEAD}.{BODY}.{base64.urlsafe_b64encode(CHANCE.randbytes(256)).decode().rstrip('=')}"


def wrap(text: str, width: int, end: str = "\n") -> str:
    return end.join(text[at : at + width] for at in range(0, len(text), width))


def said(text: str) -> list[str]:
    view = unwrapped(plainly(text))
    return [] if view is None else [line for line in view.text.split("\n") if line]


@pytest.mark.parametrize(
    "text",
    [
        wrap(JWT, 64),
        wrap(JWT, 76, "\r\n"),
        f"Voici le jeton :\n{wrap(JWT, 80)}\nMerci",
        f"Voici :\n{wrap(JWT, 100, chr(10) + '  ')}\n\nMerci",
        f'"{wrap(JWT, 64, chr(92) + chr(10))}",',
        wrap(f"Token: {JWT}", 72),
    ],
    ids=["64", "76, CRLF", "in a message", "indented", "continued", "with what stands before it"],
)
def test_lines_of_one_width_are_one_value(text: str) -> None:
    assert [line for line in said(text) if JWT in line] != []


@pytest.mark.parametrize(
    "text",
    [
        f"OPENAI_API_KEY={TOKEN}\nDEBUG=true",
        f"OPENAI_API_KEY={TOKEN}\nbonjour",
        f"{TOKEN}\nMerci beaucoup",
        f"{TOKEN}\nA1b2C3 is the other",
        "short1Aa\nshort2Bb",
        "\n".join(wrap(TOKEN, 20).split("\n")),
        "\n".join(f"{TOKEN[:40]}{'x' * number}" for number in range(6)),
        wrap(TOKEN * 40, 64),
    ],
    ids=["assignment", "word", "sentence", "more on the line", "short", "narrow", "widths that differ", "a file"],
)
def test_what_is_no_rest_of_a_key_stays_apart(text: str) -> None:
    assert said(text) == []


@given(st.integers(32, 120), st.sampled_from(["", "KEY=", "Le jeton : "]), st.sampled_from(["", "\nMerci", "\n\nok 1"]))
def test_a_value_leads_to_all_of_its_lines(width: int, before: str, after: str) -> None:
    text = wrap(before + JWT, width) + after
    view = unwrapped(plainly(text))
    assert view is not None
    at = view.text.index(JWT)
    start, end = view.span(at, at + len(JWT))
    assert re.sub(r"\n", "", text[start:end]) == JWT


@pytest.mark.parametrize(("key", "rule"), [(JWT, "secret-jwt"), (TOKEN, "openai-key")])
def test_the_shipped_rules_find_all_of_a_broken_key(key: str, rule: str, analyzer: Analyzer) -> None:
    text = f"Pourquoi ce jeton est-il refusé ?\n{wrap(key, 40)}\nMerci"
    [finding] = analyzer.segment(Segment("body:", Role.USER, text)).findings
    assert (finding.rule, text[finding.start : finding.end]) == (rule, wrap(key, 40))
