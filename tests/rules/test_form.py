"""One rule file's form."""

import json

import jsonschema
import pytest

from guard.errors import RulesError
from guard.rules.folder import File
from guard.rules.form import read, schema
from guard.rules.schema import KINDS, DetectRule
from guard.rules.source import MAX_BYTES


def file(path: str, text: str | bytes) -> File:
    kind, _, name = path.partition("/")
    return File(kind, name, path, text.encode() if isinstance(text, str) else text)


def problems(path: str, text: str | bytes) -> list[str]:
    with pytest.raises(RulesError) as caught:
        read(file(path, text))
    return [str(problem) for problem in caught.value.problems]


def test_a_good_file_is_its_rule(good: dict[str, str]) -> None:
    for path, text in good.items():
        rule, source = read(file(path, text))
        assert path == f"{path.partition('/')[0]}/{rule.id}.yaml"
        assert source.at(("title",)) == (3, 1)


BAD = {
    "another id": ("id: badge\n", "id: badges\n", "2:1: R202 the id `badges` is not the file's name `badge`"),
    "a misspelt key": ("owner: security", "ownr: security", "6:1: R203 unknown key `ownr` (did you mean `owner`?)"),
    "a key of nowhere": (
        "      score",
        "      zzz: 1\n      score",
        "16:7: R203 unknown key `detect.patterns.0.zzz` (known: ",
    ),
    "a missing key": ("owner: security\n", "", "2:1: R204 the key `owner` is missing (The team that answers for it)"),
    "a missing key, deep": ("      score: 0.9\n", "", "14:7: R204 the key `detect.patterns.0.score` is missing"),
    "a number for text": ("title: Badge number", "title: 12", "3:1: R205 `title` must be text (quote it)"),
    "text for a number": ("score: 0.9", "score: high", "16:7: R205 `detect.patterns.0.score` must be a number"),
    "text for a list": ("references: []", "references: x", "8:1: R205 `references` must be a list"),
    "a list for a mapping": (
        "{text: badge 1234, why: no letter}",
        "x",
        "19:14: R205 `tests.no_match.0` must be a mapping",
    ),
    "too much": ("score: 0.9", "score: 1.5", "16:7: R205 `detect.patterns.0.score` must be 1 or less"),
    "too little": ("score: 0.9", "score: -1", "16:7: R205 `detect.patterns.0.score` must be 0 or more"),
    "too short": ("title: Badge number", "title: B", "3:1: R205 `title` must have at least 3 characters"),
    "an empty list": ("[none known]", "[]", "9:1: R205 `falsepositives` must have at least 1 item"),
    "another word": ("status: stable", "status: stabl", "5:1: R205 `status` must be one of 'experimental', 'test', "),
    "another form": ("entity: BADGE", "entity: badge", "11:3: R205 `detect.entity` must match ^[A-Z]"),
    "no such day": ("2026-11-23", "2026-02-30", "7:1: R205 `date` must be a day written 2026-01-31"),
    "seconds for a day": ("2026-11-23", '"1795392000"', "7:1: R205 `date` must be a day written 2026-01-31"),
    "a time for a day": ("2026-11-23", "2026-11-23T00:00:00", "7:1: R205 `date` must be a day written 2026-01-31"),
    "a name that is another's placeholder": ("entity: ", "entity: X_2 #", "11:3: R205 `detect.entity` must match"),
    "text for true": ("  entity", '  prefix: "true"\n  entity', "11:3: R205 `detect.prefix` must be true or false"),
    "another schema": ("detect.json", "detects.json", "1:1: R206 the first line does not name the schema"),
    "a schema in the second line": ("# yaml", "# hello\n# yaml", "1:1: R206 the first line does not name the schema"),
}


@pytest.mark.parametrize(("old", "new", "wanted"), BAD.values(), ids=BAD.keys())
def test_a_fault_is_said_in_words_where_it_stands(old: str, new: str, wanted: str, good: dict[str, str]) -> None:
    text = good["detect/badge.yaml"]
    assert old in text
    found = problems("detect/badge.yaml", text.replace(old, new, 1))
    assert len(found) == 1 or "ownr" in new
    assert any(problem.startswith(f"detect/badge.yaml:{wanted}") for problem in found), found


def test_all_faults_of_a_file_are_said_at_once(good: dict[str, str]) -> None:
    text = good["detect/badge.yaml"].replace("owner: security\n", "").replace("0.9", "2").replace("title:", "titel:")
    assert [problem.split(": ")[1][:4] for problem in problems("detect/badge.yaml", text)] == [
        "R204",
        "R204",
        "R203",
        "R205",
    ]


def test_many_unknown_keys_are_told_without_the_schema_being_made_for_each(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []
    whole = DetectRule.model_json_schema
    monkeypatch.setattr(DetectRule, "model_json_schema", lambda: (made.append(1), whole())[1])
    schema.cache_clear()
    found = problems("detect/badge.yaml", "".join(f"key-{number}: 1\n" for number in range(50)))
    assert (len([problem for problem in found if "R203" in problem]), len(made)) == (50, 1)


def test_a_byte_that_is_not_utf8_is_named_at_its_place() -> None:
    assert problems("detect/badge.yaml", b"# a\n\xc3\xa9: \xe9\n")[0].startswith("detect/badge.yaml:2:4: R110")


def test_a_file_larger_than_the_limit_is_not_read() -> None:
    assert problems("detect/badge.yaml", b"#" * (MAX_BYTES + 1))[0].startswith("detect/badge.yaml:0:0: R107")


@pytest.mark.parametrize("kind", KINDS)
def test_the_schema_for_editors_is_draft_7_and_takes_what_the_guard_takes(kind: str, good: dict[str, str]) -> None:
    jsonschema.Draft7Validator.check_schema(schema(kind))
    path = next(path for path in good if path.startswith(f"{kind}/"))
    _, source = read(file(path, good[path]))
    jsonschema.Draft7Validator(schema(kind)).validate(source.data)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft7Validator(schema(kind)).validate({**source.data, "unknown": 1})


def test_a_kind_that_is_none_has_no_schema() -> None:
    with pytest.raises(KeyError):
        schema("lists")


def test_a_rule_keeps_its_types(good: dict[str, str]) -> None:
    rule, _ = read(file("detect/badge.yaml", good["detect/badge.yaml"]))
    assert isinstance(rule, DetectRule)
    assert json.loads(rule.model_dump_json())["date"] == "2026-11-23"
    assert rule.detect.patterns[0].regex == r"\bB\d{4}\b"
