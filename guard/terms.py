"""The nouns that two stages share: frozen, computing nothing but their own order.

Text lives in `Segment.text`, `Edit.text` and message bodies only; none of them shows it in its repr (law 6).
Offsets are characters of the segment's text, the end excluded.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal


class _Ranked(StrEnum):
    """Words whose order of definition is their strength, mildest first."""

    @property
    def rank(self) -> int:
        return list(type(self)).index(self)


class Verdict(_Ranked):
    """What happens to a prompt; the strictest of all matching rules wins."""

    ALLOW = "allow"
    LOG = "log"
    COACH = "coach"
    REDACT = "redact"
    JUSTIFY = "justify"
    HOLD = "hold"
    BLOCK = "block"


class Classification(_Ranked):
    """How confidential a text is; a prompt has its highest finding's."""

    PUBLIC = "public"
    INTERNAL = "internal"
    CONFIDENTIAL = "confidential"
    SECRET = "secret"  # noqa: S105 - a word


class Style(_Ranked):
    """What stands in the place of what is hidden: the one that lets least out comes last, and wins."""

    MASK = "mask"
    HASH = "hash"
    SURROGATE = "surrogate"
    PLACEHOLDER = "placeholder"
    DROP = "drop"


class Role(StrEnum):
    """What a piece of text is to the service."""

    USER = "user"
    SYSTEM = "system"
    HISTORY = "history"
    TOOL_ARGS = "tool_args"
    TOOL_RESULT = "tool_result"
    DRAFT = "draft"
    FILENAME = "filename"
    FILE = "file"
    OTHER = "other"


class Lang(StrEnum):
    """A language the guard speaks and reads."""

    FR = "fr"
    EN = "en"


type Direction = Literal["prompt", "answer"]
"""What leaves, or what comes back."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks, as the network knows it; never what the client claims about itself."""

    user: str = "unknown"
    groups: tuple[str, ...] = ("unknown",)
    source: str = "none"
    """How we know: header, token, password, ldap, address-map; address or none of those unknown; command-line."""
    address: str | None = None
    """The client's IP address."""


@dataclass(frozen=True, slots=True)
class Request:
    """An HTTP request free of any proxy library's types. `body` is as received, content-encoding included."""

    method: str
    host: str
    path: str = field(repr=False)
    """Origin form, query included: it may carry text."""
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    body: bytes = field(default=b"", repr=False)
    trailers: tuple[tuple[str, str], ...] = field(default=(), repr=False)

    def header(self, name: str) -> str | None:
        """All values of one header joined as RFC 9110 §5.2 says, or None."""
        return _header(self.headers, name)


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer free of any proxy library's types."""

    status: int
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    body: bytes = field(default=b"", repr=False)

    def header(self, name: str) -> str | None:
        """All values of one header joined as RFC 9110 §5.2 says, or None."""
        return _header(self.headers, name)


def _header(headers: tuple[tuple[str, str], ...], name: str) -> str | None:
    values = [value for key, value in headers if key.lower() == name.lower()]
    return ", ".join(values) if values else None


@dataclass(frozen=True, slots=True)
class Segment:
    """One piece of text that leaves."""

    where: str
    """Where it stands, unique in its prompt: `body:/messages/0/content` (RFC 6901), `key:…`, `query:…`, `header:…`."""
    role: Role
    text: str = field(repr=False)
    declared: bool = True
    """False in a field nobody declared: only findings that prove themselves count there (law 2)."""
    editable: bool = True
    """False in signed parts, and where an edit would not be the same kind of value."""
    hint: str = field(default="", repr=False)
    """The names of the fields that hold it, for context words: `iban` in {"iban": "…"}."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a person sends, read out of its wire format."""

    service: str
    endpoint: str
    """The endpoint's id in the service's rule file; `unknown` when nobody declared it."""
    family: str
    segments: tuple[Segment, ...] = field(repr=False)
    channel: str = "api"
    sanctioned: bool = True
    provider: str = ""
    model: str | None = None
    stream: bool = False
    uninspectable: tuple[str, ...] = ()
    """Why parts of it could not be read: `media`, `websocket`, … empty when every leaf was."""
    signed: bool = False
    """The body is signed as a whole: it is never edited."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A span of a segment that a rule matched; it knows where, never what."""

    rule: str
    entity: str
    classification: Classification
    segment: int
    """Index in `Prompt.segments`."""
    start: int
    end: int
    score: float
    proven: bool = False
    """The value proves itself: its checksum is right or it starts with a known prefix."""
    enforced: bool = True
    """False when its rule is only watched (status `experimental` or `test`)."""


@dataclass(frozen=True, slots=True)
class Use:
    """What the prompt is for. The evidence is the rule's own words, never the person's."""

    id: str
    score: float
    evidence: tuple[str, ...] = ()
    enforced: bool = True


@dataclass(frozen=True, slots=True)
class Reason:
    """One rule's part in a decision."""

    rule: str
    verdict: Verdict
    text: str
    """Why it matched, in the rules' words: entities, uses, groups; never prompt text."""
    enforced: bool = True


@dataclass(frozen=True, slots=True)
class Decision:
    """What policy says about one prompt, and why."""

    verdict: Verdict
    reasons: tuple[Reason, ...] = ()
    redact: tuple[Finding, ...] = ()
    styles: Mapping[str, Style] = field(default_factory=dict)
    """By entity: what stands in its place, where that is not a placeholder."""
    message: str | None = None
    """Id of the message the person reads."""
    approvers: tuple[str, ...] = ()
    classification: Classification = Classification.PUBLIC
    evidence: bool = False
    """An enforced rule wants the prompt kept, sealed."""


@dataclass(frozen=True, slots=True)
class Edit:
    """New text for the segment that stands at `where`."""

    where: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Outcome:
    """All that one decision leaves for the record; it holds no prompt text."""

    decision: Decision
    actor: Actor
    service: str
    endpoint: str
    host: str
    provider: str = ""
    model: str | None = None
    channel: str = "api"
    lang: Lang | None = None
    findings: tuple[Finding, ...] = ()
    fingerprints: tuple[str, ...] = ()
    """Keyed fingerprints of what was found, in the order of the findings; empty without a key."""
    uses: tuple[Use, ...] = ()
    chars: int = 0
    """Characters of all segments."""
    segments: int = 0
    failure: str | None = None
    """The cause when the guard failed closed: `worker`, `timeout`, `overload`, `internal`, …; None otherwise."""
    uninspectable: tuple[str, ...] = ()
    milliseconds: Mapping[str, float] = field(default_factory=dict)
    """Time spent by stage, and in `total`."""
    rules_version: str = ""
    nlp: str = ""
    """The pipelines that looked for names; empty when nothing was analysed."""
    evidence: str | None = None
    """SHA-256 of the sealed prompt, where a rule wants it and the deployment keeps any."""
    direction: Direction = "prompt"
    about: str | None = None
    """Of an answer: the uid of the event of the prompt it answers."""
