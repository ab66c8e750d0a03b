import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from jsonschema import Draft202012Validator

from guard.audit import schema
from guard.audit.admin import Notice, admin
from guard.audit.schema import Happening
from guard.audit.stamp import Place

PLACE = Place("01985b7e-6c11-7c3e-9a52-3f2f6d1c8b10", 1, datetime(2026, 7, 23, 12, tzinfo=UTC), "par-01")
VALIDATOR = Draft202012Validator(schema.schema())
README = (Path(__file__).resolve().parents[2] / "logs" / "README.md").read_text("utf-8")
# class and activity: OCSF 1.8.0
KINDS = {
    Happening.START: (6002, 3),
    Happening.STOP: (6002, 4),
    Happening.RULES: (6002, 8),
    Happening.PEOPLE: (6002, 8),
    Happening.REFUSED: (6008, 1),
    Happening.REPAIRED: (6008, 1),
    Happening.DISK: (6008, 1),
    Happening.FULL: (6008, 1),
    Happening.ROOM: (6008, 1),
    Happening.KEEPING: (6008, 1),
    Happening.READ: (3004, 2),
    Happening.HOLD: (3004, 3),
    Happening.DELETED: (3004, 4),
}


def made(what: Happening, **changes: Any) -> dict[str, Any]:
    return dict(json.loads(orjson.dumps(admin(Notice(what, "Said", **changes), PLACE))))


@pytest.mark.parametrize("what", Happening)
def test_each_has_its_class_and_activity_our_shape_and_ocsfs(what: Happening, against_ocsf: Any) -> None:
    event = made(what, subject="a", count=3)

    VALIDATOR.validate(event)
    assert against_ocsf(event) == against_ocsf(made(what, by="mcurie", why="Inquiry 7", kind="day")) == []
    assert (event["class_uid"], event["activity_id"]) == KINDS[what]
    assert event["type_uid"] == event["class_uid"] * 100 + event["activity_id"]
    assert event["metadata"]["event_code"] == f"admin.{what}"
    assert event["unmapped"] == {"guard": {"admin": what, "subject": "a", "count": 3}}


def test_who_read_the_log_is_named() -> None:
    event = made(Happening.READ, by="mcurie", subject="2026q3:abc", kind="fingerprint")

    assert event["actor"]["user"]["name"] == "mcurie"
    assert event["entity"] == {"name": "2026q3:abc", "type": "fingerprint"}


def test_no_word_can_forge_a_line() -> None:
    event = made(Happening.READ, by="x\n{}\x1b[2J", subject="\ud800\u2028")

    assert event["actor"]["user"]["name"] == "x�{}�[2J"
    assert event["entity"]["name"] == "��"


@pytest.mark.parametrize("what", Happening)
def test_each_is_explained(what: Happening) -> None:
    assert f"`admin.{what}`" in README
