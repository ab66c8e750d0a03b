"""A piece of JSON text -> what it says, and where each of its characters stood."""

import re
from json import loads

_ESCAPE = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\[bfnrt\"\\/]")
"""Of JSON; a pair of halves is one character."""


def unescaped(text: str) -> tuple[str, list[int]]:
    """A piece of JSON text as people would read it, and where each of its characters, and its end, stood."""
    out: list[str] = []
    places: list[int] = []
    at = 0
    for match in _ESCAPE.finditer(text):
        out.append(text[at : match.start()])
        places += range(at, match.start())
        said = str(loads(f'"{match[0]}"'))
        out.append(said)
        places += [match.start()] * len(said)
        at = match.end()
    out.append(text[at:])
    places += range(at, len(text) + 1)
    return "".join(out), places
