"""A prompt -> a sealed file that two people open together, for the few rules that say `evidence: true`.

Off until the operator names both kinds of key holders. The file is two age envelopes (age-encryption.org/v1): the outer
one for the investigators, the inner one for the witnesses, so that nobody reads alone, and this machine not at all: it
has public keys only. The event has the SHA-256 of the file, which is also its name: what is under the log's
checkpoints is under nobody's hand any more. The caller writes the event before the file (law 7).
"""

import hashlib
import json
import os
import re
import secrets
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyrage

from guard.errors import StoreError
from guard.settings import Settings
from guard.terms import Finding, Prompt

FORMAT = 1
"""Raised when a field of what is sealed changes its meaning or goes."""
_HELD = ".age"


@dataclass(frozen=True, slots=True)
class Sealed:
    """One prompt, sealed, and not kept yet."""

    sha256: str
    """Of `data`, in hexadecimal."""
    data: bytes = field(repr=False)
    folder: Path
    """Of its day."""

    def keep(self) -> None:
        """It is on the disk under its name, whole. StoreError when it is not, and no part of it stays."""
        half = self.folder / f".{secrets.token_hex(8)}.half"
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(self.data)
                file.flush()
                os.fsync(descriptor)
            half.rename(self.folder / f"{self.sha256}{_HELD}")
            _settle(self.folder)
        except OSError as error:
            with suppress(OSError):
                half.unlink(missing_ok=True)
            raise StoreError(f"evidence could not be kept ({type(error).__name__})") from None


class Evidence:
    """The folder of sealed prompts, and for whom they are."""

    def __init__(
        self,
        folder: Path,
        investigators: Sequence[str],
        witnesses: Sequence[str],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """age public keys, any one of each kind opens. StoreError when one is none, or holds both parts."""
        if not investigators or not witnesses or _folded(investigators) & _folded(witnesses):
            raise StoreError("evidence wants keys of investigators and of witnesses, and nobody on both sides")
        self._folder, self._clock = folder, clock
        self._outer, self._inner = _recipients(investigators), _recipients(witnesses)

    def seal(self, prompt: Prompt, findings: Iterable[Finding]) -> Sealed:
        """All texts of the prompt and where what was found stands in them; takes a third of a millisecond for 4 kB."""
        now = self._clock().astimezone(UTC)
        held = {
            "format": FORMAT,
            "time": now.isoformat(timespec="milliseconds"),
            "service": prompt.service,
            "endpoint": prompt.endpoint,
            "segments": [{"where": s.where, "role": s.role, "text": s.text} for s in prompt.segments],
            "findings": [
                {"entity": f.entity, "rule": f.rule, "segment": f.segment, "start": f.start, "end": f.end}
                for f in findings
            ],
            "uninspectable": list(prompt.uninspectable),
        }
        text = json.dumps(held).encode()  # half a surrogate pair is escaped, where other encoders give up
        data = pyrage.encrypt(pyrage.encrypt(text, self._inner), self._outer)
        return Sealed(hashlib.sha256(data).hexdigest(), data, self._folder / now.date().isoformat())


def of(settings: Settings) -> Evidence | None:
    """What the settings ask for; None when they name nobody. StoreError when they name one side only, or no keys."""
    investigators, witnesses = (
        text.replace(",", " ").split() for text in (settings.evidence_keys, settings.evidence_witnesses)
    )
    return Evidence(settings.evidence, investigators, witnesses) if investigators or witnesses else None


def new_key() -> tuple[str, str]:
    """A private key and its public one, as age writes them."""
    made = pyrage.x25519.Identity.generate()
    return str(made), str(made.to_public())


def held(folder: Path, sha256: str) -> bytes | None:
    """The sealed file that an event names; None when it is not there. StoreError when it is not what the event says."""
    if not re.fullmatch(r"[0-9a-f]{64}", sha256):
        raise StoreError("an event names evidence by 64 hexadecimal digits; this one was altered")
    paths = sorted(folder.glob(f"????-??-??/{sha256}{_HELD}"))
    if not paths:
        return None
    try:
        data = paths[0].read_bytes()
    except OSError as error:
        raise StoreError(f"this evidence cannot be read ({type(error).__name__})") from None
    if hashlib.sha256(data).hexdigest() != sha256:
        raise StoreError("this evidence is not what its event says: it was altered")
    return data


def opened(data: bytes, keys: Sequence[str]) -> dict[str, Any]:
    """What was sealed, by private keys (`AGE-SECRET-KEY-1…`) of both sides. StoreError when they do not open it."""
    try:
        identities = [pyrage.x25519.Identity.from_str(key) for key in keys]
    except pyrage.IdentityError:
        raise StoreError("that is no private key of age") from None
    try:
        inner = pyrage.decrypt(data, identities)
    except pyrage.DecryptError:
        raise StoreError("no key of an investigator is among them, or the file is damaged") from None
    try:
        held: dict[str, Any] = json.loads(pyrage.decrypt(inner, identities))
    except pyrage.DecryptError:
        raise StoreError("no key of a witness is among them: evidence takes two") from None
    return held


def private_keys(text: str) -> list[str]:
    """Those of a key file as `age-keygen` writes it."""
    return [line for line in map(str.strip, text.splitlines()) if line.startswith("AGE-SECRET-KEY-1")]


def _folded(keys: Iterable[str]) -> set[str]:
    """Bech32 may be written in capitals."""
    return {key.lower() for key in keys}


def _recipients(keys: Iterable[str]) -> list[pyrage.x25519.Recipient]:
    try:
        return [pyrage.x25519.Recipient.from_str(key) for key in keys]
    except pyrage.RecipientError:
        raise StoreError("an evidence key is no public key of age (age1…)") from None


def _settle(folder: Path) -> None:
    """The name of a new file is on the disk too."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
