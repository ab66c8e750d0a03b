"""The state of a day's log -> a signed note that anybody with the public key can check, and back.

The form is C2SP's `tlog-checkpoint` in a `signed-note` (Ed25519): origin, size and root, then our own lines. A note
holds no personal data, so copies can be kept anywhere, and longer than the log. What was signed cannot be changed
without it showing; what nobody signed yet can.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from guard.errors import StoreError

PRODUCT = "prompt-guard"
_ED25519 = b"\1"
"""Kind of key, in its id and in its text (signed-note)."""
_NOTE = re.compile(
    r"prompt-guard/(?P<node>[A-Za-z0-9._-]{1,64})/(?P<day>\d{4}-\d\d-\d\d)\n"
    r"(?P<size>0|[1-9]\d{0,15})\n(?P<root>[A-Za-z0-9+/]{43}=)\n"
    r"time (?P<time>[0-9T:.-]{1,32}Z)\nsequence (?P<sequence>\d{1,16})\nprevious (?P<previous>\S{1,64}|none)\n"
)
_SIGNATURE = re.compile(r"— (?P<name>\S{1,128}) (?P<bytes>[A-Za-z0-9+/]{91}=)\n")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How a node's log of one day stood at a moment."""

    node: str
    day: date
    """The day of the file, UTC."""
    size: int
    """Lines under it."""
    root: bytes
    """Root of the Merkle tree over them."""
    time: str
    """RFC 3339, UTC."""
    sequence: int
    """`metadata.sequence` of the last line; 0 without one."""
    previous: str = "none"
    """Root (base64) of the last checkpoint of the file before: days are chained."""

    def text(self) -> str:
        """What is signed."""
        return (
            f"{PRODUCT}/{self.node}/{self.day.isoformat()}\n{self.size}\n{encoded(self.root)}\n"
            f"time {self.time}\nsequence {self.sequence}\nprevious {self.previous}\n"
        )


class Verifier:
    """A public key, written `name+id+key` as signed notes write it."""

    def __init__(self, vkey: str) -> None:
        """StoreError when it is none."""
        try:
            name, number, key = vkey.strip().split("+", 2)
            public = base64.b64decode(key, validate=True)
            if public[:1] != _ED25519 or bytes.fromhex(number) != _id(name, public[1:]):
                raise ValueError
            self.name, self._id, self._key = name, bytes.fromhex(number), Ed25519PublicKey.from_public_bytes(public[1:])
        except (ValueError, binascii.Error):
            raise StoreError("that is no public key of checkpoints (name+id+key)") from None

    def opened(self, note: str) -> Checkpoint:
        """What a note says; StoreError when it is none or somebody else's."""
        text, blank, signature = note.partition("\n\n")
        said, signed = _NOTE.fullmatch(text + "\n"), _SIGNATURE.fullmatch(signature)
        if not (blank and said and signed):
            raise StoreError("not a checkpoint")
        sealed = base64.b64decode(signed["bytes"])
        try:
            if (signed["name"], sealed[:4]) != (self.name, self._id):
                raise InvalidSignature
            self._key.verify(sealed[4:], (text + "\n").encode())
            day = date.fromisoformat(said["day"])
        except (InvalidSignature, ValueError):
            raise StoreError("not signed by this key") from None
        root = base64.b64decode(said["root"])
        return Checkpoint(
            said["node"], day, int(said["size"]), root, said["time"], int(said["sequence"]), said["previous"]
        )


class Signer:
    """The node's private key."""

    def __init__(self, key: bytes, node: str) -> None:
        """`key` is 32 bytes."""
        self._key = Ed25519PrivateKey.from_private_bytes(key)
        self._name = f"{PRODUCT}/{node}"
        public = self._key.public_key().public_bytes_raw()
        self._id = _id(self._name, public)
        self.vkey = f"{self._name}+{self._id.hex()}+{encoded(_ED25519 + public)}"
        """The public key, for those who check."""

    def note(self, checkpoint: Checkpoint) -> str:
        """The checkpoint, signed."""
        text = checkpoint.text()
        return f"{text}\n— {self._name} {encoded(self._id + self._key.sign(text.encode()))}\n"


def notes(text: str) -> Iterator[str]:
    """The notes of a file of them, one after the other; what follows the last whole one comes too."""
    lines: list[str] = []
    for line in text.splitlines(keepends=True):
        lines.append(line)
        if line.startswith("— ") and line.endswith("\n"):
            yield "".join(lines)
            lines = []
    if lines:
        yield "".join(lines)


def _id(name: str, public: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + _ED25519 + public).digest()[:4]


def encoded(data: bytes) -> str:
    """Base64, as notes write bytes."""
    return base64.b64encode(data).decode()
