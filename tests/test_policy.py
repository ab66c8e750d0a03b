"""Facts -> verdict, as tables and as laws."""

import itertools
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.policy import FIXED_FILE, SIGNED_PART, SIGNED_REQUEST, UNINSPECTABLE, Facts, decide, misses, within_rollout
from guard.rules.effect import World, shadows
from guard.rules.schema import PolicyRule, RuleSet, Status
from guard.terms import Actor, Classification, Decision, Finding, Prompt, Role, Segment, Style, Use, Verdict

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
"""A Monday; 11:00 in Paris."""
IBAN = Finding("iban", "IBAN_CODE", Classification.CONFIDENTIAL, 0, 0, 4, 1.0, proven=True)
KEY = Finding("aws", "SECRET_AWS_ACCESS_KEY", Classification.SECRET, 1, 0, 4, 1.0, proven=True)
NAME = Finding("person", "PERSON", Classification.INTERNAL, 0, 5, 9, 0.7)
_NUMBER = itertools.count()


def rule(
    then: str,
    *,
    status: str = "stable",
    until: str | None = None,
    name: str | None = None,
    more: dict[str, object] | None = None,
    **when: object,
) -> PolicyRule:
    data = {
        "id": name or f"rule-{next(_NUMBER)}",
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
        **(more or {}),
    }
    return PolicyRule.model_validate(data)


