"""Actor -> how the log names them: in clear, or by a keyed pseudonym that is the same each time.

A pseudonym still is personal data: whoever holds the key can try names. `split` also keeps who is who, in a folder of
its own that analysts need not read, so that a person is named only by those who may, and each naming is an event.
Groups stay as they are.
"""

import base64
import hashlib
import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import orjson

from guard.errors import StoreError
from guard.terms import Actor

type Mode = Literal["clear", "keyed", "split"]
_BYTES = 12


class Identity:
    """One way of naming people, with its key of 32 bytes and, for `split`, its file of names."""

    def __init__(self, mode: Mode, key: bytes, names: Path) -> None:
        """StoreError when the file of names cannot be read."""
        self._mode, self._key, self._names = mode, key, names
        self._known = set(read(names)) if mode == "split" else set[str]()

    def shown(self, actor: Actor) -> Actor:
        """The actor as the log may name them. StoreError when a new name could not be kept."""
        if self._mode == "clear":
            return actor
        own = actor.user if actor.user != "unknown" else ""
        if not own and not actor.address:
            return actor
        pseudonym = self.pseudonym(own or f"unknown at {actor.address}")
        if self._mode == "split" and pseudonym not in self._known:
            self._keep(pseudonym, actor)
        return replace(actor, user=pseudonym, address=None)

    def pseudonym(self, name: str) -> str:
        """`u:` and 16 characters."""
        digest = hashlib.blake2b(
            name.encode("utf-8", "surrogatepass"), key=self._key, digest_size=_BYTES, person=b"identity"
        ).digest()
        return f"u:{base64.urlsafe_b64encode(digest).decode()}"

    def _keep(self, pseudonym: str, actor: Actor) -> None:
        fields = {
            "pseudonym": pseudonym,
            "user": actor.user.encode("utf-8", "replace").decode(),
            "address": actor.address,
            "since": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        try:
            self._names.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(self._names, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                os.write(descriptor, b"\n" + orjson.dumps(fields) + b"\n")
            finally:
                os.close(descriptor)
        except OSError as error:
            raise StoreError(f"the file of names cannot be written ({type(error).__name__})") from None
        self._known.add(pseudonym)


def read(names: Path) -> dict[str, dict[str, str | None]]:
    """Pseudonym -> user, address and since when, as `split` keeps them; a torn line is left out."""
    try:
        lines = names.read_bytes().splitlines()
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise StoreError(f"the file of names cannot be read ({type(error).__name__})") from None
    found = {}
    for line in filter(None, lines):
        try:
            fields = orjson.loads(line)
        except orjson.JSONDecodeError:
            continue
        found[fields.pop("pseudonym")] = fields
    return found
