"""What can go wrong, leaf by leaf.

* GuardError
  + RulesError    a set of rule files that does not load; carries every Problem
  + WireError     one message that cannot be read or edited
  + DetectError   one text that could not be analysed
  + StoreError    a record, a number or a ticket that could not be kept
  + PeopleError   settings or files about people that say nothing clear
  + DirectoryError  a directory, or an issuer of tokens, that does not answer

No text, repr or cause of these holds prompt text (law 6): our own words, and a foreign error's type.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing wrong in a rule file. Lines and columns count from 1; 0 means the whole file."""

    path: str
    line: int
    col: int
    code: str
    text: str
    hint: str = ""

    def __str__(self) -> str:
        """`path:line:col: CODE text (hint)`"""
        hint = f" ({self.hint})" if self.hint else ""
        return f"{self.path}:{self.line}:{self.col}: {self.code} {self.text}{hint}"


class GuardError(Exception):
    """Anything the guard says no with, on its own account."""


class RulesError(GuardError):
    """The rule files do not make a set."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(map(str, self.problems)))


class WireError(GuardError):
    """A message that cannot be read whole: the cause is a word for the log, the text says it to a person."""

    def __init__(self, cause: str, text: str) -> None:
        self.cause = cause
        super().__init__(text)


class DetectError(GuardError):
    """A text that was not analysed. Causes: `worker`, `timeout`, `overload`, `internal`."""

    def __init__(self, cause: str, text: str) -> None:
        self.cause = cause
        super().__init__(text)


class StoreError(GuardError):
    """Something that had to be kept was not."""


class PeopleError(GuardError):
    """Settings or a file about people cannot be used: where, and what; never a name or password of it."""


class DirectoryError(GuardError):
    """Whoever could say who somebody is, or in which groups, does not answer: that is a decision, never a pass."""
