"""The shape of each kind of rule file, once: validation, types, and the JSON Schema editors use.

Everything is strict, frozen and closed: an unknown key is a Problem, never ignored.
"""

import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from guard.terms import Classification, Role, Style, Verdict

Id = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
Entity = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9]*(_[0-9]*[A-Z][A-Z0-9]*)*$", max_length=48)]
"""No part is a number: `EDM_CLIENTS_2` is how the second placeholder of `EDM_CLIENTS` is written."""
Line = Annotated[str, Field(min_length=1, max_length=500)]
Host = Annotated[str, Field(pattern=r"^(\*\.)?(([a-z0-9-]*\*?[a-z0-9-]*\.)*[a-z0-9-]+\.)?[a-z0-9-]+$")]
Regex = Annotated[str, Field(min_length=1, max_length=800)]
Score = Annotated[float, Field(ge=0.0, le=1.0)]


class Shape(BaseModel):
    """Base of everything read from a rule file."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)


class Status(StrEnum):
    """How far a rule is: only `stable` is enforced, `experimental` and `test` decide and log, `deprecated` sleeps."""

    EXPERIMENTAL = "experimental"
    TEST = "test"
    STABLE = "stable"
    DEPRECATED = "deprecated"


class Rule(Shape):
    """What every rule file says about itself."""

    id: Id = Field(description="The file's stem; never reused.")
    title: Annotated[str, Field(min_length=3, max_length=80)] = Field(description="One line for people.")
    description: Annotated[str, Field(min_length=10, max_length=2000)] = Field(
        description="What it covers and what it does not."
    )
    status: Status = Field(description="Only `stable` is enforced; `experimental` and `test` decide and log.")
    owner: Line = Field(description="The team that answers for it.")
    date: datetime.date = Field(description="Day of the last change of meaning.")
    references: list[Line] = Field(description="Where the format, the number or the duty comes from.")


class Bilingual(Shape):
    """Words or phrases by language; a trailing * matches any ending of a word."""

    fr: list[Line] = Field(default_factory=list, description="French words and phrases.")
    en: list[Line] = Field(default_factory=list, description="English words and phrases.")


# --- detect/ ---------------------------------------------------------------------------------------------------------


class Pattern(Shape):
    """One regular expression (RE2)."""

    name: Line = Field(description="What form of the value it matches.")
    regex: Regex = Field(description="RE2; a group named `value` narrows the finding to that part.")
    score: Score = Field(description="How sure a match alone is.")
    ignore_case: bool = Field(default=False, description="Match letters in either case.")


class Named(Shape):
    """What the language pipeline calls by a name (it says no score of its own)."""

    label: Literal["PERSON", "LOCATION", "ORGANIZATION", "ADDRESS", "DATE_OF_BIRTH"] = Field(
        description="What the pipeline calls it."
    )
    score: Score = Field(description="How sure that alone is.")
    first_names: Line | None = Field(
        default=None, description="PERSON: a file of rules/lists, first names that count where the pipeline errs."
    )
    last_names: Line | None = Field(default=None, description="PERSON: the same of family names that stand alone.")


class Detect(Shape):
    """How an entity is recognised."""

    entity: Entity = Field(description="Presidio's name where it has one, FR_*, SECRET_*, MARKING, …")
    classification: Classification = Field(description="How confidential a text with this in it is.")
    classes: list[Entity] = Field(
        default_factory=list, description="Names that policy rules may call this entity by, together with others."
    )
    patterns: list[Pattern] = Field(default_factory=list, description="Regular expressions; any may match.")
    words: list[Line] = Field(default_factory=list, description="Exact words or phrases, whole, in any case.")
    words_from: Line | None = Field(default=None, description="A file of rules/lists, one word or phrase a line.")
    exact: Line | None = Field(
        default=None, description="A file of rules/lists made by `guard lists build`: the company's own values."
    )
    documents: Line | None = Field(
        default=None, description="A file of rules/lists made by `guard lists fingerprint`: copied passages."
    )
    named: Named | None = Field(default=None, description="What the language pipeline (GUARD_NLP) finds.")
    columns: Bilingual = Field(
        default_factory=Bilingual, description="Headings of a table's columns; the cells below are values."
    )
    mailbox: bool = Field(
        default=False, description="True: the name that an e-mail address of the same text is made of, where it stands."
    )
    code: bool = Field(default=False, description="True: stretches of source code, by the shape of their lines.")
    checksum: Line | None = Field(
        default=None, description="A check by name: python-stdnum's (`iban`, `fr.nir`), `phone`."
    )
    entropy: Annotated[float, Field(ge=0.0, le=8.0)] = Field(
        default=0.0,
        description="A value of fewer bits per character (Shannon) is dropped: words and patterns are no keys.",
    )
    allow: list[Line] = Field(
        default_factory=list, description="Values that never count, written out (documented examples)."
    )
    allow_from: Line | None = Field(default=None, description="A file of rules/lists with such values, one a line.")
    allow_patterns: list[Regex] = Field(
        default_factory=list, description="RE2; values that never count, matched whole and in any case."
    )
    prefix: bool = Field(default=False, description="True when the pattern's fixed prefix proves the value.")
    context: Bilingual = Field(
        default_factory=Bilingual, description="Words nearby that make a match more likely (+0.35)."
    )
    not_near: Bilingual = Field(default_factory=Bilingual, description="Words just before that make it something else.")
    threshold: Score = Field(default=0.5, description="A finding below this score is dropped.")
    separators: Annotated[str, Field(max_length=16)] = Field(
        default="",
        description="Characters inside the value that do not change it; where there are any, no white space does.",
    )
    case_sensitive: bool = Field(default=False, description="True when `a` and `A` make two values (secrets).")


class Match(Shape):
    """A text in which the rule must find exactly these values."""

    text: str = Field(description="The text.")
    finds: list[str] = Field(description="The values it must find, in order.")


class NoMatch(Shape):
    """A text in which the rule must find nothing."""

    text: str = Field(description="The text.")
    why: Line = Field(description="Why it is none.")


class DetectTests(Shape):
    """The rule's own tests."""

    match: list[Match] = Field(min_length=1, description="Texts with the values it must find.")
    no_match: list[NoMatch] = Field(min_length=1, description="Texts in which it must find nothing.")


