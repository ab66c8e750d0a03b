"""What the programs that people use say in a prompt, beside what the person asks: agents send pages of instructions.

Their words leave like any others and are searched for what is confidential. But nobody asks for a use with them, and a
pipeline of names, which learned from people's texts, takes their commands and words of code for people.
"""

import re
from collections.abc import Callable

from guard.terms import Role, Segment

_INSTRUCTIONS = 2_000
"""Characters: a system prompt that a person writes is shorter; parts of Claude Code's have up to 20,000."""
_WRAPPED = re.compile(r"\s*<(\w+[-_ ]\w[\w -]*)>.*</\1>\s*\Z", re.DOTALL)
"""One element around all, with a name of several words, such as `<system-reminder>` and `<environment_context>`."""
_LONG = 1_000
"""Characters from which a text shows how it is written."""
_CAPITALS = 0.015
"""Share of capitals among the letters of a text whose names have them; prose has twice as many, hasty chat none."""
_SMALL = re.compile(r"(?<![\w'’-])[^\W\d_A-ZÀ-Þ]{2,}(?![\w'’-])")


def instructs(segment: Segment) -> bool:
    """Whether a program speaks here, and not the person or the makers of a small assistant."""
    if segment.role is Role.SYSTEM and len(segment.text) > _INSTRUCTIONS:
        return True
    return segment.role in (Role.SYSTEM, Role.USER) and _WRAPPED.match(segment.text) is not None


def ordinary(text: str) -> Callable[[int, int], bool]:
    """Tells of a place (characters, end excluded) that a long text in good order itself shows to be no name.

    There, a name has a capital, and one word that also stands in small letters is a word. A short text, or one that
    is written in small letters, shows nothing.
    """
    if len(text) < _LONG:
        return _unknown
    letters = sum(map(str.isalpha, text))
    if sum(map(str.isupper, text)) < _CAPITALS * letters:
        return _unknown
    small = set(_SMALL.findall(text))

    def told(start: int, end: int) -> bool:
        name = text[start:end]
        if not any(map(str.isupper, name)):
            return any(map(str.islower, name))
        return name.isalpha() and name.lower() in small

    return told


def _unknown(start: int, end: int) -> bool:
    return False
