"""JSON text, in pieces -> how deep in strings of strings its end is: a tool's argument may itself be a JSON document.

What is written there must be escaped once for each string it stands in. A string holds JSON when it begins as an object
or a list does; quotes in any other are words, and count for nothing.
"""

import re

_TOKEN = re.compile(r'(?P<escaped>\\*)"|(?P<space>\\+[nrt]|\s+)|[^\s"\\]+|\\+')


class Nesting:
    """The strings that are open."""

    def __init__(self) -> None:
        self._holds: list[bool | None] = []
        """For each open string, the outermost first, whether it holds JSON; None before it has begun."""
        self._waiting = ""
        """Backslashes at the end, which may belong to a quote."""

    @property
    def depth(self) -> int:
        """How many strings, one in the other, are open."""
        return len(self._holds)

    def feed(self, text: str) -> None:
        """More text, cut anywhere."""
        text = self._waiting + text
        whole = text.rstrip("\\")
        self._waiting = text[len(whole) :]
        for token in _TOKEN.finditer(whole):
            if token["escaped"] is not None:
                self._quote(0, len(token["escaped"]))
            elif self._holds and self._holds[-1] is None and token["space"] is None:
                self._holds[-1] = token[0][0] in "{["

    def _quote(self, level: int, backslashes: int) -> None:
        """A quote behind so many backslashes, as it stands in the text of the string number `level` (0: in none)."""
        if level == len(self._holds):
            if backslashes == 0:
                self._holds.append(None)
        elif backslashes % 2 == 0:
            del self._holds[level:]
        elif self._holds[level] is None:
            self._holds[level] = False
        elif self._holds[level]:
            self._quote(level + 1, backslashes // 2)
