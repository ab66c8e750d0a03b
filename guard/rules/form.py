"""One rule file's text -> the rule it states, or every Problem of its form, each at the key it is about.

pydantic says what is wrong, the source where, and this in words. Nothing here looks at another file.
"""

import difflib
import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from guard.errors import Problem, RulesError
from guard.rules.folder import File
from guard.rules.schema import KINDS, Rule
from guard.rules.source import MAX_BYTES, Loc, Source
from guard.rules.source import read as read_yaml

_DAY = "a day written 2026-01-31"
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TYPES = {
    "string_type": "text",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "float_type": "a number",
    "list_type": "a list",
    "model_type": "a mapping",
}
_FORMS = {
    "rollout": "be a share from 1% to 100%",
    "begin": 'be an hour, "08:00"',
    "end": 'be an hour, "18:30"',
    "at": 'be a time in UTC, "2026-01-31T09:30Z"',
}
"""Patterns in words, by the key they are asked of."""
_LIMITS = {
    "string_too_short": ("min_length", "have at least {} characters"),
    "string_too_long": ("max_length", "have at most {} characters"),
    "too_short": ("min_length", "have at least {} item"),
    "too_long": ("max_length", "have at most {} items"),
    "greater_than_equal": ("ge", "be {:g} or more"),
    "less_than_equal": ("le", "be {:g} or less"),
    "string_pattern_mismatch": ("pattern", "match {}"),
}


def text(file: File) -> str:
    """A file's text; RulesError when its bytes are too many, or not UTF-8."""
    if len(file.content) > MAX_BYTES:
        large = Problem(file.path, 0, 0, "R107", f"the file is larger than {MAX_BYTES} bytes", "split it")
        raise RulesError([large])
    try:
        return file.content.decode()
    except UnicodeDecodeError as error:
        before = file.content[: error.start]
        line, column = before.count(b"\n") + 1, len(before[before.rfind(b"\n") + 1 :].decode(errors="replace")) + 1
        problem = Problem(file.path, line, column, "R110", "a byte that is not UTF-8", "save the file as UTF-8")
        raise RulesError([problem]) from None


def read(file: File) -> tuple[Rule, Source]:
    """The rule in a file, and where its parts stand; RulesError with all that is wrong with it alone."""
    written = text(file)
    source = read_yaml(file.path, written)
    problems = _heading(file, written, source)
    rule: Rule | None = None
    try:
        rule = KINDS[file.kind].model_validate_json(json.dumps(source.data))
    except ValidationError as error:
        problems += [_problem(detail, file.kind, source) for detail in error.errors(include_url=False)]
    if rule is None or problems:
        raise RulesError(list(set(problems)))
    return rule, source


@cache
def schema(kind: str) -> Mapping[str, Any]:
    """The JSON Schema (Draft 7) of a kind of rule; KeyError when there is no such kind."""
    # pydantic writes 2020-12: of what these shapes use, only the name of the definitions differs.
    written = json.dumps(KINDS[kind].model_json_schema()).replace('"$defs"', '"definitions"')
    body = json.loads(written.replace("#/$defs/", "#/definitions/"))
    return {"$schema": "http://json-schema.org/draft-07/schema#", **body}


def _heading(file: File, written: str, source: Source) -> list[Problem]:
    """The first line, for editors, and the id, for people: both follow from where the file stands."""
    problems = []
    wanted = f"# yaml-language-server: $schema=../.schema/{file.kind}.json"
    if written.partition("\n")[0].rstrip("\r") != wanted:
        problems.append(Problem(file.path, 1, 1, "R206", "the first line does not name the schema", wanted))
    stated = source.data.get("id")
    if isinstance(stated, str) and stated != file.stem:
        what = f"the id `{stated}` is not the file's name `{file.stem}`"
        problems.append(Problem(file.path, *source.at(("id",)), "R202", what, "rename one of them"))
    for name in ("date", "until"):  # pydantic also takes seconds since 1970
        day = source.data.get(name)
        if isinstance(day, str) and not _DATE.fullmatch(day):
            problems.append(Problem(file.path, *source.at((name,)), "R205", f"`{name}` must be {_DAY}"))
    return problems


def _problem(detail: ErrorDetails, kind: str, source: Source) -> Problem:
    loc: Loc = detail["loc"]
    name = ".".join(str(part) for part in loc)
    match detail["type"]:
        case "extra_forbidden":
            close = difflib.get_close_matches(str(loc[-1]), _keys(kind, loc[:-1]), n=1)
            hint = f"did you mean `{close[0]}`?" if close else f"known: {', '.join(_keys(kind, loc[:-1]))}"
            code, what = "R203", f"unknown key `{name}`"
        case "missing":
            code, what, hint = "R204", f"the key `{name}` is missing", _meaning(kind, loc)
        case _:
            code, what, hint = "R205", f"`{name}` must {_wanted(detail)}", _hint(detail)
    return Problem(source.path, *source.at(loc), code, what, hint)


def _wanted(detail: ErrorDetails) -> str:
    kind, facts = detail["type"], detail.get("ctx", {})
    if kind == "string_pattern_mismatch" and detail["loc"][-1] in _FORMS:
        return _FORMS[str(detail["loc"][-1])]
    if kind in _LIMITS:
        name, words = _LIMITS[kind]
        return words.format(facts[name])
    if kind in ("enum", "literal_error"):
        return f"be one of {facts['expected']}"
    if kind.startswith("date"):
        return f"be {_DAY}"
    return f"be {_TYPES.get(kind, kind)}"


def _hint(detail: ErrorDetails) -> str:
    if detail["type"] in ("enum", "literal_error"):
        known = re.findall(r"'([^']+)'", detail.get("ctx", {}).get("expected", ""))
        close = difflib.get_close_matches(str(detail["input"]), known, n=1)
        return f"did you mean `{close[0]}`?" if close else ""
    return "quote it" if detail["type"] == "string_type" else ""


def _node(kind: str, loc: Loc) -> dict[str, Any]:
    """The part of a kind's schema that a way into the data leads to; empty when it leads nowhere."""
    root = schema(kind)
    node = dict(root)
    for part in loc:
        node = _resolved(node, root)
        node = node.get("items", {}) if isinstance(part, int) else node.get("properties", {}).get(part, {})
    meaning = {"description": node["description"]} if "description" in node else {}
    return _resolved(node, root) | meaning


def _resolved(node: dict[str, Any], root: Mapping[str, Any]) -> dict[str, Any]:
    for option in (node, *node.get("anyOf", ()), *node.get("allOf", ())):
        if "$ref" in option:
            found: dict[str, Any] = root["definitions"][option["$ref"].rpartition("/")[2]]
            return found
    return node


def _keys(kind: str, loc: Loc) -> list[str]:
    return list(_node(kind, loc).get("properties", ()))


def _meaning(kind: str, loc: Loc) -> str:
    return str(_node(kind, loc).get("description", "")).rstrip(".")
