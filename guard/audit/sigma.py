"""Sigma rules (YAML) -> SQL over the tables of `guard logs`: what `guard hunt` runs.

A part of the Sigma specification 2.1, said in logs/sigma/README.md: maps and lists of maps, the modifiers below,
conditions with and, or, not, parentheses, `1 of` and `all of`, and correlations that count events or values. A rule
that asks for more is refused, never run by halves. Fields are columns of `events`, or of `admin` for its service.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from guard.audit.columns import ADMIN, ADMIN_ONLY, COLUMNS
from guard.audit.parquet import literal
from guard.errors import RulesError, StoreError
from guard.rules.source import read

LEVELS = ("informational", "low", "medium", "high", "critical")
_TABLES = {"audit": "events", "admin": "admin"}
_COLUMNS = {"events": frozenset(column.name for column in COLUMNS) - ADMIN_ONLY, "admin": frozenset(ADMIN)}
_LISTS = frozenset({"groups", "types", "fingerprints", "approvers", "uninspectable"})
_COMPARE = {"lt": "<", "lte": "<=", "gt": ">", "gte": ">="}
_LIKE = {"": "{}", "contains": "%{}%", "startswith": "{}%", "endswith": "%{}"}
_SPAN = re.compile(r"(\d{1,4})([smhd])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_TOKEN = re.compile(r"\s*(\(|\)|[A-Za-z0-9_*-]+)")


@dataclass(frozen=True, slots=True)
class Correlation:
    """So many events, or values, of other rules within a time."""

    rules: tuple[str, ...]
    group: tuple[str, ...]
    seconds: int
    compare: str
    number: int
    field: str | None = None
    """The column whose values are counted; None when events are."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, ready to be run."""

    file: str
    id: str
    title: str
    level: str
    name: str
    table: str = "events"
    where: str = ""
    """A condition of SQL."""
    correlation: Correlation | None = None


def rules(folder: Path) -> list[Rule]:
    """All of a folder, the gravest first. StoreError names the first file that cannot be run, and why."""
    found = [rule(path.name, path.read_text("utf-8")) for path in sorted(folder.glob("*.yml"))]
    if not found:
        raise StoreError(f"there are no Sigma rules in {folder}")
    names = {each.name for each in found if each.correlation is None}
    for each in found:
        if each.correlation and (unknown := set(each.correlation.rules) - names):
            raise StoreError(f"{each.file}: no rule is named {sorted(unknown)[0]}")
    return sorted(found, key=lambda each: (-LEVELS.index(each.level), each.file))


def rule(file: str, text: str) -> Rule:
    """One file's; StoreError says what is wrong with it."""
    try:
        data: dict[str, Any] = read(file, text).data
        level = data.get("level", "medium")
        if level not in LEVELS:
            raise ValueError("`level` is none of Sigma's")
        made = Rule(file, str(data["id"]), str(data["title"]), level, str(data.get("name", Path(file).stem)))
        return _correlated(made, data["correlation"]) if "correlation" in data else _selected(made, data)
    except RulesError as error:
        raise StoreError(str(error)) from None
    except KeyError as error:
        raise StoreError(f"{file}: `{error.args[0]}` is missing") from None
    except (ValueError, TypeError, AttributeError) as error:
        raise StoreError(f"{file}: {error}") from None


def query(rule: Rule, every: Sequence[Rule]) -> str:
    """Its SQL: rows of `time, user, service, n, id`, where `id` is the (last) event and `n` what was counted."""
    if rule.correlation is None:
        columns = (
            'time, "user", service, 1 AS n, id'
            if rule.table == "events"
            else 'time, "user", NULL AS service, 1 AS n, id'
        )
        return f"SELECT {columns} FROM {rule.table} WHERE {rule.where} ORDER BY time DESC"  # noqa: S608
    return _counted(rule.correlation, [one for one in every if one.name in rule.correlation.rules])


def _selected(made: Rule, data: Mapping[str, Any]) -> Rule:
    source = data["logsource"]
    if source.get("product") != "prompt_guard" or source.get("service") not in _TABLES:
        raise ValueError("`logsource` wants product prompt_guard and service audit or admin")
    detection = dict(data["detection"])
    condition = detection.pop("condition")
    table = _TABLES[source["service"]]
    selections = {name: _selection(value, _COLUMNS[table]) for name, value in detection.items()}
    where = _Condition(str(condition), selections).sql()
    return Rule(made.file, made.id, made.title, made.level, made.name, table, where)


def _selection(value: Any, names: frozenset[str]) -> str:
    """A map is all of its fields; a list of maps is any of them."""
    if isinstance(value, list):
        return _joined(" OR ", (_selection(one, names) for one in value))
    return _joined(" AND ", (_field(key, wanted, names) for key, wanted in value.items()))


def _joined(word: str, parts: Iterator[str]) -> str:
    listed = list(parts)
    if not listed:
        raise ValueError("a selection is empty")
    return f"({word.join(listed)})"


def _field(key: str, wanted: Any, names: frozenset[str]) -> str:
    """One field, its modifiers, and the values of which any will do (all, with `all`)."""
    name, *modifiers = key.split("|")
    if name not in names:
        raise ValueError(f"`{name}` is no column of the log")
    every = "all" in modifiers
    kinds = [modifier for modifier in modifiers if modifier != "all"]
    if len(kinds) > 1 or (kinds and kinds[0] not in {*_COMPARE, *_LIKE, "exists"}):
        raise ValueError(f"`{key}` has a modifier that is not known here")
    values = wanted if isinstance(wanted, list) else [wanted]
    return _joined(" AND " if every else " OR ", (_test(name, kinds[0] if kinds else "", value) for value in values))


