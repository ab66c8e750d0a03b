"""Rules that are well formed each -> the Problems they have together, or with what they call by name.

A name that leads nowhere is a rule without effect, so each is looked up here: regexes, checksums, paths, lists,
messages, uses, services, entities. French and English have equal rank: a rule that knows one language only is refused.
"""

import datetime
import difflib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

import re2

from guard.errors import Problem
from guard.rules import checksums, effect, fieldpath
from guard.rules.entries import parse
from guard.rules.hosts import covers
from guard.rules.schema import (
    Bilingual,
    Detect,
    DetectRule,
    FieldRule,
    MessageRule,
    PolicyRule,
    Rule,
    ServiceRule,
    Status,
    UseRule,
    Wordings,
)
from guard.rules.source import Loc, Source
from guard.terms import Classification, Verdict

PLACEHOLDERS = frozenset({"service", "entities", "uses", "rules", "approvers", "causes", "files", "id"})
"""What a message may leave to be filled in."""
_NEEDS_MESSAGE = frozenset({Verdict.COACH, Verdict.JUSTIFY, Verdict.HOLD, Verdict.BLOCK})
_NEEDS_APPROVERS = frozenset({Verdict.JUSTIFY, Verdict.HOLD})
_POINTER = re.compile(r"(/([^~/]|~[01])*)+")
_PROBES = ("", "a", "é", "0", " a1-é\n")
_SHOWN = 12
"""Names listed in a hint."""
_UNKNOWN = "unknown"
"""The endpoint id of what nobody declared (guard.terms.Prompt)."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One rule with its file."""

    kind: str
    rule: Rule
    source: Source

    def problem(self, loc: Loc, code: str, text: str, hint: str = "") -> Problem:
        """A Problem at a place of this rule's file."""
        return Problem(self.source.path, *self.source.at(loc), code, text, hint)

    @property
    def asleep(self) -> bool:
        """A deprecated rule: its form is looked at, its effect is none."""
        return self.rule.status is Status.DEPRECATED


@dataclass(frozen=True, slots=True)
class Names:
    """What can be called by name. Rules whose file has a problem of its own count: their absence is not another one."""

    ids: Mapping[str, frozenset[str]]
    """Ids by kind."""
    entities: frozenset[str]
    """Of detect rules, and the classes they are in."""
    lists: Mapping[str, Sequence[str]]
    """Files of rules/lists: their entries; none for files of hashes."""
    partial: bool = False
    """True when the entity of some rule could not be read: then none is said to be missing."""


def check(entries: Sequence[Entry], names: Names, today: datetime.date) -> Iterator[Problem]:
    """Every Problem of these rules together. `today` is a day in UTC."""
    yield from _unique(entries)
    awake = [entry for entry in entries if not entry.asleep]
    services = {entry.rule.id: entry.rule for entry in awake if isinstance(entry.rule, ServiceRule)}
    for entry in awake:
        match entry.rule:
            case DetectRule() as rule:
                yield from _detect(entry, rule, names)
            case UseRule() as rule:
                yield from _use(entry, rule, names)
            case PolicyRule() as rule:
                yield from _policy(entry, rule, names, today)
            case MessageRule() as rule:
                yield from _message(entry, rule)
            case ServiceRule() as rule:
                yield from _service(entry, rule)
                yield from _borrowed(entry, rule, services, names)
    yield from _hosts(awake)
    if not names.partial:
        yield from _effects(awake, services, today)


def _unique(entries: Sequence[Entry]) -> Iterator[Problem]:
    ids: dict[str, Entry] = {}
    titles: dict[tuple[str, str], Entry] = {}
    for entry in entries:
        rule = entry.rule
        first = ids.setdefault(rule.id, entry)
        if first is not entry:
            text = f"the id `{rule.id}` is that of {first.source.path}"
            yield entry.problem(("id",), "R301", text, "an id names one rule of any kind")
        first = titles.setdefault((entry.kind, rule.title.casefold()), entry)
        if first is not entry:
            yield entry.problem(("title",), "R319", f"the title is that of {first.source.path}", "say how they differ")


# --- detect/ and uses/ -----------------------------------------------------------------------------------------------


