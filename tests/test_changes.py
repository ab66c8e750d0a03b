"""What differs between two sets, in words."""

from collections.abc import Callable
from pathlib import Path

import pytest

from guard.changes import Change, changes
from guard.rules.load import load
from guard.rules.schema import RuleSet, Status
from guard.terms import Verdict

RULES = Path(__file__).parent.parent / "rules"


@pytest.fixture(scope="module")
def rules() -> RuleSet:
    return load(RULES)


def edited(rules: RuleSet, kind: str, name: str, **update: object) -> RuleSet:
    """The set with one rule otherwise."""
    known = dict(getattr(rules, kind))
    known[name] = known[name].model_copy(update=update)
    return rules.model_copy(update={kind: known})


def policy_with(rules: RuleSet, name: str, **when: object) -> RuleSet:
    rule = rules.policy[name]
    return edited(rules, "policy", name, when=rule.when.model_copy(update=when))


def test_a_set_does_not_differ_from_itself(rules: RuleSet) -> None:
    assert changes(rules, load(RULES)) == []


CHANGES: dict[str, tuple[Callable[[RuleSet], RuleSet], tuple[str, ...]]] = {
    "it decides": (
        lambda rules: edited(rules, "policy", "redact-every-name", status=Status.STABLE),
        ("status: test → stable (it decides from now on)",),
    ),
    "it is watched": (
        lambda rules: edited(rules, "policy", "redact-secrets", status=Status.TEST),
        ("status: stable → test (only watched from now on)",),
    ),
    "a stricter verdict": (
        lambda rules: edited(rules, "policy", "redact-secrets", then=Verdict.BLOCK),
        ("then: redact → block (stricter)",),
    ),
    "another owner and words": (
        lambda rules: edited(rules, "policy", "redact-secrets", owner="it", title="Other"),
        ("owner: security → it", "reworded: title"),
    ),
    "groups and entities": (
        lambda rules: policy_with(rules, "log-source-code", groups=["dev"], entities=["SOURCE_CODE", "PERSON"]),
        ("when.groups: + dev", "when.entities: + PERSON"),
    ),
    "tests": (
        lambda rules: edited(rules, "policy", "redact-secrets", tests=rules.policy["redact-secrets"].tests[:1]),
        ("tests: 3 → 1",),
    ),
}


@pytest.mark.parametrize(("change", "said"), CHANGES.values(), ids=CHANGES)
def test_a_change_is_said_in_words(rules: RuleSet, change: Callable[[RuleSet], RuleSet], said: tuple[str, ...]) -> None:
    [found] = changes(rules, change(rules))

    assert (found.how, found.lines) == ("changed", said)


def test_rules_and_lists_that_come_and_go_are_named(rules: RuleSet) -> None:
    less = {name: rule for name, rule in rules.policy.items() if name != "log-source-code"}
    other = rules.model_copy(update={"policy": less, "lists": {**rules.lists, "new.txt": ["a", "b"]}})
    stated = "stable, security: SOURCE_CODE found → let it leave, and say so in the log"

    assert changes(rules, other) == [
        Change("policy", "log-source-code", "removed", (stated,)),
        Change("lists", "new.txt", "added", ("words: 2",)),
    ]
    assert [change.how for change in changes(other, rules)] == ["added", "removed"]


def test_patterns_are_told_apart_by_their_names(rules: RuleSet) -> None:
    rule = rules.detect["email-address"]
    first, *rest = rule.detect.patterns
    patterns = [first.model_copy(update={"score": 0.1}), *rest]
    how = rule.detect.model_copy(update={"patterns": patterns})
    [found] = changes(rules, edited(rules, "detect", "email-address", detect=how))

    assert found.lines == (f"detect.patterns[{first.name}].score: {first.score} → 0.1",)
