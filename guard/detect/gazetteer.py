"""Lists of first and family names -> the people whom a pipeline missed, cut short or took for places and companies.

A pipeline weighs each word by its neighbours, and in « en parler à Hadrien » or "is Dalton in?" those say little. A
first name with a capital is a person, a family name is one where it stands alone; neither inside a longer name, a
street or an institution, nor where the text has it in small letters too. In small letters a first name is a person only
after words that nobody but people follow. Linear in the text.
"""

import re
from collections.abc import Collection, Container, Iterable, Iterator

from guard.detect.companions import Place, Test
from guard.detect.words import plain

_CAPITAL = r"(?:[A-ZÀ-Þ]['’])?[A-ZÀ-Þ][a-zß-ÿœ]+(?:[A-Z][a-z]+)?(?:-[A-ZÀ-Þ]?[a-zß-ÿœ]+)*"
_NAME = re.compile(
    rf"(?<![\w@/.#$'’-]){_CAPITAL}(?![\w@(/-]|['’](?!s\b)|\s?(?:::|=)|\.\w)|(?<=\b[ldLD]['’]){_CAPITAL}(?![\w@(/-])"
)
_LED = re.compile(rf"(?<![\w@/.-])({_CAPITAL}) \Z")
_WORD = re.compile(rf"{_CAPITAL}\Z")
_LINE = re.compile(rf"(?:^|\n)({_CAPITAL}) \Z")
"""What fills a line with a family name behind it."""
_GOES_ON = re.compile(r"[ \xa0](?:[A-ZÀ-Þ]|\d)")
_BEFORE = re.compile(r"([^\W\d_]+)[.'’]?[ \xa0-]\Z|([ldLD])['’]\Z")
"""The word before."""
_AROUND = 24
"""Characters before a name that tell what it belongs to."""
_BEGINS = re.compile(r"(?:^|[.!?…:\n«\"“(*•–—-]\s*)\Z")
_BORNE = frozenset(
    "saint sainte san santa santo st ste rue avenue av boulevard bd bld place allee impasse quai cours chemin"
    " route square passage pont porte parc stade gare metro station tour salle villa residence batiment immeuble"
    " lycee college ecole universite hopital clinique chu institut fondation musee theatre centre hotel restaurant"
    " chateau fort cap ile port mont lac lieu commune ville village prix ouragan tempete operation projet groupe"
    " societe maison maisons etablissements ets editions laboratoires street road lane drive court hall school"
    " hospital mount lake cape island hurricane storm project class import const let var".split()
)
"""What stands before names that people do not bear, plain."""
_TOLD_OF = frozenset(
    "le la les l un une des du ce cet cette ces mon ma mes ton ta tes son sa ses notre nos votre vos leur leurs chez"
    " the a an this that these those my your his her its our their at".split()
)
"""What stands before a thing or a company, and seldom before a family name, plain."""
_CUED = re.compile(
    r"\b(?:(?:ask(?:ed|ing)?|tell|told|telling|called|emailed|thank|remind|met|meet(?:ing)? with|reply to"
    r"|spe?a?o?k(?:e|ing)? (?:to|with)|talk(?:ed|ing)? (?:to|with)|shout(?:ed)? at|(?:e?mail|message) from"
    r"|work(?:s|ed|ing)? with|(?:my|our|his|her) (?:boss|manager|colleague|coworker|friend|wife|husband|son|daughter"
    r"|brother|sister|neighbou?r|assistant|intern)|dear|hi|hello|hey|thanks)"
    r"|(?:demande[rsz]?|dis|dire|dit|parl[eé]r?|r[ée]pon(?:d|ds|dre)|[ée]cri[rst]e?|rappelle[rz]?|transmet(?:s|tre)"
    r"|envoie|envoyer) [àa]|(?:voir|vu|parl[ée]|discut[ée]|boss[ée]|travaill[ée]) avec|appelle[rz]?|relance[rz]?"
    r"|pr[ée]vien[st]|remercie[rz]?|mail de|message de|coll[èe]gue|cheffe?|voisine?|fr[èe]re|s(?:œ|oe)ur|bonjour|salut"
    r"|slt|bjr|coucou|merci|d['’]apr[èe]s|selon) (?:(?:mr|mrs|ms|mme|m)\.? )?\Z",
    re.IGNORECASE,
)
"""After these, a first name in small letters is one too."""
_CUE = 48
"""Characters before a name in which they stand."""
_LOWER = re.compile(r"[a-zß-ÿœ]{3,20}+(?:-[a-zß-ÿœ]{2,20})?+(?![\w@(/.'’-]\w|[=:(])")
_ALSO = re.compile(r",? (?:et|and) ([a-zß-ÿœ]{3,20})(?![\w@(/'’-])")
_FEW = 16
"""Words that are faster found one by one."""
_SHORT = 2
"""Letters of what a compound begins with that says nothing (`D'`, `De-`)."""
_RUN = re.compile(r"[^\W\d_][a-zß-ÿœ]+|[A-ZÀ-Þ]{2,}")
_LETTERS = re.compile(r"[^\W\d_]+")
_SPACES = {code: " " for code in range(128) if not chr(code).isalpha()}
_MARKS = "«»“”‘’„–—…•·→°№\u00a0\u2009\u202f"
"""Marks beyond ASCII that stand beside names."""
_SMALL = re.compile(r"(?<![\w'’-])[a-zß-ÿœ]{3,}(?![\w'’-])")


