"""The rule files in rules/: what their own tests (`guard test`) are too small to say."""

import json
import re
import shutil
import string
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from string import Formatter

import pytest
import re2
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum import luhn
from stdnum.fr import nir
from stdnum.iso7064 import mod_97_10

from guard.check import run
from guard.detect.language import guess
from guard.rules import checksums
from guard.rules.form import schema
from guard.rules.load import load
from guard.rules.schema import KINDS, RuleSet, Status
from guard.terms import Lang, Verdict

RULES = Path(__file__).resolve().parents[2] / "rules"
BUILT_IN = {
    "uninspectable",
    "signed-part",
    "file-not-editable",
    "signed-request",
    "guard-failure",
    "guard-overload",
    "guard-audit",
    "host-mismatch",
    "too-large",
    "websocket",
    "login-needed",
    "login-refused",
    "login-throttled",
    "person-unknown",
    "directory-down",
    "answer-failure",
    "answer-unreadable",
    "answer-withheld",
}


@cache
def shipped() -> RuleSet:
    return load(RULES)


@cache
def compiled(rule: str) -> list[tuple[object, int]]:
    found = []
    for pattern in shipped().detect[rule].detect.patterns:
        options = re2.Options()
        options.case_sensitive = not pattern.ignore_case
        regex = re2.compile(pattern.regex, options)
        found.append((regex, regex.groupindex.get("value", 0)))
    return found


def matches(rule: str, text: str) -> list[str]:
    """What the rule's patterns match in a text and its checksum lets pass, before context and thresholds."""
    how = shipped().detect[rule].detect
    values = [found.group(group) for regex, group in compiled(rule) for found in regex.finditer(text)]
    return [value for value in values if passes(how.checksum, how.separators, value)]


def passes(checksum: str | None, separators: str, value: str) -> bool:
    plain = "".join(char for char in value if not char.isspace() and char not in separators)
    return checksum is None or checksums.find(checksum)(plain)


def test_the_shipped_set_loads() -> None:
    rules = shipped()
    assert {kind: bool(getattr(rules, kind)) for kind in KINDS} == dict.fromkeys(KINDS, True)


@pytest.mark.parametrize("kind", KINDS)
def test_the_schema_editors_use_is_current(kind: str) -> None:
    written = json.loads((RULES / ".schema" / f"{kind}.json").read_text())
    assert written == schema(kind), "write `guard schema KIND` to rules/.schema/KIND.json"


def test_every_rule_says_where_it_comes_from() -> None:
    rules = shipped()
    assert [rule.id for kind in KINDS for rule in getattr(rules, kind).values() if not rule.references] == []


def test_what_the_guard_says_by_itself_has_its_words() -> None:
    assert set(shipped().messages) >= BUILT_IN


def test_the_example_of_an_assistant_fits_the_shipped_set(tmp_path: Path) -> None:
    shutil.copytree(RULES, tmp_path / "rules")
    shutil.copytree(RULES.parent / "docs" / "examples" / "internal-assistant", tmp_path / "rules", dirs_exist_ok=True)
    rules = load(tmp_path / "rules")
    example = {kind: set(getattr(rules, kind)) - set(getattr(shipped(), kind)) for kind in ("services", "policy")}
    assert example == {
        "services": {"internal-assistant"},
        "policy": {"answers-hide-personal-data", "answers-withhold-marked-documents"},
    }
    only = rules.model_copy(
        update={"detect": {}, "uses": {}, "messages": {}}
        | {kind: {name: getattr(rules, kind)[name] for name in names} for kind, names in example.items()}
    )
    assert run(only)[1] == []


def test_no_message_is_left_that_nobody_sends() -> None:
    rules = shipped()
    assert set(rules.messages) == BUILT_IN | {rule.message for rule in rules.policy.values() if rule.message}


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_message_names_the_reference_a_person_can_quote(lang: str) -> None:
    for message in shipped().messages.values():
        names = {name for _, name, _, _ in Formatter().parse(getattr(message, lang).text) if name}
        assert "id" in names, message.id


