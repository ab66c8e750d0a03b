"""Rules together."""

import datetime
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from guard.errors import RulesError
from guard.rules.load import load

TODAY = datetime.date(2026, 11, 23)
BADGE, USE, MESSAGE, POLICY, SERVICE = (
    "detect/badge.yaml",
    "uses/translation.yaml",
    "messages/no-badges.yaml",
    "policy/block-badges.yaml",
    "services/example-api.yaml",
)

BAD = {
    "a message that is none": (POLICY, "message: no-badges", "message: no-badge", ["14:1: R302"]),
    "a use that is none": (POLICY, "uses: [translation]", "uses: [translation, other]", ["11:23: R303"]),
    "a service that is none": (POLICY, "services: [example-api]", "services: [other-api]", ["10:14: R304"]),
    "an entity that no rule finds": (POLICY, "entities: [BADGE]", "entities: [BADGES]", ["12:14: R305"]),
    "a pattern of entities that no rule finds": (
        POLICY,
        "entities: [BADGE]",
        'entities: ["SECRET_*"]',
        ["12:14: R305"],
    ),
    "an entity of a test": (POLICY, "{entities: [BADGE]", "{entities: [BAGDE]", ["16:17: R305"]),
    "a use of a test": (POLICY, "uses: [translation], serv", "uses: [nothing], serv", ["16:32: R303"]),
    "a list that is none": (BADGE, "  patterns", "  words_from: badges.txt\n  patterns", ["13:3: R306"]),
    "a list of names that is none": (
        BADGE,
        "  patterns",
        "  named: {label: PERSON, score: 0.7, first_names: firsts.txt}\n  patterns",
        ["13:38: R306"],
    ),
    "block without a message": (POLICY, "message: no-badges\n", "", ["13:1: R307"]),
    "coach without a message": (
        POLICY,
        "then: block\nmessage: no-badges\n",
        "then: coach\n",
        ["13:1: R307", "14:1: R411"],
    ),
    "hold without approvers": (POLICY, "then: block", "then: hold", ["13:1: R308", "15:1: R411"]),
    "justify without approvers": (POLICY, "then: block", "then: justify", ["13:1: R308", "15:1: R411"]),
    "a use without acts": (USE, "{fr: [traduis], en: [translate]}", "{}", ["10:3: R309"]),
    "a use without objects": (USE, "{fr: [texte], en: [text]}", "{}", ["11:3: R309"]),
    "a list of a use": (USE, "en: [text]}", "en: [text], lists: [more.txt]}", ["11:46: R306"]),
    "an entry that does not close": (USE, "fr: [traduis]", 'fr: ["(traduis"]', ["10:15: R340"]),
    "an entry that is a gap": (USE, "en: [text]", "en: [...]", ["11:31: R340"]),
    "look-around": (BADGE, "'\\bB\\d{4}\\b'", "'(?=B)B'", ["15:7: R310"]),
    "a bracket that does not close": (BADGE, "'\\bB\\d{4}\\b'", "'B('", ["15:7: R310"]),
    "an allow pattern": (
        BADGE,
        "detect:\n",
        "detect:\n  allow_patterns: ['a', 'b(']\n",
        ["11:25: R310"],
    ),
    "a path's regex": (SERVICE, "path: /v1/chat\n    family", "path: /v1/(chat\n    family", ["17:5: R310"]),
    "a checksum that is none": (BADGE, "  patterns", "  checksum: fr.badge\n  patterns", ["13:3: R311"]),
    "a field's path": (SERVICE, "path: /text", "path: text", ["21:10: R313"]),
    "a path inside JSON": (SERVICE, "path: /text", "path: '/text~>text'", ["21:10: R313"]),
    "a conversation without its id": (SERVICE, "endpoints:", "conversation: ['ab']\nendpoints:", ["14:16: R310"]),
    "a conversation with two ids": (SERVICE, "endpoints:", "conversation: ['(a)(b)']\nendpoints:", ["14:16: R310"]),
    "a conversation's regex": (SERVICE, "endpoints:", "conversation: ['(a']\nendpoints:", ["14:16: R310"]),
    "a pointer": (SERVICE, "model: /model", "model: model", ["19:5: R313"]),
    "unread without a form": (SERVICE, "path: /text,", "path: /text, holds: opaque,", ["21:23: R324"]),
    "a form of what is read": (SERVICE, "path: /text,", "path: /text, form: a,", ["21:23: R324"]),
    "a form's regex": (SERVICE, "path: /text,", "path: /text, holds: opaque, form: '(a',", ["21:38: R310"]),
    "a day that has passed": (POLICY, "then: block", "until: 2026-11-22\nthen: block", ["13:1: R314"]),
    "a placeholder that is none": (MESSAGE, "stays here ({id})", "stays here ({user})", ["10:20: R315"]),
    "a placeholder with a format": (MESSAGE, "stays here ({id})", "stays here ({id!r})", ["10:20: R315"]),
    "a lone brace": (MESSAGE, 'title: Badge, text: "Un', 'title: "Badge {", text: "Un', ["9:6: R315"]),
    "an endpoint called unknown": (SERVICE, "id: chat", "id: unknown", ["15:5: R316"]),
    "a regex that finds nothing": (BADGE, "'\\bB\\d{4}\\b'", "'B?'", ["15:7: R317"]),
    "a border that finds nothing": (BADGE, "'\\bB\\d{4}\\b'", "'\\b'", ["15:7: R317"]),
    "a value that is empty": (BADGE, "'\\bB\\d{4}\\b'", "'a(?P<value>B*)'", ["15:7: R317"]),
    "French only": (USE, "en: [text]", "en: []", ["11:3: R401"]),
    "English only": (BADGE, "  patterns", "  context: {en: [badge]}\n  patterns", ["13:3: R401"]),
}


