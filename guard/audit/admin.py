"""What happened to the guard itself, or was done with its log -> one OCSF event (6002, 6008 or 3004)."""

from dataclasses import dataclass
from typing import Literal, assert_never

from guard.audit import schema
from guard.audit.printable import printable
from guard.audit.schema import Happening
from guard.audit.stamp import Place, Severity, product, stamp


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to record that is no decision on a prompt. Its words are ours, never a prompt's."""

    what: Happening
    message: str
    subject: str | None = None
    """A file, a day, a public key, a rule set, a fingerprint."""
    count: int | None = None
    severity: Severity = 1
    by: str = "guard"
    """Who did it: the guard itself, or a person as the system knows them."""
    kind: Literal["audit log", "fingerprint", "person", "legal hold", "evidence"] = "audit log"
    """What was read, changed or deleted."""
    why: str | None = None
    """In the words of who read it."""


def admin(notice: Notice, place: Place) -> dict[str, object]:
    """The event, ready for JSON."""
    return {**_event(notice, place)}


def _event(
    notice: Notice, place: Place
) -> schema.ApplicationLifecycle | schema.ApplicationError | schema.EntityManagement:
    match notice.what:
        case Happening.START:
            return _lifecycle(notice, place, 3, 600203)
        case Happening.STOP:
            return _lifecycle(notice, place, 4, 600204)
        case Happening.RULES | Happening.PEOPLE:
            return _lifecycle(notice, place, 8, 600208)
        case (
            Happening.REFUSED
            | Happening.REPAIRED
            | Happening.DISK
            | Happening.FULL
            | Happening.ROOM
            | Happening.KEEPING
        ):
            return _error(notice, place)
        case Happening.READ:
            return _entity(notice, place, 2, 300402)
        case Happening.HOLD:
            return _entity(notice, place, 3, 300403)
        case Happening.DELETED:
            return _entity(notice, place, 4, 300404)
    assert_never(notice.what)


def _lifecycle(
    notice: Notice, place: Place, activity: Literal[3, 4, 8], kind: Literal[600203, 600204, 600208]
) -> schema.ApplicationLifecycle:
    return {
        **_stamp(notice, place),
        "class_uid": 6002,
        "class_name": "Application Lifecycle",
        "category_uid": 6,
        "category_name": "Application Activity",
        "activity_id": activity,
        "type_uid": kind,
        "app": product(place.node),
        "unmapped": {"guard": _own(notice)},
    }


def _error(notice: Notice, place: Place) -> schema.ApplicationError:
    return {
        **_stamp(notice, place),
        "class_uid": 6008,
        "class_name": "Application Error",
        "category_uid": 6,
        "category_name": "Application Activity",
        "activity_id": 1,
        "type_uid": 600801,
        "unmapped": {"guard": _own(notice)},
    }


def _entity(
    notice: Notice, place: Place, activity: Literal[2, 3, 4], kind: Literal[300402, 300403, 300404]
) -> schema.EntityManagement:
    return {
        **_stamp(notice, place),
        **_remark(notice),
        "class_uid": 3004,
        "class_name": "Entity Management",
        "category_uid": 3,
        "category_name": "Identity & Access Management",
        "activity_id": activity,
        "type_uid": kind,
        "actor": {"user": {"name": printable(notice.by), "type_id": 1, "groups": []}},
        "entity": {"name": printable(notice.subject or "all"), "type": notice.kind},
        "unmapped": {"guard": _own(notice)},
    }


def _remark(notice: Notice) -> schema.Remark:
    return {"comment": printable(notice.why)} if notice.why else {}


def _stamp(notice: Notice, place: Place) -> schema.Stamp:
    return stamp(place, f"admin.{notice.what.value}", notice.severity, printable(notice.message))


def _own(notice: Notice) -> schema.Admin:
    return {
        "admin": notice.what,
        "subject": printable(notice.subject) if notice.subject else None,
        "count": notice.count,
    }