def _detect(entry: Entry, rule: DetectRule, names: Names) -> Iterator[Problem]:
    how = rule.detect
    lists = how.words or how.words_from or how.exact or how.documents
    if not (how.patterns or lists or how.code or how.named or how.mailbox or how.columns.fr or how.columns.en):
        yield entry.problem(("detect",), "R309", "no patterns, no words, no words_from: it can find nothing")
    for key, name, suffix in (("exact", how.exact, ".edm"), ("documents", how.documents, ".fp")):
        if name is not None and (name not in names.lists or not name.endswith(suffix)):
            yield entry.problem(("detect", key), "R320", f"no file lists/{name}", f"a {suffix} file of `guard lists`")
    for number, pattern in enumerate(how.patterns):
        place: Loc = ("detect", "patterns", number, "regex")
        yield from _regex(entry, place, pattern.regex, ignore_case=pattern.ignore_case, finds=True)
    for number, regex in enumerate(how.allow_patterns):
        yield from _regex(entry, ("detect", "allow_patterns", number), regex, ignore_case=True)
    yield from _lists(entry, how, names)
    if how.checksum is not None and not checksums.exists(how.checksum):
        hint = "phone, credit-card, or a module of python-stdnum that has is_valid"
        yield entry.problem(("detect", "checksum"), "R311", f"no checksum is called `{how.checksum}`", hint)
    for name in ("context", "not_near", "columns"):
        yield from _bilingual(entry, ("detect", name), getattr(how, name))


def _lists(entry: Entry, how: Detect, names: Names) -> Iterator[Problem]:
    """Files of lists/ that a rule names and that are not there."""
    listed: list[tuple[Loc, str | None]] = [
        (("detect", "words_from"), how.words_from),
        (("detect", "allow_from"), how.allow_from),
    ]
    if how.named is not None:
        listed.append((("detect", "named", "first_names"), how.named.first_names))
        listed.append((("detect", "named", "last_names"), how.named.last_names))
    for place, name in listed:
        if name is not None and name not in names.lists:
            hint = _meant(name, frozenset(names.lists))
            yield entry.problem(place, "R306", f"no file lists/{name}", hint)


def _use(entry: Entry, rule: UseRule, names: Names) -> Iterator[Problem]:
    words = rule.use
    for name in ("acts", "objects", "phrases", "people", "harmless", "subjects", "exclude"):
        wordings: Wordings = getattr(words, name)
        if name in ("acts", "objects") and not (_said(wordings) or _said(words.phrases) or _said(words.people)):
            yield entry.problem(("use", name), "R309", f"no {name}: it can find nothing")
        yield from _bilingual(entry, ("use", name), wordings)
        yield from _wordings(entry, ("use", name), wordings, names)


def _wordings(entry: Entry, loc: Loc, wordings: Wordings, names: Names) -> Iterator[Problem]:
    """Entries that cannot be looked for, in the file and in its lists."""
    written: list[tuple[Loc, str]] = [
        ((*loc, lang, at), said) for lang in ("fr", "en") for at, said in enumerate(getattr(wordings, lang))
    ]
    for number, file in enumerate(wordings.lists):
        place: Loc = (*loc, "lists", number)
        if file not in names.lists:
            yield entry.problem(place, "R306", f"no file lists/{file}", _meant(file, frozenset(names.lists)))
        written += [(place, said) for said in names.lists.get(file, ())]
    for place, said in written:
        if wrong := _wrong(said):
            yield entry.problem(place, "R340", f"`{said}` cannot be looked for: {wrong}", "words, *, (a|b), ...")


def _said(words: Wordings) -> bool:
    return bool(words.fr or words.en or words.lists)


def _wrong(wording: str) -> str | None:
    try:
        parse(wording)
    except ValueError as error:
        return str(error)
    return None


def _bilingual(entry: Entry, loc: Loc, words: Bilingual) -> Iterator[Problem]:
    if bool(words.fr) != bool(words.en):
        missing = "en" if words.fr else "fr"
        name = ".".join(map(str, loc))
        yield entry.problem(loc, "R401", f"`{name}` has no {missing} words", "both languages, or none")


def _regex(entry: Entry, loc: Loc, regex: str, *, ignore_case: bool = False, finds: bool = False) -> Iterator[Problem]:
    options = re2.Options()
    options.log_errors = False
    options.case_sensitive = not ignore_case
    try:
        compiled = re2.compile(regex, options)
    except re2.error as error:
        reason = error.args[0] if error.args else ""
        reason = reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)
        yield entry.problem(loc, "R310", f"RE2 refuses the regex: {reason}", "RE2 has no look-around, no references")
        return
    group = compiled.groupindex.get("value", 0)
    if finds and any(not found.group(group) for probe in _PROBES for found in compiled.finditer(probe)):
        yield entry.problem(loc, "R317", "the regex finds empty text", "ask for at least one character")


