"""Names that a pipeline finds, in columns of tables, in mailboxes and named again -> matches of the rules that ask.

None of these has a form that proves it, so what patterns find in the same place comes first (`guard.detect.engine`).
Values of `allow` and `allow_from` count as words here: accents and capitals do not matter.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from guard.detect.columns import HEADING, MARKS, row
from guard.detect.companions import Place, companions, whole
from guard.detect.echoes import echoes, elsewhere, inside
from guard.detect.gazetteer import Gazetteer
from guard.detect.programs import ordinary
from guard.detect.words import any_of, any_of_wider, plain
from guard.rules.schema import DetectRule

_EDGE = re.compile(
    r"^(?:[\W_]+|(?:M|MM|Mme|Mmes|Mlle|Me|Monsieur|Madame|Mademoiselle|Maître|Docteur|Professeur|Pr|Dr|Mr|Mrs|Ms|Miss|Mx"
    r"|Tante|Oncle|Tata|Tonton|Mamie|Papi|Papy|Aunt|Auntie|Uncle|Granny|Sir|Prof|Doctor|Professor|Herr|Frau|Señora?|Sra?"
    r"|Signora?)(?:\.\s*|\s+)(?=[^\s-])|(?:Add|Ask|Call|Cc|CC|Compare|Contact|Copy|Email|Explain|Forward|Give|Invite|Let|Put"
    r"|Remind|Send|Show|Tell|Thank|Translate|Ajoute|Appelle[rz]?|Avec|Bonjour|Compare[rz]?|Contacte[rz]?|Demande[rz]?|Envoie"
    r"|Envoyez|Explique[rz]?|Merci|Préviens|Rappelle[rz]?|Relance[rz]?|Remercie[rz]?)\s+(?=[A-ZÀ-Þ]))"
    r"|(?:['’]s)?(?:(?<! \w)\.|[^\w.]|_|\.(?=[\W_]))+$|['’]s$"
)
"""What a name neither begins nor ends with: marks, titles, a request's verb, a possessive.

The point of a last initial is its own.
"""
_TITLED = re.compile(
    r"(?:(?:le|la|the|l['’]|du|au)\s+)?(?:M|MM|Mme|Mmes|Mlle|Me|monsieur|madame|mademoiselle|maître|docteur|docteure|dr|pr"
    r"|mr|mrs|ms|miss|prof|tata|tonton|mamie|papi|papy|aunt|auntie|uncle|granny)(?:\.\s*|\s+)(?=[^\s-])",
    re.IGNORECASE,
)
"""What stands before a person's name only, whatever the pipeline calls what follows."""
_TOLD = re.compile(
    r"\b(?:(?:dire|dis|dit|dites|demande[rsz]?|r[ée]pon(?:dre|ds?|dez)|rappelle[rsz]?|annonce[rz]?|explique[rz]?|confier?"
    r"|transmets?|transmettre|transmettez|parle[rz]?|souhaite[rz]?|reproche[rz]?|merci) à"
    r"|(?:tell|told|ask|asked|thank|remind|congratulate)) $",
    re.IGNORECASE,
)
"""What stands before people only, and before whom a pipeline takes for a place."""
_ASIDE = 24
"""Characters before a name that tell so."""
_NAME = re.compile(r"[A-ZÀ-Þ][a-zß-ÿœ]+(?:-[A-ZÀ-Þ][a-zß-ÿœ]+)*")
"""One word with a capital."""
_CELLS = re.compile(r"\s*(?:[;|\t→]|->|,(?=[^\W\d_])|(?<=\s)[-–—](?=\s))\s*")
"""What parts cells of a row, and a name from a remark; a comma with a space stands inside names too (« Diaz, Ana »)."""
_LETTERS = re.compile(r"[^\W\d_]{2}|[\u3040-\u9fff\uac00-\ud7af]")
_VALUE = 60
"""Characters of the longest cell that is a name."""
_AT = re.compile(r"(?:@|%40)(?=[\w-]+\.\w)")
_BOX = re.compile(r"[^\W_][\w.+-]{1,64}\Z")
_DOMAIN = re.compile(r"[\w-]+\.\w")
_BOX_REACH = 65
"""Characters of the longest mailbox."""
_PARTS = re.compile(r"[^\W\d_]+")
_WORDS = re.compile(r"\b[^\W\d_]+\b")
_TIE = re.compile(r",?[\s-]{1,2}")
"""What stands between the words of one name."""
PERSON, _PLACE = "PERSON", "LOCATION"
_ONE_LINE = (PERSON, _PLACE, "ORGANIZATION")
"""Labels whose values do not hold the marks that part cells."""
_LEAST = 3
"""Letters of a mailbox's part that stands for a name alone."""


type Part = tuple[str, int, int]
"""What a pipeline calls a name: its label and where it stands."""


