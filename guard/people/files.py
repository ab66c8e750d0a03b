"""A file about people -> its text, or what is wrong with it: where, and never a name or a password of it.

A file must end with a line end: what a program has not finished writing mostly does not.
"""

from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from guard.errors import PeopleError, RulesError
from guard.rules import source

_LARGEST = 32 * 2**20
"""Bytes."""


class Strict(BaseModel):
    """A shape that takes nothing it does not know, and changes nothing it takes."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)


def text(path: Path) -> str:
    """The whole text. PeopleError when there is none."""
    try:
        with path.open("rb") as stream:
            content = stream.read(_LARGEST + 1)
    except OSError as error:
        raise PeopleError(f"{path}: cannot be read ({type(error).__name__})") from None
    if len(content) > _LARGEST:
        raise PeopleError(f"{path}: larger than {_LARGEST} bytes")
    if not content.endswith(b"\n"):
        raise PeopleError(f"{path}: does not end with a line end; is it whole?")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise PeopleError(f"{path}: not UTF-8") from None


def lines(path: Path) -> Iterator[tuple[int, str]]:
    """Number and text of each line that says something; `#` begins a comment line."""
    for number, line in enumerate(text(path).splitlines(), 1):
        if line.strip() and not line.lstrip().startswith("#"):
            yield number, line


def read[T: BaseModel](path: Path, shape: type[T]) -> T:
    """The data of a YAML file in its shape. PeopleError with the place of what does not fit."""
    try:
        found = source.read(str(path), text(path))
        return shape.model_validate(found.data)
    except RulesError as error:
        first = error.problems[0]
        raise PeopleError(f"{path}:{first.line}:{first.col}: {first.code} (see docs/problems.md)") from None
    except ValidationError as error:
        first_error = error.errors(include_input=False, include_url=False)[0]
        line, column = found.at(first_error["loc"])
        raise PeopleError(f"{path}:{line}:{column}: {first_error['msg']}") from None