def _test(name: str, kind: str, value: Any) -> str:
    column = f'"{name}"'
    if kind == "exists" or value is None:
        return f"{column} IS {'NOT ' if kind == 'exists' and value else ''}NULL"
    if kind in _COMPARE:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError(f"`{name}|{kind}` wants a number")
        return f"coalesce({column} {_COMPARE[kind]} {value}, false)"
    if isinstance(value, bool | int | float):
        return f"coalesce({column} = {value}, false)"
    pattern = literal(_LIKE[kind].format(_like(value)))
    if name in _LISTS:
        return f"coalesce(list_bool_or(list_transform({column}, lambda x: x ILIKE {pattern} ESCAPE '\\')), false)"
    return f"coalesce({column}::VARCHAR ILIKE {pattern} ESCAPE '\\', false)"


def _like(value: str) -> str:
    """Sigma's `*` and `?` in SQL's words; letters' case does not matter in either."""
    plain = value.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return plain.replace("*", "%").replace("?", "_")


class _Condition:
    """`a and not 1 of b_*`: or, then and, then not, as Sigma's grammar has them."""

    def __init__(self, text: str, selections: Mapping[str, str]) -> None:
        self._selections = selections
        self._tokens = _TOKEN.findall(text)
        if "".join(self._tokens) != re.sub(r"\s", "", text):
            raise ValueError("the condition has a sign that is not known here")

    def sql(self) -> str:
        made = self._any()
        if self._tokens:
            raise ValueError("the condition goes on after its end")
        return made

    def _any(self) -> str:
        parts = [self._all()]
        while self._next("or"):
            parts.append(self._all())
        return " OR ".join(parts) if len(parts) == 1 else f"({' OR '.join(parts)})"

    def _all(self) -> str:
        parts = [self._one()]
        while self._next("and"):
            parts.append(self._one())
        return " AND ".join(parts)

    def _one(self) -> str:
        if self._next("not"):
            return f"NOT {self._one()}"
        if self._next("("):
            inner = self._any()
            if not self._next(")"):
                raise ValueError("the condition wants a closing parenthesis")
            return f"({inner})"
        if not self._tokens:
            raise ValueError("the condition ends too early")
        word = self._tokens.pop(0)
        if word in ("1", "all") and self._next("of"):
            return self._of(" OR " if word == "1" else " AND ")
        if word not in self._selections:
            raise ValueError(f"the condition names `{word}`, which is not there")
        return self._selections[word]

    def _of(self, joint: str) -> str:
        pattern = self._tokens.pop(0) if self._tokens else ""
        wanted = "*" if pattern == "them" else pattern
        return _joined(joint, (sql for name, sql in self._selections.items() if fnmatchcase(name, wanted)))

    def _next(self, token: str) -> bool:
        if self._tokens and self._tokens[0].lower() == token:
            self._tokens.pop(0)
            return True
        return False


def _correlated(made: Rule, data: Mapping[str, Any]) -> Rule:
    kinds = ("event_count", "value_count")
    condition = dict(data["condition"])
    field = condition.pop("field", None)
    span = _SPAN.fullmatch(str(data["timespan"]))
    if data["type"] not in kinds or (data["type"] == "value_count") != (field is not None) or span is None:
        raise ValueError("a correlation here is an event_count, or a value_count with a `field`, in a `timespan`")
    if (
        len(condition) != 1
        or not set(condition) <= {"gte", "gt"}
        or not isinstance(next(iter(condition.values())), int)
    ):
        raise ValueError("the condition of a correlation wants one of gte, gt and a number")
    group = tuple(data["group-by"])
    if unknown := [name for name in (*group, *([field] if field else [])) if name not in _COLUMNS["events"]]:
        raise ValueError(f"`{unknown[0]}` is no column of the log")
    compare, number = next(iter(condition.items()))
    seconds = int(span[1]) * _SECONDS[span[2]]
    counted = Correlation(tuple(data["rules"]), group, seconds, _COMPARE[compare], number, field)
    return Rule(made.file, made.id, made.title, made.level, made.name, correlation=counted)


def _counted(wanted: Correlation, of: Sequence[Rule]) -> str:
    """A window that ends with each event; a list among the groups counts for each of its items."""
    tables = {each.table for each in of}
    if tables != {"events"}:
        raise StoreError("a correlation is about rules on prompts")
    where = " OR ".join(f"({each.where})" for each in of)
    needed = dict.fromkeys(("time", "user", "service", "id", *wanted.group, *([wanted.field] if wanted.field else [])))
    lists = [name for name in wanted.group if name in _LISTS]
    taken = (f'unnest(list_distinct("{name}")) AS "{name}"' if name in lists else f'"{name}"' for name in needed)
    source = f"SELECT {', '.join(taken)} FROM events WHERE {where}"  # noqa: S608 - columns and conditions made here
    counted = f'count(DISTINCT "{wanted.field}") OVER span' if wanted.field else "count(*) OVER span"
    groups = ", ".join(f'"{name}"' for name in wanted.group)
    return (
        f'SELECT max(time) AS time, arg_max("user", time) AS "user", arg_max(service, time) AS service, max(n) AS n, '  # noqa: S608
        f"arg_max(id, time) AS id FROM (SELECT *, {counted} AS n FROM ({source}) WINDOW span AS (PARTITION BY {groups} "
        f"ORDER BY time RANGE BETWEEN INTERVAL {wanted.seconds} SECOND PRECEDING AND CURRENT ROW)) "
        f"WHERE n {wanted.compare} {wanted.number} GROUP BY {groups} ORDER BY time DESC"
    )