@dataclass(frozen=True, slots=True)
class Spotted:
    """A rule's match in a text: characters, end excluded."""

    rule: DetectRule
    start: int
    end: int
    score: float


class Naming:
    """The rules that ask for names."""

    def __init__(self, rules: Sequence[DetectRule], lists: Mapping[str, list[str]]) -> None:
        self._named: dict[str, list[DetectRule]] = {}
        for rule in rules:
            if rule.detect.named is not None:
                self._named.setdefault(rule.detect.named.label, []).append(rule)
        columns = [(rule, [*rule.detect.columns.fr, *rule.detect.columns.en]) for rule in rules]
        self._columns = [(rule, headings) for rule, said in columns if (headings := any_of(said)) is not None]
        self._headings = any_of_wider(heading for _, said in columns for heading in said)
        self._mailbox = [rule for rule in rules if rule.detect.mailbox]
        self._allowed = {
            rule.id: frozenset(map(plain, [*rule.detect.allow, *lists.get(rule.detect.allow_from or "", [])]))
            for rule in rules
            if asks(rule)
        }
        people = (self._allowed[rule.id] for rule in self._named.get(PERSON, ()))
        self._public = frozenset[str]().union(*people)
        asked = [rule.detect.named for rule in self._named.get(PERSON, ()) if rule.detect.named]
        self._listed = Gazetteer(
            [name for named in asked for name in lists.get(named.first_names or "", [])],
            [name for named in asked for name in lists.get(named.last_names or "", [])],
            self._public,
        )

    @property
    def pipeline(self) -> bool:
        """Whether any rule asks for what a pipeline finds."""
        return bool(self._named)

    def find(self, text: str, names: Iterable[Part], people: Iterable[Place] = ()) -> Iterator[Spotted]:
        """The matches in a text, given what the pipeline calls names (label, start, end) and people found otherwise."""
        parts = [self._person(text, part) for name in names for part in _parts(text, *name)]
        if any(part[0] == PERSON for part in parts):
            word = ordinary(text, self._listed.holds)
            parts = [part for part in parts if not (part[0] == PERSON and word(*part[1:]))]
        yield from self._people(text, parts, [*people])
        said = plain(text) if self._columns or self._mailbox else ""
        for rule, headings in self._columns if self._titled(said) else ():
            for start, end in _cells(text, headings):
                yield from self._kept(rule, text, start, end, 1.0)
        for rule in self._mailbox:
            for start, end in _owners(text, said, self._allowed[rule.id]):
                yield from self._kept(rule, text, start, end, 1.0)

    def _titled(self, said: str) -> bool:
        """Whether any heading may stand in a text in plain form: quick to tell of most."""
        return self._headings is not None and self._headings.search(said.encode("utf-8", "replace")) is not None

    def _people(self, text: str, parts: Sequence[Part], told: list[Place]) -> Iterator[Spotted]:
        """What a pipeline calls names, and the people whom those tell of; `told` are people found otherwise."""
        other = inside((start, end) for label, start, end in parts if label != PERSON)
        named = [(self._listed.led(text, start), end) for label, start, end in parts if label == PERSON]
        if PERSON in self._named:
            named += self._listed.missed(text, inside([*told, *((start, end) for _, start, end in parts), *named]))
        for place in named:
            for spot in self._called(text, PERSON, *whole(text, place, self._public, other)):
                told.append((spot.start, spot.end))
                yield spot
        if PERSON not in self._named:
            told = []
        beside = frozenset(companions(text, told, self._public, other) if told else ())
        for start, end in sorted(beside):
            yield from self._called(text, PERSON, start, end)
        others = list[Place]()
        for label, start, end in parts:
            if label != PERSON and (start, end) not in beside:
                for spot in self._called(text, label, start, end):
                    others.append((spot.start, spot.end))
                    yield spot
        for start, end in echoes(text, [*told, *beside], self._public, others):
            yield from self._called(text, PERSON, start, end)

    def _person(self, text: str, part: Part) -> Part:
        """The same part, as a person where a first name says so."""
        label, start, end = part
        return (PERSON, start, end) if label in _ONE_LINE and self._listed.person(text, start, end) else part

    def _called(self, text: str, label: str, start: int, end: int) -> Iterator[Spotted]:
        """The matches of the rules that ask for a label."""
        for rule in self._named.get(label, ()):
            if rule.detect.named is not None:
                yield from self._kept(rule, text, start, end, rule.detect.named.score)

    def _kept(self, rule: DetectRule, text: str, start: int, end: int, score: float) -> Iterator[Spotted]:
        """A match without what stands at its edges; none when it says nobody's name, a code, or one that is public."""
        value = text[start:end]
        while (edge := _EDGE.search(value)) is not None:
            if edge.start() == 0:
                start += edge.end()
            end = start + len(value) - (edge.end() - edge.start())
            value = text[start:end]
        code = sum(map(str.isdigit, value)) > sum(map(str.isalpha, value))
        if _LETTERS.search(value) and not code and " ".join(plain(value).split()) not in self._allowed[rule.id]:
            yield Spotted(rule, start, end, score)