class DetectRule(Rule):
    """`detect/`: an entity or a kind of confidential content."""

    falsepositives: list[Line] = Field(min_length=1, description="What it takes for one though it is none.")
    detect: Detect = Field(description="How it is recognised.")
    tests: DetectTests = Field(description="The rule's own tests.")


# --- uses/ -----------------------------------------------------------------------------------------------------------


class Wordings(Bilingual):
    """Entries by language (guard.rules.entries): `rank*`, `(this|the) ... candidate`."""

    lists: list[Line] = Field(
        default_factory=list, description="Files of rules/lists with more of them, one a line, in both languages."
    )


class UseWords(Shape):
    """What a use is recognised by: a phrase, an act that is asked for and its object, or a request about people."""

    acts: Wordings = Field(default_factory=Wordings, description="What is asked for: rank, sort, evaluate.")
    objects: Wordings = Field(default_factory=Wordings, description="What it is done to: CVs, applications.")
    phrases: Wordings = Field(
        default_factory=Wordings, description="Wordings that say both at once: `who should we ... hire`."
    )
    people: Wordings = Field(
        default_factory=Wordings,
        description="Objects that are people at hand (`this patient`): any request counts, harmless ones apart.",
    )
    harmless: Wordings = Field(
        default_factory=Wordings, description="Requests about such people that judge nobody: to write to them."
    )
    subjects: Wordings = Field(default_factory=Wordings, description="Who it is about; adds to the score.")
    exclude: Wordings = Field(default_factory=Wordings, description="Words that make the sentence something else.")
    material: bool = Field(
        default=False,
        description="True: what follows the request, after a colon or on the next line, is what it is done to, and "
        "asks for nothing itself (a text to translate).",
    )


class HeldOut(Shape):
    """Prompts that nobody looked at while choosing the words: they measure, and never fail."""

    match: list[str] = Field(default_factory=list, description="Prompts that are this use.")
    no_match: list[NoMatch] = Field(default_factory=list, description="Prompts that are not.")


class UseTests(Shape):
    """The rule's own tests."""

    match: list[str] = Field(min_length=1, description="Prompts that are this use.")
    no_match: list[NoMatch] = Field(min_length=1, description="Prompts that are not.")
    held_out: HeldOut = Field(
        default_factory=HeldOut, description="More of both, kept apart: `guard test` says how many are right."
    )


