"""Pieces of an answer -> the same with the person's own values back in it (laws 4 and 5).

Only the placeholders that this exchange sent are known here, each with the value that stood in this very request: what
the model invents, or remembers of somebody else, stays as it is. A piece waits only while it may still become a
placeholder, never longer than one.
"""

import json
from collections.abc import Mapping
from typing import Literal

from guard.redact.nesting import Nesting
from guard.redact.placeholders import Grammar, Token


class Restorer:
    """One text, fed in pieces cut anywhere."""

    def __init__(self, values: Mapping[Token, str], grammar: Grammar, kind: Literal["text", "json"] = "text") -> None:
        self._values = values
        self._grammar = grammar
        self._json = kind == "json"
        self._nesting = None if not self._json or all(map(_inner, values.values())) else Nesting()
        """Where some value must be escaped once for each string it stands in."""
        self._text = ""
        self._at = 0
        """Characters before this one have left; two of them stay, to look back at."""

    def feed(self, text: str) -> str:
        """What is certain so far."""
        self._text += text
        hold = self._grammar.held(self._text, self._at)
        return self._release(hold)

    def flush(self) -> str:
        """What was held back: no more text comes."""
        return self._release(len(self._text))

    def _release(self, end: int) -> str:
        out: list[str] = []
        at = self._at
        for start, stop, token in self._grammar.find(self._text, at):
            if stop > end:
                end = min(end, start)
                break
            out += [self._same(self._text[at:start]), self._value(token, self._text[start:stop])]
            at = stop
        out.append(self._same(self._text[at:end]))
        keep = max(0, end - 2)
        self._text, self._at = self._text[keep:], end - keep
        return "".join(out)

    def _same(self, text: str) -> str:
        """Text that leaves as it is."""
        if self._nesting is not None:
            self._nesting.feed(text)
        return text

    def _value(self, token: Token, written: str) -> str:
        value = self._values.get(token)
        if value is None:
            return self._same(written)
        if not self._json:
            return value
        # what was found in a JSON document is escaped as it stood there; what no such document can hold is not
        times = 1 if _inner(value) or self._nesting is None else max(1, self._nesting.depth)
        self._same(".")  # a string that begins with it holds no JSON
        for _ in range(times):
            value = json.dumps(value, ensure_ascii=False)[1:-1]
        return value


def _inner(value: str) -> bool:
    """Whether a value can stand in a JSON string as it is."""
    try:
        json.loads(f'"{value}"')
    except ValueError:
        return False
    return True
