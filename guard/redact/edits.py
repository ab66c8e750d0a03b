"""Decision -> edits with what stands for the values, placeholders mostly, through Presidio's anonymizer, and the values
to put back into the answer.

Numbered left to right in the order of the prompt (law 4). What the person typed that looks like a placeholder is never
taken for one of ours: its number is not given any more, and if it was given already, the typed text gets a placeholder
too. A surrogate is another way to write a placeholder, and is treated like one. What is masked, hashed or dropped has
no number, and nothing of it comes back.
"""

from bisect import bisect_left, insort
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from functools import cache
from itertools import batched, groupby
from types import MappingProxyType

from presidio_anonymizer import AnonymizerEngine
from presidio_anonymizer.entities import OperatorConfig, RecognizerResult
from presidio_anonymizer.operators import Mask, Operator, OperatorType

from guard.redact import placeholders, surrogates
from guard.redact.occurrences import occurrences
from guard.redact.placeholders import Grammar, Token
from guard.redact.vault import Vault, canonical
from guard.rules.schema import RuleSet
from guard.terms import Actor, Edit, Finding, Prompt, Role, Segment, Style

_RESTORED = frozenset({Style.PLACEHOLDER, Style.SURROGATE})
LITERAL = "LITERAL"
"""Entity of a typed text that looks like a placeholder in use."""
_OURS = frozenset({Role.HISTORY, Role.TOOL_ARGS})
"""Text the model wrote: a placeholder in it is one of ours that was not restored."""
_BATCH = 100
"""Findings given to the anonymizer at once: its conflict check is quadratic."""


@dataclass(frozen=True, slots=True)
class Redaction:
    """What to write, and what to restore."""

    edits: tuple[Edit, ...] = ()
    values: Mapping[Token, str] = field(default_factory=dict, repr=False)
    """Placeholder -> the value as it first stood in this prompt."""
    lost: frozenset[Token] = frozenset()
    """Placeholders that were typed where nothing can be edited: in an answer they may be the typed text."""


@dataclass(frozen=True, slots=True)
class _Span:
    segment: int
    start: int
    end: int
    entity: str
    text: str = field(repr=False)
    value: str = field(repr=False)
    """The canonical form."""
    style: Style = Style.PLACEHOLDER


class Redactor:
    """Makes the edits of one rule set, with one vault."""

    def __init__(self, rules: RuleSet, vault: Vault) -> None:
        self._vault = vault
        self._same = {
            rule.detect.entity: (rule.detect.separators, rule.detect.case_sensitive) for rule in rules.detect.values()
        }
        self._grammar = grammar(rules)

    def redact(
        self,
        prompt: Prompt,
        findings: Iterable[Finding],
        actor: Actor,
        styles: Mapping[str, Style] = MappingProxyType({}),
    ) -> Redaction:
        """Edits for every segment with something to hide. StoreError when a number cannot be kept."""
        spans = [
            self._span(prompt.segments, f.segment, f.start, f.end, f.entity, style)
            for f, style in apart(findings, styles)
        ]
        spans += self._elsewhere(prompt, spans)
        typed, lost = self._typed(prompt, spans, actor)
        spans = sorted(_alike(spans + typed), key=lambda span: (span.segment, span.start))
        numbered = [span for span in spans if span.style in _RESTORED]
        wanted = list(dict.fromkeys((span.entity, span.value) for span in numbered))
        numbers = dict(zip(wanted, self._vault.numbers(actor, wanted) if wanted else [], strict=True))
        values: dict[Token, str] = {}
        for span in numbered:
            values.setdefault((span.entity, numbers[span.entity, span.value]), span.text)
        edits = []
        for index, group in groupby(spans, key=lambda span: span.segment):
            segment = prompt.segments[index]
            pairs = [(span, self._written(span, numbers)) for span in group]
            edits.append(Edit(segment.where, _anonymize(segment.text, pairs)))
        known = {token: value for token, value in values.items() if token not in lost}
        return Redaction(tuple(edits), known, frozenset(lost))

    def _written(self, span: _Span, numbers: Mapping[tuple[str, str], int]) -> str:
        """What stands in a value's place."""
        match span.style:
            case Style.DROP:
                return ""
            case Style.HASH:
                return f"<{span.entity}:{self._vault.mark(span.entity, span.value)}>"
            case Style.MASK:
                return _masked(span.text)
        number = numbers[span.entity, span.value]
        invented = surrogates.write(span.entity, number) if span.style is Style.SURROGATE else None
        return invented or placeholders.write(span.entity, number)

    def _span(
        self,
        segments: Sequence[Segment],
        index: int,
        start: int,
        end: int,
        entity: str,
        style: Style = Style.PLACEHOLDER,
    ) -> _Span:
        text = segments[index].text[start:end]
        separators, exact = self._same.get(entity, ("", False))
        value = canonical(text, separators, case_sensitive=exact)
        return _Span(index, start, end, entity, text, value or text, style)

    def _elsewhere(self, prompt: Prompt, spans: Sequence[_Span]) -> list[_Span]:
        """The same values where no rule found them."""
        values = {span.text: (span.entity, span.style) for span in spans}
        cover = _Cover(spans)
        found = []
        for index, segment in enumerate(prompt.segments):
            if values and segment.editable and segment.declared:
                for start, end, (entity, style) in occurrences(segment.text, values):
                    if cover.add(index, start, end):
                        found.append(self._span(prompt.segments, index, start, end, entity, style))
        return found

    def _typed(self, prompt: Prompt, spans: Sequence[_Span], actor: Actor) -> tuple[list[_Span], set[Token]]:
        """Texts like placeholders that stand for somebody's value already, and those of them that cannot be edited.

        What the person typed once, an answer may have quoted: where it is typed, it is literal in the whole prompt.
        """
        cover = _Cover(spans)
        found = [
            (index, start, end, token)
            for index, segment in enumerate(prompt.segments)
            for start, end, token in self._grammar.find(segment.text)
        ]
        typed = {token for index, *_, token in found if prompt.segments[index].role not in _OURS}
        taken = self._vault.burn(actor, typed) if typed else set()
        literal, lost = [], set()
        for index, start, end, token in found:
            if token not in taken or not cover.add(index, start, end):
                continue
            if prompt.segments[index].editable and not prompt.signed:
                text = prompt.segments[index].text[start:end]
                literal.append(_Span(index, start, end, LITERAL, text, text))
            else:
                lost.add(token)
        return literal, lost


