"""Rule files' own tests are run, and can fail."""

from pathlib import Path

import pytest

from guard.check import Failure, run
from guard.rules.load import load
from guard.rules.schema import Match, NoMatch, PolicyTest, RuleSet, ServiceTest
from guard.terms import Verdict


@pytest.fixture(scope="module")
def rules() -> RuleSet:
    return load(Path(__file__).parent.parent / "rules")


def only(rules: RuleSet, kind: str, name: str, **tests: object) -> RuleSet:
    """The set with one rule of one kind, and other tests in it."""
    rule = getattr(rules, kind)[name].model_copy(update=tests)
    empty: dict[str, object] = {k: {} for k in ("services", "detect", "uses", "policy", "messages")}
    return rules.model_copy(update=empty | {kind: {name: rule}})


def failures(rules: RuleSet) -> list[str]:
    return [str(failure) for failure in run(rules)[1]]


def test_rules_of_each_kind_pass_their_own_tests_and_each_is_told(rules: RuleSet) -> None:
    """Some of each: `guard test` runs all that are shipped, in `make check`."""
    kinds = ("services", "detect", "uses", "policy", "messages")
    some = rules.model_copy(update={kind: dict([*getattr(rules, kind).items()][::8]) for kind in kinds})
    done: list[str] = []
    count, found = run(some, done.append)

    assert found == []
    assert len(done) == sum(len(getattr(some, kind)) for kind in kinds)
    assert count > len(done)


def test_a_value_that_is_not_found_fails(rules: RuleSet) -> None:
    rule = rules.detect["email-address"]
    tests = rule.tests.model_copy(update={"match": [Match(text="nothing here", finds=["a@example.com"])]})

    assert failures(only(rules, "detect", rule.id, tests=tests)) == [
        "email-address: tests.match[0]: got [], expected ['a@example.com']"
    ]


def test_a_value_that_is_wrongly_found_fails_with_the_reason_why_not(rules: RuleSet) -> None:
    rule = rules.detect["email-address"]
    tests = rule.tests.model_copy(update={"no_match": [NoMatch(text="a@example.com", why="I say so")]})

    [text] = failures(only(rules, "detect", rule.id, tests=tests))
    assert "I say so" in text


def test_a_use_that_is_not_recognised_fails(rules: RuleSet) -> None:
    rule = rules.uses["cv-screening"]
    tests = rule.tests.model_copy(update={"match": ["Bonjour"]})

    assert failures(only(rules, "uses", rule.id, tests=tests)) == ["cv-screening: tests.match[0]: not recognised"]


def test_a_policy_with_another_verdict_fails(rules: RuleSet) -> None:
    [name] = [rule.id for rule in rules.policy.values() if "cv-screening" in rule.when.uses]
    wrong = [PolicyTest(uses=["cv-screening"], expect=Verdict.ALLOW)]

    [text] = failures(only(rules, "policy", name, tests=wrong))
    assert "expected 'allow'" in text


def test_a_service_that_reads_something_else_fails(rules: RuleSet) -> None:
    wrong = [
        ServiceTest(path="/v1/messages", body='{"messages":[{"role":"user","content":"Hi"}]}', endpoint="messages")
    ]

    [text] = failures(only(rules, "services", "anthropic-api", tests=wrong))
    assert "user: Hi" in text


def test_a_failure_says_where_and_what() -> None:
    assert str(Failure("iban", "tests.match[0]", "got []")) == "iban: tests.match[0]: got []"
