"""A folder of rule files -> the bytes of each, read once, and the hash that names them all.

Only `KIND/*.yaml` and `lists/*.txt`, `*.edm` and `*.fp` are rules; hidden entries and README.md are left aside, and
whatever else stands there is a Problem, so that a rule in the wrong place is never quietly without effect.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from guard.errors import Problem
from guard.rules.schema import KINDS
from guard.rules.source import MAX_BYTES

LISTS = "lists"
HASHED = (".edm", ".fp")
"""Endings of files of hashes in lists/ (guard.rules.hashed)."""
_SUFFIX = {**dict.fromkeys(KINDS, (".yaml",)), LISTS: (".txt", *HASHED)}
_MAX_HASHED = 256 * 2**20
"""Longest file of hashes, in bytes."""


@dataclass(frozen=True, slots=True)
class File:
    """One rule or list file as it stood when it was read."""

    kind: str
    """The folder it stands in: a kind of rule, or `lists`."""
    name: str
    path: str
    """Where it stands, for people: the folder as it was given and the rest."""
    content: bytes

    @property
    def suffix(self) -> str:
        """The ending, with its dot."""
        return "".join(self.name.rpartition(".")[1:])

    @property
    def stem(self) -> str:
        """The name without its suffix."""
        return self.name.rpartition(".")[0]


@dataclass(frozen=True, slots=True)
class Folder:
    """Everything that was read, in the order of the paths."""

    files: tuple[File, ...]
    problems: tuple[Problem, ...]

    @property
    def version(self) -> str:
        """`sha256:` and 16 hexadecimal digits, over path, NUL and content of each file (no content has a NUL)."""
        digest = hashlib.sha256()
        for file in self.files:
            digest.update(f"{file.kind}/{file.name}".encode("utf-8", "surrogateescape") + b"\0" + file.content)
        return f"sha256:{digest.hexdigest()[:16]}"


def read(root: Path) -> Folder:
    """Every file below a folder of rules."""
    files: list[File] = []
    problems: list[Problem] = []
    for found in _entries(root):
        if isinstance(found, Problem):
            problems.append(found)
            continue
        try:
            with found.open("rb") as stream:
                content = stream.read((_MAX_HASHED if found.suffix in HASHED else MAX_BYTES) + 1)
        except OSError as error:
            problems.append(_problem(found, f"cannot be read: {type(error).__name__}"))
        else:
            files.append(File(found.parent.name, found.name, found.as_posix(), content))
    if not files and not problems:
        problems.append(_problem(root, "no rule file here", f"a rules folder has {', '.join(_SUFFIX)}"))
    return Folder(tuple(sorted(files, key=lambda file: (file.kind, file.name))), tuple(problems))


def _entries(root: Path) -> Iterator[Path | Problem]:
    for entry in _listed(root):
        if isinstance(entry, Problem):
            yield entry
        elif entry.is_dir() and entry.name in _SUFFIX:
            yield from _rules(entry)
        elif entry.is_dir():
            yield _problem(entry, "not a kind of rule", f"the kinds are {', '.join(_SUFFIX)}")
        elif entry.suffix in (".yaml", ".yml"):
            yield _problem(entry, "a rule file outside the folder of its kind", f"one of {', '.join(_SUFFIX)}")


def _rules(folder: Path) -> Iterator[Path | Problem]:
    wanted = _SUFFIX[folder.name]
    for entry in _listed(folder):
        if isinstance(entry, Problem) or (entry.is_file() and entry.suffix in wanted):
            yield entry
        elif entry.is_dir():
            yield _problem(entry, "a folder inside a kind's folder", "rules stand directly in their kind's folder")
        else:
            suffixes = ", ".join(wanted)
            yield _problem(entry, f"not a {suffixes} file", f"{folder.name}/ holds {suffixes} files only")


def _listed(folder: Path) -> list[Path | Problem]:
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        return [_problem(folder, f"cannot be listed: {type(error).__name__}", "is this the rules folder?")]
    return [entry for entry in entries if not entry.name.startswith(".") and entry.name != "README.md"]


def _problem(path: Path, text: str, hint: str = "") -> Problem:
    return Problem(path.as_posix(), 0, 0, "R201", text, hint)
