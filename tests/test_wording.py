"""Policy rules in sentences."""

from datetime import date

import pytest

from guard.rules.schema import PolicyRule, Status, When
from guard.terms import Classification, Lang, Role, Style, Verdict
from guard.wording import conditions, meaning, verdict

WHEN: dict[str, tuple[dict[str, object], str, str]] = {
    "groups": ({"groups": ["hr", "it"]}, "la personne est dans hr ou it", "the person is in hr or it"),
    "groups_not": ({"groups_not": ["hr"]}, "la personne n’est pas dans hr", "the person is not in hr"),
    "users": ({"users": ["ana"]}, "la personne est ana", "the person is ana"),
    "services": ({"services": ["a", "b", "c"]}, "le service est a, b ou c", "the service is a, b or c"),
    "sanctioned": (
        {"sanctioned": False},
        "le service n’est pas approuvé par l’entreprise",
        "the company has not approved the service",
    ),
    "channels": ({"channels": ["web"]}, "l’accès se fait par web", "it is used by web"),
    "direction": ({"direction": "answer"}, "il s’agit d’une réponse du service", "it is an answer of the service"),
    "uses": ({"uses": ["translation"]}, "l’usage est translation", "the use is translation"),
    "entities": ({"entities": ["PERSON"]}, "on trouve PERSON", "PERSON found"),
    "at_least": (
        {"entities": ["PERSON"], "at_least": 9},
        "on trouve 9 valeurs différentes de PERSON",
        "9 different values of PERSON found",
    ),
    "classification": (
        {"classification": Classification.SECRET},
        "on trouve n’importe quelle donnée reconnue, classé secret ou plus",
        "anything recognised found, secret or more confidential",
    ),
    "uninspectable": (
        {"uninspectable": ["media"]},
        "une partie ne peut pas être lue (media)",
        "a part cannot be read (media)",
    ),
    "times": (
        {"times": [{"days": ["mon"], "begin": "08:00", "end": "18:00", "zone": "Europe/Paris"}]},
        "il est entre 08:00 et 18:00 (mon, Europe/Paris)",
        "it is between 08:00 and 18:00 (mon, Europe/Paris)",
    ),
}


@pytest.mark.parametrize(("when", "fr", "en"), WHEN.values(), ids=WHEN)
def test_each_condition_is_a_sentence_in_both_languages(when: dict[str, object], fr: str, en: str) -> None:
    shape = When.model_validate(when)

    assert conditions(shape, Lang.FR) == [fr]
    assert conditions(shape, Lang.EN) == [en]


def test_roles_are_said_beside_what_is_found_in_them() -> None:
    when = When(entities=["PERSON"], roles=[Role.FILE])

    assert conditions(when, Lang.EN) == ["PERSON found", "the text is of kind file"]


def test_every_condition_that_a_rule_can_have_is_said() -> None:
    assert set(When.model_fields) == {*WHEN, "roles"}


@pytest.mark.parametrize("word", list(Verdict))
@pytest.mark.parametrize("lang", list(Lang))
def test_every_verdict_is_said(word: Verdict, lang: Lang) -> None:
    assert "{" not in verdict(word, ["dpo"], lang)


def test_what_narrows_a_rule_is_said_after_what_it_does() -> None:
    rule = PolicyRule.model_validate(
        {
            "id": "a",
            "title": "A rule",
            "description": "A rule made for a test.",
            "status": Status.TEST,
            "owner": "security",
            "date": date(2026, 11, 23),
            "references": [],
            "when": {"groups": ["hr"], "entities": ["PERSON"]},
            "then": Verdict.REDACT,
            "styles": {"PERSON": Style.MASK},
            "rollout": "25%",
            "until": date(2027, 1, 1),
            "exceptions": [{"users": ["ana"], "until": date(2026, 12, 1), "owner": "dpo", "reason": "Pilot"}],
            "tests": [{"expect": Verdict.REDACT}],
        }
    )

    assert meaning(rule, Lang.EN) == [
        "the person is in hr; PERSON found → hide what was found",
        "PERSON: stars",
        "only watched (status test): it says what it would do, and decides nothing",
        "enforced for 25% of the users, watched else",
        "up to and including 2027-01-01",
        "but not for ana until 2026-12-01 (dpo: Pilot)",
    ]
    assert meaning(rule, Lang.FR)[0] == "la personne est dans hr ; on trouve PERSON → masquer ce qui a été trouvé"
