"""A text -> the same text as a reader's eye or a machine would take it: nothing invisible, escapes undone.

What is undone here changes nothing that honest text says, so findings of every rule count. Each round takes off one
layer; a text with more layers than `_ROUNDS` is not clean but unread.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from html import unescape

from guard.detect.views import Change, View, changed, excerpts, fast, plainly

_ROUNDS = 6
"""Layers of escapes that are taken off."""
_RLO = re.compile("\u202e([^\n\u202c\u202e]{1,4096})\u202c?")
"""Right-to-left override: what follows is shown backwards, up to its end or the line's."""
_SPACES = re.compile("[\u00a0\u2000-\u202f]")
"""Spaces that rules know; others become ordinary ones."""
_MARKS = ((0x300, 0x36F), (0x483, 0x489), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF), (0x20D0, 0x20FF), (0xFE20, 0xFE2F))
"""Blocks of combining marks that sit on Latin letters and digits. Marks of other scripts are letters' parts there."""
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Characters that count as letters or symbols and show nothing."""
_LAYERS: tuple[tuple[str, str], ...] = (
    ("%", r"(?P<percent>(?:%[0-7][0-9A-Fa-f])+)|(?P<percents>(?:%[89A-Fa-f][0-9A-Fa-f])+)"),
    ("&", r"(?P<entity>&(?:\#[0-9]{1,7};?|\#[xX][0-9A-Fa-f]{1,6};?|[A-Za-z][A-Za-z0-9]{1,31};))"),
    (
        "\\",
        r"(?P<u>(?P<ub>\\{1,8})u[0-9A-Fa-f]{4}(?:(?P=ub)u[0-9A-Fa-f]{4})*)"
        r"|(?P<x>(?P<xb>\\{1,8})x[0-9A-Fa-f]{2}(?:(?P=xb)x[0-9A-Fa-f]{2})*)"
        r"|(?P<octal>(?:\\[0-3][0-7]{2}){3,})"
        r"|(?P<code>\\{1,8}(?:u\{[0-9A-Fa-f]{1,6}\}|U[0-9A-Fa-f]{8}))"
        # only before a word, whose beginning the escape's letter would hide
        r"|(?P<short>\\{1,8}(?:[nrt](?=[^\W_])|/))",
    ),
    ("=", r"(?P<soft>=\r?\n)|(?P<quoted>(?:=[0-9A-F]{2}){3,})"),
)
"""A character that some layer cannot do without, and the layer."""
_SHORT = {"n": "\n", "r": "\r", "t": "\t", "/": "/"}
_ESCAPED = fast(
    r"%[0-9A-Fa-f]{2}|&(?:#|[A-Za-z][A-Za-z0-9]{1,31};)|\\(?:[uUx][0-9A-Fa-f{]|[0-3][0-7]{2}\\|[nrt][0-9A-Za-z?]|/)"
    r"|=\r?\n|(?:=[0-9A-F]{2}){3}"
)


def unmasked(text: str) -> tuple[View | None, bool]:
    """The lines of a text that change when their masks are off; None when none does. And whether all layers are off."""
    plain = plainly(text)
    places = list(_ESCAPED(plain.shadow())) if any(char in text for char, _ in _LAYERS) else []
    if not _ordinary(text) and (odd := [char for char in set(text) if folded(char) != char]):
        places = sorted([*places, *(match.span() for match in re.finditer(f"[{re.escape(''.join(odd))}]+", text))])
    return _rounds(excerpts(plain, iter(places))) if places else (None, True)


def uncovered(view: View) -> tuple[View, bool]:
    """A whole view with its masks off, and whether all are."""
    after, whole = _rounds(view)
    return after, whole


def _rounds(view: View) -> tuple[View, bool]:
    for _ in range(_ROUNDS):
        after = _round(view)
        if after is None or after.text == view.text:
            return view, True
        view = after
    after = _round(view)
    return view, after is None or after.text == view.text


def _round(view: View) -> View | None:
    """One layer less; None when there is none."""
    if "\u202e" in view.text:
        draft = [(m.start(), m.end(), m[1][::-1], -1) for m in _RLO.finditer(view.text)]
        if draft:
            # the frame itself is not part of what is read backwards
            return changed(view, _reversed(view.text))
    pattern = _pattern(view.text)
    return changed(view, _changes(view.text, pattern)) if pattern is not None else None


def _reversed(text: str) -> Iterator[Change]:
    for match in _RLO.finditer(text):
        start, end = match.span(1)
        yield match.start(), start, "", 0
        yield start, end, match[1][::-1], -1
        yield end, match.end(), "", 0


def _pattern(text: str) -> re.Pattern[str] | None:
    """An expression for what can be undone in this text; None for most texts."""
    layers = [layer for char, layer in _LAYERS if char in text]
    odd = sorted(char for char in set(text) if folded(char) != char) if not _ordinary(text) else []
    dropped = "".join(char for char in odd if not folded(char))
    single = "".join(char for char in odd if len(folded(char)) == 1)
    longer = "".join(char for char in odd if len(folded(char)) > 1)
    layers += [f"(?P<{name}>[{re.escape(chars)}]{many})" for name, chars, many in (
        ("dropped", dropped, "+"), ("single", single, "+"), ("longer", longer, ""),
    ) if chars]  # fmt: skip
    return re.compile("|".join(layers)) if layers else None


_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1e\x7f]")


def _ordinary(text: str) -> bool:
    return text.isascii() and not _CONTROL.search(text)


def _changes(text: str, pattern: re.Pattern[str]) -> Iterator[Change]:
    for match in pattern.finditer(text):
        kind, said = match.lastgroup or "", match.group()
        # `lastgroup` is the last group closed: the outer one
        after, step = _undone(kind, said, match)
        if after != said:
            yield match.start(), match.end(), after, step


def _undone(kind: str, said: str, match: re.Match[str]) -> tuple[str, int]:
    """What stands behind a masked stretch, and how many characters each of its own stands for (0: not the same)."""
    if kind in ("single", "dropped", "longer"):
        return "".join(map(folded, said)), int(kind == "single")
    if kind == "entity":
        return unescape(said if said.endswith(";") else f"{said};"), 0
    if kind == "soft":
        return "", 0
    if kind == "short":
        return _SHORT[said[-1]], len(said)
    if kind in ("percent", "percents", "quoted"):
        after = bytes.fromhex(said.replace("%", "").replace("=", "")).decode("utf-8", "replace")
        return after, 3 if len(after) * 3 == len(said) else 0
    if kind == "octal":
        after = bytes(int(code, 8) for code in said.split("\\")[1:]).decode("utf-8", "replace")
        return after, 4 if len(after) * 4 == len(said) else 0
    if kind == "code":
        number = int(said.lstrip("\\")[1:].strip("{}"), 16)
        return (chr(number) if number < 0x110000 and not 0xD800 <= number < 0xE000 else said), 0
    return _escaped(said, kind, match.group("ub" if kind == "u" else "xb"))


def _escaped(said: str, kind: str, slashes: str) -> tuple[str, int]:
    digits = "".join(said.split(f"{slashes}{kind}"))
    size = 4 if kind == "u" else 2
    codes = [int(digits[at : at + size], 16) for at in range(0, len(digits), size)]
    after = "".join(map(chr, codes))
    if kind == "u" and any(0xD800 <= code < 0xE000 for code in codes):
        after = after.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return after, len(slashes) + 1 + size if len(after) == len(codes) else 0


@lru_cache(1 << 16)
def folded(char: str) -> str:
    """What a character is to the eye, when that is ASCII or nothing; else itself."""
    code = ord(char)
    if code < 0x80:
        return "" if _CONTROL.match(char) else char
    if 0xFF01 <= code <= 0xFF5E:
        return chr(code - 0xFEE0)
    if 0xE0020 <= code <= 0xE007E:
        return chr(code - 0xE0000)
    if 0x1F1E6 <= code <= 0x1F1FF:
        return chr(code - 0x1F1E6 + ord("A"))
    if _invisible(char, code):
        return ""
    if unicodedata.category(char) == "Zs":
        return char if _SPACES.match(char) else " "
    digit = unicodedata.digit(char, None)
    if digit is not None:
        return str(digit)
    base = unicodedata.normalize("NFKC", char)
    return base if base != char and base.isascii() and base.strip(" ().") else char


def _invisible(char: str, code: int) -> bool:
    return (
        char in _BLANK
        or unicodedata.category(char) == "Cf"
        or 0xFE00 <= code <= 0xFE0F
        or 0xE0000 <= code <= 0xE01EF
        or 0x180B <= code <= 0x180F
        or any(first <= code <= last for first, last in _MARKS)
    )