# --- policy/ and messages/ -------------------------------------------------------------------------------------------


def _policy(entry: Entry, rule: PolicyRule, names: Names, today: datetime.date) -> Iterator[Problem]:
    if rule.message is not None:
        yield from _known(entry, ("message",), "R302", "message", rule.message, names.ids["messages"])
    elif rule.then in _NEEDS_MESSAGE:
        yield entry.problem(("then",), "R307", f"`{rule.then}` without a message", "the person must read why")
    if rule.then in _NEEDS_APPROVERS and not rule.approvers:
        yield entry.problem(("then",), "R308", f"`{rule.then}` without approvers", "somebody must be able to say yes")
    if rule.when.direction == "answer" and rule.then in _NEEDS_APPROVERS:
        text = f"an answer cannot wait: `{rule.then}` is for prompts"
        yield entry.problem(("then",), "R318", text, "redact, coach or block")
    if rule.until is not None and rule.until < today:
        yield entry.problem(
            ("until",), effect.ENDED, f"{rule.until} has passed", "renew it, or set the status to deprecated"
        )
    asked: list[tuple[Loc, list[str]]] = [(("when", "services"), rule.when.services)]
    asked += [(("exceptions", index, "services"), one.services) for index, one in enumerate(rule.exceptions)]
    for loc, services in asked:
        for number, service in enumerate(services):
            yield from _known(entry, (*loc, number), "R304", "service", service, names.ids["services"])
    yield from _facts(entry, ("when",), rule.when.uses, rule.when.entities, names)
    for number, test in enumerate(rule.tests):
        yield from _facts(entry, ("tests", number), test.uses, test.entities, names)


def _effects(awake: Sequence[Entry], services: Mapping[str, ServiceRule], today: datetime.date) -> Iterator[Problem]:
    """Rules that can never act as they say, seen with all the others."""
    detecting = [entry.rule for entry in awake if isinstance(entry.rule, DetectRule)]
    world = effect.World(highest(detecting), classes(detecting), services)
    policies = {entry.rule.id: (entry, entry.rule) for entry in awake if isinstance(entry.rule, PolicyRule)}
    for entry, rule in policies.values():
        for fault in effect.idle(rule, world, today):
            yield entry.problem(*fault)
    for rule, fault in effect.shadows([rule for _, rule in policies.values()], world):
        yield policies[rule.id][0].problem(*fault)


def highest(rules: Iterable[DetectRule]) -> dict[str, Classification]:
    """Each entity with the highest classification that a rule gives it."""
    known: dict[str, Classification] = {}
    for rule in rules:
        how = rule.detect
        known[how.entity] = max(how.classification, known.get(how.entity, how.classification), key=lambda c: c.rank)
    return known


def classes(rules: Iterable[DetectRule]) -> dict[str, list[str]]:
    """Classes of entities, and what is in them."""
    known: dict[str, set[str]] = {}
    for rule in rules:
        for name in rule.detect.classes:
            known.setdefault(name, set()).add(rule.detect.entity)
    return {name: sorted(entities) for name, entities in sorted(known.items())}


def _facts(entry: Entry, loc: Loc, uses: Sequence[str], entities: Sequence[str], names: Names) -> Iterator[Problem]:
    for number, use in enumerate(uses):
        yield from _known(entry, (*loc, "uses", number), "R303", "use", use, names.ids["uses"])
    for number, entity in enumerate(entities):
        place = (*loc, "entities", number)
        if names.partial or any(fnmatchcase(found, entity) for found in names.entities):
            continue
        yield entry.problem(place, "R305", f"no detect rule finds {entity}", _meant(entity, names.entities))


def _known(entry: Entry, loc: Loc, code: str, kind: str, name: str, known: frozenset[str]) -> Iterator[Problem]:
    if name not in known:
        yield entry.problem(loc, code, f"no {kind} `{name}`", _meant(name, known))


def _meant(name: str, known: frozenset[str]) -> str:
    """What a wrong name may have been meant to be."""
    close = difflib.get_close_matches(name, sorted(known), n=1)
    return f"did you mean `{close[0]}`?" if close else _listed(known)


