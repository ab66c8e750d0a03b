"""Source code by the shape of its lines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.detect.code import stretches

SAMPLES = {
    "python": "def add(a, b):\n    total = compute(a, b)\n    return total",
    "javascript": "const a = load(x);\nif (a) {\n  run(a);\n}",
    "java": "public class A {\n    private int n = 0;\n    public int get() {\n        return n;\n    }\n}",
    "go": "func main() {\n\tx := load()\n\tfmt.Println(x)\n}",
    "c": "#include <stdio.h>\nint main(void) {\n  return 0;\n}",
    "php": "<?php\n$a = load();\necho $a;",
    "sql": "SELECT a, b FROM t\nWHERE a > 1\nORDER BY b",
    "shell": '#!/bin/sh\nexport A=/tmp\nif [ -f x ]; then\necho "$A" > y\nfi',
    "html": '<div class="a">\n<p id="b">\n</div>',
}


@pytest.mark.parametrize("sample", SAMPLES.values(), ids=SAMPLES)
def test_code_between_sentences_is_found(sample: str) -> None:
    text = (
        f"Bonjour, peux-tu relire ceci et me dire ce que tu en penses ?\n\n{sample}\n\nThank you for your help today."
    )
    assert len(list(stretches(text))) == 1


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Bonjour ;\nmerci pour la réponse de la semaine dernière ;\nà bientôt.", id="semicolons"),
        pytest.param("Points:\n- sales\n- stock\n- people", id="list"),
        pytest.param("Dear all,\n\nWe return the parts.\nWe import goods from Spain.\n\nBest,\nJo", id="words"),
        pytest.param("```\nChère madame,\nvoici la lettre.\n```", id="fenced-prose"),
        pytest.param("x = 1", id="one-line"),
        pytest.param("", id="empty"),
    ],
)
def test_prose_is_not(text: str) -> None:
    assert list(stretches(text)) == []


@given(st.text(alphabet="a`\n;{}() =.é\r", max_size=200))
def test_stretches_are_in_order_and_inside_the_text(text: str) -> None:
    at = 0
    for start, end in stretches(text):
        assert at <= start <= end <= len(text)
        at = end
