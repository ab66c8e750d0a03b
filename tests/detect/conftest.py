"""Small rule sets for the detect stage, and the shipped one."""

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from guard.detect.engine import Analyzer
from guard.rules.load import load
from guard.rules.schema import DetectRule, RuleSet, UseRule
from guard.terms import Role, Segment

RULES = Path(__file__).parent.parent.parent / "rules"

type NewRule = Callable[..., DetectRule]
type NewUse = Callable[..., UseRule]
type NewSet = Callable[..., RuleSet]


def _head(name: str, status: str) -> dict[str, Any]:
    return {
        "id": name,
        "title": f"Rule {name}",
        "description": "A rule that exists in tests.",
        "status": status,
        "owner": "tests",
        "date": "2026-11-23",
        "references": [],
    }


@pytest.fixture(scope="session")
def new_rule() -> NewRule:
    """A detect rule; `regex` is one pattern of it with `score`, everything else as in the file."""

    def new(
        name: str, regex: str | None = None, score: float = 0.9, status: str = "stable", **detect: Any
    ) -> DetectRule:
        ignore = detect.pop("ignore_case", False)
        if regex is not None:
            detect["patterns"] = [{"name": "form", "regex": regex, "score": score, "ignore_case": ignore}]
        how = {
            "entity": re.sub(r"-(?=[a-z])", "_", name).replace("-", "").upper(),
            "classification": "confidential",
        } | detect
        tests = {"match": [{"text": "a", "finds": ["a"]}], "no_match": [{"text": "b", "why": "none"}]}
        rule = _head(name, status) | {"falsepositives": ["none"], "detect": how, "tests": tests}
        return DetectRule.model_validate_json(json.dumps(rule))

    return new


@pytest.fixture(scope="session")
def new_use() -> NewUse:
    """A use rule; each list of words is given once and stands for both languages."""

    def new(name: str = "use", status: str = "stable", threshold: float = 0.6, **words: Sequence[str]) -> UseRule:
        use = {part: {"fr": entries, "en": entries} for part, entries in words.items()}
        tests = {"match": ["a"], "no_match": [{"text": "b", "why": "none"}]}
        rule = _head(name, status) | {"use": use, "threshold": threshold, "tests": tests}
        return UseRule.model_validate_json(json.dumps(rule))

    return new


@pytest.fixture(scope="session")
def new_set() -> NewSet:
    """A rule set of these detect and use rules."""

    def new(*rules: DetectRule | UseRule, lists: dict[str, list[str]] | None = None) -> RuleSet:
        return RuleSet(
            version="test",
            services={},
            detect={rule.id: rule for rule in rules if isinstance(rule, DetectRule)},
            uses={rule.id: rule for rule in rules if isinstance(rule, UseRule)},
            policy={},
            messages={},
            lists=lists or {},
        )

    return new


@pytest.fixture(scope="session")
def values(new_set: NewSet) -> Callable[..., list[str]]:
    """What some rules find in a text, in its order; keywords are the segment's."""

    def find(
        rules: Sequence[DetectRule], text: str, lists: dict[str, list[str]] | None = None, **how: Any
    ) -> list[str]:
        segment = Segment("body:", Role.USER, text, **how)
        findings = Analyzer(new_set(*rules, lists=lists)).analyze([segment]).findings
        return [text[finding.start : finding.end] for finding in findings]

    return find


@pytest.fixture(scope="session")
def shipped() -> RuleSet:
    """The rules of this repository."""
    return load(RULES)


@pytest.fixture(scope="session")
def analyzer(shipped: RuleSet) -> Analyzer:
    """The shipped rules, ready."""
    return Analyzer(shipped)
