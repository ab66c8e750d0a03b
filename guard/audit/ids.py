"""A time and random bytes -> an id that sorts by time: UUIDv7, RFC 9562 §5.7."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

RANDOM_BYTES = 10
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def milliseconds(time: datetime) -> int:
    """Whole milliseconds since 1970-01-01 UTC. The time must know its zone (TypeError)."""
    return (time - _EPOCH) // timedelta(milliseconds=1)


def uuid7(time: datetime, randomness: bytes) -> UUID:
    """48 bits of milliseconds, then 74 of the 80 random bits around version 7 and variant 10."""
    if len(randomness) != RANDOM_BYTES:
        raise ValueError(f"a UUIDv7 takes {RANDOM_BYTES} random bytes")
    bits = int.from_bytes(randomness)
    high, low = bits >> 68, bits & ((1 << 62) - 1)
    return UUID(int=(milliseconds(time) & ((1 << 48) - 1)) << 80 | 7 << 76 | high << 64 | 2 << 62 | low)
