"""Facts -> verdict, as tables and as laws."""

import itertools
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.policy import FIXED_FILE, SIGNED_PART, SIGNED_REQUEST, UNINSPECTABLE, Facts, decide
from guard.rules.schema import PolicyRule, RuleSet, Status
from guard.terms import Actor, Classification, Decision, Finding, Prompt, Role, Segment, Use, Verdict

TODAY = date(2026, 11, 23)
IBAN = Finding("iban", "IBAN_CODE", Classification.CONFIDENTIAL, 0, 0, 4, 1.0, proven=True)
KEY = Finding("aws", "SECRET_AWS_ACCESS_KEY", Classification.SECRET, 1, 0, 4, 1.0, proven=True)
NAME = Finding("person", "PERSON", Classification.INTERNAL, 0, 5, 9, 0.7)
_NUMBER = itertools.count()


def rule(then: str, *, status: str = "stable", until: str | None = None, **when: object) -> PolicyRule:
    data = {
        "id": f"rule-{next(_NUMBER)}",
        "title": "A rule",
        "description": "A rule made for a test.",
        "status": Status(status),
        "owner": "security",
        "date": TODAY,
        "references": [],
        "when": when,
        "then": Verdict(then),
        "message": "a-message",
        "approvers": ["dpo"] if then in ("hold", "justify") else [],
        "until": date.fromisoformat(until) if until else None,
        "tests": [{"expect": Verdict(then)}],
    }
    return PolicyRule.model_validate(data)


def rules(*policy: PolicyRule) -> RuleSet:
    return RuleSet(
        version="v", services={}, detect={}, uses={}, policy={r.id: r for r in policy}, messages={}, lists={}
    )


def facts(
    *findings: Finding,
    uses: tuple[Use, ...] = (),
    actor: Actor | None = None,
    uninspectable: tuple[str, ...] = (),
    signed: bool = False,
    editable: bool = True,
    sanctioned: bool = True,
    role: Role = Role.USER,
) -> Facts:
    segments = (
        Segment("body:/a", role, "x" * 20, editable=editable),
        Segment("body:/b", Role.TOOL_ARGS, "y" * 20),
    )
    prompt = Prompt(
        "openai-api",
        "chat",
        "openai-chat",
        segments,
        uninspectable=uninspectable,
        signed=signed,
        sanctioned=sanctioned,
    )
    return Facts(actor or Actor("ana", ("hr",)), prompt, findings, uses)


def decided(given: Facts, *policy: PolicyRule) -> Decision:
    return decide(rules(*policy), given, TODAY)


def test_nothing_found_is_allowed() -> None:
    assert decided(facts(), rule("redact", entities=["IBAN_CODE"])).verdict is Verdict.ALLOW


@pytest.mark.parametrize(
    ("when", "matches"),
    [
        pytest.param({"entities": ["IBAN_CODE"]}, True, id="entity"),
        pytest.param({"entities": ["PERSON"]}, False, id="another entity"),
        pytest.param({"entities": ["SECRET_*"]}, True, id="entities by their beginning"),
        pytest.param({"classification": Classification.SECRET}, True, id="classification reached"),
        pytest.param({"entities": ["IBAN_CODE"], "classification": Classification.SECRET}, False, id="not both on one"),
        pytest.param({"roles": [Role.TOOL_ARGS]}, True, id="role"),
        pytest.param({"roles": [Role.SYSTEM]}, False, id="another role"),
        pytest.param({"groups": ["hr", "it"]}, True, id="one of the groups"),
        pytest.param({"groups": ["it"]}, False, id="another group"),
        pytest.param({"groups_not": ["hr"]}, False, id="an excepted group"),
        pytest.param({"users": ["ana"]}, True, id="user"),
        pytest.param({"users": ["bob"]}, False, id="another user"),
        pytest.param({"services": ["openai-api"]}, True, id="service"),
        pytest.param({"services": ["anthropic-api"]}, False, id="another service"),
        pytest.param({"sanctioned": False}, False, id="only unsanctioned services"),
        pytest.param({"channels": ["web"]}, False, id="another channel"),
        pytest.param({"direction": "answer"}, False, id="answers only"),
        pytest.param({"uses": ["cv-screening"]}, True, id="use"),
        pytest.param({"uses": ["translation"]}, False, id="another use"),
        pytest.param({"uses": ["cv-screening"], "entities": ["PERSON"]}, False, id="use and entity, one missing"),
        pytest.param({}, True, id="no condition"),
    ],
)
def test_a_rule_matches_when_all_it_says_holds(when: dict[str, object], matches: bool) -> None:
    given = facts(IBAN, KEY, uses=(Use("cv-screening", 0.8),))

    assert decided(given, rule("block", **when)).verdict is (Verdict.BLOCK if matches else Verdict.ALLOW)


