"""A service's rule, and a path, a body or an answer -> the id of the conversation it belongs to.

Services keep the conversation and show it again; the id is what they tell one from another by.
"""

from collections.abc import Sequence
from functools import lru_cache

import re2

from guard.rules.schema import ServiceRule

_LONGEST = 128
"""Characters of an id."""


def conversation(rule: ServiceRule, *texts: str) -> str | None:
    """The id that the first of these texts names, by the first of the service's expressions that finds one."""
    for text in texts:
        for pattern in _patterns(tuple(rule.conversation)):
            if (found := pattern.search(text)) and found[1]:
                return str(found[1])[:_LONGEST]
    return None


@lru_cache(maxsize=256)
def _patterns(regexes: Sequence[str]) -> "tuple[re2._Regexp[str], ...]":
    return tuple(re2.compile(regex) for regex in regexes)
