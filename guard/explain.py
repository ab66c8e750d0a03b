"""A rule's id -> what it does, who answers for it, and who speaks of it; an event -> why it came to that, in words.

Of an event only what it holds is said, and it holds no prompt text (law 6).
"""

import textwrap
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from guard import wording
from guard.audit.printable import printable
from guard.policy import BUILT_IN, listed
from guard.rules.schema import KINDS, DetectRule, MessageRule, PolicyRule, Rule, RuleSet, ServiceRule, UseRule
from guard.terms import Lang, Verdict

_OF_THE_GUARD: Mapping[Lang, str] = {
    Lang.FR: "le relais lui-même l’envoie ou l’applique, sans fichier de règle",
    Lang.EN: "the guard itself sends or applies it, without a rule file",
}


def find(rules: RuleSet, name: str) -> tuple[str, Rule] | None:
    """The kind of a rule, and the rule; None when no rule in force has this id."""
    for kind in KINDS:
        rule = getattr(rules, kind).get(name)
        if rule is not None:
            return kind, rule
    return None


def rule(rules: RuleSet, name: str, lang: Lang) -> dict[str, object] | None:
    """All there is to say of a rule, as plain data."""
    found = find(rules, name)
    if found is None:
        return None
    kind, one = found
    return {
        "id": one.id,
        "kind": kind,
        "title": one.title,
        "description": one.description,
        "status": one.status.value,
        "owner": one.owner,
        "date": one.date.isoformat(),
        "references": list(one.references),
        "means": _means(one, lang),
        "tests": _tests(one),
        "speaks_of": sorted(set(_speaks_of(one, rules))),
        "spoken_of_by": sorted({other.id for other in _all(rules) if one.id in set(_speaks_of(other, rules))}),
    }


def lines(about: Mapping[str, Any], lang: Lang) -> list[str]:
    """What `rule` gives, for people."""
    fr = lang is Lang.FR
    tests = ", ".join(f"{count} {name}" for name, count in about["tests"].items())
    labelled = (
        ("Sens" if fr else "Means", about["means"]),
        ("Tests", [tests] if tests else []),
        ("Sources", about["references"]),
        ("Parle de" if fr else "Speaks of", [", ".join(about["speaks_of"])] if about["speaks_of"] else []),
        ("Cité par" if fr else "Spoken of by", [", ".join(about["spoken_of_by"])] if about["spoken_of_by"] else []),
    )
    width = max(len(label) for label, _ in labelled)
    head = f"{about['id']}  ({about['kind']}, {about['status']}, {about['owner']}, {about['date']})"
    said = [head, about["title"], "", *textwrap.wrap(about["description"], 100), ""]
    for label, texts in labelled:
        said += [f"{label if at == 0 else '':<{width}}  {text}" for at, text in enumerate(texts)]
    return said


def ids(rules: RuleSet) -> list[str]:
    """Those of every rule in force."""
    return [one.id for one in _all(rules)]


def _all(rules: RuleSet) -> Iterator[Rule]:
    for kind in KINDS:
        yield from getattr(rules, kind).values()


def _means(one: Rule, lang: Lang) -> list[str]:
    match one:
        case PolicyRule():
            return wording.meaning(one, lang)
        case MessageRule():
            written = one.fr if lang is Lang.FR else one.en
            return [written.title, written.text, *([one.lesson] if one.lesson else [])]
        case DetectRule():
            return _detect(one, lang)
        case UseRule():
            words = one.use
            parts = (("acts", words.acts), ("objects", words.objects), ("subjects", words.subjects))
            return [f"{name}: {len(part.fr)} fr, {len(part.en)} en" for name, part in parts]
        case ServiceRule():
            endpoints = ", ".join(endpoint.id for endpoint in one.endpoints)
            approved = wording.sanctioned(one.sanctioned, lang)
            return [", ".join(one.hosts), approved, f"{one.channel}: {endpoints}"]
    return []


def _detect(one: DetectRule, lang: Lang) -> list[str]:
    how = one.detect
    by = [f"{len(how.patterns)} regex"] if how.patterns else []
    by += [f"{len(how.words)} words"] if how.words else []
    by += [str(name) for name in (how.words_from, how.exact, how.documents) if name]
    by += [f"pipeline: {how.named.label}"] if how.named else []
    by += [f"checksum {how.checksum}"] if how.checksum else []
    classes = f" ({', '.join(how.classes)})" if how.classes else ""
    return [f"{how.entity}{classes}: {how.classification}", ", ".join(by)] if by else [f"{how.entity}{classes}"]


def _tests(one: Rule) -> dict[str, int]:
    match one:
        case PolicyRule():
            return dict(Counter(test.expect.value for test in one.tests))
        case DetectRule() | UseRule():
            return {"match": len(one.tests.match), "no_match": len(one.tests.no_match)}
        case ServiceRule():
            return {"requests": len(one.tests)}
    return {}