def rules(*policy: PolicyRule) -> RuleSet:
    return RuleSet(
        version="v",
        services={},
        detect={},
        uses={},
        policy={r.id: r for r in policy},
        messages={},
        lists={},
        classes={"NAME": ["LOCATION", "ORGANIZATION", "PERSON"]},
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


def decided(given: Facts, *policy: PolicyRule, now: datetime = NOW) -> Decision:
    return decide(rules(*policy), given, now)


def why_not(given: Facts, policy: PolicyRule, now: datetime = NOW) -> str:
    return misses(rules(policy), given, now)[policy.id]


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


# --- counts, classes, times, exceptions, rollout, styles


def mails(*values: str) -> Facts:
    """A prompt with these addresses, each a finding."""
    text = " ".join(values)
    found, at = [], 0
    for value in values:
        at = text.index(value, at)
        found.append(Finding("mail", "EMAIL_ADDRESS", Classification.INTERNAL, 0, at, at + len(value), 1.0))
        at += len(value)
    prompt = Prompt("openai-api", "chat", "openai-chat", (Segment("body:/a", Role.USER, text),))
    return Facts(Actor("ana", ("hr",)), prompt, tuple(found))


@pytest.mark.parametrize(
    ("values", "matches"),
    [
        pytest.param(["a@x.fr", "b@x.fr", "c@x.fr"], True, id="three values"),
        pytest.param(["a@x.fr", "b@x.fr"], False, id="two values"),
        pytest.param(["a@x.fr", "b@x.fr", "a@x.fr", "A@X.fr"], False, id="one of two said again"),
    ],
)
def test_different_values_are_counted_and_not_how_often_they_are_said(values: list[str], matches: bool) -> None:
    many = rule("block", entities=["EMAIL_ADDRESS"], at_least=3)

    assert decided(mails(*values), many).verdict is (Verdict.BLOCK if matches else Verdict.ALLOW)


def test_a_count_is_said_with_the_reason_and_without_it() -> None:
    many = rule("block", entities=["EMAIL_ADDRESS"], at_least=3)

    assert decided(mails("a@x.fr", "b@x.fr", "c@x.fr"), many).reasons[0].text == "EMAIL_ADDRESS (3 values)"
    assert why_not(mails("a@x.fr", "b@x.fr"), many) == "2 of the 3 values of what it is about was found"


def test_a_class_stands_for_all_that_is_in_it() -> None:
    assert decided(facts(NAME), rule("redact", entities=["NAME"])).redact == (NAME,)
    assert decided(facts(IBAN), rule("redact", entities=["NAME"])).verdict is Verdict.ALLOW


OFFICE = {"days": ["mon", "tue"], "begin": "08:00", "end": "18:30", "zone": "Europe/Paris"}
NIGHT = {"days": ["mon"], "begin": "22:00", "end": "06:00", "zone": "Europe/Paris"}


@pytest.mark.parametrize(
    ("window", "now", "holds"),
    [
        pytest.param(OFFICE, "2026-11-23T07:00Z", True, id="the first minute, in winter"),
        pytest.param(OFFICE, "2026-11-23T06:59Z", False, id="the minute before"),
        pytest.param(OFFICE, "2026-07-20T06:00Z", True, id="the first minute, in summer"),
        pytest.param(OFFICE, "2026-11-23T17:29Z", True, id="the last minute"),
        pytest.param(OFFICE, "2026-11-23T17:30Z", False, id="the end"),
        pytest.param(OFFICE, "2026-11-25T10:00Z", False, id="another day"),
        pytest.param(NIGHT, "2026-11-23T22:00Z", True, id="the evening it begins"),
        pytest.param(NIGHT, "2026-11-24T04:59Z", True, id="the morning after"),
        pytest.param(NIGHT, "2026-11-24T05:00Z", False, id="after the night"),
        pytest.param(NIGHT, "2026-11-23T04:00Z", False, id="the morning of the day it begins"),
        pytest.param({**OFFICE, "end": "00:00"}, "2026-11-23T22:59Z", True, id="up to midnight"),
        pytest.param({**OFFICE, "end": "00:00"}, "2026-11-23T23:00Z", False, id="midnight, and not the next day"),
    ],
)
def test_a_window_is_read_by_the_clocks_of_its_zone(window: dict[str, object], now: str, holds: bool) -> None:
    moment = datetime.fromisoformat(now)
    timed = rule("block", times=[window])

    assert decided(facts(), timed, now=moment).verdict is (Verdict.BLOCK if holds else Verdict.ALLOW)


@pytest.mark.parametrize(
    ("who", "excepted"),
    [
        pytest.param({"groups": ["hr"]}, True, id="a group"),
        pytest.param({"users": ["ana"]}, True, id="a user"),
        pytest.param({"services": ["openai-api"]}, True, id="a service"),
        pytest.param({"groups": ["hr"], "services": ["mistral-api"]}, False, id="a group at another service"),
        pytest.param({"users": ["bob"]}, False, id="another user"),
        pytest.param({}, False, id="nobody"),
        pytest.param({"groups": ["hr"], "until": date(2026, 11, 22)}, False, id="a day that has passed"),
        pytest.param({"groups": ["hr"], "until": date(2026, 11, 23)}, True, id="the last day"),
    ],
)
def test_an_exception_holds_for_whom_it_names_up_to_its_last_day(who: dict[str, object], excepted: bool) -> None:
    one = {"until": date(2027, 1, 1), "owner": "dpo", "reason": "payroll audit", **who}
    blocked = rule("block", more={"exceptions": [one]})

    assert decided(facts(), blocked).verdict is (Verdict.ALLOW if excepted else Verdict.BLOCK)


def test_an_exception_takes_nothing_from_the_other_rules() -> None:
    one = {"until": date(2027, 1, 1), "owner": "dpo", "reason": "payroll audit", "users": ["ana"]}

    assert decided(facts(), rule("block", more={"exceptions": [one]}), rule("coach")).verdict is Verdict.COACH


def test_a_rollout_is_the_same_share_of_people_each_time_and_another_for_each_rule() -> None:
    people = [f"user-{number}" for number in range(4000)]
    one, other = (rule("block", name=name, more={"rollout": "25%"}) for name in ("one", "other"))
    first = {user for user in people if within_rollout(one, user)}

    assert 0.22 < len(first) / len(people) < 0.28
    assert first == {user for user in people if within_rollout(one, user)}
    assert 0.18 < len({user for user in first if within_rollout(other, user)}) / len(first) < 0.32


@given(st.text(st.characters()), st.integers(1, 99))
def test_who_is_in_a_rollout_stays_in_when_it_grows(user: str, share: int) -> None:
    small, large, whole = (rule("block", name="r", more={"rollout": f"{n}%"}) for n in (share, share + 1, 100))

    assert within_rollout(small, user) <= within_rollout(large, user) <= within_rollout(whole, user) is True


def test_outside_its_rollout_a_rule_is_watched() -> None:
    part = rule("block", name="r", more={"rollout": "1%"})
    user = next(f"user-{n}" for n in range(1000) if not within_rollout(part, f"user-{n}"))
    decision = decided(facts(actor=Actor(user, ("hr",))), part)

    assert decision.verdict is Verdict.ALLOW
    assert [(r.text, r.enforced) for r in decision.reasons] == [("always; user outside the rollout of 1%", False)]


@pytest.mark.parametrize(
    ("styles", "more", "expected"),
    [
        pytest.param({"IBAN_CODE": Style.MASK}, {}, {"IBAN_CODE": Style.MASK}, id="by name"),
        pytest.param({"IBAN_*": Style.HASH}, {}, {"IBAN_CODE": Style.HASH}, id="by its beginning"),
        pytest.param({"NAME": Style.SURROGATE}, {}, {"PERSON": Style.SURROGATE}, id="by class"),
        pytest.param(
            {"IBAN_CODE": Style.MASK}, {"IBAN_CODE": Style.DROP}, {"IBAN_CODE": Style.DROP}, id="the stricter"
        ),
        pytest.param({"IBAN_CODE": Style.PLACEHOLDER}, {}, {}, id="a placeholder is no style of its own"),
    ],
)
def test_what_stands_for_a_value_is_what_lets_least_out(
    styles: dict[str, Style], more: dict[str, Style], expected: dict[str, Style]
) -> None:
    redacting = [rule("redact", entities=["IBAN_CODE", "PERSON"], more={"styles": styles})]
    redacting += [rule("redact", entities=["IBAN_CODE"], more={"styles": more})] if more else []

    assert decided(facts(IBAN, NAME), *redacting).styles == expected


def test_a_rule_that_wants_a_placeholder_outdoes_one_that_shows_more() -> None:
    masking = rule("redact", entities=["IBAN_CODE"], more={"styles": {"IBAN_CODE": Style.MASK}})

    assert decided(facts(IBAN), masking, rule("redact", entities=["IBAN_CODE"])).styles == {}


MISSES = {
    "ended": (rule("block", until="2026-11-22"), "it ended after 2026-11-22"),
    "direction": (rule("block", direction="answer"), "it is about answers"),
    "group": (rule("block", groups=["it", "legal"]), "the person is not in it or legal"),
    "excepted group": (rule("block", groups_not=["hr"]), "the person is in hr"),
    "user": (rule("block", users=["bob"]), "the person is not one of its users"),
    "service": (rule("block", services=["mistral-api"]), "the service is not mistral-api"),
    "sanctioned": (rule("block", sanctioned=False), "the service is not one that is not sanctioned"),
    "channel": (rule("block", channels=["web"]), "the channel is not web"),
    "use": (rule("block", uses=["translation"]), "the use is not translation"),
    "entity": (rule("block", entities=["PERSON"]), "nothing of what it is about was found"),
    "unreadable": (rule("block", uninspectable=["media"]), "nothing is unreadable for a cause it names"),
    "time": (rule("block", times=[NIGHT]), "it is not the time: mon 22:00-06:00 Europe/Paris"),
    "exception": (
        rule(
            "block",
            more={"exceptions": [{"users": ["ana"], "until": date(2027, 1, 1), "owner": "dpo", "reason": "an audit"}]},
        ),
        "excepted until 2027-01-01 by dpo: an audit",
    ),
}


@pytest.mark.parametrize(("policy", "why"), MISSES.values(), ids=MISSES)
def test_a_rule_that_does_not_match_says_why_not(policy: PolicyRule, why: str) -> None:
    assert why_not(facts(IBAN), policy) == why


def test_a_rule_that_matches_is_no_miss() -> None:
    assert misses(rules(rule("log")), facts(), NOW) == {}


_RULES = st.builds(
    rule,
    st.sampled_from([verdict.value for verdict in Verdict]),
    status=st.sampled_from(["stable", "test"]),
    entities=st.sampled_from([[], ["IBAN_CODE"], ["NAME"], ["SECRET_*"]]),
    at_least=st.sampled_from([1, 2]),
    uses=st.sampled_from([[], ["cv-screening"]]),
    groups=st.sampled_from([[], ["hr"], ["it"]]),
    times=st.sampled_from([[], [OFFICE], [NIGHT]]),
    more=st.fixed_dictionaries(
        {
            "rollout": st.sampled_from(["100%", "50%"]),
            "styles": st.dictionaries(st.sampled_from(["IBAN_CODE", "NAME"]), st.sampled_from(list(Style))),
            "exceptions": st.sampled_from(
                [[], [{"users": ["ana"], "until": date(2027, 1, 1), "owner": "dpo", "reason": "an audit"}]]
            ),
        }
    ),
)
_FOUND = st.lists(st.sampled_from([IBAN, KEY, NAME]), max_size=3, unique=True)


@given(st.lists(_RULES, max_size=5), _RULES, _FOUND)
def test_one_more_rule_never_makes_a_verdict_milder(
    policy: list[PolicyRule], more: PolicyRule, findings: list[Finding]
) -> None:
    """But for rules that name causes in `uninspectable`: those open, on purpose, what is closed without them."""
    given = facts(*findings, uses=(Use("cv-screening", 0.8),))
    before, after = decided(given, *policy), decided(given, *policy, more)

    assert after.verdict.rank >= before.verdict.rank
    assert set(after.redact) >= set(before.redact)
    for entity in {finding.entity for finding in before.redact}:
        old, new = (d.styles.get(entity, Style.PLACEHOLDER) for d in (before, after))
        assert new.rank >= old.rank


_WORLD = World(
    entities={
        "IBAN_CODE": Classification.CONFIDENTIAL,
        "PERSON": Classification.INTERNAL,
        "SECRET_AWS_ACCESS_KEY": Classification.SECRET,
    },
    classes={"NAME": ["PERSON"]},
    services={},
)
_SHADOWS = st.builds(
    rule,
    st.sampled_from(["allow", "log", "coach", "redact", "hold", "block"]),
    entities=st.sampled_from([["IBAN_CODE"], ["NAME"], ["SECRET_*", "PERSON"], ["*"], []]),
    classification=st.sampled_from([None, Classification.INTERNAL, Classification.SECRET]),
    at_least=st.sampled_from([1, 1, 2]),
    roles=st.sampled_from([[], [], [Role.TOOL_ARGS]]),
    groups=st.sampled_from([[], ["hr"], ["hr", "it"]]),
    groups_not=st.sampled_from([[], [], ["it"]]),
    users=st.sampled_from([[], [], ["ana"]]),
    sanctioned=st.sampled_from([None, None, True]),
    more=st.fixed_dictionaries({"styles": st.sampled_from([{}, {}, {"IBAN_CODE": Style.MASK}])}),
)


@given(
    st.lists(_SHADOWS, min_size=2, max_size=5),
    _FOUND,
    st.sampled_from([("hr",), ("it",), ("hr", "it"), ("unknown",)]),
    st.sampled_from(["ana", "bob"]),
    st.booleans(),
)
def test_a_rule_that_lint_calls_shadowed_changes_no_decision(
    policy: list[PolicyRule], findings: list[Finding], groups: tuple[str, ...], user: str, sanctioned: bool
) -> None:
    shadowed = {found.id for found, _ in shadows(policy, _WORLD)}
    given = facts(*findings, actor=Actor(user, groups), sanctioned=sanctioned)
    whole, rest = decided(given, *policy), decided(given, *(r for r in policy if r.id not in shadowed))

    assert (rest.verdict, rest.message, set(rest.approvers)) == (whole.verdict, whole.message, set(whole.approvers))
    if whole.verdict.rank < Verdict.JUSTIFY.rank:
        assert (set(rest.redact), rest.styles) == (set(whole.redact), whole.styles)


@pytest.mark.parametrize(
    "other",
    [rule("redact"), rule("redact", entities=["IBAN_CODE"], more={"styles": {"IBAN_CODE": Style.MASK}})],
    ids=["hides nothing", "in another style"],
)
def test_a_rule_that_redacts_otherwise_shadows_none(other: PolicyRule) -> None:
    assert list(shadows([rule("redact", entities=["IBAN_CODE"]), other], _WORLD)) == []


@given(st.lists(_RULES, max_size=5), _FOUND)
def test_every_rule_is_a_reason_or_says_why_not(policy: list[PolicyRule], findings: list[Finding]) -> None:
    given = facts(*findings, uses=(Use("cv-screening", 0.8),))
    matched = {reason.rule for reason in decided(given, *policy).reasons}

    assert {r.id for r in policy} == matched | set(misses(rules(*policy), given, NOW))
    assert matched & set(misses(rules(*policy), given, NOW)) == set()


@given(st.permutations([rule("redact", entities=["IBAN_CODE"]), rule("coach"), rule("hold", uses=["cv-screening"])]))
def test_the_order_of_rules_does_not_matter(policy: list[PolicyRule]) -> None:
    given = facts(IBAN, uses=(Use("cv-screening", 0.8),))

    assert decided(given, *policy) == decided(given, *sorted(policy, key=lambda r: r.id))


@pytest.mark.parametrize(
    ("status", "found", "wanted"), [("stable", (IBAN,), True), ("test", (IBAN,), False), ("stable", (), False)]
)
def test_evidence_is_wanted_when_an_enforced_rule_that_matches_says_so(
    status: str, found: tuple[Finding, ...], wanted: bool
) -> None:
    keeping = rule("log", status=status, entities=["IBAN_CODE"]).model_copy(update={"evidence": True})
    assert decide(rules(keeping, rule("block", entities=["IBAN_CODE"])), facts(*found), TODAY).evidence is wanted
