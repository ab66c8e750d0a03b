"""The shape of an event, once: types for the code that builds it, JSON Schema (2020-12) for those who read it.

A closed subset of OCSF 1.8.0: class 6003 API Activity (profiles security_control, host, datetime, ai_operation) and
class 2006 Data Security Finding (profiles security_control, host, datetime); for the guard's own life 6002 Application
Lifecycle, 6008 Application Error and 3004 Entity Management (profile datetime). What OCSF has no place for is `Guard`,
and `Admin` for the latter three.
"""

import json
from enum import StrEnum
from typing import Annotated, Literal, NotRequired, TypedDict

from pydantic import ConfigDict, Field, TypeAdapter, with_config

from guard.audit.printable import ITEMS, LENGTH
from guard.terms import Classification, Lang, Verdict

OCSF_VERSION = "1.8.0"
LOG_VERSION = "1"
"""Raised when a field of ours changes its meaning or goes."""


class Happening(StrEnum):
    """What the guard records of its own life."""

    START = "start"
    STOP = "stop"
    RULES = "rules"
    PEOPLE = "people"
    REFUSED = "refused"
    REPAIRED = "repaired"
    DISK = "disk"
    FULL = "full"
    ROOM = "room"
    KEEPING = "keeping"
    DELETED = "deleted"
    HOLD = "hold"
    READ = "read"


type Text = Annotated[str, Field(max_length=LENGTH)]
type Count = Annotated[int, Field(ge=0)]
type Score = Annotated[float, Field(ge=0, le=1)]
type Ip = Annotated[str, Field(max_length=40)]
type List[T] = Annotated[list[T], Field(max_length=ITEMS)]

_closed = with_config(ConfigDict(extra="forbid"))


# --- unmapped.guard --------------------------------------------------------------------------------------------------


@_closed
class Size(TypedDict):
    """`unmapped.guard.prompt`"""

    chars: Annotated[Count, Field(description="Characters of all the prompt's segments.")]
    segments: Annotated[Count, Field(description="How many pieces of text it has.")]


@_closed
class Entity(TypedDict):
    """`unmapped.guard.entities[]`"""

    type: Annotated[Text, Field(description="What was found: IBAN_CODE, PERSON, SECRET_AWS_KEY, …")]
    n: Annotated[Count, Field(description="How many times.")]
    score: Annotated[Score, Field(description="How sure the surest of them is, 0 to 1.")]
    proven: Annotated[bool, Field(description="One at least proves itself: a right checksum or a known prefix.")]
    enforced: Annotated[bool, Field(description="False when all come from rules that are only watched.")]
    classification: Annotated[Classification, Field(description="The highest of their rules.")]
    rules: Annotated[List[Text], Field(description="Ids of the detect rules that found them.")]
    fingerprints: Annotated[
        List[Text], Field(description="Keyed fingerprints: the same value has the same one, until the key changes.")
    ]


@_closed
class UseHit(TypedDict):
    """`unmapped.guard.uses[]`"""

    id: Annotated[Text, Field(description="Id of the use rule.")]
    score: Annotated[Score, Field(description="How sure the guard is, 0 to 1.")]
    evidence: Annotated[List[Text], Field(description="Words of the rule that were met, never the person's own.")]
    enforced: Annotated[bool, Field(description="False when its rule is only watched.")]


@_closed
class RuleHit(TypedDict):
    """`unmapped.guard.rules[]`"""

    id: Annotated[Text, Field(description="Id of the policy rule.")]
    action: Annotated[Verdict, Field(description="The verdict it asked for.")]
    enforced: Annotated[bool, Field(description="False when it is only watched: it decided nothing.")]
    why: Annotated[Text, Field(description="Why it matched, in the rules' words.")]


