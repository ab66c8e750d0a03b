"""Problems as programs read them."""

import json
from typing import Any

import jsonschema
import pytest

from guard.cli.problems import FORMATS
from guard.errors import Problem

PROBLEMS = [
    Problem("rules/detect/a b.yaml", 3, 7, "R203", "unknown key `x`", "did you mean `y`?"),
    Problem("rules/é.yaml", 0, 0, "R201", "50% of: this,\nthat"),
]
SARIF = {
    "type": "object",
    "required": ["version", "runs"],
    "properties": {
        "version": {"const": "2.1.0"},
        "$schema": {"type": "string", "format": "uri"},
        "runs": {"type": "array", "items": {"$ref": "#/definitions/run"}},
    },
    "additionalProperties": False,
    "definitions": {
        "text": {
            "type": "object",
            "required": ["text"],
            "additionalProperties": False,
            "properties": {"text": {"type": "string", "minLength": 1}},
        },
        "run": {
            "type": "object",
            "required": ["tool"],
            "additionalProperties": False,
            "properties": {
                "tool": {
                    "type": "object",
                    "required": ["driver"],
                    "additionalProperties": False,
                    "properties": {"driver": {"$ref": "#/definitions/driver"}},
                },
                "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                "results": {"type": "array", "items": {"$ref": "#/definitions/result"}},
            },
        },
        "driver": {
            "type": "object",
            "required": ["name"],
            "additionalProperties": False,
            "properties": {
                "name": {"type": "string"},
                "version": {"type": "string"},
                "rules": {"type": "array", "uniqueItems": True, "items": {"$ref": "#/definitions/rule"}},
            },
        },
        "rule": {
            "type": "object",
            "required": ["id"],
            "additionalProperties": False,
            "properties": {
                "id": {"type": "string"},
                "shortDescription": {"$ref": "#/definitions/text"},
                "help": {"$ref": "#/definitions/text"},
                "defaultConfiguration": {
                    "type": "object",
                    "additionalProperties": False,
                    "properties": {"level": {"enum": ["none", "note", "warning", "error"]}},
                },
            },
        },
        "result": {
            "type": "object",
            "required": ["message"],
            "additionalProperties": False,
            "properties": {
                "ruleId": {"type": "string"},
                "ruleIndex": {"type": "integer", "minimum": -1},
                "level": {"enum": ["none", "note", "warning", "error"]},
                "message": {"$ref": "#/definitions/text"},
                "locations": {"type": "array", "items": {"$ref": "#/definitions/location"}},
            },
        },
        "location": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "physicalLocation": {
                    "type": "object",
                    "required": ["artifactLocation"],
                    "additionalProperties": False,
                    "properties": {
                        "artifactLocation": {
                            "type": "object",
                            "additionalProperties": False,
                            "properties": {"uri": {"type": "string", "pattern": "^[!-~]+$"}},
                        },
                        "region": {
                            "type": "object",
                            "additionalProperties": False,
                            "properties": {
                                "startLine": {"type": "integer", "minimum": 1},
                                "startColumn": {"type": "integer", "minimum": 1},
                            },
                        },
                    },
                }
            },
        },
    },
}
"""What SARIF 2.1.0 asks of the objects that are used here, and no other property of them."""


def test_sarif_is_what_the_standard_asks_for() -> None:
    written: Any = json.loads(FORMATS["sarif"](PROBLEMS))
    jsonschema.validate(written, SARIF)
    [run] = written["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]

    assert [(r["ruleId"], rules[r["ruleIndex"]]) for r in run["results"]] == [("R203", "R203"), ("R201", "R201")]
    first, second = (result["locations"][0]["physicalLocation"] for result in run["results"])
    assert first == {
        "artifactLocation": {"uri": "rules/detect/a%20b.yaml"},
        "region": {"startLine": 3, "startColumn": 7},
    }
    assert second == {"artifactLocation": {"uri": "rules/%C3%A9.yaml"}}
    assert run["results"][0]["message"]["text"] == "unknown key `x` (did you mean `y`?)"


def test_sarif_of_no_problem_is_a_run_without_results() -> None:
    written = json.loads(FORMATS["sarif"]([]))
    jsonschema.validate(written, SARIF)

    assert written["runs"][0]["results"] == []


def test_github_reads_one_command_a_line_whatever_the_text() -> None:
    assert FORMATS["github"](PROBLEMS).split("\n") == [
        "::error file=rules/detect/a b.yaml,line=3,col=7,title=R203 an unknown key::"
        "unknown key `x` (did you mean `y`?)",
        "::error file=rules/é.yaml,line=1,col=1,title=R201 a file in the wrong place::50%25 of: this,%0Athat",
    ]


@pytest.mark.parametrize("form", ["text", "github"])
def test_no_problem_is_no_line(form: str) -> None:
    assert FORMATS[form]([]) == ""
