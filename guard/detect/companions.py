"""A person's name that a pipeline cut short -> the whole of it; people -> who stands beside them in a list or a thread.

A pipeline weighs each word: of "Anne-So" it may find « Anne », of five people in a list four. A name goes on over its
hyphen, an abbreviated first name's point (« Ph. Darmon »), and the next word with a capital. A list counts when most of
its items are people, a thread when half of those who speak in it are. Linear in the text.
"""

import re
from collections.abc import Callable, Container, Iterable, Iterator, Sequence

import re2

from guard.detect.echoes import inside
from guard.detect.words import plain

type Place = tuple[int, int]
"""Characters, end excluded."""
type Test = Callable[[Place], bool]

_WORD = r"(?:[A-ZÀ-Þ]['’])?[A-ZÀ-Þ][a-zß-ÿœ]+(?:-[A-ZÀ-Þ][a-zß-ÿœ]+)*"
_HYPHEN = re.compile(r"(?:-[A-ZÀ-Þ][a-zß-ÿœ]{0,30}){1,3}(?![\w@-])")
_POINT = re.compile(rf"\. ?{_WORD}(?![\w@(/-])")
_NEXT = re.compile(
    rf" (?:(?:[Vv]an(?: de[rn]?)?|[Vv]on|[Ee]l|[Bb][ei]n|D[aeiu]|Dos|L[ae]|A[iï]t) )?{_WORD}(?![\w@(/-])"
)
_FIRST = re.compile(_WORD)
"""A first name whose family name may follow."""
_SHORT = re.compile(r"[A-ZÀ-Þ][a-zß-ÿ]?(?:\.?-[A-ZÀ-Þ][a-z]?)?")
"""An abbreviated first name, without its last point."""
_ITEM = re.compile(rf"(?<![\w@/.-]){_WORD}(?: {_WORD})?(?![\w@(/'’-])")
_BETWEEN = re.compile(r"[,;] ?|,? (?:et|and|&) |\n[*•-] ?")
_LISTED = re2.compile(
    r"(?:\p{Lu}[\pL'’-]*(?: \p{Lu}[\pL'’-]*)?(?:[,;] ?|,? (?:et|and|&) |\n[*•-] ?)){3}\p{Lu}".encode()
)
"""Wherever a list of four stands, and seldom elsewhere: quick to tell that there is none."""
_PAIRED = r"(?:et|and|ou|or)"
_AFTER_ONE = re.compile(rf" {_PAIRED} ({_WORD})(?![\w@(/'’-]| (?:d['’])?[A-ZÀ-Þ])")
_BEFORE_ONE = re.compile(rf"(?<=[a-zß-ÿœ,] )({_WORD}) {_PAIRED} (?:(?:M|Mr|Mrs|Ms|Mme|Mlle|Me|Dr)\.? )?\Z")
_PAIR = 60
"""Characters before a name in which the other of a pair stands."""
_OFFICES = frozenset(
    "accounting achats commerce commercial compliance compta comptabilite design direction engineering finance"
    " formation hr it juridique legal logistics logistique maintenance management marketing operations ops paie payroll"
    " procurement production purchasing qualite quality rh sales securite security service services support".split()
)
"""What is paired with people, as one of them, and is a part of the company, plain."""
_LIST = 4
"""Items of the shortest list that tells what the others are."""
_SPEAKER = re.compile(
    rf"^(?:[*•-] |\[?\d\d?[:h]\d\d(?::\d\d)?\]?[ -]{{1,3}})?({_WORD}|[a-z]{{2,20}}\.[a-z]{{1,20}})[ \xa0]?:(?=[ \xa0])",
    re.MULTILINE,
)
_SPEAKERS = 8
"""Different speakers of a thread at most: more are the keys of a form."""
_KEYS = frozenset(
    "action adresse address agenda attention contact date decision email from lieu mail nb nom note objet place ps"
    " question re remarque reponse answer subject sujet tel tache task to total ville city warning".split()
)
"""What stands before a colon in a thread too, plain, and speaks to nobody."""
_AROUND = 100
"""Characters before and after a name that tell a title from a sentence."""
_NEVER = frozenset(
    "lundi mardi mercredi jeudi vendredi samedi dimanche"
    " janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre"
    " monday tuesday wednesday thursday friday saturday sunday"
    " january february march april may june july august september october november december".split()
)
"""What follows a first name with a capital and is no family name, plain."""


