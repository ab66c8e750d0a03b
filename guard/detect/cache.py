"""Segments already analysed -> what was found, without their text: history is not analysed again (law 9).

Keys are hashes keyed with bytes made at start; entries hold offsets and rule ids. The same with and without it.
"""

import hashlib
import secrets
from collections import OrderedDict

from guard.detect.analysis import SegmentAnalysis
from guard.terms import Segment


class Cache:
    """The last `size` segments of one rule set."""

    def __init__(self, version: str, size: int = 20_000) -> None:
        self._key = secrets.token_bytes(32)
        self._version = version.encode()
        self._size = size
        self._known: OrderedDict[bytes, SegmentAnalysis] = OrderedDict()

    def key(self, segment: Segment) -> bytes:
        """The same for segments in which the same would be found."""
        hint, text = (part.encode("utf-8", "surrogatepass") for part in (segment.hint, segment.text))
        parts = (self._version, segment.role.encode(), b"\1" if segment.declared else b"\0", hint, text)
        # each with its length: what ends one part cannot begin the next
        data = b"".join([len(part).to_bytes(8) for part in parts] + list(parts))
        return hashlib.blake2b(data, key=self._key, digest_size=16).digest()

    def get(self, key: bytes) -> SegmentAnalysis | None:
        """What was found; None when it was never analysed, or too long ago."""
        found = self._known.get(key)
        if found is not None:
            self._known.move_to_end(key)
        return found

    def put(self, key: bytes, found: SegmentAnalysis) -> None:
        """Remember, and forget the oldest."""
        self._known[key] = found
        self._known.move_to_end(key)
        while len(self._known) > self._size:
            self._known.popitem(last=False)