@_closed
class Guard(TypedDict):
    """`unmapped.guard`: every field is always there; null or [] when there is nothing to say."""

    decision: Annotated[Verdict, Field(description="What was decided: the strictest verdict of the enforced rules.")]
    direction: Annotated[
        Literal["prompt", "answer"],
        Field(description="Which way the content went: prompt, to the service; answer, back."),
    ]
    channel: Annotated[Text, Field(description="How people use the service: web, api or agent.")]
    service: Annotated[Text, Field(description="Id of the service's rule file.")]
    endpoint: Annotated[Text, Field(description="Id of the endpoint in it; `unknown` when nobody declared it.")]
    ai_provider: Annotated[Text | None, Field(description="The company behind the service.")]
    ai_model: Annotated[
        Text | None, Field(description="The model asked for, when its name is listed; else `unlisted`.")
    ]
    identity: Annotated[
        Text,
        Field(description="How the actor is known: header, token, password, ldap, address-map; else address or none."),
    ]
    lang: Annotated[Lang | None, Field(description="Language of the prompt, when it tells.")]
    classification: Annotated[Classification, Field(description="How confidential the prompt is.")]
    prompt: Annotated[Size, Field(description="How large the prompt is; never what it says.")]
    entities: Annotated[List[Entity], Field(description="What was found in it, by type.")]
    uses: Annotated[List[UseHit], Field(description="What it is for.")]
    rules: Annotated[List[RuleHit], Field(description="Every policy rule that matched, the strictest first.")]
    approvers: Annotated[List[Text], Field(description="Who can say yes, when the verdict is hold or justify.")]
    uninspectable: Annotated[List[Text], Field(description="Why parts of it could not be read: media, websocket, …")]
    failure: Annotated[Text | None, Field(description="Why the guard failed closed: worker, timeout, overload, …")]
    ms: Annotated[dict[str, float], Field(description="Milliseconds spent by stage, and in `total`.")]
    evidence: Annotated[
        Text | None, Field(description="SHA-256 of the sealed prompt, its file's name; null when none was kept.")
    ]
    rules_version: Annotated[Text, Field(description="Hash of the rule files that decided.")]
    nlp: Annotated[Text | None, Field(description="Pipelines that looked for names; null when nothing was analysed.")]


@_closed
class Unmapped(TypedDict):
    """What OCSF has no place for."""

    guard: Guard


@_closed
class Admin(TypedDict):
    """`unmapped.guard` of the guard's own life."""

    admin: Annotated[Happening, Field(description="What happened.")]
    subject: Annotated[Text | None, Field(description="What it happened to: a file, a day, a public key, a rule set.")]
    count: Annotated[Count | None, Field(description="How many: lines, bytes, percent; the message says which.")]


@_closed
class AdminUnmapped(TypedDict):
    """What OCSF has no place for."""

    guard: Admin


# --- OCSF objects ----------------------------------------------------------------------------------------------------


@_closed
class Ruled(TypedDict):
    """`unmapped.guard` of a person's answer."""

    ruling: Annotated[Literal["approved", "refused"], Field(description="What a person answered.")]
    service: Annotated[Text, Field(description="Id of the service's rule file.")]
    rule: Annotated[Text, Field(description="The policy rule that asked.")]
    until: Annotated[Text | None, Field(description="The end of what a yes allows, RFC 3339, UTC.")]


@_closed
class RuledUnmapped(TypedDict):
    """What OCSF has no place for."""

    guard: Ruled


@_closed
class Product(TypedDict):
    """`metadata.product`"""

    name: Literal["Prompt Guard"]
    vendor_name: Literal["Prompt Guard"]
    version: Text
    uid: Annotated[Text, Field(description="The node that wrote the line.")]


@_closed
class Metadata(TypedDict):
    """`metadata`"""

    version: Literal["1.8.0"]
    uid: Annotated[str, Field(description="The event's id, a UUIDv7.", pattern=r"^[0-9a-f-]{36}$")]
    correlation_uid: NotRequired[
        Annotated[str, Field(description="Of an answer: the id of its prompt's event.", pattern=r"^[0-9a-f-]{36}$")]
    ]
    event_code: Annotated[
        str, Field(description="`prompt.` or `answer.` and the verdict or `failure`, or `admin.` and what.")
    ]
    log_name: Literal["audit"]
    log_version: Literal["1"]
    sequence: Annotated[int, Field(ge=1, description="Counts the node's events without a gap.")]
    profiles: list[Literal["security_control", "host", "datetime", "ai_operation"]]
    product: Product