def test_french_messages_keep_the_spaces_of_french() -> None:
    for message in shipped().messages.values():
        for text in (message.fr.title, message.fr.text):
            before = {mark: text[i - 1] for i, mark in enumerate(text) if mark in ":;!?" and i}
            assert before.get(":", "\u00a0") == "\u00a0", message.id
            assert {before[mark] for mark in ";!?" if mark in before} <= {"\u202f"}, message.id
            assert "'" not in text, message.id


def test_every_entity_that_is_found_is_decided_on() -> None:
    rules = shipped()
    wanted = [entity for rule in rules.policy.values() for entity in rule.when.entities]
    found = {rule.detect.entity for rule in rules.detect.values()}
    assert [
        e for e in sorted(found) if e not in wanted and not (e.startswith("SECRET_") and "SECRET_*" in wanted)
    ] == []


def test_the_public_names_say_who_answers_for_them_and_until_when() -> None:
    head = (RULES / "lists" / "public-names.txt").read_text("utf-8").splitlines()[:4]
    found = re.search(r"owner: ([a-z]+)\. Reviewed: (\S+)\. Review again by: (\S+)\.", " ".join(head))

    assert found is not None
    owner, reviewed, again = found.groups()
    last = max(rule.date for rule in shipped().detect.values() if rule.detect.allow_from == "public-names.txt")
    assert owner == shipped().detect["person-name"].owner
    assert last <= date.fromisoformat(reviewed) < date.fromisoformat(again)


@pytest.mark.parametrize("name", ["Florence", "Pascal", "Jordan", "Hugo", "Georgia", "Julia", "Maurice"])
def test_a_first_name_that_colleagues_bear_is_not_public_alone(name: str) -> None:
    assert name not in shipped().lists["public-names.txt"]


def test_every_use_that_is_recognised_is_decided_on() -> None:
    rules = shipped()
    assert set(rules.uses) == {use for rule in rules.policy.values() for use in rule.when.uses}


def test_every_secret_keeps_its_case_and_is_classified_secret() -> None:
    secrets = [rule.detect for rule in shipped().detect.values() if rule.detect.entity.startswith("SECRET_")]
    assert secrets
    assert all(how.case_sensitive and how.classification == "secret" for how in secrets)


VERDICTS = {
    Verdict.BLOCK: {"cv-screening", "biometric-emotion", "social-scoring-policing", "malware"},
    Verdict.HOLD: {
        "employee-evaluation",
        "credit-scoring",
        "insurance-risk",
        "medical-diagnosis",
        "student-grading",
        "automated-decisions",
        "mergers-acquisitions",
    },
    Verdict.COACH: {"legal-advice", "bypassing-controls", "repository-code"},
    Verdict.LOG: {"translation", "summarising", "drafting", "code-help", "brainstorming"},
}
WATCHED = {"mergers-acquisitions", "repository-code"}
"""Uses whose words each company must look at first."""


def test_prohibited_uses_are_blocked_high_risks_held_and_everyday_ones_logged() -> None:
    found: dict[Verdict, set[str]] = {}
    for rule in shipped().policy.values():
        if rule.when.uses:
            found.setdefault(rule.then, set()).update(rule.when.uses)
    assert found == VERDICTS


def test_the_uses_that_depend_on_the_company_are_watched_and_the_others_enforced() -> None:
    assert {use.id for use in shipped().uses.values() if use.status is not Status.STABLE} == WATCHED


def test_every_use_has_prompts_that_were_kept_apart_in_both_languages() -> None:
    kept = {use.id: use.tests.held_out for use in shipped().uses.values()}
    assert [name for name, tests in kept.items() if len(tests.match) < 10 or len(tests.no_match) < 2] == []
    assert sum(len(tests.match) for tests in kept.values()) >= 150
    for name, tests in kept.items():
        assert {guess([text]) for text in tests.match} >= {Lang.FR, Lang.EN}, name


