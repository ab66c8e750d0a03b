"""Problems of rule files -> what a person, a program, a code-scanning service or a pull request reads."""

import json
from collections.abc import Callable, Mapping, Sequence
from urllib.parse import quote

from guard.errors import Problem
from guard.rules.codes import TITLES

_FIELDS = ("path", "line", "col", "code", "text", "hint")
_SARIF = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def text(problems: Sequence[Problem]) -> str:
    """One line each: `path:line:col: CODE text (hint)`."""
    return "\n".join(map(str, problems))


def as_json(problems: Sequence[Problem]) -> str:
    """A list of objects, one line."""
    return json.dumps([{name: getattr(p, name) for name in _FIELDS} for p in problems], ensure_ascii=False)


def github(problems: Sequence[Problem]) -> str:
    """Workflow commands of GitHub Actions, which become annotations on the lines of a pull request."""
    return "\n".join(
        f"::error file={_property(p.path)},line={max(1, p.line)},col={max(1, p.col)},"
        f"title={_property(f'{p.code} {TITLES[p.code]}')}::{_data(_said(p))}"
        for p in problems
    )


def _data(value: str) -> str:
    return value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: str) -> str:
    return _data(value).replace(":", "%3A").replace(",", "%2C")


def sarif(problems: Sequence[Problem]) -> str:
    """A log of SARIF 2.1.0 with one run; columns count Unicode characters."""
    from importlib.metadata import version  # slow to import, and of no use to `guard lint` otherwise

    codes = sorted({problem.code for problem in problems})
    driver = {
        "name": "guard lint",
        "version": version("prompt-guard"),
        "rules": [
            {
                "id": code,
                "shortDescription": {"text": TITLES[code]},
                "help": {"text": f"docs/problems.md says what {code} is, why, and how it is put right."},
                "defaultConfiguration": {"level": "error"},
            }
            for code in codes
        ],
    }
    results = [
        {
            "ruleId": problem.code,
            "ruleIndex": codes.index(problem.code),
            "level": "error",
            "message": {"text": _said(problem)},
            "locations": [{"physicalLocation": _place(problem)}],
        }
        for problem in problems
    ]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return json.dumps({"$schema": _SARIF, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False)


def _place(problem: Problem) -> dict[str, object]:
    """The file, and where in it; a problem of the whole file has no line."""
    file: dict[str, object] = {"artifactLocation": {"uri": quote(problem.path)}}
    if problem.line:
        file["region"] = {"startLine": problem.line, "startColumn": max(1, problem.col)}
    return file


def _said(problem: Problem) -> str:
    return f"{problem.text} ({problem.hint})" if problem.hint else problem.text


FORMATS: Mapping[str, Callable[[Sequence[Problem]], str]] = {
    "text": text,
    "json": as_json,
    "sarif": sarif,
    "github": github,
}
