"""A host pattern stands for the names it says, and for no other."""

import pytest

from guard.rules.hosts import covers


@pytest.mark.parametrize(
    ("pattern", "name", "stands"),
    [
        ("api.example.com", "api.example.com", True),
        ("api.example.com", "api-example.com", False),
        ("*.example.com", "a.example.com", True),
        ("*.example.com", "a.b.example.com", True),
        ("*.example.com", "example.com", False),
        ("*.example.com", "badexample.com", False),
        ("ai.*.example.com", "ai.eu-1.example.com", True),
        ("ai.*.example.com", "ai.a.b.example.com", False),
        ("ai.*.example.com", "ai..example.com", False),
        ("*-ai.example.com", "eu-ai.example.com", True),
        ("*-ai.example.com", "-ai.example.com", False),
        ("*-ai.example.com", "x.eu-ai.example.com", False),
        ("*.ai.*.example.com", "a.b.ai.c.example.com", True),
        ("*.example.com", "*.example.com", True),
        ("*.example.com", "ai.*.example.com", True),
    ],
)
def test_a_pattern_stands_for_its_names(pattern: str, name: str, stands: bool) -> None:
    assert covers(pattern, name) is stands