class Gazetteer:
    """First and family names, in plain form; without any it finds nothing."""

    def __init__(self, first: Iterable[str], last: Iterable[str] = (), public: Container[str] = ()) -> None:
        """`public` are whole names that everybody may know, in plain form."""
        self._first = frozenset(map(plain, first))
        self._last = frozenset(map(plain, last))
        self._public = public
        self._pieces = frozenset(_piece(name) for name in self._first | self._last if " " not in name)

    def person(self, text: str, start: int, end: int) -> bool:
        """Whether what a pipeline takes for a place or a company is a first name, alone or with a family name."""
        value = text[start:end]
        first, _, last = value.partition(" ")
        if last and plain(last) not in self._last:
            return False
        alone = _WORD.match(first) is not None or value.islower()
        return alone and self._is_first(first) and _before(text, start) not in _BORNE

    def led(self, text: str, start: int) -> int:
        """Where a person's name begins that a pipeline begins here: at the first name right before it, if any."""
        before = _LED.search(text, max(0, start - _AROUND), start)
        return before.start(1) if before and self._is_first(before[1]) else start

    def holds(self, word: str) -> bool:
        """Whether a name of the lists stands in a word, between humps and signs."""
        return any(plain(run) in self._first or plain(run) in self._last for run in _RUN.findall(word))

    def missed(self, text: str, taken: Test) -> Iterator[Place]:
        """Names of the lists that stand in a text where nothing is `taken`.

        Most texts have no word of the lists, or few: only where such a word stands is looked at more closely.
        """
        said = plain(text)
        known = self._pieces.intersection(_apart(said).split())
        if not known:
            return
        begins = _begins(said, known)
        places = sorted({place for at in begins for place in _standing(text, at)})
        found = [place for place in places if self._is_one(text[slice(*place)]) and not taken(place)]
        found = [place for place in found if self._alone(text, *place) and self._own(text, *place)]
        small = set(_SMALL.findall(text)) if found else set[str]()
        yield from (_filled(text, *place) for place in found if text[slice(*place)].lower() not in small)
        yield from self._told(text, begins, taken)

    def _is_first(self, word: str) -> bool:
        """Whether a word is a first name, or a compound that begins with one (« Jean-Éric »)."""
        said = plain(word)
        return said in self._first or ("-" in said and said.partition("-")[0] in self._first)

    def _is_one(self, word: str) -> bool:
        return self._is_first(word) or plain(word) in self._last

    def _alone(self, text: str, start: int, end: int) -> bool:
        """Whether a word with a capital stands for itself, and not in a longer name or title."""
        before = _before(text, start)
        if before in _BORNE:
            return False
        if not self._is_first(text[start:end]) and (before in _TOLD_OF or _GOES_ON.match(text, end)):
            return False
        word = _BEFORE.search(text, max(0, start - _AROUND), start)
        if word is None or not (word[1] or "").istitle():
            return True
        begun = word.start(1)
        return _BEGINS.search(text[max(0, begun - 4) : begun]) is not None

    def _own(self, text: str, start: int, end: int) -> bool:
        """Whether no public name begins here (« Léonard de Vinci »)."""
        words = plain(text[start : end + _AROUND]).split()
        return not any(" ".join(words[:count]).rstrip(".,;:!?)»") in self._public for count in (2, 3, 4))

    def _told(self, text: str, begins: Iterable[int], taken: Test) -> Iterator[Place]:
        """First names in small letters after words that only people follow."""
        for begin in begins:
            if text[begin - 1 : begin] != " " or not text[begin].islower():
                continue
            name = _LOWER.match(text, begin)
            if name is None or _CUED.search(text, max(0, begin - _CUE), begin) is None:
                continue
            place: Place | None = name.span()
            while place is not None and text[place[0]].islower() and self._is_first(text[slice(*place)]):
                if not taken(place):
                    yield place
                more = _ALSO.match(text, place[1])
                place = more.span(1) if more else None


def _apart(said: str) -> str:
    """A plain text with spaces for all that is no letter: several times faster than a search for words."""
    for mark in _MARKS:
        said = said.replace(mark, " ")
    return said.translate(_SPACES)


def _piece(name: str) -> str:
    """The run of letters in a name that is looked for: the first, but no short one (`d'arcy`, `de-luca`)."""
    runs = _LETTERS.findall(name)
    return next((run for run in runs if len(run) > _SHORT), max(runs, key=len, default=name))


def _begins(said: str, words: Collection[str]) -> list[int]:
    """Where some plain words stand, in order. Few are looked for each by itself, many in one walk."""
    if len(words) > _FEW:
        return [match.start() for match in _LETTERS.finditer(said) if match.group() in words]
    return sorted({match.start() for word in words for match in re.finditer(re.escape(word), said)})


def _standing(text: str, at: int) -> Iterator[Place]:
    """The name with a capital that begins at a place, or in which it stands behind a short beginning."""
    for begin in range(at, max(at - _SHORT - 2, -1), -1):
        if text[begin].isupper() and (match := _NAME.match(text, begin)) is not None and match.end() > at:
            yield match.span()
            return
        if begin < at and text[begin].isspace():
            return


def _before(text: str, start: int) -> str:
    """The word before a place, plain; none where the place begins a line, a bracket or a clause."""
    word = _BEFORE.search(text, max(0, start - _AROUND), start)
    return plain(word[1] or word[2]) if word else ""


def _filled(text: str, start: int, end: int) -> Place:
    """The same place, or the whole line when one more word with a capital fills it."""
    before = _LINE.search(text, max(0, start - _AROUND), start) if text[end : end + 1] in ("", "\n") else None
    return (before.start(1) if before else start), end
