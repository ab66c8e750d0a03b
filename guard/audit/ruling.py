"""A person's yes or no to a prompt that waited -> one OCSF event, an Update of the very finding that asked (2006).

The finding is known by its `finding_info.uid`, which is the id of the decision's event. It is no decision on a prompt:
who asks the log for prompts does not count it.
"""

from dataclasses import dataclass
from datetime import datetime

from guard.audit import schema
from guard.audit.printable import printable, printables
from guard.audit.stamp import Place, rfc3339, stamp
from guard.terms import Actor


@dataclass(frozen=True, slots=True)
class Ruling:
    """What was answered, and to what."""

    finding: str
    """Id of the event of the decision that waits."""
    approved: bool
    by: Actor
    """Who answered."""
    service: str
    rule: str
    """The policy rule that asked."""
    until: datetime | None = None
    """The end of what a yes allows."""
    why: str | None = None
    """In the words of who answered."""


def ruled(ruling: Ruling, place: Place) -> dict[str, object]:
    """The event, ready for JSON."""
    return {**_event(ruling, place)}


def _event(ruling: Ruling, place: Place) -> schema.FindingUpdate:
    word, rule = "approved" if ruling.approved else "refused", printable(ruling.rule)
    text = f"{word}: a prompt to {printable(ruling.service)} that waited (rule {rule})"
    return {
        **stamp(place, f"prompt.{word}", 2, text, ("security_control", "host", "datetime")),
        **_remark(ruling),
        "class_uid": 2006,
        "class_name": "Data Security Finding",
        "category_uid": 2,
        "category_name": "Findings",
        "activity_id": 2,
        "type_uid": 200602,
        "status_id": 4,
        "action_id": 1 if ruling.approved else 2,
        "action": "Allowed" if ruling.approved else "Denied",
        "disposition_id": 8 if ruling.approved else 25,
        "disposition": "Approved" if ruling.approved else "Rejected",
        "is_alert": False,
        "actor": {
            "user": {
                "name": printable(ruling.by.user) or "unknown",
                "type_id": 1,
                "groups": [{"name": group} for group in printables(ruling.by.groups)],
            }
        },
        "finding_info": {
            "uid": printable(ruling.finding),
            "title": "A prompt that waited was answered",
            "types": ["DLP"],
        },
        "unmapped": {
            "guard": {
                "ruling": "approved" if ruling.approved else "refused",
                "service": printable(ruling.service),
                "rule": rule,
                "until": rfc3339(ruling.until) if ruling.until else None,
            }
        },
    }


def _remark(ruling: Ruling) -> schema.Remark:
    return {"comment": printable(ruling.why)} if ruling.why else {}