class UseRule(Rule):
    """`uses/`: a use case, known by words in French and English."""

    use: UseWords = Field(description="What it is recognised by.")
    threshold: Score = Field(default=0.6, description="A use below this score is dropped.")
    tests: UseTests = Field(description="The rule's own tests.")


# --- policy/ ---------------------------------------------------------------------------------------------------------


type Hour = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]


class Window(Shape):
    """Some hours of some days; one that ends before it begins goes on into the next day."""

    days: list[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]] = Field(
        default=["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
        min_length=1,
        description="The days it begins on; every day when left out.",
    )
    begin: Hour = Field(description='The first minute, "08:00".')
    end: Hour = Field(description='The minute after the last, "18:30"; "00:00" is midnight.')
    zone: Line = Field(description="Time zone by its name in the IANA database: Europe/Paris.")


class When(Shape):
    """All that is said must hold; what is not said always holds."""

    groups: list[Line] = Field(default_factory=list, description="The actor is in one of these.")
    groups_not: list[Line] = Field(default_factory=list, description="The actor is in none of these.")
    users: list[Line] = Field(default_factory=list, description="The actor is one of these.")
    services: list[Id] = Field(default_factory=list, description="The service is one of these.")
    sanctioned: bool | None = Field(default=None, description="The service is, or is not, sanctioned.")
    channels: list[Literal["web", "api", "agent"]] = Field(default_factory=list, description="How it is used.")
    direction: Literal["prompt", "answer"] = Field(default="prompt", description="What leaves, or what comes back.")
    uses: list[Id] = Field(default_factory=list, description="One of these uses was recognised.")
    entities: list[Line] = Field(
        default_factory=list,
        description="One of these was found; SECRET_* stands for all that begin so, a class for all that are in it.",
    )
    at_least: Annotated[int, Field(ge=1, le=100_000)] = Field(
        default=1, description="So many different values of them, together."
    )
    classification: Classification | None = Field(default=None, description="A finding is at least this confidential.")
    roles: list[Role] = Field(default_factory=list, description="Only findings in these kinds of text count.")
    uninspectable: list[Line] = Field(
        default_factory=list, description="A part could not be read for one of these causes; * is any."
    )
    times: list[Window] = Field(default_factory=list, description="It is now within one of these.")


class Except(Shape):
    """To whom, or where, a rule does not apply for some time. All that is said must hold."""

    groups: list[Line] = Field(default_factory=list, description="The actor is in one of these.")
    users: list[Line] = Field(default_factory=list, description="The actor is one of these.")
    services: list[Id] = Field(default_factory=list, description="The service is one of these.")
    until: datetime.date = Field(description="Last day it holds (UTC).")
    owner: Line = Field(description="Who answers for it.")
    reason: Line = Field(description="Why it was granted; people and events read it.")


class PolicyTest(Shape):
    """Given these facts, the rule alone gives this verdict."""

    service: Id = Field(default="openai-api", description="The service.")
    sanctioned: bool = Field(default=True, description="Whether it is sanctioned.")
    channel: Literal["web", "api", "agent"] = Field(default="api", description="How it is used.")
    user: Line = Field(default="unknown", description="The actor.")
    groups: list[Line] = Field(default=["unknown"], description="The actor's groups.")
    entities: list[Entity] = Field(default_factory=list, description="What was found.")
    count: Annotated[int, Field(ge=1, le=100_000)] = Field(
        default=1, description="How many different values of each of them."
    )
    classification: Classification = Field(default=Classification.CONFIDENTIAL, description="Of what was found.")
    role: Role = Field(default=Role.USER, description="Where it was found.")
    uses: list[Id] = Field(default_factory=list, description="What it is for.")
    uninspectable: list[Line] = Field(default_factory=list, description="What could not be read.")
    at: Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}Z$")] | None = Field(
        default=None, description="When, UTC: 2026-01-31T09:30Z; a time at which the rule holds when left out."
    )
    expect: Verdict = Field(description="The verdict.")


