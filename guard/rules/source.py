"""YAML text -> plain data with the place of every key and item, or every Problem of that text at once.

The law it keeps: a rule says what it seems to say (law 10). YAML 1.1 reads `NO` as false, `01000` as 512 and `12:30:45`
as 45045, and the last of two equal keys wins; whatever two readers could read differently is refused here.
Built on PyYAML's events, so nothing is resolved or built before it has been looked at, and depth costs no recursion.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import yaml
from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
)

from guard.errors import Problem, RulesError

type Data = str | int | float | bool | list[Data] | dict[str, Data] | None
type Loc = tuple[str | int, ...]
"""The way to a value: keys and, for items of a list, numbers from 0."""

MAX_BYTES = 2**20
"""Longest file read, in bytes of UTF-8."""
MAX_DEPTH = 32
"""Deepest nesting of mappings and lists."""

_LOADER: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,14})")  # 15 digits: every JSON reader keeps them exactly
_FLOAT = re.compile(r"-?(?:0|[1-9][0-9]{0,14})\.[0-9]{1,15}")
_WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null", "~", "", "<<", "="})
_NUMBER_LIKE = re.compile(
    r"""[-+]?(?: 0x[0-9a-f_]+ | 0b[01_]+ | 0o[0-7_]+        # other bases
             | [0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?   # base 60 (YAML 1.1)
             | [0-9][0-9_]*(?:\.[0-9_]*)?(?:e[-+]?[0-9]+)?   # leading zeros, underscores, exponents, too many digits
             | \.[0-9][0-9_]*(?:e[-+]?[0-9]+)?
             | \.inf | \.nan )""",
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)
_UNSHOWN = re.compile(
    "[\\x00-\\x08\\x0a-\\x1f\\x7f-\\x9f\\ud800-\\udfff\\u2028\\u2029"
    "\\u061c\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069\\ufeff]"
)
"""Controls but the tab, halves of pairs, separators of lines, the byte order mark, and marks that change the order a
reviewer sees (Unicode TR 36 §2.10)."""
_NOBODY = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Source:
    """One file's data and where each part of it stands."""

    path: str
    data: dict[str, Data]
    places: Mapping[Loc, tuple[int, int]]

    def at(self, loc: Loc) -> tuple[int, int]:
        """Line and column, from 1, of a key or item; of its nearest ancestor when it is not there itself."""
        while loc and loc not in self.places:
            loc = loc[:-1]
        return self.places.get(loc, (1, 1))


def read(path: str, text: str) -> Source:
    """The data of one YAML file; RulesError with all its Problems. `path` only names it."""
    problems = list(unprintable(path, text))
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        problems = [Problem(path, 0, 0, "R107", f"the file is larger than {MAX_BYTES} bytes", "split it")]
    if problems:
        raise RulesError(problems)
    builder = _Builder(path)
    builder.run(text)
    root = builder.root
    if not builder.problems and not (isinstance(root, dict) and root):
        builder.report((1, 1), "R109", "the file is not a mapping", "write `key: value` lines")
    if builder.problems or not isinstance(root, dict):
        raise RulesError(builder.problems)
    return Source(path, root, builder.places)


def unprintable(path: str, text: str) -> Iterator[Problem]:
    """One Problem for each line that holds characters an editor does not show, or shows elsewhere."""
    for number, line in enumerate(re.split(r"\r\n|\n|\r", text), start=1):
        if found := _UNSHOWN.search(line):
            what = f"the character U+{ord(found.group()):04X}, which editors do not show"
            yield Problem(
                path, number, found.start() + 1, "R110", what, 'remove it, or write it "\\u…" in double quotes'
            )


@dataclass(slots=True)
class _Open:
    """A mapping or list that has begun and not ended."""

    loc: Loc
    value: dict[str, Data] | list[Data]
    key: str | None = None
    """The key whose value comes next."""
    is_key: bool = False
    """It stands where a key belongs, and was refused."""


@dataclass(slots=True)
class _Builder:
    """Events -> data, places and problems. Once there is a problem the data is only kept to find further ones."""

    path: str
    root: Data = None
    places: dict[Loc, tuple[int, int]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    stack: list[_Open] = field(default_factory=list)
    documents: int = 0

    def report(self, place: tuple[int, int], code: str, text: str, hint: str = "") -> None:
        self.problems.append(Problem(self.path, *place, code, text, hint))

    def run(self, text: str) -> None:
        try:
            for event in yaml.parse(text, Loader=_LOADER):
                if not self._take(event):
                    return
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            place = (mark.line + 1, mark.column + 1) if mark else (0, 0)
            self.report(place, "R101", f"not YAML: {error.problem or error.context}")
        except (yaml.YAMLError, ValueError, OverflowError) as error:
            self.report((0, 0), "R101", f"not YAML: {type(error).__name__}")

    def _take(self, event: Event) -> bool:
        """Work in one event; False when reading on would make no sense."""
        if isinstance(event, NodeEvent):
            if event.anchor is not None or getattr(event, "tag", None) is not None:
                self._report_marks(event)
            if isinstance(event, CollectionStartEvent):
                return self._begin(event)
            self._leaf(event)
        elif isinstance(event, DocumentStartEvent):
            return self._document(event)
        elif isinstance(event, CollectionEndEvent):
            ended = self.stack.pop()
            if ended.is_key:
                self.stack[-1].key = ""
        return True

    def _document(self, event: DocumentStartEvent) -> bool:
        self.documents += 1
        if self.documents > 1:
            self.report(_place(event), "R105", "a second document begins here", "one rule per file: remove `---`")
        elif event.version or event.tags:
            self.report(_place(event), "R104", "a % directive", "remove it")
        return self.documents == 1

    def _report_marks(self, event: NodeEvent) -> None:
        if event.anchor is not None:
            kind = "alias" if isinstance(event, AliasEvent) else "anchor"
            self.report(_place(event), "R103", f"an {kind}: {event.anchor}", "write the value out")
        tag = getattr(event, "tag", None)
        if tag is not None:
            self.report(_place(event), "R104", f"a tag: {tag}", "remove it; quote the value if it is text")

    def _begin(self, event: CollectionStartEvent) -> bool:
        if len(self.stack) >= MAX_DEPTH:
            self.report(_place(event), "R107", f"nested deeper than {MAX_DEPTH}", "a rule needs less")
            return False
        value: dict[str, Data] | list[Data] = {} if isinstance(event, MappingStartEvent) else []
        top = self._wanting_key()
        if top is None:
            self.stack.append(_Open(self._put(value, _place(event)), value))
        else:
            self.report(_place(event), "R108", "a key that is not text", "write a plain word and a colon")
            self.stack.append(_Open(top.loc, value, is_key=True))
        return True

    def _leaf(self, event: NodeEvent) -> None:
        value = self._scalar(event) if isinstance(event, ScalarEvent) else None
        top = self._wanting_key()
        if top is None:
            self._put(value, _place(event))
        else:
            top.key = self._key(top, event, value)

    def _wanting_key(self) -> _Open | None:
        """The innermost open mapping, when its next key comes now."""
        top = self.stack[-1] if self.stack else None
        return top if top is not None and isinstance(top.value, dict) and top.key is None else None

    def _key(self, top: _Open, event: NodeEvent, value: Data) -> str:
        if not isinstance(value, str):
            if isinstance(event, ScalarEvent):
                self.report(_place(event), "R108", "a key that is not text", "quote it")
            return ""
        first = self.places.setdefault((*top.loc, value), _place(event))
        if isinstance(top.value, dict) and value in top.value:
            self.report(_place(event), "R102", f"the key `{value}` again", f"it stands in line {first[0]} already")
        return value

    def _put(self, value: Data, place: tuple[int, int]) -> Loc:
        """Put a value where it belongs, and say where that is."""
        top = self.stack[-1] if self.stack else None
        if top is None:
            self.root = value
            loc: Loc = ()
        elif isinstance(top.value, list):
            top.value.append(value)
            loc = (*top.loc, len(top.value) - 1)
        else:
            loc = (*top.loc, top.key or "")
            top.value[top.key or ""] = value
            top.key = None
        self.places.setdefault(loc, place)
        return loc

    def _scalar(self, event: ScalarEvent) -> Data:
        text = event.value
        if event.style:
            if _NOBODY.search(text):
                self.report(_place(event), "R110", "an escape that stands for no character", "remove it")
            return text
        match text:
            case "true" | "false":
                return text == "true"
            case "null":
                return None
        if text[:1].isalpha():  # most scalars, and no number
            if text.lower() in _WORDS:
                self.report(_place(event), "R106", *_ambiguous(text))
            return text
        if _INTEGER.fullmatch(text) and text != "-0":
            return int(text)
        if _FLOAT.fullmatch(text):
            return float(text)
        if text.lower() in _WORDS or _NUMBER_LIKE.fullmatch(text):
            self.report(_place(event), "R106", *_ambiguous(text))
        return text


def _place(event: Event) -> tuple[int, int]:
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1) if mark else (0, 0)


def _ambiguous(text: str) -> tuple[str, str]:
    """What is wrong with a plain scalar that two readers read differently, and the way out."""
    if not text:
        return "nothing after the colon or dash", 'write a value, "", [] or null'
    if text in ("~", "<<", "=") or text.lower() == "null":
        return f"`{text}` is not plain text to YAML", "write null, or quote it"
    if text.lower() in _WORDS:
        return f"`{text}` is a yes or no to some readers and text to others", "write true or false, or quote it"
    return f"`{text}` is read as different numbers by different readers", "quote it, or write the plain number"