@_closed
class Group(TypedDict):
    """`actor.user.groups[]`"""

    name: Text


@_closed
class User(TypedDict):
    """`actor.user`"""

    name: Text
    type_id: Annotated[Literal[0, 1], Field(description="1 a user, 0 unknown.")]
    groups: List[Group]


@_closed
class Actor(TypedDict):
    """`actor`"""

    user: User


@_closed
class Device(TypedDict):
    """`device`: the client's machine, when its address is known."""

    type_id: Literal[0]
    ip: Ip


@_closed
class Source(TypedDict):
    """`src_endpoint`"""

    ip: NotRequired[Ip]
    name: NotRequired[Literal["unknown"]]


@_closed
class Destination(TypedDict):
    """`dst_endpoint`"""

    hostname: Text
    svc_name: Text


@_closed
class Named(TypedDict):
    """An object with a name."""

    name: Text


@_closed
class Api(TypedDict):
    """`api`"""

    operation: Text
    service: Named


@_closed
class AiModel(TypedDict):
    """`ai_model`"""

    name: Text
    ai_provider: Text


@_closed
class Policy(TypedDict):
    """`policy`: the rule that decided, or the first that would have."""

    uid: Text
    version: Text
    is_applied: bool


@_closed
class Discovery(TypedDict):
    """`data_security.discovery_details[]`"""

    type: Text
    count: Count


@_closed
class DataSecurity(TypedDict):
    """`data_security`"""

    confidentiality_id: Annotated[
        Literal[1, 2, 3, 5], Field(description="public 1, internal 5 (private), confidential 2, secret 3.")
    ]
    data_lifecycle_state_id: Annotated[Literal[2], Field(description="In transit.")]
    detection_system_id: Annotated[Literal[5], Field(description="Secure web gateway.")]
    total: Annotated[Count, Field(description="Findings in all.")]
    discovery_details: List[Discovery]


@_closed
class Analytic(TypedDict):
    """`finding_info.analytic`"""

    uid: Text
    type_id: Annotated[Literal[1], Field(description="A rule.")]
    version: Text


@_closed
class FindingInfo(TypedDict):
    """`finding_info`"""

    uid: str
    title: str
    types: list[Literal["DLP"]]
    analytic: NotRequired[Analytic]


@_closed
class Managed(TypedDict):
    """`entity`: what somebody read, changed or deleted."""

    name: Text
    type: Literal["audit log", "fingerprint", "person", "legal hold", "evidence"]


# --- the events ------------------------------------------------------------------------------------------------------


@_closed
class Stamp(TypedDict):
    """What all have."""

    time: Annotated[int, Field(description="Milliseconds since 1970-01-01 UTC.")]
    time_dt: Annotated[str, Field(description="The same, RFC 3339, UTC.")]
    severity_id: Annotated[Literal[1, 2, 3, 4], Field(description="1 informational, 2 low, 3 medium, 4 high.")]
    severity: Literal["Informational", "Low", "Medium", "High"]
    message: str
    metadata: Metadata


@_closed
class Client(TypedDict):
    """Where a prompt comes from."""

    device: NotRequired[Device]
    src_endpoint: Source


@_closed
class Remark(TypedDict):
    """What a person says about what they do."""

    comment: NotRequired[Annotated[Text, Field(description="Why, in the words of who did it.")]]


@_closed
class Base(Stamp, Client):
    """What the two about prompts have."""

    actor: Actor
    dst_endpoint: Destination
    unmapped: Unmapped


@_closed
class Activity(TypedDict):
    """What a clean exchange adds."""

    class_uid: Literal[6003]
    class_name: Literal["API Activity"]
    category_uid: Literal[6]
    category_name: Literal["Application Activity"]
    activity_id: Literal[1]
    type_uid: Literal[600301]
    action_id: Literal[1]
    action: Literal["Allowed"]
    disposition_id: Literal[1]
    disposition: Literal["Allowed"]
    api: Api
    ai_model: NotRequired[AiModel]


