"""From a folder to the rules in force."""

import datetime
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from guard.errors import RulesError
from guard.rules import folder as folders
from guard.rules.load import load

Lay = Callable[[dict[str, str]], Path]
SHIPPED = Path(__file__).resolve().parents[2] / "rules"


def test_a_good_folder_is_its_rules_by_id(lay: Lay, good: dict[str, str]) -> None:
    root = lay({**good, "lists/names.txt": "# people\n\nAda\n  Grace Hopper \r\n"})
    rules = load(root)
    assert list(rules.detect) == ["badge"]
    assert list(rules.policy) == ["block-badges"]
    assert rules.lists == {"names.txt": ["Ada", "Grace Hopper"]}
    assert rules.version == folders.read(root).version


def test_every_problem_of_every_file_is_said_at_once_in_order(lay: Lay, good: dict[str, str]) -> None:
    good["detect/badge.yaml"] = good["detect/badge.yaml"].replace("owner: security", "owner: NO")
    good["uses/translation.yaml"] = good["uses/translation.yaml"].replace("title", "titel")
    good["policy/block-badges.yaml"] = good["policy/block-badges.yaml"].replace("message: no-badges", "message: none")
    good["services/example-api.yml"] = good.pop("services/example-api.yaml")
    good["lists/names.txt"] = "\ufeffAda\n"
    root = lay(good)
    with pytest.raises(RulesError) as caught:
        load(root)
    assert [f"{Path(p.path).relative_to(root).as_posix()} {p.code}" for p in caught.value.problems] == [
        "detect/badge.yaml R106",
        "lists/names.txt R110",
        "policy/block-badges.yaml R304",
        "policy/block-badges.yaml R302",
        "services/example-api.yml R201",
        "uses/translation.yaml R204",
        "uses/translation.yaml R203",
    ]
    assert list(caught.value.problems) == sorted(caught.value.problems)


def test_a_sleeping_rule_is_looked_at_and_left_out(lay: Lay, good: dict[str, str]) -> None:
    asleep = good["uses/translation.yaml"].replace("stable", "deprecated").replace("id: translation", "id: old")
    asleep = asleep.replace("title: Translation", "title: Old")
    assert list(load(lay({**good, "uses/old.yaml": asleep})).uses) == ["translation"]
    with pytest.raises(RulesError):
        load(lay({**good, "uses/old.yaml": asleep.replace("owner", "ownr")}))


@pytest.mark.parametrize("status", ["experimental", "test"])
def test_a_rule_on_trial_is_in_the_set(status: str, lay: Lay, good: dict[str, str]) -> None:
    good["detect/badge.yaml"] = good["detect/badge.yaml"].replace("stable", status)
    assert load(lay(good)).detect["badge"].status == status


def test_a_rule_with_an_end_is_held_against_the_day_it_is_given(lay: Lay, good: dict[str, str]) -> None:
    good["policy/block-badges.yaml"] = good["policy/block-badges.yaml"].replace("then:", "until: 2026-12-31\nthen:")
    root = lay(good)
    assert load(root, datetime.date(2026, 12, 31)).policy
    with pytest.raises(RulesError, match="R314"):
        load(root, datetime.date(2027, 1, 1))


def test_what_has_ended_keeps_no_guard_from_starting_and_other_problems_still_do(
    lay: Lay, good: dict[str, str]
) -> None:
    path, day = "policy/block-badges.yaml", datetime.date(2027, 1, 1)
    good[path] = good[path].replace("then:", "until: 2026-12-31\nthen:")
    assert load(lay(good), day, ended=True).policy
    good[path] = good[path].replace("no-badges", "no-such-message")
    with pytest.raises(RulesError) as caught:
        load(lay(good), day, ended=True)
    assert [problem.code for problem in caught.value.problems] == ["R302"]


@pytest.mark.parametrize("bad", [b"\xff", b"a\x00b", b"a\nb\xc3\n"], ids=["no UTF-8", "NUL", "cut"])
def test_a_list_that_is_no_text_is_a_problem(bad: bytes, lay: Lay, good: dict[str, str]) -> None:
    root = lay(good)
    (root / "lists").mkdir()
    (root / "lists/names.txt").write_bytes(bad)
    with pytest.raises(RulesError, match="R110"):
        load(root)


def test_a_list_entry_has_a_longest_length(lay: Lay, good: dict[str, str]) -> None:
    with pytest.raises(RulesError, match=r"names\.txt:2:1: R205"):
        load(lay({**good, "lists/names.txt": "Ada\n" + "a" * 501}))


def test_each_file_is_opened_once(lay: Lay, good: dict[str, str]) -> None:
    script = (
        "import sys, pathlib; from guard.rules.load import load; seen = []\n"
        "sys.addaudithook(lambda name, args: seen.append(str(args[0])) if name == 'open' else None)\n"
        "load(pathlib.Path(sys.argv[1])); print(*(path for path in seen if path.endswith('.yaml')), sep='\\n')"
    )
    command = [sys.executable, "-c", script, str(lay(good))]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    opened = done.stdout.split()
    assert len(opened) == len(good)
    assert len(set(opened)) == len(good)


def test_loading_imports_no_analyzer_and_no_proxy() -> None:
    script = (
        "import sys, pathlib; from guard.rules.load import load; load(pathlib.Path(sys.argv[1]))\n"
        "print(*sorted({'presidio_analyzer', 'spacy', 'mitmproxy', 'phonenumbers'} & set(sys.modules)))"
    )
    command = [sys.executable, "-c", script, str(SHIPPED)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == ""


BORROWER = """
  - id: batch
    methods: [POST]
    path: /v1/batch
    family: json
    fields:
      - {path: /own, role: user}
    fields_of: [{endpoint: example-api/chat, under: "/requests/*"}]
tests:"""


def test_an_endpoint_has_the_fields_it_borrows_after_its_own(lay: Lay, good: dict[str, str]) -> None:
    name = "services/example-api.yaml"
    good[name] = good[name].replace("\ntests:", BORROWER, 1)
    chat, batch = load(lay(good)).services["example-api"].endpoints
    assert [field.path for field in batch.fields] == ["/own", *(f"/requests/*{field.path}" for field in chat.fields)]
    assert [field.role for field in batch.fields[1:]] == [field.role for field in chat.fields]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("example-api/chat", "example-api/talk", "R323"),
        ("example-api/chat", "other-api/chat", "R323"),
        ("example-api/chat", "example-api/batch", None),
        ('"/requests/*"', "requests", "R313"),
    ],
)
def test_fields_are_borrowed_from_an_endpoint_that_has_some(
    old: str, new: str, code: str | None, lay: Lay, good: dict[str, str]
) -> None:
    name = "services/example-api.yaml"
    good[name] = good[name].replace("\ntests:", BORROWER.replace(old, new), 1)
    if code is None:
        load(lay(good))
        return
    with pytest.raises(RulesError) as caught:
        load(lay(good))
    assert [problem.code for problem in caught.value.problems] == [code]
