"""The log's JSON -> the columns of the tables that questions are asked of: what each is called, where it comes from.

The one place that knows both: OCSF's paths are long, so analysts write these names. Times are UTC.
"""

import hashlib
from collections.abc import Iterable
from itertools import groupby
from typing import NamedTuple

from guard.audit.schema import Entity, RuleHit, UseHit

_TYPES = {
    Entity: "STRUCT(type VARCHAR, n BIGINT, score DOUBLE, proven BOOLEAN, enforced BOOLEAN, classification VARCHAR, "
    "rules VARCHAR[], fingerprints VARCHAR[])[]",
    UseHit: "STRUCT(id VARCHAR, score DOUBLE, evidence VARCHAR[], enforced BOOLEAN)[]",
    RuleHit: "STRUCT(id VARCHAR, action VARCHAR, enforced BOOLEAN, why VARCHAR)[]",
}


class Column(NamedTuple):
    """A column of `events`."""

    name: str
    path: str
    """Where it comes from in a line."""
    type: str
    """DuckDB's type of what stands there."""
    about: str
    expression: str = ""
    """What is made of it, where that is not the value itself."""

    @property
    def select(self) -> str:
        """`expression AS name`."""
        return f'{self.expression or self.path} AS "{self.name}"'


COLUMNS = (
    Column("time", "time", "BIGINT", "When, UTC.", "epoch_ms(time)"),
    Column("id", "metadata.uid", "VARCHAR", "Id of the event (UUIDv7)."),
    Column(
        "event",
        "metadata.event_code",
        "VARCHAR",
        "`prompt.` or `answer.` and the verdict or `failure`, or `admin.` and what.",
    ),
    Column("direction", "unmapped.guard.direction", "VARCHAR", "`prompt`: what left; `answer`: what came back."),
    Column("about", "metadata.correlation_uid", "VARCHAR", "Of an answer: the id of its prompt's event."),
    Column("node", "metadata.product.uid", "VARCHAR", "The node that wrote the line."),
    Column("seq", "metadata.sequence", "BIGINT", "Counts the node's lines without a gap."),
    Column("severity", "severity_id", "INTEGER", "1 informational, 2 low, 3 medium, 4 high."),
    Column("alert", "is_alert", "BOOLEAN", "A block or a failure.", "coalesce(is_alert, false)"),
    Column("user", "actor.user.name", "VARCHAR", "Who asked."),
    Column(
        "groups",
        "actor.user.groups",
        "STRUCT(name VARCHAR)[]",
        "Their groups.",
        "list_transform(actor.user.groups, lambda g: g.name)",
    ),
    Column("identity", "unmapped.guard.identity", "VARCHAR", "How the actor is known: none, address, …"),
    Column("ip", "src_endpoint.ip", "VARCHAR", "The client's address."),
    Column("host", "dst_endpoint.hostname", "VARCHAR", "The service's host."),
    Column("service", "unmapped.guard.service", "VARCHAR", "Id of the service's rule file."),
    Column("endpoint", "unmapped.guard.endpoint", "VARCHAR", "Id of the endpoint in it, or `unknown`."),
    Column("channel", "unmapped.guard.channel", "VARCHAR", "web, api or agent."),
    Column("provider", "unmapped.guard.ai_provider", "VARCHAR", "The company behind the service."),
    Column("model", "unmapped.guard.ai_model", "VARCHAR", "The model asked for, or `unlisted`."),
    Column("lang", "unmapped.guard.lang", "VARCHAR", "fr, en or null."),
    Column(
        "decision",
        "unmapped.guard.decision",
        "VARCHAR",
        "The verdict; `failure` when the guard could not decide.",
        "CASE WHEN unmapped.guard.failure IS NOT NULL THEN 'failure' ELSE unmapped.guard.decision END",
    ),
    Column(
        "went",
        "action_id",
        "INTEGER",
        "Whether the prompt went out: `whole`, `redacted` or `no`.",
        "CASE WHEN unmapped.guard.decision IS NULL THEN NULL WHEN action_id IN (1, 3) THEN 'whole' "
        "WHEN action_id = 4 THEN 'redacted' ELSE 'no' END",
    ),
    Column("failure", "unmapped.guard.failure", "VARCHAR", "Why the guard could not decide."),
    Column("classification", "unmapped.guard.classification", "VARCHAR", "How confidential the prompt is."),
    Column("rule", "policy.uid", "VARCHAR", "The policy rule that decided, or the first that would have."),
    Column("applied", "policy.is_applied", "BOOLEAN", "False when that rule is only watched."),
    Column("rules", "unmapped.guard.rules", _TYPES[RuleHit], "Every policy rule that matched."),
    Column("entities", "unmapped.guard.entities", _TYPES[Entity], "What was found, by type."),
    Column(
        "types",
        "unmapped.guard.entities",
        _TYPES[Entity],
        "The types alone.",
        "list_transform(unmapped.guard.entities, lambda e: e.type)",
    ),
    Column(
        "fingerprints",
        "unmapped.guard.entities",
        _TYPES[Entity],
        "All their fingerprints.",
        "flatten(list_transform(unmapped.guard.entities, lambda e: e.fingerprints))",
    ),
    Column("uses", "unmapped.guard.uses", _TYPES[UseHit], "What the prompt is for."),
    Column("approvers", "unmapped.guard.approvers", "VARCHAR[]", "Who can say yes."),
    Column("uninspectable", "unmapped.guard.uninspectable", "VARCHAR[]", "Why parts could not be read."),
    Column("chars", "unmapped.guard.prompt.chars", "BIGINT", "Characters of the prompt."),
    Column("segments", "unmapped.guard.prompt.segments", "BIGINT", "Pieces of text in it."),
    Column("ms", "unmapped.guard.ms", "MAP(VARCHAR, DOUBLE)", "Milliseconds in all.", "unmapped.guard.ms['total']"),
    Column("stages", "unmapped.guard.ms", "MAP(VARCHAR, DOUBLE)", "Milliseconds by stage."),
    Column("evidence", "unmapped.guard.evidence", "VARCHAR", "SHA-256 of the sealed prompt, where one was kept."),
    Column(
        "ruling", "unmapped.guard.ruling", "VARCHAR", "What a person answered: approved or refused; null for a prompt."
    ),
    Column("finding", "finding_info.uid", "VARCHAR", "The event that an answer is about; a prompt's own id."),
    Column("rules_version", "unmapped.guard.rules_version", "VARCHAR", "Hash of the rule files that decided."),
    Column("nlp", "unmapped.guard.nlp", "VARCHAR", "Pipelines that looked for names; null when nothing was analysed."),
    Column("message", "message", "VARCHAR", "One line for people."),
    Column("admin", "unmapped.guard.admin", "VARCHAR", "What happened to the guard itself; null for a prompt."),
    Column("subject", "unmapped.guard.subject", "VARCHAR", "What it happened to."),
    Column("count", "unmapped.guard.count", "BIGINT", "How many."),
    Column("kind", "entity.type", "VARCHAR", "What was read, changed or deleted: audit log, person, evidence, …"),
    Column("comment", "comment", "VARCHAR", "Why, in the words of who did it."),
)

