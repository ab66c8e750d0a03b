"""Findings and their prompt -> keyed fingerprints: the same value has the same one, whoever sends it.

So an analyst sees one value travel without seeing it. Names and national numbers are few enough to be tried one by
one: whoever has the key can tell which fingerprint is whose. A key lasts one quarter of a year; old ones are kept
beside it as long as the log they explain.
"""

import hashlib
import os
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from guard.errors import StoreError
from guard.redact.vault import canonical, key
from guard.rules.schema import RuleSet
from guard.terms import Finding, Segment

_BYTES = 12
"""96 bits: no two values of a company share one by chance."""


def utcnow() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


class Keys:
    """The keys of one folder, `2026q3.key` and so on, 32 bytes each; a new quarter makes its own."""

    def __init__(self, folder: Path, clock: Callable[[], datetime] = utcnow) -> None:
        """StoreError when there is no making today's key."""
        self._folder, self._clock = folder, clock
        self._keys: dict[str, bytes] = {}
        self.key(self.quarter())

    def quarters(self) -> list[str]:
        """Those there is a key for, the oldest first."""
        return sorted(path.stem for path in self._folder.glob("[0-9][0-9][0-9][0-9]q[1-4].key"))

    def quarter(self) -> str:
        """The present one."""
        now = self._clock().astimezone(UTC)
        return f"{now.year:04}q{(now.month + 2) // 3}"

    def key(self, quarter: str) -> bytes:
        """Made on first use. StoreError when it cannot be."""
        if quarter not in self._keys:
            self._keys[quarter] = shared_key(self._folder / f"{quarter}.key")
        return self._keys[quarter]


def shared_key(path: Path) -> bytes:
    """The 32 bytes of a key that several nodes may make at once: it is there whole, or not yet.

    StoreError when it cannot be made or read.
    """
    if not path.exists():
        new = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        try:
            key(new)
            os.link(new, path)
        except FileExistsError:
            pass  # another node was faster, and its key is everybody's
        except OSError as error:
            raise StoreError(f"{path.name} cannot be kept ({type(error).__name__})") from None
        finally:
            with suppress(OSError):
                new.unlink(missing_ok=True)
    return key(path)


class Fingerprints:
    """What makes two spellings one value is said by the rules, as for placeholders."""

    def __init__(self, rules: RuleSet, keys: Keys) -> None:
        self._keys = keys
        self._same = {
            rule.detect.entity: (rule.detect.separators, rule.detect.case_sensitive) for rule in rules.detect.values()
        }

    def of(self, findings: Sequence[Finding], segments: Sequence[Segment]) -> tuple[str, ...]:
        """One for each finding. StoreError when a new quarter's key cannot be made."""
        quarter = self._keys.quarter()
        return tuple(
            self.one(finding.entity, segments[finding.segment].text[finding.start : finding.end], quarter)
            for finding in findings
        )

    def one(self, entity: str, text: str, quarter: str) -> str:
        """`2026q3:` and 16 characters."""
        separators, exact = self._same.get(entity, ("", False))
        value = canonical(text, separators, case_sensitive=exact)
        data = entity.encode() + b"\0" + value.encode("utf-8", "surrogatepass")
        digest = hashlib.blake2b(data, key=self._keys.key(quarter), digest_size=_BYTES, person=b"audit").digest()
        return f"{quarter}:{urlsafe_b64encode(digest).decode()}"
