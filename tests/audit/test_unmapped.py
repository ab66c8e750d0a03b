from dataclasses import replace
from typing import Any

from guard.audit.unmapped import entities, guard, strictest_first
from guard.terms import Classification, Decision, Finding, Reason, Use, Verdict


def test_a_decision_says_what_it_is_in_our_own_words(new_outcome: Any) -> None:
    assert guard(new_outcome(Verdict.REDACT)) == {
        "decision": "redact",
        "direction": "prompt",
        "channel": "api",
        "service": "openai-api",
        "endpoint": "chat-completions",
        "ai_provider": "OpenAI",
        "ai_model": "gpt-5",
        "identity": "address",
        "lang": "fr",
        "classification": "confidential",
        "prompt": {"chars": 1187, "segments": 3},
        "entities": [
            {
                "type": "IBAN_CODE",
                "n": 1,
                "score": 1.0,
                "proven": True,
                "enforced": True,
                "classification": "confidential",
                "rules": ["iban"],
                "fingerprints": [],
            },
            {
                "type": "PERSON",
                "n": 2,
                "score": 0.85,
                "proven": False,
                "enforced": True,
                "classification": "internal",
                "rules": ["person", "person-fr"],
                "fingerprints": [],
            },
        ],
        "uses": [{"id": "translation", "score": 0.9, "evidence": ["traduire"], "enforced": True}],
        "rules": [
            {"id": "watched", "action": "block", "enforced": False, "why": "PERSON"},
            {"id": "client-data", "action": "redact", "enforced": True, "why": "IBAN_CODE"},
        ],
        "approvers": ["dpo"],
        "uninspectable": [],
        "failure": None,
        "evidence": None,
        "ms": {"detect": 31.2, "total": 38.421},
        "rules_version": "4be1c0d2",
        "nlp": "builtin",
    }


def test_a_clean_exchange_has_the_same_fields(new_outcome: Any) -> None:
    assert guard(new_outcome()).keys() == guard(new_outcome(Verdict.BLOCK)).keys()


def test_nothing_is_null_and_not_an_empty_string(new_outcome: Any) -> None:
    made = guard(new_outcome(model=None, provider="", lang=None))
    assert (made["ai_model"], made["ai_provider"], made["lang"]) == (None, None, None)


def test_only_watched_findings_are_said_to_be_so() -> None:
    finding = Finding("r", "PERSON", Classification.INTERNAL, 0, 0, 1, 0.5, enforced=False)
    assert [entry["enforced"] for entry in entities([finding, finding])] == [False]
    assert [entry["enforced"] for entry in entities([finding, replace(finding, enforced=True)])] == [True]


def test_a_long_list_keeps_what_matters_most(new_outcome: Any) -> None:
    mild = [Reason(f"rule-{n:03}", Verdict.LOG, "") for n in range(100)]
    findings = [Finding("r", f"E_{n:03}", Classification.INTERNAL, 0, 0, 1, 0.5) for n in range(100)]
    made = guard(
        new_outcome(
            decision=Decision(Verdict.BLOCK, (*mild, Reason("the-one", Verdict.BLOCK, ""))),
            findings=(*findings, Finding("r", "SECRET_KEY", Classification.SECRET, 0, 0, 1, 0.5)),
            uses=tuple(Use(f"use-{n}", 0.5) for n in range(100)),
        )
    )
    assert made["rules"][0]["id"] == "the-one"
    assert made["entities"][0]["type"] == "SECRET_KEY"
    assert [len(made[key]) for key in ("rules", "entities", "uses")] == [64, 64, 64]


def test_rules_of_one_verdict_keep_one_order() -> None:
    reasons = [
        Reason(rule, verdict, "") for rule, verdict in [("b", Verdict.LOG), ("a", Verdict.LOG), ("z", Verdict.HOLD)]
    ]
    assert [reason.rule for reason in strictest_first(reasons)] == ["z", "a", "b"]


def test_each_value_of_an_entity_has_its_fingerprint_once(new_outcome: Any) -> None:
    made = guard(new_outcome(Verdict.REDACT, fingerprints=("q:a", "q:b", "q:b")))

    assert [entity["fingerprints"] for entity in made["entities"]] == [["q:a"], ["q:b"]]