class _Cover:
    """Which stretches of which segments are spoken for."""

    def __init__(self, spans: Iterable[_Span]) -> None:
        self._starts: dict[int, list[tuple[int, int]]] = {}
        for span in spans:
            insort(self._starts.setdefault(span.segment, []), (span.start, span.end))

    def add(self, segment: int, start: int, end: int) -> bool:
        """Take a stretch; False when some of it is taken."""
        taken = self._starts.setdefault(segment, [])
        at = bisect_left(taken, (start, start))
        if (at > 0 and taken[at - 1][1] > start) or (at < len(taken) and taken[at][0] < end):
            return False
        taken.insert(at, (start, end))
        return True


def grammar(rules: RuleSet) -> Grammar:
    """The placeholders and surrogates that a rule set can give rise to."""
    entities = frozenset({rule.detect.entity for rule in rules.detect.values()} | {LITERAL})
    asked = {name for rule in rules.policy.values() for name, style in rule.styles.items() if style is Style.SURROGATE}
    classes = rules.classes
    invented = {e for e in entities for name in asked if fnmatchcase(e, name) or e in classes.get(name, ())}
    return Grammar(entities, frozenset(invented))


def apart(findings: Iterable[Finding], styles: Mapping[str, Style]) -> list[tuple[Finding, Style]]:
    """Findings in the order of the text, each with its style; those that overlap made one, under the name of the
    longest and in the strictest style.
    """
    found: list[tuple[Finding, Style]] = []
    for finding in sorted(findings, key=lambda f: (f.segment, f.start, -f.end, f.entity)):
        style = styles.get(finding.entity, Style.PLACEHOLDER)
        last, strictest = found[-1] if found else (None, style)
        if last is None or last.segment != finding.segment or finding.start >= last.end:
            found.append((finding, style))
        else:
            longer = max(last, finding, key=lambda f: f.end - f.start)
            whole = replace(longer, start=last.start, end=max(last.end, finding.end))
            found[-1] = (whole, max(style, strictest, key=lambda s: s.rank))
    return found


def _alike(spans: Sequence[_Span]) -> list[_Span]:
    """The spans with one style for each value: the strictest of those it has (law 4)."""
    styles: dict[tuple[str, str], Style] = {}
    for span in spans:
        known = styles.get((span.entity, span.value), span.style)
        styles[span.entity, span.value] = max(span.style, known, key=lambda s: s.rank)
    return [replace(span, style=styles[span.entity, span.value]) for span in spans]


def _masked(text: str) -> str:
    """Stars for all but the last characters: four at most, and no more than a quarter."""
    shown = min(4, len(text) // 4)
    stars = {Mask.MASKING_CHAR: "*", Mask.CHARS_TO_MASK: len(text) - shown, Mask.FROM_END: False}
    return str(Mask().operate(text, stars))


class _Written(Operator):
    """Presidio's operator: a value -> what was chosen to stand in its place."""

    def operate(self, text: str, params: dict[str, object] | None = None) -> str:
        written = (params or {})["written"]
        assert isinstance(written, dict)  # noqa: S101 - ours, and typed by no one in between
        return str(written[text])

    def validate(self, params: dict[str, object] | None = None) -> None:
        """Nothing comes from outside."""

    def operator_name(self) -> str:
        return "written"

    def operator_type(self) -> OperatorType:
        return OperatorType.Anonymize


@cache
def _engine() -> AnonymizerEngine:
    engine = AnonymizerEngine()
    engine.add_anonymizer(_Written)
    return engine


def _anonymize(text: str, pairs: Sequence[tuple[_Span, str]]) -> str:
    """The text with what stands in the place of each of its spans, which do not overlap."""
    out: list[str] = []
    last = 0
    for group in batched(pairs, _BATCH, strict=False):
        end = group[-1][0].end
        out.append(_anonymize_batch(text[last:end], last, group))
        last = end
    return "".join(out) + text[last:]


def _anonymize_batch(text: str, offset: int, pairs: Sequence[tuple[_Span, str]]) -> str:
    written: dict[str, dict[str, str]] = {}
    for span, instead in pairs:
        written.setdefault(span.entity, {})[span.text] = instead
    result = _engine().anonymize(
        text,
        [RecognizerResult(span.entity, span.start - offset, span.end - offset, 1.0) for span, _ in pairs],
        operators={entity: OperatorConfig("written", {"written": texts}) for entity, texts in written.items()},
        merge_entities_with_spaces=False,
    )
    return str(result.text)
