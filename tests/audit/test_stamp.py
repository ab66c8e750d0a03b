from datetime import UTC, datetime, timedelta, timezone

import pytest

from guard.audit.stamp import Place, rfc3339, stamp

NOON = datetime(2026, 7, 23, 12, 0, 0, 417_900, tzinfo=UTC)


def test_every_event_says_when_where_and_how_grave() -> None:
    made = stamp(Place("u", 7, NOON, "par-01"), "admin.start", 3, "Said")

    assert (made["time"], made["time_dt"]) == (1784808000417, "2026-07-23T12:00:00.417Z")
    assert (made["severity_id"], made["severity"], made["message"]) == (3, "Medium", "Said")
    assert (made["metadata"]["sequence"], made["metadata"]["product"]["uid"]) == (7, "par-01")
    assert (made["metadata"]["event_code"], made["metadata"]["profiles"]) == ("admin.start", ["datetime"])


def test_times_are_utc_wherever_the_clock_is() -> None:
    assert rfc3339(NOON.astimezone(timezone(timedelta(hours=2)))) == "2026-07-23T12:00:00.417Z"


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(TypeError):
        stamp(Place("u", 1, NOON.replace(tzinfo=None), "n"), "admin.start", 1, "")
