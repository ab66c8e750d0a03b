"""A text -> the values and passages of the company in it, by the tables of hashes that rules name."""

from collections.abc import Iterator, Mapping, Sequence

from guard.detect.documents import Documents
from guard.detect.exact import Exact
from guard.errors import DetectError
from guard.rules.hashed import Hasher
from guard.rules.schema import DetectRule, Table


class Known:
    """The tables of some rules. DetectError when a rule needs one and the key was not given (law 1)."""

    def __init__(self, rules: Sequence[DetectRule], tables: Mapping[str, Table], key: bytes) -> None:
        self._tables: list[tuple[DetectRule, Exact | Documents]] = []
        hasher = Hasher(key)
        for rule in rules:
            names = [name for name in (rule.detect.exact, rule.detect.documents) if name is not None]
            if names and not key:
                raise DetectError("internal", f"the key of the lists of {rule.id} was not given")
            for name in names:
                kind = Exact if tables[name].kind == "exact" else Documents
                self._tables.append((rule, kind(tables[name], hasher)))

    def find(self, text: str) -> Iterator[tuple[DetectRule, int, int]]:
        """Rule, start and end of each value and passage; one may come twice."""
        for rule, table in self._tables:
            for start, end in table.find(text):
                yield rule, start, end