def faults(root: Path) -> list[str]:
    with pytest.raises(RulesError) as caught:
        load(root, TODAY)
    return [f"{Path(p.path).relative_to(root).as_posix()}:{p.line}:{p.col}: {p.code}" for p in caught.value.problems]


@pytest.mark.parametrize(("path", "old", "new", "wanted"), BAD.values(), ids=BAD.keys())
def test_a_name_that_leads_nowhere_is_named_at_its_place(
    path: str, old: str, new: str, wanted: list[str], good: dict[str, str], lay: Callable[[dict[str, str]], Path]
) -> None:
    assert old in good[path]
    assert faults(lay({**good, path: good[path].replace(old, new, 1)})) == [f"{path}:{place}" for place in wanted]


FINE = {
    "a pattern of entities": (POLICY, "entities: [BADGE]", 'entities: ["BAD*"]'),
    "every entity": (POLICY, "entities: [BADGE]", 'entities: ["*"]'),
    "redact without a message": (POLICY, "then: block\nmessage: no-badges", "then: redact"),
    "hold with approvers": (POLICY, "then: block", "then: hold\napprovers: [dpo]"),
    "the last day": (POLICY, "then: block", "until: 2026-11-23\nthen: block"),
    "words and no pattern": (BADGE, "  patterns", "  words: [badge]\n  patterns"),
    "a checksum": (BADGE, "  patterns", "  checksum: fr.nir\n  patterns"),
    "context in both languages": (BADGE, "  patterns", "  context: {fr: [badge], en: [badge]}\n  patterns"),
    "a use by phrases alone": (
        USE,
        "acts: {fr: [traduis], en: [translate]}\n  objects: {fr: [texte], en: [text]}",
        "phrases: {fr: [traduis ... texte], en: [translate (this|the) text]}",
    ),
    "every placeholder": (MESSAGE, "here ({id})", "{service} {entities} {uses} {rules} {approvers} {id}"),
}


