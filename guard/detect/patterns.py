"""Regular expressions and word lists of rules -> raw matches (RE2: linear time).

A pattern that could not be run is a DetectError, never a skipped check (law 1).
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from math import log2

import re2

from guard.detect.known import Known
from guard.detect.sieve import Sieve
from guard.detect.words import any_of_wider, field_words, plain
from guard.errors import DetectError
from guard.rules import checksums
from guard.rules.schema import DetectRule, Pattern

_TOKEN = re.compile(r"\w+")
_MEMORY = 64 << 20
"""Bytes that RE2's Sets of all patterns may take."""
_BLOCK = 1024
"""Bytes between two places whose position in characters is kept."""
_CONTINUATION = bytes(range(0x80, 0xC0))
"""Bytes of UTF-8 that begin no character."""
_EDGE = 64
"""Bytes after a value that its pattern may look at and the next match still begin with."""
_LONGEST = 256
"""Bytes of the longest match that is tried again further right when its checksum is wrong."""


@dataclass(frozen=True, slots=True)
class Match:
    """A span of characters, end excluded, that a rule's pattern or word matched; its checksum, if any, was right."""

    rule: DetectRule
    start: int
    end: int
    score: float
    proven: bool


@dataclass(frozen=True, slots=True)
class _Compiled:
    rule: DetectRule
    pattern: Pattern
    regex: "re2._Regexp[bytes]"
    group: int
    """The group `value` where the pattern has one, else the whole match."""

    @property
    def weak(self) -> bool:
        """Whether a match counts only near a word of the rule's context."""
        how = self.rule.detect
        return self.pattern.score < how.threshold and bool(how.context.fr or how.context.en)


class Matcher:
    """All patterns and words of some rules. `memory` bounds RE2's Sets of them, in bytes."""

    def __init__(
        self,
        rules: Sequence[DetectRule],
        lists: dict[str, list[str]],
        *,
        known: Known | None = None,
        memory: int = _MEMORY,
    ) -> None:
        self._known = known
        self._patterns = [_compile(rule, pattern) for rule in rules for pattern in rule.detect.patterns]
        self._checks = {
            rule.id: checksums.find(rule.detect.checksum) for rule in rules if rule.detect.checksum is not None
        }
        self._allowed = {
            rule.id: frozenset([*rule.detect.allow, *(lists[rule.detect.allow_from] if rule.detect.allow_from else [])])
            for rule in rules
        }
        self._allowed_patterns = {rule.id: _any_of(rule) for rule in rules if rule.detect.allow_patterns}
        self._sieve = Sieve([compiled.pattern for compiled in self._patterns], memory)
        self._words = _phrases(rules, lists)
        weak = {compiled.rule.id: compiled.rule.detect for compiled in self._patterns if compiled.weak}
        self._near = {name: any_of_wider([*how.context.fr, *how.context.en]) for name, how in weak.items()}

    def find(self, text: str, about: str = "") -> Iterator[Match]:
        """Every match of every rule whose checksum is right; `about` has the names of the fields that hold the text.

        A pattern that counts only near a word of its rule's context is not run where no such word stands at all.
        """
        try:
            data = text.encode()
        except UnicodeEncodeError:  # half a surrogate pair: still one character
            data = text.encode("utf-8", "replace")
            text = data.decode()
        place = _characters(text, data)
        told: dict[tuple[str, str], bool] = {}
        wanted = self._wanted(data)
        words = f"{plain(text)}\n{field_words(about)}".encode() if any(compiled.weak for compiled in wanted) else b""
        spoken = cache(lambda name: (near := self._near[name]) is not None and near.search(words) is not None)
        for compiled in wanted:
            if compiled.weak and not spoken(compiled.rule.id):
                continue
            yield from self._values(compiled, text, data, place, told)
        for rule, start, end in self._listed(text):
            if self._right(rule, text[start:end]):
                yield self._match(rule, start, end, 1.0)
        for rule, start, end in self._known.find(text) if self._known else ():
            yield Match(rule, start, end, 1.0, proven=True)

    def _wanted(self, data: bytes) -> list[_Compiled]:
        """The patterns that may match somewhere."""
        return [self._patterns[index] for index in self._sieve.wanted(data)]

    def _values(
        self,
        compiled: _Compiled,
        text: str,
        data: bytes,
        place: Callable[[int], int],
        told: dict[tuple[str, str], bool],
    ) -> Iterator[Match]:
        """One pattern's values. What follows a value may precede the next; a wrong one may hide a right one in it.

        `told` remembers, for this text, which values of a rule were right.
        """
        rule, at = compiled.rule, 0
        while at <= len(data) and (found := compiled.regex.search(data, at)) is not None:
            start, end = found.span(compiled.group)
            if end <= start:
                at = found.end() + (found.end() == found.start())
                continue
            first, last = place(start), place(end)
            value = text[first:last]
            if (right := told.get((rule.id, value))) is None:
                right = told[rule.id, value] = self._right(rule, value)
            if right:
                yield self._match(rule, first, last, compiled.pattern.score)
                at = end if found.end() - end <= _EDGE else found.end()
            elif self._exempt(rule, value) or found.end() - found.start() > _LONGEST:
                at = found.end()
            else:
                at = start + 1

    def _right(self, rule: DetectRule, value: str) -> bool:
        """Whether a value is one: not an example, as mixed as a key must be, and with the right checksum."""
        if self._exempt(rule, value) or (rule.detect.entropy and entropy(value) < rule.detect.entropy):
            return False
        check = self._checks.get(rule.id)
        return check is None or check(_compact(value, rule.detect.separators))

    def _exempt(self, rule: DetectRule, value: str) -> bool:
        """Whether a value never counts, nor does a part of it."""
        allowed = self._allowed_patterns.get(rule.id)
        return value in self._allowed[rule.id] or (allowed is not None and allowed.fullmatch(value) is not None)

    def _match(self, rule: DetectRule, start: int, end: int, score: float) -> Match:
        return Match(rule, start, end, score, proven=rule.id in self._checks or rule.detect.prefix)

    def _listed(self, text: str) -> Iterator[tuple[DetectRule, int, int]]:
        if not self._words:
            return
        tokens = [(m.group(), m.start(), m.end()) for m in _TOKEN.finditer(plain(text))]
        for first, (_, start, _) in enumerate(tokens):
            key = ""
            for at in range(first, len(tokens)):
                word, _, end = tokens[at]
                key = f"{key} {word}" if key else word
                if key not in self._words:
                    break
                for rule in self._words[key]:
                    yield rule, start, end


