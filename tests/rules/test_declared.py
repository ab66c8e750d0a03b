"""Every field that a shipped rule file declares is read where it says, and an edit there changes nothing else."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path

from guard.rules.fieldpath import Step, parse
from guard.rules.load import load
from guard.rules.schema import FieldRule
from guard.wire.body import Reading, read, write
from guard.wire.fields import NESTED

TEXT = 'Zoé"\\\u2028😀\n'
"""One word, so that it counts only where it is declared; every character that JSON or a form may write otherwise."""
NEW = "[[PERSON_1]]é"
JSON_TYPE = "application/json"


def _document(path: str, leaf: str) -> object:
    """The smallest JSON with a leaf at a path; a string that is JSON where the path goes on in one."""
    outer, nested, inner = path.partition(NESTED)
    below = json.dumps(_document(inner, leaf), ensure_ascii=False) if nested else leaf
    return _around(parse(outer), below)


def _around(steps: tuple[Step, ...], below: object) -> object:
    if not steps:
        return below
    first, *rest = steps
    reached = _around(tuple(rest), below)
    if first.where:
        assert isinstance(reached, dict)
        reached = {name: min(values) for name, values in first.where} | reached
    match first.name:
        case "*":
            return [reached]
        case "**":
            return {"any": [reached]}
        case name:
            return {name: reached}


def _leaf(field: FieldRule) -> str:
    match field.holds:
        case "media":
            return "data:text/plain;base64," + base64.b64encode(TEXT.encode()).decode()
        case "json":
            return json.dumps({"k": [TEXT]})
        case _:
            return TEXT


def _texts(reading: Reading) -> dict[str, str]:
    return {segment.where: segment.text for segment in reading.segments}


def _declared() -> Iterator[tuple[FieldRule, list[FieldRule], str]]:
    """Each field, among the fields of the first endpoint that has it, and where that is."""
    seen: set[FieldRule] = set()
    for service in load(Path(__file__).resolve().parents[2] / "rules").services.values():
        for endpoint in service.endpoints:
            for field in endpoint.fields:
                if field not in seen:
                    yield field, endpoint.fields, f"{service.id}/{endpoint.id} {field.path}"
                seen.add(field)


def test_every_declared_field_is_read_and_edited_in_its_place() -> None:
    for field, fields, said in _declared():
        _obeys(field, fields, said)


def _obeys(field: FieldRule, fields: list[FieldRule], said: str) -> None:
    body = json.dumps(_document(field.path, _leaf(field)), ensure_ascii=False).encode()
    reading = read(body, JSON_TYPE, fields)
    assert reading.uninspectable == (), said
    assert write(body, JSON_TYPE, fields, {}) is body, said
    found = [segment for segment in reading.segments if TEXT in segment.text]
    assert found, said
    for segment in found:
        assert segment.declared or field.holds == "opaque", said
        if segment.editable:
            edited = write(body, JSON_TYPE, fields, {segment.where: NEW})
            assert _texts(read(edited, JSON_TYPE, fields)) == _texts(reading) | {segment.where: NEW}, said