class PolicyRule(Rule):
    """`policy/`: when something holds, then this."""

    when: When = Field(description="The conditions, all of which must hold.")
    then: Verdict = Field(description="What happens.")
    message: Id | None = Field(
        default=None, description="What the person reads; required from `coach` up, but for redact."
    )
    approvers: list[Line] = Field(default_factory=list, description="Who can say yes, for hold and justify.")
    styles: dict[Line, Style] = Field(
        default_factory=dict,
        description="For redact: what stands in the place of an entity, where that is not a placeholder.",
    )
    exceptions: list[Except] = Field(default_factory=list, description="To whom it does not apply, until when and why.")
    rollout: Annotated[str, Field(pattern=r"^([1-9][0-9]?|100)%$")] = Field(
        default="100%", description="Share of the users it is enforced for; for the others it decides and logs."
    )
    until: datetime.date | None = Field(default=None, description="Last day the rule holds (UTC).")
    evidence: bool = Field(
        default=False, description="Keep the prompt, sealed for two key holders, where the deployment keeps evidence."
    )
    tests: list[PolicyTest] = Field(min_length=1, description="The rule's own tests.")


# --- messages/ -------------------------------------------------------------------------------------------------------


class Wording(Shape):
    """One language's words. {service} {entities} {uses} {rules} {approvers} {causes} {files} {id} are filled in."""

    title: Annotated[str, Field(min_length=3, max_length=80)] = Field(description="A few words.")
    text: Annotated[str, Field(min_length=10, max_length=1200)] = Field(description="What happened, why, what to do.")


class MessageRule(Rule):
    """`messages/`: what the person reads."""

    fr: Wording = Field(description="In French.")
    en: Wording = Field(description="In English.")
    lesson: Line | None = Field(default=None, description="Address of the lesson it links to.")


# --- services/ -------------------------------------------------------------------------------------------------------


type Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE", "WEBSOCKET"]
"""HTTP's methods, and WEBSOCKET for a socket that is opened and for each message on it."""
type Refused = Literal[
    "openai-error", "anthropic-error", "json-error",
    "chatgpt-web", "no-completions", "claude-web", "gemini-web", "perplexity-web", "lechat-web", "deepseek-web",
    "grok-web", "huggingchat-web", "duckai-web", "github-copilot-web", "mscopilot-socket", "signalr-socket",
    "lechat-new", "openai-socket", "zai-web", "you-web", "genspark", "kimi-web", "ui-messages",
    "qwen-web", "connect-error",
    "mistral-error", "google-error", "cohere-error", "ollama-error", "aws-error",
]  # fmt: skip
"""Shapes of a refusal (guard.wire.refusal)."""


class FieldRule(Shape):
    """What a field of the body means."""

    path: Line = Field(
        description="Steps from the root: a name, * (any one), ** (any depth); `{role=user|tool}` after a step asks "
        "that of the object it reaches. `~>` goes on inside a string that is itself JSON. The root of a form are its "
        "names; that of several JSON texts in a row, their positions."
    )
    role: Role = Field(description="What its text is.")
    holds: Literal["text", "json", "media", "signed", "opaque"] = Field(
        default="text",
        description="text; json: a string that is itself JSON; media: bytes as base64; signed: read, never edited; "
        "opaque: tokens and ids that say nothing, not read where they have their `form`.",
    )
    form: Annotated[str, Field(min_length=1, max_length=400)] | None = Field(
        default=None, description="For opaque: RE2 that the whole string matches; one that does not is read."
    )


class Borrowed(Shape):
    """The fields of another endpoint."""

    endpoint: Annotated[str, Field(pattern=r"^[a-z0-9-]+/[a-z0-9-]+$")] = Field(
        description="`service/endpoint`: whose own fields."
    )
    under: Annotated[str, Field(max_length=200)] = Field(default="", description="Path that comes before theirs.")