def whole(text: str, place: Place, common: Container[str], other: Test) -> Place:
    """A person's place with the rest of the name, unless that is public (`common`) or another name (`other`)."""
    start, end = place
    if (more := _HYPHEN.match(text, end)) is not None:
        end = more.end()
    value = text[start:end]
    if _SHORT.fullmatch(value):
        more = _POINT.match(text, end)
    elif _FIRST.fullmatch(value) and not _titled(text, start, end):
        more = _NEXT.match(text, end)
    else:
        more = None
    if more is None or other((more.start() + 1, more.end())):
        return start, end
    said = plain(text[more.start() + 1 : more.end()].strip())
    return (start, end) if said in common or said in _NEVER else (start, more.end())


def _titled(text: str, start: int, end: int) -> bool:
    """Whether what stands around is written as a title is, its longer words with capitals: it then says nothing."""
    around = text[max(0, start - _AROUND) : start].rpartition("\n")[2] + text[start : end + _AROUND].partition("\n")[0]
    words = [word for word in around.split() if len(word) > 3]
    return sum(word[0].isupper() for word in words) > max(3, len(words) * 2 // 3)


def companions(
    text: str, people: Sequence[Place], common: Container[str] = (), other: Test = lambda _: False
) -> Iterator[Place]:
    """Who stands in a list, a thread or a pair with these people and is none of them; `common` words are nobody's name.

    A pair tells less than a list: what is another name already (`other`) stays that.
    """
    person = inside(people)
    yield from _listed(text, person)
    yield from _speaking(text, person)
    for place in _paired(text, people):
        said = plain(text[slice(*place)])
        if (
            not person(place)
            and not other(place)
            and said not in common
            and said not in _OFFICES
            and said not in _NEVER
        ):
            yield place


def _paired(text: str, people: Iterable[Place]) -> Iterator[Place]:
    """One word with a capital that « et » or "or" ties to a person; not the first of a sentence."""
    for start, end in people:
        if (after := _AFTER_ONE.match(text, end)) is not None:
            yield after.span(1)
        if (before := _BEFORE_ONE.search(text, max(0, start - _PAIR), start)) is not None:
            yield before.span(1)


def _listed(text: str, person: Test) -> Iterator[Place]:
    if _LISTED.search(text.encode("utf-8", "replace")) is None:
        return
    run: list[Place] = []
    for item in _ITEM.finditer(text):
        if run and not _BETWEEN.fullmatch(text, run[-1][1], item.start()):
            yield from _told(run, person)
            run = []
        run.append(item.span())
    yield from _told(run, person)


def _told(run: list[Place], person: Test) -> Iterator[Place]:
    """The items of a list that are nobody yet, when two of three are people."""
    if len(run) >= _LIST:
        others = [place for place in run if not person(place)]
        if 3 * len(others) <= len(run):
            yield from others


def _speaking(text: str, person: Test) -> Iterator[Place]:
    if "\n" not in text:
        return  # who speaks begins a line
    heads = [match.span(1) for match in _SPEAKER.finditer(text)]
    names = {text[start:end] for start, end in heads}
    if not 2 <= len(names) <= _SPEAKERS:
        return
    known = {text[start:end] for start, end in heads if person((start, end))}
    if 2 * len(known) >= len(names) and not any(plain(name) in _KEYS for name in known):
        yield from ((s, e) for s, e in heads if text[s:e] not in known and plain(text[s:e]) not in _KEYS)