def test_the_strictest_rule_wins_and_redaction_adds_to_milder_ones() -> None:
    decision = decided(facts(IBAN), rule("coach"), rule("redact", entities=["IBAN_CODE"]), rule("log"))

    assert decision.verdict is Verdict.REDACT
    assert decision.redact == (IBAN,)
    assert [reason.verdict for reason in decision.reasons] == [Verdict.REDACT, Verdict.COACH, Verdict.LOG]


def test_a_hold_names_its_approvers_and_its_message() -> None:
    decision = decided(facts(uses=(Use("cv-screening", 0.8),)), rule("hold", uses=["cv-screening"]))

    assert (decision.verdict, decision.approvers, decision.message) == (Verdict.HOLD, ("dpo",), "a-message")


@pytest.mark.parametrize("status", ["experimental", "test"])
def test_a_watched_rule_says_what_it_would_do_and_does_nothing(status: str) -> None:
    decision = decided(facts(IBAN), rule("block", status=status, entities=["IBAN_CODE"]))

    assert decision.verdict is Verdict.ALLOW
    assert [(reason.verdict, reason.enforced) for reason in decision.reasons] == [(Verdict.BLOCK, False)]


def test_a_finding_of_a_watched_rule_is_not_redacted() -> None:
    watched = Finding("new", "IBAN_CODE", Classification.CONFIDENTIAL, 0, 0, 4, 1.0, enforced=False)
    decision = decided(facts(watched), rule("redact", entities=["IBAN_CODE"]))

    assert (decision.verdict, decision.redact) == (Verdict.ALLOW, ())
    assert [reason.enforced for reason in decision.reasons] == [False]


@pytest.mark.parametrize(("until", "verdict"), [("2026-11-23", Verdict.BLOCK), ("2026-11-22", Verdict.ALLOW)])
def test_a_rule_holds_up_to_its_last_day(until: str, verdict: Verdict) -> None:
    assert decided(facts(IBAN), rule("block", until=until)).verdict is verdict


def test_what_cannot_be_read_is_blocked_unless_a_rule_speaks_of_it() -> None:
    given = facts(uninspectable=("media", "binary"))

    assert [r.rule for r in decided(given).reasons] == [UNINSPECTABLE]
    assert decided(given, rule("log", uninspectable=["media"])).verdict is Verdict.BLOCK
    assert decided(given, rule("log", uninspectable=["*"])).verdict is Verdict.LOG


def test_a_watched_rule_does_not_open_what_cannot_be_read() -> None:
    given = facts(uninspectable=("media",))

    assert decided(given, rule("log", status="test", uninspectable=["*"])).verdict is Verdict.BLOCK


@pytest.mark.parametrize(
    ("given", "message"),
    [(facts(IBAN, signed=True), SIGNED_REQUEST), (facts(IBAN, editable=False), SIGNED_PART)],
    ids=["request", "part"],
)
def test_what_must_be_hidden_in_a_signed_text_does_not_leave(given: Facts, message: str) -> None:
    decision = decided(given, rule("redact", entities=["IBAN_CODE"]))

    assert decision.verdict is Verdict.BLOCK
    assert decision.message == message


@pytest.mark.parametrize(("signed", "message"), [(False, FIXED_FILE), (True, SIGNED_REQUEST)])
def test_what_must_be_hidden_in_a_file_that_cannot_be_edited_does_not_leave(signed: bool, message: str) -> None:
    given = facts(IBAN, editable=False, role=Role.FILE, signed=signed)
    decision = decided(given, rule("redact", entities=["IBAN_CODE"]))

    assert (decision.verdict, decision.message) == (Verdict.BLOCK, message)


def test_the_classification_is_the_highest_findings() -> None:
    assert decided(facts(NAME, KEY, IBAN)).classification is Classification.SECRET
    assert decided(facts()).classification is Classification.PUBLIC


_RULES = st.builds(
    rule,
    st.sampled_from([verdict.value for verdict in Verdict]),
    status=st.sampled_from(["stable", "test"]),
    entities=st.sampled_from([[], ["IBAN_CODE"], ["PERSON"], ["SECRET_*"]]),
    uses=st.sampled_from([[], ["cv-screening"]]),
    groups=st.sampled_from([[], ["hr"], ["it"]]),
)


@given(st.lists(_RULES, max_size=5), _RULES, st.lists(st.sampled_from([IBAN, KEY, NAME]), max_size=3, unique=True))
def test_one_more_rule_never_makes_a_verdict_milder(
    policy: list[PolicyRule], more: PolicyRule, findings: list[Finding]
) -> None:
    given = facts(*findings, uses=(Use("cv-screening", 0.8),))
    before, after = decided(given, *policy), decided(given, *policy, more)

    assert after.verdict.rank >= before.verdict.rank
    assert set(after.redact) >= set(before.redact)


@given(st.permutations([rule("redact", entities=["IBAN_CODE"]), rule("coach"), rule("hold", uses=["cv-screening"])]))
def test_the_order_of_rules_does_not_matter(policy: list[PolicyRule]) -> None:
    given = facts(IBAN, uses=(Use("cv-screening", 0.8),))

    assert decided(given, *policy) == decided(given, *sorted(policy, key=lambda r: r.id))
