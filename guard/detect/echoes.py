"""Where people already found in a text are named again: who is hidden once is hidden all through it.

A pipeline reads each sentence for itself and may miss a name in one that it found in another. A name's words count
again where they stand with a capital; alone at the beginning of a sentence they do not, nor where the text also has
them as words in small letters (« Petit », « un petit mot »). Linear in the text.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Container, Iterable, Iterator

from guard.detect.words import plain

type Place = tuple[int, int]
"""Characters, end excluded."""

_TOKEN = re.compile(r"(?<![\w@/.])(?:[A-ZÀ-Þ]['’](?=[A-ZÀ-Þ]))?[^\W\d_]+(?:-[^\W\d_]+)*(?![\w@(])")
"""A word; with its capital and apostrophe in O'Brien, N'Diaye; no piece of an identifier, an address or a call."""
_LEAST, _MOST = 3, 5
"""Letters of a word that counts alone; words of the longest name whose words do."""
_TIE = (" ", "-", "\xa0")
"""What stands between the words of one name."""
_FEW = 20
"""Words that are looked for one by one before a whole text is read."""
_BEGINS = re.compile(r"(?:^|[.!?…:]\s|\n)[\s«\"“(*•-]*$")
"""What stands before the first word of a sentence."""
_BEFORE = 8
"""Characters before a word that tell whether it begins a sentence."""
_GOES_ON = re.compile(r"['’\s]+[a-zß-ÿ]")


def echoes(
    text: str, people: Iterable[Place], common: Container[str] = (), others: Iterable[Place] = ()
) -> Iterator[Place]:
    """The other places of these people's names; words of `common` (plain) are nobody's alone.

    `others` are names of another kind: a longer one (« Durand SARL ») keeps its words.
    """
    known = set(people)
    words = {word for start, end in known for word in _words(text[start:end]) if word not in common}
    if not words or (len(words) <= _FEW and not elsewhere(plain(text), words, known)):
        return
    tokens = [(match.start(), match.end(), match.group()) for match in _TOKEN.finditer(text)]
    words -= {token for _, _, token in tokens if token in words}
    seen, longer = inside(known), inside(others, longer=True)
    run: list[Place] = []
    for start, end, token in tokens:
        if token[0].isupper() and plain(token) in words:
            if run and not (start == run[-1][1] + 1 and text[run[-1][1]] in _TIE):
                yield from (place for place in _told(text, run) if not (seen(place) or longer(place)))
                run = []
            run.append((start, end))
    yield from (place for place in _told(text, run) if not (seen(place) or longer(place)))


def elsewhere(said: str, words: Iterable[str], known: Iterable[Place]) -> bool:
    """Whether any of the words may stand outside the known places of a text in plain form: quick to tell of most."""
    known_too = inside(known)
    for word in words:
        at = said.find(word)
        while at >= 0:
            if not known_too((at, at + len(word))):
                return True
            at = said.find(word, at + len(word))
    return False


def _words(name: str) -> list[str]:
    """The words of a name that stand for it alone, plain; none of a name in small letters, or of a sentence."""
    tokens = _TOKEN.findall(name)
    if len(tokens) > _MOST:
        return []
    return [plain(token) for token in tokens if token[0].isupper() and len(token) >= _LEAST]


def inside(places: Iterable[Place], *, longer: bool = False) -> Callable[[Place], bool]:
    """Whether a place lies inside one of these (a `longer` one); of those that begin in one spot, the longest."""
    ends: dict[int, int] = {}
    for start, end in places:
        ends[start] = max(end, ends.get(start, 0))
    starts = sorted(ends)

    def told(place: Place) -> bool:
        at = bisect_right(starts, place[0]) - 1
        if at < 0 or place[1] > ends[starts[at]]:
            return False
        return not longer or (starts[at], ends[starts[at]]) != place

    return told


def _told(text: str, run: list[Place]) -> Iterator[Place]:
    """A run of a name's words as one place, unless it is one word that may only begin a sentence."""
    if not run:
        return
    start, end = run[0][0], run[-1][1]
    begins = _BEGINS.search(text[max(0, start - _BEFORE) : start]) is not None
    if len(run) > 1 or not (begins and _GOES_ON.match(text, end)):
        yield start, end
