import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from jsonschema import Draft202012Validator

from guard.audit import schema
from guard.terms import Verdict

LOGS = Path(__file__).resolve().parents[2] / "logs"
VALIDATOR = Draft202012Validator(schema.schema())


def test_the_file_is_what_the_code_says() -> None:
    remedy = "python -c 'from guard.audit.schema import render; print(render(), end=\"\")' > logs/schema.json"
    assert (LOGS / "schema.json").read_text(encoding="utf-8") == schema.render(), remedy


def test_it_is_a_json_schema() -> None:
    Draft202012Validator.check_schema(schema.schema())


@pytest.mark.parametrize("failure", [None, "timeout"])
@pytest.mark.parametrize("model", [None, "gpt-5"])
@pytest.mark.parametrize("verdict", Verdict)
def test_every_event_has_this_shape_and_ocsfs(
    verdict: Verdict, model: str | None, failure: str | None, new_event: Any, against_ocsf: Any
) -> None:
    line = orjson.dumps(new_event(verdict, model=model, failure=failure))
    VALIDATOR.validate(json.loads(line))
    assert against_ocsf(json.loads(line)) == []


@pytest.mark.parametrize("verdict", [Verdict.ALLOW, Verdict.BLOCK])
def test_what_ocsf_does_not_name_is_against_it(verdict: Verdict, new_event: Any, against_ocsf: Any) -> None:
    made = json.loads(orjson.dumps(new_event(verdict)))
    assert against_ocsf({**made, "prompt": "Bonjour"})
    assert against_ocsf({**made, "activity_id": "1"})
    assert against_ocsf({**made, "actor": {"user": {"nickname": "x"}}})


def broken(made: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield {**made, "prompt": "Bonjour"}
    yield {**made, "class_uid": 2005}
    yield {key: value for key, value in made.items() if key != "metadata"}
    guard = made["unmapped"]["guard"]
    yield {**made, "unmapped": {"guard": {**guard, "text": "Bonjour"}}}
    yield {**made, "unmapped": {"guard": {**guard, "decision": "maybe"}}}
    yield {**made, "actor": {"user": {**made["actor"]["user"], "name": "x" * 257}}}


@pytest.mark.parametrize("number", range(6))
@pytest.mark.parametrize("verdict", [Verdict.ALLOW, Verdict.BLOCK])
def test_nothing_else_has(verdict: Verdict, number: int, new_event: Any) -> None:
    assert not VALIDATOR.is_valid(list(broken(json.loads(orjson.dumps(new_event(verdict)))))[number])


def paths(name: str = "Guard", prefix: str = "") -> Iterator[str]:
    """`decision`, `entities[].type`, … of everything under unmapped.guard."""
    definitions: Any = schema.schema()["$defs"]
    for key, field in definitions[name]["properties"].items():
        yield prefix + key
        inner = field.get("$ref", "").rpartition("/")[2]
        item = re.fullmatch(r"List_(\w+)_", inner)
        below = item[1] if item else inner
        if "properties" in definitions.get(below, {}):
            yield from paths(below, f"{prefix}{key}{'[]' if item else ''}.")


def test_every_field_of_ours_is_explained_and_no_other() -> None:
    text = (LOGS / "README.md").read_text(encoding="utf-8").partition("## `unmapped.guard`")[2]
    explained = re.findall(r"^\| `([a-z_.\[\]]+)` \|", text, re.MULTILINE)
    assert sorted(explained) == sorted(paths())


def test_there_is_no_place_for_text() -> None:
    names = {path.rpartition(".")[2] for path in paths()}
    assert not names & {"text", "content", "value", "excerpt", "url", "path", "headers", "filename"}
