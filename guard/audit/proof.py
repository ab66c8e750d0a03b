"""An event of the log -> a proof that it was in it, for somebody who sees none of the other lines, and back.

The proof holds the line, its place, the hashes that lead to the root of its day, and the signed root.
"""

import base64
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from uuid import UUID

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from guard.audit import merkle
from guard.audit.checkpoint import Checkpoint, Verifier, encoded, notes
from guard.errors import StoreError


class Proof(BaseModel):
    """As it is written to a file."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    line: str
    index: Annotated[int, Field(ge=0)]
    """Place of the line in its file, from 0."""
    hashes: list[str]
    """Base64, from the line's neighbour to the root (RFC 9162 §2.1.3)."""
    checkpoint: str


def prove(folder: Path, uid: str, verifier: Callable[[str], Verifier]) -> Proof:
    """StoreError when the event is not there, or under no checkpoint of its node's key yet."""
    path, lines, index = _found(folder, uid)
    node = path.name.removeprefix("audit-")[: -len("-YYYY-MM-DD.jsonl")]
    note, point = _last(path.with_suffix(".ckpt"), verifier(node))
    if index >= point.size or point.size > len(lines):
        raise StoreError("no checkpoint covers this event yet; try again in a minute")
    leaves = [merkle.leaf(line) for line in lines[: point.size]]
    hashes = merkle.path(leaves, index)
    if merkle.led(leaves[index], index, point.size, hashes) != point.root:
        raise StoreError("the log is not what its checkpoint says; see guard audit verify")
    return Proof(line=lines[index].decode(), index=index, hashes=[encoded(one) for one in hashes], checkpoint=note)


def line(folder: Path, uid: str) -> bytes:
    """The line of one event. StoreError when it is not there."""
    _, lines, index = _found(folder, uid)
    return lines[index]


def proven(data: bytes, verifier: Verifier) -> tuple[str, Checkpoint]:
    """The line of a proof, and the checkpoint it is under. StoreError when it proves nothing."""
    try:
        proof = Proof.model_validate_json(data)
        hashes = [base64.b64decode(text, validate=True) for text in proof.hashes]
    except (ValidationError, ValueError):
        raise StoreError("that is no proof") from None
    point = verifier.opened(proof.checkpoint)
    if merkle.led(merkle.leaf(proof.line.encode()), proof.index, point.size, hashes) != point.root:
        raise StoreError("the line is not under this checkpoint")
    return proof.line, point


def _found(folder: Path, uid: str) -> tuple[Path, list[bytes], int]:
    """The file, its lines, and which of them. A UUIDv7 says its day itself."""
    if not re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", uid):
        raise StoreError("that is no id of an event")
    try:
        day = datetime.fromtimestamp((UUID(uid).int >> 80) / 1000, UTC).date()
    except (ValueError, OverflowError, OSError):
        raise StoreError("that is no id of an event") from None
    for path in sorted(folder.glob(f"audit-*-{day.isoformat()}.jsonl")):
        with path.open("rb") as file:
            lines = list(file)
        for index, line in enumerate(lines):
            if uid.encode() in line and _uid(line) == uid:
                return path, lines, index
    raise StoreError("no event of this id is in the log")


def _uid(line: bytes) -> str:
    try:
        return str(orjson.loads(line)["metadata"]["uid"])
    except (ValueError, KeyError, TypeError):
        return ""


def _last(path: Path, verifier: Verifier) -> tuple[str, Checkpoint]:
    text = path.read_text("utf-8") if path.exists() else ""
    for note in reversed(list(notes(text))):
        try:
            return note, verifier.opened(note)
        except StoreError:
            continue
    raise StoreError("no checkpoint covers this event yet; try again in a minute")
