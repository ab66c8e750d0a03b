"""Two sets of rules -> what is added, taken out and changed, in words a reviewer reads in one go."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from guard import wording
from guard.rules.schema import KINDS, DetectRule, PolicyRule, Rule, RuleSet, ServiceRule, Status, UseRule
from guard.terms import Lang, Verdict

_SHOWN = 6
"""Items of a list that are written out."""
_PROSE = frozenset({"title", "description", "references", "date", "falsepositives"})
_NAMES = ("id", "name", "path", "text", "regex", "reason", "begin")
"""What tells the objects of a list apart, in this order."""


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one rule, or of one list."""

    kind: str
    name: str
    how: Literal["added", "removed", "changed"]
    lines: tuple[str, ...]
    """In words, the most important first."""


def changes(old: RuleSet, new: RuleSet, lang: Lang = Lang.EN) -> list[Change]:
    """By kind, then by name. Rules that are deprecated count as none."""
    found = [change for kind in KINDS for change in _kind(kind, getattr(old, kind), getattr(new, kind), lang)]
    return found + list(_lists(old, new))


def _kind(kind: str, old: Mapping[str, Rule], new: Mapping[str, Rule], lang: Lang) -> Iterator[Change]:
    for name in sorted(old.keys() | new.keys()):
        if name not in old:
            yield Change(kind, name, "added", _stated(new[name], lang))
        elif name not in new:
            yield Change(kind, name, "removed", _stated(old[name], lang))
        elif lines := _differences(old[name], new[name]):
            yield Change(kind, name, "changed", lines)


def _stated(rule: Rule, lang: Lang) -> tuple[str, ...]:
    said = wording.meaning(rule, lang) if isinstance(rule, PolicyRule) else [rule.title]
    return (f"{rule.status.value}, {rule.owner}: {said[0]}", *said[1:])


def _differences(old: Rule, new: Rule) -> tuple[str, ...]:
    """What differs, effects before prose; tests are counted."""
    before, after = (rule.model_dump(mode="json", exclude={"tests"}) for rule in (old, new))
    effects = [line for key in after if key not in _PROSE for line in _compared(key, before[key], after[key])]
    prose = [key for key in after if key in _PROSE and before[key] != after[key]]
    if prose:
        effects.append(f"reworded: {', '.join(prose)}")
    if old.model_dump(include={"tests"}) != new.model_dump(include={"tests"}):
        effects.append(f"tests: {_count(old)} → {_count(new)}")
    return tuple(effects)


def _count(rule: Rule) -> int:
    match rule:
        case DetectRule() | UseRule():
            return len(rule.tests.match) + len(rule.tests.no_match)
        case PolicyRule() | ServiceRule():
            return len(rule.tests)
    return 0


def _compared(path: str, old: Any, new: Any) -> Iterator[str]:
    if old == new:
        return
    if isinstance(old, dict) and isinstance(new, dict):
        for key in {**old, **new}:
            yield from _compared(f"{path}.{key}", old.get(key), new.get(key))
    elif isinstance(old, list) and isinstance(new, list):
        yield from _items(path, old, new)
    else:
        yield f"{path}: {_said(old)} → {_said(new)}{_effect(path, old, new)}"


def _items(path: str, old: Sequence[Any], new: Sequence[Any]) -> Iterator[str]:
    """Lists of words by what is in them; lists of objects by their names."""
    if all(isinstance(item, dict) for item in (*old, *new)):
        before, after = ({_name(item, at): item for at, item in enumerate(items)} for items in (old, new))
        for name in {**before, **after}:
            if name not in before or name not in after:
                yield f"{path}: {'+' if name in after else '−'} {name}"
            else:
                yield from _compared(f"{path}[{name}]", before[name], after[name])
        return
    gone, come = [item for item in old if item not in new], [item for item in new if item not in old]
    marks = [f"{sign} {_listed(items)}" for sign, items in (("+", come), ("−", gone)) if items]
    yield f"{path}: {'; '.join(marks) or 'another order'}"


def _name(item: Mapping[str, Any], at: int) -> str:
    return next((str(item[key]) for key in _NAMES if key in item), str(at))


def _listed(items: Sequence[Any]) -> str:
    more = f" and {len(items) - _SHOWN} more" if len(items) > _SHOWN else ""
    return ", ".join(map(_said, items[:_SHOWN])) + more


def _said(value: Any) -> str:
    if value is None or value == "":
        return "nothing"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _effect(path: str, old: Any, new: Any) -> str:
    """What a change of status or verdict comes to."""
    if path == "status":
        was, will = (status == Status.STABLE for status in (old, new))
        return "" if was == will else " (it decides from now on)" if will else " (only watched from now on)"
    if path == "then":
        return " (stricter)" if Verdict(new).rank > Verdict(old).rank else " (milder)"
    return ""


def _lists(old: RuleSet, new: RuleSet) -> Iterator[Change]:
    """Files of rules/lists; of hashed ones, that they differ."""
    for name in sorted({**old.lists, **old.tables, **new.lists, **new.tables}):
        was, will = (name in one.lists or name in one.tables for one in (old, new))
        if not (was and will):
            yield Change("lists", name, "added" if will else "removed", (_size(new if will else old, name),))
        elif name in new.lists and name in old.lists and old.lists[name] != new.lists[name]:
            yield Change("lists", name, "changed", tuple(_items("words", old.lists[name], new.lists[name])))
        elif old.tables.get(name) != new.tables.get(name):
            yield Change("lists", name, "changed", ("made anew",))


def _size(rules: RuleSet, name: str) -> str:
    return f"words: {len(rules.lists[name])}" if name in rules.lists else "hashed"
