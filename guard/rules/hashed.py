"""Values of the company -> files of keyed hashes (`lists/*.edm`, `lists/*.fp`), and those files -> tables.

The law it keeps: no such file, and nothing in memory, holds a clear value, its length or its order; without the key
(a file outside the rules, mode 0600) a hash cannot be guessed at. Hashes are BLAKE2b keyed with it, cut to 64 bits.
The files are text: a first line with their kind, then `name base64` lines.
"""

import base64
import binascii
import hashlib
import os
import secrets
import sys
from array import array
from bisect import bisect_left
from collections.abc import Iterable
from pathlib import Path

from guard.errors import Problem, RulesError
from guard.rules.schema import RuleSet, Status, Table

SUFFIXES = {".edm": "exact", ".fp": "documents"}
MAX_BYTES = 256 * 2**20
"""Longest file of hashes, in bytes."""
_HEAD = "prompt-guard"
_PARTS = ("check", "known", "begun", "together", "rows")
_KEY = 32
"""Bytes of a key."""


class Hasher:
    """The keyed hash: text -> 64 bits."""

    def __init__(self, key: bytes) -> None:
        self._begun = hashlib.blake2b(key=key, digest_size=8)
        self.check = hashlib.blake2b(b"which key this is", key=key, digest_size=8).digest()
        """Tells keys apart and tells nothing else of them."""

    def __call__(self, text: str) -> int:
        """The hash of a text."""
        digest = self._begun.copy()
        digest.update(text.encode("utf-8", "surrogatepass"))
        return int.from_bytes(digest.digest(), "little")


class Numbers:
    """Sorted hashes as they lie in a table; looked up in logarithmic time, taking eight bytes each."""

    def __init__(self, data: bytes, code: str = "Q") -> None:
        self._numbers = array(code, data)
        if sys.byteorder == "big":
            self._numbers.byteswap()

    def __contains__(self, number: int) -> bool:
        """Whether a number is one of them."""
        at = bisect_left(self._numbers, number)
        return at < len(self._numbers) and self._numbers[at] == number

    def __len__(self) -> int:
        """How many they are."""
        return len(self._numbers)

    def at(self, number: int) -> range:
        """Where a number stands."""
        return range(bisect_left(self._numbers, number), bisect_left(self._numbers, number + 1))

    def __getitem__(self, at: int) -> int:
        """The number at a place, from 0."""
        return self._numbers[at]


def packed(numbers: Iterable[int], code: str = "Q") -> bytes:
    """Numbers as they lie in a table."""
    found = array(code, numbers)
    if sys.byteorder == "big":
        found.byteswap()
    return found.tobytes()


def written(table: Table) -> str:
    """A table as a file's text."""
    lines = [f"{name} {base64.b64encode(getattr(table, name)).decode()}" for name in _PARTS]
    return "\n".join([f"{_HEAD} {table.kind} 1", *lines, ""])


def read(path: str, content: bytes, suffix: str) -> Table:
    """The table in a file's bytes; RulesError when there is none."""
    wrong = Problem(path, 0, 0, "R322", "not a file of hashes", "make it again with `guard lists`")
    if len(content) > MAX_BYTES:
        raise RulesError([wrong])
    try:
        head, *lines = content.decode("ascii").splitlines()
        parts = dict(line.split(" ") for line in lines)
        data = {name: base64.b64decode(parts[name], validate=True) for name in _PARTS}
    except (ValueError, KeyError, binascii.Error):
        raise RulesError([wrong]) from None
    kind = SUFFIXES[suffix]
    uneven = any(len(data[name]) % 8 for name in ("known", "begun", "together"))
    if head != f"{_HEAD} {kind} 1" or uneven or len(data["rows"]) * 2 != len(data["together"]):
        raise RulesError([wrong])
    return Table.model_validate({"kind": kind, **data})


def keyed(rules: RuleSet, path: Path) -> RuleSet:
    """The rules with the key that their hashes need, if they need one; RulesError when it is missing or another."""
    used = {
        name
        for rule in rules.detect.values()
        if rule.status is not Status.DEPRECATED
        for name in (rule.detect.exact, rule.detect.documents)
        if name is not None
    }
    if not used:
        return rules
    key = key_at(path)
    check = Hasher(key).check
    other = sorted(name for name in used if rules.tables[name].check != check)
    if other:
        hint = "set GUARD_LISTS_KEY to the key they were made with, or make them again"
        text = f"lists/{', lists/'.join(other)} was made with another key"
        raise RulesError([Problem(path.as_posix(), 0, 0, "R321", text, hint)])
    return rules.model_copy(update={"lists_key": key})


def key_at(path: Path) -> bytes:
    """The key in a file; RulesError when there is none."""
    hint = "the key that `guard lists` made; GUARD_LISTS_KEY says where it is"
    try:
        key = bytes.fromhex(path.read_text("ascii"))
    except (OSError, ValueError) as error:
        text = f"the key of the lists cannot be read ({type(error).__name__})"
        raise RulesError([Problem(path.as_posix(), 0, 0, "R321", text, hint)]) from None
    if len(key) != _KEY:
        raise RulesError([Problem(path.as_posix(), 0, 0, "R321", "not a key of the lists", hint)])
    return key


def made_key(path: Path) -> bytes:
    """The key in a file, which is made (mode 0600) when there is none."""
    if path.exists():
        return key_at(path)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    key = secrets.token_bytes(_KEY)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(key.hex() + "\n")
    return key