def _listed(names: frozenset[str]) -> str:
    shown = sorted(names)[:_SHOWN]
    more = f" and {len(names) - len(shown)} more" if len(names) > len(shown) else ""
    return f"known: {', '.join(shown)}{more}" if names else "there is none"


def _message(entry: Entry, rule: MessageRule) -> Iterator[Problem]:
    for lang in ("fr", "en"):
        for part in ("title", "text"):
            rest = str(getattr(getattr(rule, lang), part))
            for name in PLACEHOLDERS:
                rest = rest.replace(f"{{{name}}}", "")
            if wrong := re.search(r"\{[^{}]*\}?|\}", rest):
                hint = f"known: {', '.join(sorted(PLACEHOLDERS))}"
                yield entry.problem((lang, part), "R315", f"the placeholder {wrong[0]} cannot be filled in", hint)


# --- services/ -------------------------------------------------------------------------------------------------------


def _service(entry: Entry, rule: ServiceRule) -> Iterator[Problem]:
    seen = {_UNKNOWN}
    for number, endpoint in enumerate(rule.endpoints):
        place: Loc = ("endpoints", number)
        if endpoint.id in seen:
            yield entry.problem((*place, "id"), "R316", f"the endpoint id `{endpoint.id}` is taken", "choose another")
        seen.add(endpoint.id)
        yield from _regex(entry, (*place, "path"), endpoint.path)
        for name, pointer in (("model", endpoint.model), ("stream", endpoint.stream)):
            if pointer is not None and not _POINTER.fullmatch(pointer):
                yield entry.problem((*place, name), "R313", f"`{pointer}` is not a JSON pointer", "write /model")
        for index, item in enumerate(endpoint.fields):
            try:
                for part in item.path.split("~>"):
                    fieldpath.parse(part)
            except ValueError as error:
                yield entry.problem((*place, "fields", index, "path"), "R313", f"the path does not parse: {error}")
            yield from _opaque(entry, (*place, "fields", index), item)
    for number, regex in enumerate(rule.conversation):
        problems = list(_regex(entry, ("conversation", number), regex))
        yield from problems
        if not problems and re2.compile(regex).groups != 1:
            yield entry.problem(("conversation", number), "R310", "the regex must have one group", "that of the id")


def _opaque(entry: Entry, place: Loc, item: FieldRule) -> Iterator[Problem]:
    """What is not read has a form, so that nothing else passes for it."""
    if item.form is not None:
        yield from _regex(entry, (*place, "form"), item.form)
    if (item.holds == "opaque") != (item.form is not None):
        text = "opaque without a form" if item.form is None else f"a form, but it holds {item.holds}"
        yield entry.problem((*place, "holds" if item.form is None else "form"), "R324", text, "say both, or neither")


def _borrowed(entry: Entry, rule: ServiceRule, services: Mapping[str, ServiceRule], names: Names) -> Iterator[Problem]:
    """Fields of other endpoints: those must exist, and have fields of their own."""
    for number, endpoint in enumerate(rule.endpoints):
        for index, item in enumerate(endpoint.fields_of):
            place: Loc = ("endpoints", number, "fields_of", index)
            owner, _, name = item.endpoint.partition("/")
            if owner not in services:
                yield from _known(entry, (*place, "endpoint"), "R323", "service", owner, names.ids["services"])
                continue
            if not any(one.id == name and one.fields for one in services[owner].endpoints):
                text = f"no endpoint `{name}` of {owner} has fields"
                yield entry.problem((*place, "endpoint"), "R323", text, "service/endpoint, with fields of its own")
            if item.under:
                try:
                    fieldpath.parse(item.under)
                except ValueError as error:
                    yield entry.problem((*place, "under"), "R313", f"the path does not parse: {error}")


def _hosts(entries: Sequence[Entry]) -> Iterator[Problem]:
    """Hosts that two services claim; a name under another's `*.` is claimed by both."""
    claims: list[tuple[str, Entry]] = []
    for entry in entries:
        hosts = entry.rule.hosts if isinstance(entry.rule, ServiceRule) else []
        for number, host in enumerate(hosts):
            other = next((e for h, e in claims if e is not entry and (covers(h, host) or covers(host, h))), None)
            if other is not None:
                text = f"the host {host} belongs to the service of {other.source.path}"
                yield entry.problem(("hosts", number), "R312", text, "a host is one service's")
        claims += [(host, entry) for host in hosts]