@pytest.mark.parametrize(("path", "old", "new"), FINE.values(), ids=FINE.keys())
def test_a_name_that_leads_somewhere_is_no_fault(
    path: str, old: str, new: str, good: dict[str, str], lay: Callable[[dict[str, str]], Path]
) -> None:
    changed = good[path].replace(old, new, 1)
    assert changed != good[path]
    if then := re.search("then: ([a-z]+)", changed):
        changed = changed.replace("expect: block", f"expect: {then[1]}")
    load(lay({**good, path: changed}), TODAY)


def test_an_id_names_one_rule_of_any_kind(good: dict[str, str], lay: Callable[[dict[str, str]], Path]) -> None:
    good["uses/badge.yaml"] = good[USE].replace("id: translation", "id: badge").replace("title: T", "title: Another t")
    assert faults(lay(good)) == ["uses/badge.yaml:2:1: R301"]


def test_a_title_names_one_rule_of_its_kind(good: dict[str, str], lay: Callable[[dict[str, str]], Path]) -> None:
    good["uses/version.yaml"] = good[USE].replace("id: translation", "id: version")
    good["uses/version.yaml"] = good["uses/version.yaml"].replace("title: Translation", "title: TRANSLATION")
    assert faults(lay(good)) == ["uses/version.yaml:3:1: R319"]


@pytest.mark.parametrize("host", ["api.example.com", '"*.example.com"'])
def test_a_host_is_one_services(host: str, good: dict[str, str], lay: Callable[[dict[str, str]], Path]) -> None:
    good["services/other-api.yaml"] = (
        good[SERVICE]
        .replace("id: example-api", "id: other-api")
        .replace("title: Example", "title: Other")
        .replace("hosts: [api.example.com]", f"hosts: [other.example.org, {host}]")
    )
    assert faults(lay(good)) == ["services/other-api.yaml:10:28: R312"]


def test_an_endpoint_id_is_one_of_its_service(good: dict[str, str], lay: Callable[[dict[str, str]], Path]) -> None:
    second = "  - {id: chat, methods: [GET], path: /v2, family: json}\ntests:"
    good[SERVICE] = good[SERVICE].replace("tests:", second, 1)
    assert faults(lay(good)) == ["services/example-api.yaml:22:6: R316"]


def test_an_answer_cannot_wait_for_a_human(good: dict[str, str], lay: Callable[[dict[str, str]], Path]) -> None:
    good[POLICY] = (
        good[POLICY]
        .replace("then: block", "then: hold\napprovers: [dpo]")
        .replace("expect: block", "expect: hold")
        .replace("  services", "  direction: answer\n  services")
    )
    assert faults(lay(good)) == ["policy/block-badges.yaml:14:1: R318"]


def test_a_rule_that_can_find_nothing_is_refused(good: dict[str, str], lay: Callable[[dict[str, str]], Path]) -> None:
    start, end = good[BADGE].index("  patterns"), good[BADGE].index("tests:")
    good[BADGE] = good[BADGE][:start] + good[BADGE][end:]
    assert faults(lay(good)) == ["detect/badge.yaml:10:1: R309"]


def test_a_sleeping_rule_is_no_name_to_call(good: dict[str, str], lay: Callable[[dict[str, str]], Path]) -> None:
    good[MESSAGE] = good[MESSAGE].replace("stable", "deprecated")
    assert faults(lay(good)) == ["policy/block-badges.yaml:14:1: R302"]


def test_a_sleeping_rule_calls_nobody(good: dict[str, str], lay: Callable[[dict[str, str]], Path]) -> None:
    good[POLICY] = good[POLICY].replace("stable", "deprecated").replace("message: no-badges", "message: gone")
    assert load(lay(good), TODAY).policy == {}


def test_a_broken_file_is_not_said_to_be_missing_too(
    good: dict[str, str], lay: Callable[[dict[str, str]], Path]
) -> None:
    for path in (BADGE, USE, MESSAGE, SERVICE):
        good[path] = good[path].replace("status: stable", "status: stabl")
    assert faults(lay(good)) == [f"{path}:5:1: R205" for path in sorted((BADGE, USE, MESSAGE, SERVICE))]
