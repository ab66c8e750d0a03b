"""When, where and how grave -> the part that every event has, whatever it is about."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Literal

from guard.audit import schema
from guard.audit.ids import milliseconds
from guard.audit.printable import printable

type Severity = Literal[1, 2, 3, 4]
type Profile = Literal["security_control", "host", "datetime", "ai_operation"]
_VERSION = version("prompt-guard")
_SEVERITIES: dict[Severity, Literal["Informational", "Low", "Medium", "High"]] = {
    1: "Informational",
    2: "Low",
    3: "Medium",
    4: "High",
}


@dataclass(frozen=True, slots=True)
class Place:
    """An event's place in its node's log."""

    uid: str
    sequence: int
    """Counts the node's events from 1."""
    time: datetime
    """With its zone (TypeError)."""
    node: str


def stamp(
    place: Place,
    code: str,
    severity: Severity,
    message: str,
    profiles: Sequence[Profile] = ("datetime",),
    about: str | None = None,
) -> schema.Stamp:
    """What all events have. `message` and `code` are our own words, printable already; `about`: another event's uid."""
    stamped: schema.Stamp = {
        "time": milliseconds(place.time),
        "time_dt": rfc3339(place.time),
        "severity_id": severity,
        "severity": _SEVERITIES[severity],
        "message": message,
        "metadata": {
            "version": "1.8.0",
            "uid": place.uid,
            "event_code": code,
            "log_name": "audit",
            "log_version": "1",
            "sequence": place.sequence,
            "profiles": list(profiles),
            "product": product(place.node),
        },
    }
    if about is not None:
        stamped["metadata"]["correlation_uid"] = about
    return stamped


def product(node: str) -> schema.Product:
    """The guard on this node."""
    return {
        "name": "Prompt Guard",
        "vendor_name": "Prompt Guard",
        "version": _VERSION,
        "uid": printable(node),
    }


def rfc3339(time: datetime) -> str:
    """UTC, to the millisecond."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
