"""What the programs that people use say in a prompt, beside what the person asks: agents send pages of instructions.

Their words leave like any others and are searched for what is confidential. But nobody asks for a use with them, and a
pipeline of names, which learned from people's texts, takes their commands and words of code for people.
"""

import re
from collections.abc import Callable
from functools import cache

from guard.detect.code import stretches
from guard.terms import Role, Segment

_INSTRUCTIONS = 2_000
"""Characters: a system prompt that a person writes is shorter; parts of Claude Code's have up to 20,000."""
_WRAPPED = re.compile(r"\s*<(\w+[-_ ]\w[\w -]*)>.*</\1>\s*\Z", re.DOTALL)
"""One element around all, with a name of several words, such as `<system-reminder>` and `<environment_context>`."""
_LONG = 1_000
"""Characters from which a text shows how it is written."""
_CAPITALS = 0.015
"""Share of capitals among the letters of a text whose names have them; prose has twice as many, hasty chat none."""
_JOINED = "(?:de|di|da|du|le|la|del|des|van|von|mc|mac|fitz|ben|al|el|o|d|l)"
"""What is written together with the name it belongs to: McDonald, DeVito, LaFreniere."""
_WORD_OF_CODE = re.compile(rf"(?!(?i:{_JOINED})[A-Z])[a-zß-ÿ]{{2,}}[A-Z]\w*|\S*\d[A-Za-z]\S*\d\S*")
"""`getRevs`, `ft-AF1WoRqd3`: nobody's name in any text."""
_BESIDE_CODE = re.compile(r"[a-z][A-Z]\w*|[A-Z0-9]+(?:_[A-Z0-9]+)+|\w+[<(\[=]\S*")
"""`aYear`, `SMC_NLA_STATS`, `Promise<Blob`: elsewhere, a name may be written so (`jDurand`, `CV_DURAND`)."""
_HUMPS = re.compile(rf"(?!(?i:{_JOINED})[A-Z])[A-Z][a-z0-9]+(?:[A-Z][a-z0-9]*)+")
"""`MockInterceptor`: a word of code beside code."""
_TAG = re.compile(r"^[ \t]*(?:/\*)?\*+[ \t]+@$|^[ \t]*//[ \t]*@$", re.MULTILINE)
"""What stands before `param` in `* @param`."""
_OPENS = frozenset("([")
"""What stands right behind a word of code."""
_GENERIC = re.compile(r"\w<$")
_TYPE = re.compile(r"<(?:any|unknown|void|string|number|boolean|bool|int|float|str|object|[A-Z]\w*)[\[\]]*[,>|&]")
"""What follows a generic type's name, and no person's (« Ana<br> », `Ana <ana@…>`)."""
_DOES = re.compile(
    r"(?:(?:Mark|Grant|Chase|Bill|Skip|Rob|Sue|Pat)(?: tasks?)? (?:it|them|each|every|all|this|these|those|the|your|as"
    r"|tasks?)|Max (?:wait|time|length|size|number|tokens|retries|value|depth|count|results|lines|items|characters"
    r"|width|height|score|budget|of))\b"
)
"""A first name that is a verb or a measure here."""
_ASIDE = 40
"""Characters before a word that tell so."""
_SMALL = re.compile(r"(?<![\w'’-])[^\W\d_A-ZÀ-Þ]{2,}(?![\w'’-])")


def instructs(segment: Segment) -> bool:
    """Whether a program speaks here, and not the person or the makers of a small assistant."""
    if segment.role is Role.SYSTEM and len(segment.text) > _INSTRUCTIONS:
        return True
    return segment.role in (Role.SYSTEM, Role.USER) and _WRAPPED.match(segment.text) is not None


def ordinary(text: str, holds: Callable[[str], bool] = lambda _: False) -> Callable[[int, int], bool]:
    """Tells of a place (characters, end excluded) that what stands there is a word, of the text or of code, or a verb.

    `holds` says of a word that a known name stands in it (`cvDurand`): that is no word of code.

    In a long text in good order, a name has a capital, and one word that also stands in small letters is a word. A
    short text, or one that is written in small letters, shows nothing of that.
    """
    small = frozenset(_SMALL.findall(text)) if _orderly(text) else None
    code = cache(lambda: next(stretches(text), None) is not None)

    def told(start: int, end: int) -> bool:
        name = text[start:end]
        if _TYPE.match(text, end) or _DOES.match(text, start):
            return True
        coded = _WORD_OF_CODE.fullmatch(name) is not None or (_coded(text, start, end) and code())
        if coded and not holds(name):
            return True
        if small is None:
            return False
        if not any(map(str.isupper, name)):
            return any(map(str.islower, name))
        return name.isalpha() and name.lower() in small

    return told


def _orderly(text: str) -> bool:
    if len(text) < _LONG:
        return False
    letters = sum(map(str.isalpha, text))
    return sum(map(str.isupper, text)) >= _CAPITALS * letters


def _coded(text: str, start: int, end: int) -> bool:
    """Whether one word stands as a word of code would, were there code."""
    name = text[start:end]
    if (
        _HUMPS.fullmatch(name)
        or _BESIDE_CODE.fullmatch(name)
        or (name.islower() and _TAG.search(text, max(0, start - _ASIDE), start))
    ):
        return True
    return name.isalnum() and (
        text[end : end + 1] in _OPENS or _GENERIC.search(text, max(0, start - 2), start) is not None
    )
