"""A host pattern of a service's rule file and a host name -> whether the one stands for the other.

`*.example.com` is every name below example.com; a * elsewhere is one or more characters of one label, as in
`ai.*.example.com` or `*-ai.example.com`. Patterns are compared with each other by reading one of them as a name.
"""

import re
from functools import lru_cache


def covers(pattern: str, name: str) -> bool:
    """True when the pattern stands for the name; both in lower case."""
    return name == pattern if "*" not in pattern else _regex(pattern).fullmatch(name) is not None


@lru_cache(maxsize=1024)
def _regex(pattern: str) -> re.Pattern[str]:
    below = r"[^/]+\." if pattern.startswith("*.") else ""
    rest = pattern[2:] if below else pattern
    return re.compile(below + re.escape(rest).replace(r"\*", r"[^./]+"))