ADMIN = (
    "time",
    "id",
    "node",
    "seq",
    "event",
    "severity",
    "user",
    "message",
    "admin",
    "subject",
    "count",
    "kind",
    "comment",
)
"""Those that say something of the guard's own life."""
ADMIN_ONLY = frozenset({"admin", "subject", "count", "kind", "comment"})


def _members(paths: Iterable[tuple[list[str], str]]) -> Iterable[tuple[str, str]]:
    """Each name at the top of the paths, and the type of what is below it."""
    for name, group in groupby(sorted(paths), key=lambda pair: pair[0][0]):
        inner = [(path[1:], kind) for path, kind in group]
        leaf = next((kind for path, kind in inner if not path), None)
        yield name, leaf or f"STRUCT({', '.join(f'"{key}" {kind}' for key, kind in _members(inner))})"


SELECT = ", ".join(column.select for column in COLUMNS)
"""The columns, out of lines read as `LINE` says."""

_TOP = dict(_members((column.path.split("."), column.type) for column in COLUMNS))

LINE = "{" + ", ".join(f"'{name}': '{kind}'" for name, kind in _TOP.items()) + "}"
"""What of a line is read, as `columns` of DuckDB's read_json."""

_NULLS = ", ".join(f"NULL::{kind} AS {name}" for name, kind in _TOP.items())
NONE = f"SELECT {SELECT} FROM (SELECT {_NULLS}) WHERE false"  # noqa: S608 - our own words
"""The columns, of no line."""

LAYOUT = hashlib.sha256(f"{SELECT}{LINE}".encode()).hexdigest()[:8]
"""Changes with the columns, so that Parquet made with other ones is not read."""