SHAPES = {
    line[:2]: re.findall(r"(\d+)!([nac])", line.split('bban="')[1])
    for line in files("stdnum").joinpath("iban.dat").read_text().splitlines()
    if 'bban="' in line
}
"""Country -> the parts of its account number, (length, kind): SWIFT IBAN registry, as python-stdnum keeps it."""
KINDS_OF = {"n": string.digits, "a": string.ascii_uppercase, "c": string.digits + string.ascii_uppercase}


@st.composite
def ibans(draw: st.DrawFn) -> str:
    country = draw(st.sampled_from(sorted(SHAPES)))
    parts = [draw(st.text(KINDS_OF[kind], min_size=int(n), max_size=int(n))) for n, kind in SHAPES[country]]
    account = "".join(parts)
    return country + str(mod_97_10.calc_check_digits(account + country)) + account


BEFORE = ["", "Virement de 120 000 euros sur ", "IBAN:", "(", "_", "é ", "compte de 12 personnes, "]
AFTER = ["", " pour le client", ".", ", merci", "é", "_", " 12 rue", "\n1234", " avec lettre"]


@given(
    ibans(),
    st.sampled_from(["", " ", "-", ".", "\u00a0", "\u202f", "\u2009"]),
    st.sampled_from(BEFORE),
    st.sampled_from(AFTER),
)
def test_an_account_number_of_any_country_is_found_whole_among_words(
    number: str, separator: str, before: str, after: str
) -> None:
    written = separator.join(number[i : i + 4] for i in range(0, len(number), 4))
    assert written in matches("iban", before + written + after)


@given(ibans())
def test_an_account_number_in_small_letters_is_found(number: str) -> None:
    assert number.lower() in matches("iban", f"mon iban {number.lower()}, merci")


@given(st.text(string.digits, min_size=13, max_size=15), st.sampled_from(["4", "51", "2221", "34", "36", "62"]))
def test_a_card_number_is_found_in_any_usual_writing(digits: str, network: str) -> None:
    length = {"34": 15, "36": 14}.get(network, 16)
    body = (network + digits)[: length - 1].ljust(length - 1, "7")
    number = body + luhn.calc_check_digit(body)
    groups = [4, 6, 5] if length == 15 else [4, 6, 4] if length == 14 else [4] * 4
    at = [sum(groups[:i]) for i in range(len(groups))]
    for separator in ("", " ", "-", "\u00a0"):
        written = separator.join(number[i : i + n] for i, n in zip(at, groups, strict=True))
        assert written in matches("credit-card", f"Carte {written}, exp 12/27 123")


NIRS = st.tuples(
    st.sampled_from("1278"),
    st.integers(0, 99).map("{:02}".format),
    st.integers(1, 12).map("{:02}".format),
    st.sampled_from(["01", "33", "75", "2A", "2B", "97", "99"]),
    st.integers(1, 990).map("{:03}".format),
    st.integers(1, 999).map("{:03}".format),
)


@given(NIRS, st.sampled_from(["", " ", ".", "-", "\u202f"]))
def test_a_social_security_number_is_found_in_any_usual_writing(parts: tuple[str, ...], separator: str) -> None:
    written = separator.join((*parts, nir.calc_check_digits("".join(parts))))
    assert matches("fr-nir", f"NIR : {written}.") == [written]


def test_a_private_key_does_not_take_what_follows_it() -> None:
    block = "-----BEGIN EC PRIVATE KEY-----\n" + "QUJD" * 20 + "\n-----END EC PRIVATE KEY-----"
    assert matches("private-key", f"a\n{block}\nb\n{block}\nc") == [block, block]


@pytest.mark.parametrize("rule", [rule.id for rule in load(RULES).detect.values()])
@settings(max_examples=20)  # for each of some hundred rules
@given(text=st.text())
def test_no_text_makes_a_pattern_fail_or_find_nothing_at_all(rule: str, text: str) -> None:
    assert all(matches(rule, text.encode("utf-8", "replace").decode()))