def _speaks_of(one: Rule, rules: RuleSet) -> Iterator[str]:
    """The rules that a rule names, or means by the name of an entity."""
    if not isinstance(one, PolicyRule):
        return
    yield from one.when.services
    yield from one.when.uses
    yield from [one.message] if one.message else []
    for other in rules.detect.values():
        if one.when.entities and listed(other.detect.entity, one.when.entities, rules.classes):
            yield other.id


# --- events


_SAID: Mapping[str, Mapping[Lang, str]] = {
    "who": {
        Lang.FR: "{time} : {user} ({groups}) vers {service}, {endpoint} ({channel})",
        Lang.EN: "{time}: {user} ({groups}) to {service}, {endpoint} ({channel})",
    },
    "verdict": {Lang.FR: "Décision : {}", Lang.EN: "Decision: {}"},
    "failure": {
        Lang.FR: "Le relais n’a pas pu décider ({}) : rien n’est sorti",
        Lang.EN: "The guard could not decide ({}): nothing left",
    },
    "because": {Lang.FR: "À cause de {}", Lang.EN: "Because of {}"},
    "milder": {Lang.FR: "S’applique aussi : {}", Lang.EN: "Also applies: {}"},
    "watched": {Lang.FR: "Observée seulement, sans effet : {}", Lang.EN: "Only watched, without effect: {}"},
    "found": {Lang.FR: "Trouvé : {}", Lang.EN: "Found: {}"},
    "uses": {Lang.FR: "Usage reconnu : {}", Lang.EN: "Use recognised: {}"},
    "unread": {Lang.FR: "N’a pas pu être lu : {}", Lang.EN: "Could not be read: {}"},
    "none": {Lang.FR: "Aucune règle n’avait quelque chose à dire", Lang.EN: "No rule had anything to say"},
    "same": {Lang.FR: "Règles : {}, celles de ce dossier", Lang.EN: "Rules: {}, those of this folder"},
    "other": {
        Lang.FR: "Règles : {}, d’autres que celles de ce dossier ({})",
        Lang.EN: "Rules: {}, others than those of this folder ({})",
    },
}


def event(line: Mapping[str, Any], rules: RuleSet, lang: Lang) -> list[str]:
    """Why an event came to its decision, line by line. KeyError or TypeError when it is no event of a decision."""
    guard = line["unmapped"]["guard"]
    word = Verdict(guard["decision"])
    said = [_say("who", lang, **_who(line, guard))]
    hits = guard["rules"]
    if guard["failure"]:
        said.append(_say("failure", lang, _safe(guard["failure"])))
    else:
        said.append(_say("verdict", lang, f"{word} ({wording.verdict(word, guard['approvers'], lang)})"))
    for hit in hits:
        kind = "watched" if not hit["enforced"] else "because" if hit["action"] == word else "milder"
        said.append(_say(kind, lang, _hit(hit, rules, lang)))
    if not hits and not guard["failure"]:
        said.append(_say("none", lang))
    if guard["entities"]:
        entities = (f"{_safe(e['type'])} ×{e['n']} ({e['classification']})" for e in guard["entities"])
        said.append(_say("found", lang, ", ".join(entities)))
    if guard["uses"]:
        said.append(_say("uses", lang, ", ".join(map(_use, guard["uses"]))))
    if guard["uninspectable"]:
        said.append(_say("unread", lang, ", ".join(map(_safe, guard["uninspectable"]))))
    version = _safe(guard["rules_version"])
    same = version == rules.version
    said.append(_say("same", lang, version) if same else _say("other", lang, version, rules.version))
    return said


def _say(key: str, lang: Lang, *args: object, **more: object) -> str:
    return _SAID[key][lang].format(*args, **more)


def _safe(text: object) -> str:
    """Who altered the log may have put anything there."""
    return printable(str(text))


def _who(line: Mapping[str, Any], guard: Mapping[str, Any]) -> dict[str, str]:
    user = line["actor"]["user"]
    return {
        "time": _safe(line.get("time_dt") or line["time"]),
        "user": _safe(user["name"]),
        "groups": ", ".join(_safe(group["name"]) for group in user.get("groups", ())) or "-",
        "service": _safe(guard["service"]),
        "endpoint": _safe(guard["endpoint"]),
        "channel": _safe(guard["channel"]),
    }


def _use(use: Mapping[str, Any]) -> str:
    evidence = ", ".join(map(_safe, use["evidence"]))
    return f"{_safe(use['id'])} ({evidence})" if evidence else _safe(use["id"])


def _hit(hit: Mapping[str, Any], rules: RuleSet, lang: Lang) -> str:
    """`rule “title” (owner): why → verdict`"""
    name = _safe(hit["id"])
    known = rules.policy.get(name)
    if known is not None:
        about = f" “{known.title}” ({known.owner})" if lang is Lang.EN else f" « {known.title} » ({known.owner})"
    else:
        about = f" ({_OF_THE_GUARD[lang]})" if name in BUILT_IN else ""
    return f"{name}{about}: {_safe(hit['why'])} → {_safe(hit['action'])}"