class Endpoint(Shape):
    """One path of a service and what travels on it."""

    id: Id = Field(description="Its name in events.")
    methods: list[Method] = Field(description="HTTP methods, or WEBSOCKET.")
    path: Line = Field(
        description="RE2, matched against the whole path without the query; a group named `model` is the model's name."
    )
    family: Literal[
        "openai-chat", "openai-responses", "anthropic-messages", "json",
        "chatgpt-web", "chatgpt-socket", "claude-web", "gemini-web", "perplexity-web", "lechat-web", "deepseek-web",
        "grok-web", "huggingchat-web", "duckai-web", "github-copilot-web", "mscopilot", "signalr",
        "zai-web", "you-web", "genspark", "kimi-web", "ui-messages", "qwen-web",
        "gemini", "cohere", "mistral-conversations", "ollama", "text-generation", "bedrock-converse", "bedrock-invoke",
    ] = Field(description="Family of wire formats.")  # fmt: skip
    upload: bool = Field(
        default=False, description="True where the body is a file's bytes, whatever type it is said to have."
    )
    model: Line | None = Field(default=None, description="JSON pointer of the model's name.")
    stream: Line | None = Field(default=None, description="JSON pointer of the flag that asks for a stream.")
    fields: list[FieldRule] = Field(
        default_factory=list, description="What the body's fields mean; the first that matches counts."
    )
    fields_of: list[Borrowed] = Field(
        default_factory=list, description="Other endpoints whose fields mean the same here; they come after its own."
    )
    refusal: Refused | None = Field(default=None, description="Shape of a refused call, where the service's is not it.")


class ServiceTest(Shape):
    """A request and what must be read out of it."""

    method: Method = Field(default="POST", description="HTTP method, or WEBSOCKET for a message on a socket.")
    path: Line = Field(description="Path and query.")
    type: Line = Field(default="application/json", description="The content type.")
    body: str = Field(default="", description="The body, or the message on a socket.")
    endpoint: Line = Field(description="Id of the endpoint it must be taken for; `unknown` when none.")
    reads: list[str] = Field(default_factory=list, description="`role: text` of each segment it must read, in order.")


class ServiceRule(Rule):
    """`services/`: hosts, endpoints, what each field means, how a refusal is shown, sanctioned or not."""

    provider: Line = Field(description="The company behind it.")
    hosts: list[Host] = Field(
        min_length=1, description="Host names; *.example.com is every name below it, elsewhere * is part of one label."
    )
    channel: Literal["web", "api", "agent"] = Field(description="How people use it.")
    sanctioned: bool = Field(description="Whether the company has approved it.")
    refusal: Refused = Field(description="Shape of a refused call.")
    signed_by: list[Line] = Field(
        default_factory=list, description="Headers that sign the body: where one is sent, the body is never edited."
    )
    conversation: list[Line] = Field(
        default_factory=list,
        description="RE2 whose one group is a conversation's id, looked for in the path, the body and the answer: what "
        "was hidden in a conversation is put back when the service shows it again.",
    )
    credentials: list[Line] = Field(
        default_factory=list,
        description="Names of headers (in lower case) and in the query whose values are the service's own credentials: "
        "not read.",
    )
    models: list[Line] = Field(default_factory=list, description="Model names that events may show (* for any ending).")
    endpoints: list[Endpoint] = Field(min_length=1, description="What is spoken where.")
    tests: list[ServiceTest] = Field(min_length=1, description="The rule's own tests.")


KINDS: dict[str, type[Rule]] = {
    "services": ServiceRule,
    "detect": DetectRule,
    "uses": UseRule,
    "policy": PolicyRule,
    "messages": MessageRule,
}
"""Folder of rules/ -> the shape of the files in it."""


class Table(Shape):
    """Keyed hashes of values or documents (guard.rules.hashed): sorted numbers of 8 bytes, little endian."""

    kind: Literal["exact", "documents"]
    check: bytes = Field(repr=False)
    """Tells which key they were made with."""
    known: bytes = Field(repr=False)
    """What counts alone."""
    begun: bytes = Field(default=b"", repr=False)
    """Beginnings of what is longer than one word."""
    together: bytes = Field(default=b"", repr=False)
    """What counts near another value of its row, once for each row."""
    rows: bytes = Field(default=b"", repr=False)
    """The row of each of `together`: numbers of 4 bytes."""


class RuleSet(Shape):
    """Every rule in force, by id, and the hash of the files it came from."""

    version: str
    services: dict[str, ServiceRule]
    detect: dict[str, DetectRule]
    uses: dict[str, UseRule]
    policy: dict[str, PolicyRule]
    messages: dict[str, MessageRule]
    lists: dict[str, list[str]]
    """Words of rules/lists by file name."""
    classes: dict[str, list[str]] = {}
    """Classes of entities, and what is in them."""
    tables: dict[str, Table] = {}
    """Hashes of rules/lists by file name."""
    lists_key: bytes = Field(default=b"", repr=False)
    """The key of those hashes; empty when no rule needs it (guard.rules.hashed.keyed)."""
