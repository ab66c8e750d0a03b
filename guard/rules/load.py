"""A folder of rule files -> the `RuleSet` in force, or every Problem of every file at once.

The law it keeps: rules are code (law 10). One problem anywhere and nothing loads. Each file is read once, so the
version in every event names exactly the bytes that decide.
"""

import datetime
from collections.abc import Iterable, Mapping
from pathlib import Path

from guard.errors import Problem, RulesError
from guard.rules import folder as folders
from guard.rules import form, hashed
from guard.rules.consistency import Entry, Names, check, classes
from guard.rules.effect import ENDED
from guard.rules.folder import HASHED, LISTS, File, Folder
from guard.rules.form import schema
from guard.rules.schema import KINDS, DetectRule, Rule, RuleSet, ServiceRule, Table
from guard.rules.source import unprintable

__all__ = ["load", "schema"]

_LONGEST = 500
"""Longest entry of a list, in characters."""


def load(folder: Path, today: datetime.date | None = None, *, ended: bool = False) -> RuleSet:
    """Every rule in force; RulesError has all Problems, sorted. `today` is the day, in UTC, that `until` must reach.

    `ended`: what has not reached it is no problem, since policy does not apply it: a guard starts on any day.
    """
    found = folders.read(folder)
    problems = list(found.problems)
    lists = {f.name: _words(f, problems) for f in found.files if f.kind == LISTS and f.suffix not in HASHED}
    tables = _tables(found, problems)
    entries: list[Entry] = []
    broken: list[File] = []
    for file in found.files:
        if file.kind == LISTS:
            continue
        try:
            entries.append(Entry(file.kind, *form.read(file)))
        except RulesError as error:
            problems += error.problems
            broken.append(file)
    names = _names(entries, broken, lists | {f.name: [] for f in found.files if f.suffix in HASHED})
    problems += check(entries, names, today or datetime.datetime.now(datetime.UTC).date())
    if ended:
        problems = [problem for problem in problems if problem.code != ENDED]
    if problems:
        raise RulesError(problems)
    return _set(found, entries, lists, tables)


def _set(found: Folder, entries: Iterable[Entry], lists: dict[str, list[str]], tables: dict[str, Table]) -> RuleSet:
    rules: dict[str, dict[str, Rule]] = {kind: {} for kind in KINDS}
    for entry in entries:
        if not entry.asleep:
            rules[entry.kind][entry.rule.id] = entry.rule
    services = {rule.id: rule for rule in rules["services"].values() if isinstance(rule, ServiceRule)}
    rules["services"] = {name: _with_fields(rule, services) for name, rule in services.items()}
    grouped = classes(rule for rule in rules["detect"].values() if isinstance(rule, DetectRule))
    whole = {"version": found.version, **rules, "lists": lists, "classes": grouped, "tables": tables}
    return RuleSet.model_validate(whole)


def _with_fields(rule: ServiceRule, services: Mapping[str, ServiceRule]) -> Rule:
    """The rule with the fields that its endpoints borrow, after their own."""
    endpoints = []
    for endpoint in rule.endpoints:
        fields = list(endpoint.fields)
        for item in endpoint.fields_of:
            owner, _, name = item.endpoint.partition("/")
            theirs = next(one.fields for one in services[owner].endpoints if one.id == name)
            fields += [field.model_copy(update={"path": item.under + field.path}) for field in theirs]
        endpoints.append(endpoint.model_copy(update={"fields": fields}))
    return rule.model_copy(update={"endpoints": endpoints})


def _tables(found: Folder, problems: list[Problem]) -> dict[str, Table]:
    """The files of hashes, by name."""
    tables: dict[str, Table] = {}
    for file in found.files:
        if file.kind == LISTS and file.suffix in HASHED:
            try:
                tables[file.name] = hashed.read(file.path, file.content, file.suffix)
            except RulesError as error:
                problems += error.problems
    return tables


def _words(file: File, problems: list[Problem]) -> list[str]:
    """The entries of a list: one a line; empty lines and those that begin with # are left out."""
    try:
        text = form.text(file)
    except RulesError as error:
        problems += error.problems
        return []
    problems += unprintable(file.path, text)
    words = []
    for number, line in enumerate(text.split("\n"), start=1):
        word = line.strip()
        if len(word) > _LONGEST:
            problems.append(Problem(file.path, number, 1, "R205", f"an entry must be at most {_LONGEST} characters"))
        elif word and not word.startswith("#"):
            words.append(word)
    return words


def _names(entries: Iterable[Entry], broken: Iterable[File], lists: Mapping[str, list[str]]) -> Names:
    ids: dict[str, set[str]] = {kind: set() for kind in KINDS}
    entities: set[str] = set()
    partial = False
    for entry in entries:
        if not entry.asleep:
            ids[entry.kind].add(entry.rule.id)
            if isinstance(entry.rule, DetectRule):
                entities.update({entry.rule.detect.entity, *entry.rule.detect.classes})
    for file in broken:
        ids[file.kind].add(file.stem)
        partial |= file.kind == "detect"
    return Names({kind: frozenset(found) for kind, found in ids.items()}, frozenset(entities), lists, partial)
