from datetime import UTC, datetime, timedelta, timezone
from uuid import RFC_4122

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.audit.ids import milliseconds, uuid7

ZONED = st.datetimes(min_value=datetime(1970, 1, 2), timezones=st.just(UTC))  # noqa: DTZ001 - Hypothesis adds the zone


def test_the_example_of_the_rfc() -> None:
    # RFC 9562 appendix A.6: 2022-02-22T19:22:22Z, rand_a 0xCC3, rand_b 0x18C4DC0C0C07398F
    random = (0xCC3 << 68 | 0x18C4DC0C0C07398F).to_bytes(10)
    made = uuid7(datetime(2022, 2, 22, 14, 22, 22, tzinfo=timezone(timedelta(hours=-5))), random)
    assert str(made) == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"


@given(ZONED, st.binary(min_size=10, max_size=10))
def test_every_id_is_of_version_7_and_tells_its_time(time: datetime, random: bytes) -> None:
    made = uuid7(time, random)
    assert (made.version, made.variant) == (7, RFC_4122)
    assert made.int >> 80 == milliseconds(time)


@given(ZONED, st.binary(min_size=10, max_size=10), st.binary(min_size=10, max_size=10))
def test_a_later_id_sorts_after(time: datetime, one: bytes, other: bytes) -> None:
    later = time + timedelta(milliseconds=1) if time.year < 9999 else time
    assert later == time or str(uuid7(time, one)) < str(uuid7(later, other))


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(TypeError):
        milliseconds(datetime(2026, 7, 23))  # noqa: DTZ001 - that is the point


def test_too_little_randomness_is_refused() -> None:
    with pytest.raises(ValueError, match="10 random bytes"):
        uuid7(datetime(2026, 7, 23, tzinfo=UTC), bytes(9))
