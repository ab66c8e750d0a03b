"""Texts -> French, English, or no telling, by function words and accents. Code is no language."""

import re
from collections.abc import Iterable

import re2

from guard.terms import Lang

LIMIT = 1500
"""Characters looked at: more tell no more."""
_WORD = re.compile(r"(?<![\w/+@])[^\W\d_]++(?![\w/+@])(?:['’](?=[^\W\d_]))?")
"""A word; with its apostrophe when one ties it to the next: `l'` in l'IBAN, `don'` in don't."""
_FENCED = re.compile(r"```[^\n]*\n.*?(?:```|\Z)", re.DOTALL)
_CODE_LINE = re2.compile(
    rb"[{}]|;\s*$|[=!<>:]=|[=-]>|</|\w\.\w+\(|\w\((?:[\"'\d)]|\w{3,}\W)|^\s*(?:import|from|#include)\b"
    rb"|^\s*(?:(?:const|let|var|val|int|final)\s)?[\w.\[\]]+\s?=\s?\S"
)
"""Punctuation that prose does not have."""
_FRENCH = frozenset(
    """le la les un une des du de et est sont à au aux en dans pour par sur avec sans que qui quoi dont où ce cet cette
    ces mon ma mes ton ta tes son sa ses notre nos votre vos leur leurs je tu il elle nous vous ils elles on ne pas plus
    mais ou donc car si se me te lui y être avoir fait faire bonjour merci voici comment pourquoi quel quelle quels
    quelles très aussi bien tout tous toute toutes chez vers entre depuis écris écrire peux peut pouvez moi
    explique corrige traduis traduire donne aide besoin faut suis nos cela ça deja déjà rien""".split()
)
_ACCENTS = frozenset("éèêëàâçîïôûùœ")
_ELIDED = frozenset("l d j n c s m t qu jusqu lorsqu puisqu quelqu aujourd".split())
"""What stands before an apostrophe in French alone."""
_ENGLISH = frozenset(
    """the a an and is are was were be been to of in on at for by with without from that which who whom what where when
    why how this these those my your his her its our their i you he she it we they not no but or so if do does did have
    has had will would can could should may me him them us please hello hi thanks thank here there write make give as
    about into than then some any all very also just don can isn doesn won didn aren explain translate need help
    summarize fix""".split()
)


def guess(texts: Iterable[str]) -> Lang | None:
    """The language with more of its words; None when neither has."""
    french = english = 0.0
    left = LIMIT
    for text in texts:
        words = list(_words(text[:left]))
        tied = [word[:-1] for word in words if word[-1] in "'’"]
        french += sum(map(_FRENCH.__contains__, words)) + sum(map(_ELIDED.__contains__, tied))
        english += sum(map(_ENGLISH.__contains__, words)) + sum(map(_ENGLISH.__contains__, tied))
        if not text.isascii():
            french += 0.5 * sum(not _ACCENTS.isdisjoint(word) for word in words if word[-1] not in "'’")
        left -= len(text)
        if left <= 0:
            break
    if french == english:
        return None
    return Lang.FR if french > english else Lang.EN


def _words(text: str) -> Iterable[str]:
    """The words of prose, in lower case."""
    for line in _FENCED.sub("", text).split("\n"):
        if not _CODE_LINE.search(line.encode("utf-8", "replace")):
            yield from _WORD.findall(line.lower())
