"""Policy rules -> what they mean in a sentence, French or English, for people who do not read YAML."""

from collections.abc import Iterable, Mapping

from guard.rules.schema import PolicyRule, Status, When, Window
from guard.terms import Lang, Style, Verdict

type Words = Mapping[Lang, str]


def _both(fr: str, en: str) -> Words:
    return {Lang.FR: fr, Lang.EN: en}


_OR = _both("ou", "or")
_ALWAYS = _both("toujours", "always")
_CONDITIONS: Mapping[str, Words] = {
    "groups": _both("la personne est dans {}", "the person is in {}"),
    "groups_not": _both("la personne n’est pas dans {}", "the person is not in {}"),
    "users": _both("la personne est {}", "the person is {}"),
    "services": _both("le service est {}", "the service is {}"),
    "channels": _both("l’accès se fait par {}", "it is used by {}"),
    "uses": _both("l’usage est {}", "the use is {}"),
    "roles": _both("le texte est de type {}", "the text is of kind {}"),
    "uninspectable": _both("une partie ne peut pas être lue ({})", "a part cannot be read ({})"),
}
"""What stands in a list, any of which will do."""
_SANCTIONED: Mapping[bool, Words] = {
    True: _both("le service est approuvé par l’entreprise", "the company has approved the service"),
    False: _both("le service n’est pas approuvé par l’entreprise", "the company has not approved the service"),
}
_FOUND = _both("on trouve {}", "{} found")
_MANY = _both("{0} valeurs différentes de {1}", "{0} different values of {1}")
_ANYTHING = _both("n’importe quelle donnée reconnue", "anything recognised")
_LEVEL = _both(", classé {} ou plus", ", {} or more confidential")
_ANSWER = _both("il s’agit d’une réponse du service", "it is an answer of the service")
_TIME = _both("il est entre {0} et {1} ({2}, {3})", "it is between {0} and {1} ({2}, {3})")
_VERDICTS: Mapping[Verdict, Words] = {
    Verdict.ALLOW: _both("laisser partir", "let it leave"),
    Verdict.LOG: _both("laisser partir, et le noter dans le journal", "let it leave, and say so in the log"),
    Verdict.COACH: _both("laisser partir, avec un conseil à la personne", "let it leave, with advice to the person"),
    Verdict.REDACT: _both("masquer ce qui a été trouvé", "hide what was found"),
    Verdict.JUSTIFY: _both("retenir jusqu’à une justification ({})", "stop until it is justified ({})"),
    Verdict.HOLD: _both("retenir jusqu’à l’accord de {}", "hold until {} says yes"),
    Verdict.BLOCK: _both("bloquer : rien ne sort", "block: nothing leaves"),
}
_STYLES: Mapping[Style, Words] = {
    Style.MASK: _both("étoiles", "stars"),
    Style.HASH: _both("empreinte", "a hash"),
    Style.SURROGATE: _both("valeur inventée", "an invented value"),
    Style.PLACEHOLDER: _both("repère", "a placeholder"),
    Style.DROP: _both("rien", "nothing"),
}
_WATCHED = _both(
    "observée seulement (statut {}) : elle dit ce qu’elle ferait et ne décide rien",
    "only watched (status {}): it says what it would do, and decides nothing",
)
_SHARE = _both(
    "appliquée à {} des utilisateurs, observée pour les autres", "enforced for {} of the users, watched else"
)
_UNTIL = _both("jusqu’au {} compris", "up to and including {}")
_EXCEPT = _both("sauf {} jusqu’au {} ({} : {})", "but not for {} until {} ({}: {})")


def verdict(word: Verdict, approvers: Iterable[str], lang: Lang) -> str:
    """What a verdict does."""
    return _VERDICTS[word][lang].format(_any(approvers, lang))


def sanctioned(approved: bool, lang: Lang) -> str:
    """Whether the company has approved a service."""
    return _SANCTIONED[approved][lang]


def conditions(when: When, lang: Lang) -> list[str]:
    """What must hold, one sentence each; none when it always does."""
    found: list[str] = [_ANSWER[lang]] if when.direction == "answer" else []
    for name in ("groups", "groups_not", "users", "services", "channels", "uses"):
        if names := getattr(when, name):
            found.append(_CONDITIONS[name][lang].format(_any(names, lang)))
    if when.sanctioned is not None:
        found.append(_SANCTIONED[when.sanctioned][lang])
    if when.entities or when.classification or when.roles:
        found.append(_content(when, lang))
    for name in ("roles", "uninspectable"):
        if names := getattr(when, name):
            found.append(_CONDITIONS[name][lang].format(_any(names, lang)))
    if when.times:
        found.append(f" {_OR[lang]} ".join(_window(window, lang) for window in when.times))
    return found


def meaning(rule: PolicyRule, lang: Lang) -> list[str]:
    """The rule in sentences: when and what first, then what narrows it."""
    when = " ; ".join(conditions(rule.when, lang)) if lang is Lang.FR else "; ".join(conditions(rule.when, lang))
    lines = [f"{when or _ALWAYS[lang]} → {verdict(rule.then, rule.approvers, lang)}"]
    if rule.styles:
        lines.append(", ".join(f"{entity}: {_STYLES[style][lang]}" for entity, style in rule.styles.items()))
    if rule.status is not Status.STABLE:
        lines.append(_WATCHED[lang].format(rule.status))
    if rule.rollout != "100%":
        lines.append(_SHARE[lang].format(rule.rollout))
    if rule.until:
        lines.append(_UNTIL[lang].format(rule.until))
    for one in rule.exceptions:
        who = ", ".join([*one.groups, *one.users, *one.services])
        lines.append(_EXCEPT[lang].format(who, one.until, one.owner, one.reason))
    return lines


def _any(names: Iterable[str], lang: Lang) -> str:
    """`a, b or c`"""
    *most, last = [str(name) for name in names] or [""]
    return f"{', '.join(most)} {_OR[lang]} {last}" if most else last


def _content(when: When, lang: Lang) -> str:
    what = _any(when.entities, lang) if when.entities else _ANYTHING[lang]
    if when.at_least > 1:
        what = _MANY[lang].format(when.at_least, what)
    level = _LEVEL[lang].format(when.classification) if when.classification else ""
    return _FOUND[lang].format(what) + level


def _window(window: Window, lang: Lang) -> str:
    return _TIME[lang].format(window.begin, window.end, ", ".join(window.days), window.zone)
