"""Rule files that are wrong on purpose: each gets exactly these lines, and no other."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from guard.errors import RulesError
from guard.rules.load import load

BADGE, USE, MESSAGE, POLICY, SERVICE = (
    "detect/badge.yaml",
    "uses/translation.yaml",
    "messages/no-badges.yaml",
    "policy/block-badges.yaml",
    "services/example-api.yaml",
)
BAD = {
    "a bracket that is not closed": (
        BADGE,
        "references: []",
        "references: [",
        ["10:1: R101 not YAML: did not find expected ',' or ']'"],
    ),
    "a tab": (
        BADGE,
        "  entity: BADGE",
        "\tentity: BADGE",
        ["11:1: R101 not YAML: found character that cannot start any token"],
    ),
    "a key twice": (
        BADGE,
        "status: stable",
        "status: stable\nstatus: test",
        ["6:1: R102 the key `status` again (it stands in line 5 already)"],
    ),
    "an anchor": (
        BADGE,
        "owner: security",
        "owner: &team security",
        ["6:8: R103 an anchor: team (write the value out)"],
    ),
    "a tag": (
        BADGE,
        "owner: security",
        "owner: !!str security",
        ["6:8: R104 a tag: tag:yaml.org,2002:str (remove it; quote the value if it is text)"],
    ),
    "a second document": (
        BADGE,
        "references: []",
        "references: []\n---\na: b",
        ["9:1: R105 a second document begins here (one rule per file: remove `---`)"],
    ),
    "Norway": (
        BADGE,
        "owner: security",
        "owner: NO",
        ["6:8: R106 `NO` is a yes or no to some readers and text to others (write true or false, or quote it)"],
    ),
    "an octal number": (
        BADGE,
        "owner: security",
        "owner: 01000",
        ["6:8: R106 `01000` is read as different numbers by different readers (quote it, or write the plain number)"],
    ),
    "a time that is not quoted": (
        POLICY,
        "  entities",
        '  times: [{begin: 08:00, end: "18:00", zone: UTC}]\n  entities',
        ["12:19: R106 `08:00` is read as different numbers by different readers (quote it, or write the plain number)"],
    ),
    "nothing as a value": (
        BADGE,
        "owner: security",
        "owner:",
        ['6:7: R106 nothing after the colon or dash (write a value, "", [] or null)'],
    ),
    "a key that is no text": (
        BADGE,
        "references: []",
        "references: []\n1: a",
        ["9:1: R108 a key that is not text (quote it)"],
    ),
    "a mark that turns the text around": (
        BADGE,
        "title: Badge",
        "title: Badge \u202e",
        ['3:14: R110 the character U+202E, which editors do not show (remove it, or write it "\\u…" in double quotes)'],
    ),
    "another id": (
        BADGE,
        "id: badge\n",
        "id: badges\n",
        ["2:1: R202 the id `badges` is not the file's name `badge` (rename one of them)"],
    ),
    "a misspelt key": (
        BADGE,
        "owner: security",
        "ownr: security",
        [
            "2:1: R204 the key `owner` is missing (The team that answers for it)",
            "6:1: R203 unknown key `ownr` (did you mean `owner`?)",
        ],
    ),
    "a regexp": (
        BADGE,
        "regex:",
        "regexp:",
        [
            "14:7: R204 the key `detect.patterns.0.regex` is missing "
            "(RE2; a group named `value` narrows the finding to that part)",
            "15:7: R203 unknown key `detect.patterns.0.regexp` (did you mean `regex`?)",
        ],
    ),
    "a misspelt status": (
        BADGE,
        "status: stable",
        "status: stabel",
        ["5:1: R205 `status` must be one of 'experimental', 'test', 'stable' or 'deprecated' (did you mean `stable`?)"],
    ),
    "a number for a title": (BADGE, "title: Badge number", "title: 12", ["3:1: R205 `title` must be text (quote it)"]),
    "a score of two": (BADGE, "score: 0.9", "score: 2.0", ["16:7: R205 `detect.patterns.0.score` must be 1 or less"]),
    "the 30th of February": (
        BADGE,
        "date: 2026-11-23",
        "date: 2026-02-30",
        ["7:1: R205 `date` must be a day written 2026-01-31"],
    ),
    "no first line": (
        BADGE,
        "# yaml-language-server: $schema=../.schema/detect.json\n",
        "",
        ["1:1: R206 the first line does not name the schema (# yaml-language-server: $schema=../.schema/detect.json)"],
    ),
    "a verdict that is none": (
        POLICY,
        "then: block",
        "then: deny",
        ["13:1: R205 `then` must be one of 'allow', 'log', 'coach', 'redact', 'justify', 'hold' or 'block'"],
    ),
    "a share that is none": (
        POLICY,
        "then: block",
        "then: block\nrollout: 0%",
        ["14:1: R205 `rollout` must be a share from 1% to 100%"],
    ),
    "an hour that is none": (
        POLICY,
        "  entities",
        '  times: [{begin: "8:00", end: "18:00", zone: UTC}]\n  entities',
        ['12:12: R205 `when.times.0.begin` must be an hour, "08:00"'],
    ),
    "a day that is none": (
        POLICY,
        "  entities",
        '  times: [{days: [lundi], begin: "08:00", end: "18:00", zone: UTC}]\n  entities',
        ["12:19: R205 `when.times.0.days.0` must be one of 'mon', 'tue', 'wed', 'thu', 'fri', 'sat' or 'sun'"],
    ),
    "a style that is none": (
        POLICY,
        "then: block",
        "then: block\nstyles: {BADGE: blur}",
        ["14:10: R205 `styles.BADGE` must be one of 'mask', 'hash', 'surrogate', 'placeholder' or 'drop'"],
    ),
    "an exception without a reason": (
        POLICY,
        "then: block",
        "then: block\nexceptions: [{users: [ana], until: 2099-01-01, owner: dpo}]",
        ["14:14: R204 the key `exceptions.0.reason` is missing (Why it was granted; people and events read it)"],
    ),
    "an exception without an end": (
        POLICY,
        "then: block",
        "then: block\nexceptions: [{users: [ana], owner: dpo, reason: Pilot}]",
        ["14:14: R204 the key `exceptions.0.until` is missing (Last day it holds (UTC))"],
    ),
    "a misspelt message": (
        POLICY,
        "message: no-badges",
        "message: no-badge",
        ["14:1: R302 no message `no-badge` (did you mean `no-badges`?)"],
    ),
    "a misspelt use": (
        POLICY,
        "uses: [translation]",
        "uses: [traslation]",
        ["11:10: R303 no use `traslation` (did you mean `translation`?)"],
    ),
    "a misspelt service": (
        POLICY,
        "services: [example-api]",
        "services: [example-ap]",
        ["10:14: R304 no service `example-ap` (did you mean `example-api`?)"],
    ),
    "a misspelt entity": (
        POLICY,
        "entities: [BADGE]",
        "entities: [BAGDE]",
        ["12:14: R305 no detect rule finds BAGDE (did you mean `BADGE`?)"],
    ),
    "an entity of nobody": (
        POLICY,
        "entities: [BADGE]",
        "entities: [IBAN_CODE]",
        ["12:14: R305 no detect rule finds IBAN_CODE (known: BADGE)"],
    ),
    "block without a message": (
        POLICY,
        "message: no-badges\n",
        "",
        ["13:1: R307 `block` without a message (the person must read why)"],
    ),
    "a list that is none": (
        BADGE,
        "  patterns",
        "  words_from: badges.txt\n  patterns",
        ["13:3: R306 no file lists/badges.txt (there is none)"],
    ),
    "a checksum that is none": (
        BADGE,
        "  patterns",
        "  checksum: nir\n  patterns",
        ["13:3: R311 no checksum is called `nir` (phone, credit-card, or a module of python-stdnum that has is_valid)"],
    ),
    "look-around": (
        BADGE,
        "'\\bB\\d{4}\\b'",
        "'(?<=badge )B\\d{4}'",
        ["15:7: R310 RE2 refuses the regex: invalid perl operator: (?<= (RE2 has no look-around, no references)"],
    ),
    "a regex that is always right": (
        BADGE,
        "'\\bB\\d{4}\\b'",
        "'B?'",
        ["15:7: R317 the regex finds empty text (ask for at least one character)"],
    ),
    "one language": (
        USE,
        "en: [text]",
        "en: []",
        ["11:3: R401 `use.objects` has no en words (both languages, or none)"],
    ),
    "a brace that is not filled in": (
        MESSAGE,
        "stays here ({id})",
        "stays here ({user})",
        [
            "10:20: R315 the placeholder {user} cannot be filled in "
            "(known: approvers, causes, entities, files, id, rules, service, uses)"
        ],
    ),
    "a path without its slash": (
        SERVICE,
        "path: /text",
        "path: text",
        ["21:10: R313 the path does not parse: a step must begin with /, at character 1"],
    ),
    "a day that has passed": (
        POLICY,
        "then: block",
        "until: 2026-11-22\nthen: block",
        ["13:1: R314 2026-11-22 has passed (renew it, or set the status to deprecated)"],
    ),
}
"""The file, what stands in it, what is written instead, and all that `guard lint` says of it, after its path."""


@pytest.mark.parametrize(("path", "old", "new", "wanted"), BAD.values(), ids=BAD)
def test_a_bad_file_gets_exactly_these_lines(
    path: str, old: str, new: str, wanted: list[str], good: dict[str, str], lay: Callable[[dict[str, str]], Path]
) -> None:
    assert old in good[path]
    root = lay({**good, path: good[path].replace(old, new, 1)})
    with pytest.raises(RulesError) as caught:
        load(root, date(2026, 11, 23))

    assert [str(problem) for problem in caught.value.problems] == [f"{(root / path).as_posix()}:{w}" for w in wanted]