@_closed
class Finding(TypedDict):
    """What anything else adds."""

    class_uid: Literal[2006]
    class_name: Literal["Data Security Finding"]
    category_uid: Literal[2]
    category_name: Literal["Findings"]
    activity_id: Literal[1]
    type_uid: Literal[200601]
    status_id: Annotated[Literal[1], Field(description="New.")]
    action_id: Annotated[
        Literal[0, 1, 2, 3, 4], Field(description="0 waits, 1 went out, 2 denied, 3 observed, 4 modified.")
    ]
    action: Literal["Unknown", "Allowed", "Denied", "Observed", "Modified"]
    disposition_id: Literal[2, 11, 14, 17, 19, 27]
    disposition: Literal["Blocked", "Corrected", "Delayed", "Logged", "Alert", "Error"]
    is_alert: bool
    confidence_id: NotRequired[Annotated[Literal[1, 2, 3], Field(description="1 low, 2 medium, 3 high.")]]
    confidence_score: NotRequired[Annotated[int, Field(ge=0, le=100)]]
    policy: NotRequired[Policy]
    data_security: DataSecurity
    finding_info: FindingInfo


@_closed
class ApiActivity(Base, Activity):
    """A clean exchange: allowed, and nothing found."""


@_closed
class DataSecurityFinding(Base, Finding):
    """Anything else."""


@_closed
class FindingUpdate(Stamp, Remark):
    """A person said yes or no to a prompt that waited: an Update on the same `finding_info.uid`."""

    class_uid: Literal[2006]
    class_name: Literal["Data Security Finding"]
    category_uid: Literal[2]
    category_name: Literal["Findings"]
    activity_id: Annotated[Literal[2], Field(description="Update.")]
    type_uid: Literal[200602]
    status_id: Annotated[Literal[4], Field(description="Resolved.")]
    action_id: Annotated[Literal[1, 2], Field(description="1 approved, 2 refused.")]
    action: Literal["Allowed", "Denied"]
    disposition_id: Literal[8, 25]
    disposition: Literal["Approved", "Rejected"]
    is_alert: Literal[False]
    actor: Annotated[Actor, Field(description="Who answered.")]
    finding_info: FindingInfo
    unmapped: RuledUnmapped


@_closed
class ApplicationLifecycle(Stamp):
    """The guard starts, stops, or takes new rules."""

    class_uid: Literal[6002]
    class_name: Literal["Application Lifecycle"]
    category_uid: Literal[6]
    category_name: Literal["Application Activity"]
    activity_id: Annotated[Literal[3, 4, 8], Field(description="3 start, 4 stop, 8 update.")]
    type_uid: Literal[600203, 600204, 600208]
    app: Product
    unmapped: AdminUnmapped


@_closed
class ApplicationError(Stamp):
    """The log itself is in trouble, or was."""

    class_uid: Literal[6008]
    class_name: Literal["Application Error"]
    category_uid: Literal[6]
    category_name: Literal["Application Activity"]
    activity_id: Literal[1]
    type_uid: Literal[600801]
    unmapped: AdminUnmapped


@_closed
class EntityManagement(Stamp, Remark):
    """Somebody read the log in a way that is itself recorded, or a part of it was deleted."""

    class_uid: Literal[3004]
    class_name: Literal["Entity Management"]
    category_uid: Literal[3]
    category_name: Literal["Identity & Access Management"]
    activity_id: Annotated[Literal[2, 3, 4], Field(description="2 read, 3 update, 4 delete.")]
    type_uid: Literal[300402, 300403, 300404]
    actor: Actor
    entity: Managed
    unmapped: AdminUnmapped


type Event = (
    ApiActivity | DataSecurityFinding | FindingUpdate | ApplicationLifecycle | ApplicationError | EntityManagement
)


def schema() -> dict[str, object]:
    """JSON Schema of one line of the log."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Prompt guard audit event, log version {LOG_VERSION} (OCSF {OCSF_VERSION})",
        **TypeAdapter(Event).json_schema(),
    }


def render() -> str:
    """The text of logs/schema.json."""
    return json.dumps(schema(), ensure_ascii=False, indent=2) + "\n"