def _parts(text: str, label: str, start: int, end: int) -> Iterator[Part]:
    """What a pipeline took for one name, as its cells; what has a title before it is a person."""
    if label not in _ONE_LINE:
        yield label, start, end
        return
    at = start
    for mark in _CELLS.finditer(text, start, end):
        yield label, at, mark.start()
        at = mark.end()
    title = _TITLED.match(text, at, end)
    if title:
        yield PERSON, title.end(), end
    elif label == PERSON and (comma := text.find(", ", at, end)) > 0 and text[end : end + 2] == ", ":
        # « Diaz, Ana » is one, the first two of a list of three are not
        yield label, at, comma
        yield label, comma + 2, end
    else:
        told = label == _PLACE and _NAME.fullmatch(text, at, end) and _TOLD.search(text, max(0, at - _ASIDE), at)
        yield PERSON if told else label, at, end


def asks(rule: DetectRule) -> bool:
    """Whether a rule asks for names."""
    how = rule.detect
    return how.named is not None or how.mailbox or bool(how.columns.fr or how.columns.en)


def _cells(text: str, headings: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    """The cells below the headings that a rule names, in each table of a text."""
    if headings.search(plain(text)) is None:
        return
    at, mark, wanted = 0, "", frozenset[int]()
    for line in text.splitlines(keepends=True):
        begun, at = at, at + len(line)
        if wanted and mark in line:
            for number, (start, end) in enumerate(row(line, mark)):
                cell = line[start:end].strip(' "\r\n')
                if number in wanted and 1 < len(cell) <= _VALUE and not any(map(str.isdigit, cell)):
                    yield begun + start, begun + end
            continue
        mark, wanted = _heading(line, headings)


def _heading(line: str, headings: re.Pattern[str]) -> tuple[str, frozenset[int]]:
    """What parts the cells of a line of headings, and the numbers of those wanted; none when it is no such line."""
    for mark in MARKS:
        if mark not in line:
            continue
        cells = [line[start:end].strip(' "*`\r\n') for start, end in row(line, mark)]
        if len(cells) < 2 or any(len(cell) > HEADING for cell in cells):
            continue
        wanted = frozenset(n for n, cell in enumerate(cells) if headings.fullmatch(plain(cell)))
        if wanted:
            return mark, wanted
    return "", frozenset()


def _owners(text: str, said: str, common: frozenset[str]) -> Iterator[tuple[int, int]]:
    """Where the names stand that the mailboxes of a text are made of: `ana.diaz@…`, « Ana Diaz », « Mme Diaz »."""
    if "@" not in text and "%40" not in text:
        return
    places = list(_boxes(said))
    firsts = [first for first, _, _ in places]
    boxes = {said[start:end] for start, end, _ in places}
    parted = [parts for parts in map(_PARTS.findall, boxes) if 2 <= len(parts) <= 4 and common.isdisjoint(parts)]
    if not elsewhere(said, {part for parts in parted for part in parts}, ((s, last + 1) for s, _, last in places)):
        return
    begun: dict[str, set[tuple[str, ...]]] = {}
    for parts in parted:
        for name in (tuple(parts), tuple(reversed(parts)), *((part,) for part in parts if len(part) >= _LEAST)):
            begun.setdefault(name[0], set()).add(name)
    for start, end in _said(said, {word: sorted(names, key=len, reverse=True) for word, names in begun.items()}):
        before = bisect_left(firsts, end)
        within = before > 0 and start <= places[before - 1][2]
        if not within and text[start].isupper():
            yield start, end


def _said(said: str, begun: Mapping[str, Sequence[tuple[str, ...]]]) -> Iterator[tuple[int, int]]:
    """Where the longest of some names stand, given by their first words: one walk, however many they are."""
    words = [(match.group(), *match.span()) for match in _WORDS.finditer(said)]
    at = 0
    while at < len(words):
        for name in begun.get(words[at][0], ()):
            run = words[at : at + len(name)]
            tied = all(_TIE.fullmatch(said, one[2], other[1]) for one, other in pairwise(run))
            if tied and tuple(word for word, _, _ in run) == name:
                yield run[0][1], run[-1][2]
                at += len(name) - 1
                break
        at += 1


def _boxes(said: str) -> Iterator[tuple[int, int, int]]:
    """Where the mailbox of each address begins and ends, and where its domain goes on."""
    last = 0
    for at in _AT.finditer(said):
        first = max(last, at.start() - _BOX_REACH)
        box, domain = _BOX.search(said, first, at.start()), _DOMAIN.match(said, at.end())
        if box is not None and domain is not None:
            last = domain.end()
            yield box.start(), box.end(), last