def _options(*, case_sensitive: bool = True, memory: int = _MEMORY) -> "re2.Options":
    options = re2.Options()
    options.log_errors = False
    options.case_sensitive = case_sensitive
    options.max_mem = memory
    return options


def _compile(rule: DetectRule, pattern: Pattern) -> _Compiled:
    try:
        regex = re2.compile(pattern.regex.encode(), _options(case_sensitive=not pattern.ignore_case))
    except re2.error as error:
        raise DetectError("internal", f"a pattern of {rule.id} does not compile ({type(error).__name__})") from None
    return _Compiled(rule, pattern, regex, regex.groupindex.get(b"value", 0))


def _any_of(rule: DetectRule) -> "re2._Regexp[str]":
    regex = "|".join(f"(?:{pattern})" for pattern in rule.detect.allow_patterns)
    try:
        return re2.compile(regex, _options(case_sensitive=False))
    except re2.error as error:
        raise DetectError("internal", f"a pattern of {rule.id} does not compile ({type(error).__name__})") from None


def _characters(text: str, data: bytes) -> Callable[[int], int]:
    """Position in bytes -> position in characters."""
    if len(text) == len(data):
        return lambda at: at
    blocks = (_begun(data[at : at + _BLOCK]) for at in range(0, len(data), _BLOCK))
    before = list(accumulate(blocks, initial=0))
    return lambda at: before[at // _BLOCK] + _begun(data[at - at % _BLOCK : at])


def _begun(data: bytes) -> int:
    """Characters that begin in some bytes."""
    return len(data.translate(None, _CONTINUATION))


def entropy(text: str) -> float:
    """Shannon entropy in bits per character: about 1 for `aaab`, 3 to 4 for words, 4.5 to 6 for random keys."""
    counts = Counter(text)
    return -sum(count / len(text) * log2(count / len(text)) for count in counts.values()) if text else 0.0


def _compact(text: str, separators: str) -> str:
    if text.isalnum():
        return text
    return "".join(char for char in text if not char.isspace() and char not in separators)


def _phrases(rules: Sequence[DetectRule], lists: dict[str, list[str]]) -> dict[str, list[DetectRule]]:
    """Plain words, joined by one space -> the rules that list them; none for the beginning of a longer phrase."""
    found: dict[str, list[DetectRule]] = {}
    for rule in rules:
        entries = [*rule.detect.words, *(lists[rule.detect.words_from] if rule.detect.words_from else [])]
        for words in dict.fromkeys(tuple(_TOKEN.findall(plain(entry))) for entry in entries):
            for length in range(1, len(words)):
                found.setdefault(" ".join(words[:length]), [])
            if words:
                found.setdefault(" ".join(words), []).append(rule)
    return found
