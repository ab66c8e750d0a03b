"""What was checked a moment ago, and who fails too often; in memory only, for a bounded time and number.

Credentials are remembered as hashes keyed with a key of this process: what is kept gives none of them back.
"""

import hashlib
import math
import secrets
import time
from collections import OrderedDict, deque
from collections.abc import Callable

_MOST = 20_000
"""Entries; the oldest go first."""
WINDOW = 60.0
"""Seconds for which a failure counts."""
PAIR, ADDRESS = 5, 60
"""Tries under way or failed in that time, of one user at one address, and failures of an address (with many people)."""
type _Key = tuple[str, str | None]
"""Address, and user whatever the case: directories take `ALICE` and `alice` for one."""


class Memory[T]:
    """Keyed hash -> what was found, until it is over."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds, self._clock = seconds, clock
        self._key = secrets.token_bytes(32)
        self._kept: OrderedDict[bytes, tuple[float, T]] = OrderedDict()

    def key(self, *parts: str) -> bytes:
        """The name under which something is kept."""
        data = b"".join(len(raw := part.encode("utf-8", "surrogatepass")).to_bytes(8) + raw for part in parts)
        return hashlib.blake2b(data, key=self._key, digest_size=32).digest()

    def get(self, key: bytes) -> T | None:
        """What is kept and not over."""
        end, value = self._kept.get(key, (-math.inf, None))
        return value if self._clock() < end else None

    def put(self, key: bytes, value: T, most: float = math.inf) -> None:
        """Keep it, for no longer than `most` seconds."""
        self._kept[key] = (self._clock() + min(self._seconds, most), value)
        self._kept.move_to_end(key)
        while len(self._kept) > _MOST:
            self._kept.popitem(last=False)


class Throttle:
    """Failures by user and address."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._times: OrderedDict[_Key, deque[float]] = OrderedDict()

    def wait(self, address: str | None, user: str) -> float:
        """Seconds until the user's next try at the address is looked at; 0 when it may be at once."""
        return self._left((address or "", user.casefold()), PAIR)

    def crowded(self, address: str | None) -> float:
        """The same for anybody there, such as one who tries a password on many names."""
        return self._left((address or "", None), ADDRESS)

    def tried(self, address: str | None, user: str) -> None:
        """One more try; it counts until it has succeeded, so that many at a time are no way around."""
        self._add((address or "", user.casefold()), PAIR)

    def failed(self, address: str | None) -> None:
        """It was wrong."""
        self._add((address or "", None), ADDRESS)

    def forget(self, address: str | None, user: str) -> None:
        """It was right, and those before it were slips; or nobody could tell."""
        self._times.pop((address or "", user.casefold()), None)

    def _add(self, key: _Key, most: int) -> None:
        self._times.setdefault(key, deque(maxlen=most)).append(self._clock())
        self._times.move_to_end(key)
        while len(self._times) > _MOST:
            self._times.popitem(last=False)

    def _left(self, key: _Key, most: int) -> float:
        times = self._times.get(key)
        if times is None or len(times) < most:
            return 0.0
        return max(0.0, times[0] + WINDOW - self._clock())
