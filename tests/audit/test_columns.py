"""The columns against the shape of the events they come from, and against the documents."""

import re
from pathlib import Path
from typing import Any

import duckdb
import pytest

from guard.audit import schema
from guard.audit.columns import ADMIN, COLUMNS, LINE, NONE, Column

ROOT = Path(__file__).resolve().parents[2]
DEFINITIONS: Any = schema.schema()["$defs"]
EVENTS = [name for name, shape in DEFINITIONS.items() if "class_uid" in shape.get("properties", {})]


def below(node: Any, name: str) -> list[Any]:
    """What stands under a name, in any of the shapes a node may have."""
    found = [node, *node.get("anyOf", [])]
    resolved = [DEFINITIONS[one["$ref"].rpartition("/")[2]] if "$ref" in one else one for one in found]
    return [one["properties"][name] for one in resolved if name in one.get("properties", {})]


def at(path: str) -> list[Any]:
    nodes = [DEFINITIONS[event] for event in EVENTS]
    for part in path.split("."):
        nodes = [inner for node in nodes for inner in below(node, part)]
    return nodes


@pytest.mark.parametrize("column", COLUMNS, ids=[column.name for column in COLUMNS])
def test_a_column_comes_from_a_field_there_is(column: Column) -> None:
    assert at(column.path)


@pytest.mark.parametrize(("name", "kind"), [("entities", "Entity"), ("rules", "RuleHit"), ("uses", "UseHit")])
def test_a_list_is_read_with_all_its_fields(name: str, kind: str) -> None:
    type_ = next(column.type for column in COLUMNS if column.name == name)
    assert re.findall(r"[(,] ?([a-z]+) [A-Z]", type_) == list(DEFINITIONS[kind]["properties"])


def test_every_field_of_ours_can_be_asked_for() -> None:
    known = {column.path.removeprefix("unmapped.guard.").partition(".")[0] for column in COLUMNS}
    ours = {*DEFINITIONS["Guard"]["properties"], *DEFINITIONS["Admin"]["properties"]}
    assert ours <= known


def test_the_documents_explain_every_column_in_the_same_words() -> None:
    text = (ROOT / "docs" / "soc.md").read_text("utf-8").partition("### The columns")[2].partition("\n## ")[0]
    assert re.findall(r"^\| `(\w+)` \| (.*) \|$", text, re.MULTILINE) == [(each.name, each.about) for each in COLUMNS]


def test_no_lines_have_the_same_columns_as_some(tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").write_text("")
    with duckdb.connect() as connection:
        none = connection.execute(NONE).description or []
        assert [column[0] for column in none] == [column.name for column in COLUMNS]
        connection.execute(f"SELECT * FROM read_json(?, columns={LINE})", [str(tmp_path / "empty.jsonl")])  # noqa: S608
    assert {*ADMIN} <= {column.name for column in COLUMNS}
