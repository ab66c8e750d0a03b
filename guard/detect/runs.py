"""A text -> lines in which values that were taken apart or turned round stand together again (Lines).

Separators removed (`4 1 1 1 …`, `F-R-7-6`), numbers in words, strings concatenated in code, look-alike letters of other
scripts, rot13, mirrored text. Any digits can make a number once they are put together, so a value with a checksum
counts only when it is the whole line, is hard to come by through chance, and was taken apart evenly; a known prefix
counts anywhere.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from random import Random

from guard.detect.numerals import HINT, NUMERAL, digits
from guard.detect.views import Draft, View, fast
from guard.rules import checksums

_LEAST, _MOST = 11, 300
"""Letters and digits of a line: no checksummed identifier has fewer, and no key that is turned round has more."""
_GROUPED = 64
"""The most of a value that is written in groups."""
_FEW = 40
"""Different characters of other scripts in a text of one's own language."""
_TABLE = 12
"""Lines cut out of one run from which it is a table, and its rows are no cards."""
_MARK = r"</?[A-Za-z]{1,8}>|/\*\*/|[^\w\s<>]|[_<>]"
_GAP = rf"(?:{_MARK}|\s){{1,4}}"
_SEPARATOR = re.compile(r"\r?\n|, |; |\t|[|,;]|  +")
"""What stands between values more than within one."""
_NEWLINE = re.compile(r"\r?\n")
_FIGURES = re.compile(rf"\b[0-9]{{1,6}}(?:{_GAP}[0-9]{{1,6}}\b){{2,}}")
_PIECE = r"(?:[0-9]{1,6}|[A-Z0-9]{1,5}|[a-z]|[a-z][0-9]{1,4})"
_LOOSE = rf"[A-Za-z0-9]{{1,4}}(?:{_MARK})(?:{_MARK}|\s){{0,3}}"
_RUN = fast(
    rf"(?:\A|[^A-Za-z0-9])(?P<value>(?:{_PIECE}{_GAP}|{_LOOSE}){{2,}}(?:{_PIECE}|{_LOOSE}[A-Za-z0-9]{{1,4}}))"
    r"(?:[^A-Za-z0-9]|\z)"
)
_SPELT = r"(?:[A-Za-z]|(?-i:[A-Z]{2}))"
_WORDED = re.compile(
    rf"\b(?:{NUMERAL}|[0-9]{{1,6}}|{_SPELT})(?:{_GAP}(?:{NUMERAL}|[0-9]{{1,6}}|{_SPELT})\b){{4,}}", re.I
)
_SPOKEN_RUN = fast(HINT)
_TOKEN = re.compile(r"</?[A-Za-z]{1,8}>|[A-Za-z0-9]+")
_TAG = re.compile(r"</?[A-Za-z]{1,8}>")
_SPOKEN = re.compile(rf"</?[A-Za-z]{{1,8}}>|\b{NUMERAL}\b|[A-Za-z0-9]+", re.I)
_STRING = r"""["'`][^"'`\n\\]{1,80}["'`]"""
_KEYISH = r"[A-Za-z0-9_+/.-]"
_LINE_END = r"\\?\r?\n[ \t]{0,16}(?:[>|#\"'][ \t]{0,2}){0,2}"
_BROKEN = fast(
    rf"(?:\A|[^A-Za-z0-9_+/.-])(?P<value>{_KEYISH}{{4,200}}(?:{_LINE_END}{_KEYISH}{{4,200}}){{1,4}})"
    r"(?:[^A-Za-z0-9_+/=:(-]|\z)"
)
"""What a line's end may have broken in two; what a sign gives a value on the next line begins something else."""
_SAID = fast(rf"{_STRING}(?:\s{{0,24}}(?:[+.&,~|\\]\s{{0,24}}){{0,2}}{_STRING})+")
_QUOTED = re.compile(r"""(["'`])([^"'`\n\\]{1,80})\1""")
_MIXED = fast(r"[A-Za-z0-9+/_-]{15,}")
_KEY = re.compile(rf"{_KEYISH}{{4,}}")
_BORDERED = re.compile("(?:[^\\s\x1f]{1,64} ?\x1f+ ?)+[^\\s\x1f]{1,64}")
_WITHIN = re.compile("[^\x1f ]+")
_VISIBLE = re.compile(r"\S+")
_WORD = fast(r"[^\s,;\"'()]*[0-9][^\s,;\"'()]*")
_BACKWARDS = fast(r"(?i)revers|envers|backward|mirror|miroir|rebours")
_ROT13 = str.maketrans(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", "NOPQRSTUVWXYZABCDEFGHIJKLMnopqrstuvwxyzabcdefghijklm"
)
_ALIKE = {
    ord(char): ord(latin)
    for chars, latins in (
        ("АВЕЗКМНОРСТУХІЈЅԀԌԚԜҮ", "ABE3KMHOPCTYXIJSDGQWY"),
        ("аеорсухіјѕһԁԛԝѡвкмнтгпбӏ", "aeopcyxijshdqwwbkmhtrn6l"),
        ("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX"),
        ("αβγεικνορτυχω", "abyeiKvoptuxw"),
        ("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ", "abcdefghijklmnoprstuvwyz"),
        ("օսցհոⲟ", "ougḣno".replace("ḣ", "h")),
    )
    for char, latin in zip(chars, latins, strict=True)
}
"""Letters of other scripts that pass for Latin ones."""


class Lines:
    """A view of lines."""

    def __init__(self, view: View, ends: Sequence[tuple[int, int, bool]]) -> None:
        self.view = view
        self._starts = [start for start, _, _ in ends]
        self._ends = ends

    def whole(self, start: int, end: int) -> bool:
        """Whether a span is a line, but for what is neither letter nor digit."""
        first, last, _ = self._line(start)
        text = self.view.text
        return not _TOKEN.search(text, first, start) and not _TOKEN.search(text, end, last)

    def even(self, start: int) -> bool:
        """Whether the line at this place was taken apart evenly."""
        return self._line(start)[2]

    def _line(self, at: int) -> tuple[int, int, bool]:
        return self._ends[bisect_right(self._starts, at) - 1]


class _Pen:
    """Lines in the making."""

    def __init__(self, below: View) -> None:
        self.draft = Draft(below)
        self.ends: list[tuple[int, int, bool]] = []

    def end(self, start: int, *, even: bool) -> None:
        """A line ends that began at this place of the draft."""
        if self.draft.length > start:
            self.ends.append((start, self.draft.length, even))
            self.draft.part()

    def copies(self, spans: Iterable[tuple[int, int]], *, even: bool) -> None:
        """A line of stretches of the text below."""
        start = self.draft.length
        for span in spans:
            self.draft.copy(*span)
        self.end(start, even=even)


def lines(view: View) -> Lines | None:
    """The lines of a text; None when it has none."""
    alike = skeleton(view)
    pen = _Pen(alike)
    shadow = alike.shadow()
    for start, end in _RUN(shadow):
        _split(pen, alike.text, start, end, _TOKEN)
    if next(_SPOKEN_RUN(shadow), None):
        for match in _WORDED.finditer(alike.text):
            _split(pen, alike.text, match.start(), match.end(), _SPOKEN)
    for start, end in _SAID(shadow):
        _concatenated(pen, alike.text, start, end)
    for start, end in _BROKEN(shadow) if "\n" in alike.text else ():
        _mended(pen, alike.text, start, end)
    _bordered(pen, alike.text)
    if alike is not view:
        _lookalikes(pen, view.text, alike.text, shadow)
    return Lines(pen.draft.view(), pen.ends) if pen.ends else None


def concatenations(view: View) -> Lines | None:
    """Only the strings that code puts together: blobs may be parted in them; None when there are none."""
    pen = _Pen(view)
    for start, end in _SAID(view.shadow()):
        _concatenated(pen, view.text, start, end)
    return Lines(pen.draft.view(), pen.ends) if pen.ends else None


def turned(view: View) -> Lines | None:
    """Mixed letters and digits, and lines made of them, read backwards and by rot13; None when there are none."""
    pen = _Pen(view)
    shadow = view.shadow()
    backwards = next(_BACKWARDS(shadow), None) is not None
    for start, end in _MIXED(shadow):
        token = view.text[start:end]
        if end - start > _MOST or not (any(map(str.isdigit, token)) or token.isupper()):
            continue
        letters = any(map(str.isalpha, token))
        for turn in (True, False) if letters else (True,) if backwards else ():
            at = pen.draft.length
            if turn:
                pen.draft.mirror(start, end)
            else:
                pen.draft.add(token.translate(_ROT13), start, end, 1)
            pen.end(at, even=True)
    return Lines(pen.draft.view(), pen.ends) if pen.ends else None


def skeleton(view: View) -> View:
    """A view with Latin letters for those that look like them; the same view when there are none."""
    if view.text.isascii():
        return view
    text = view.text
    foreign = [char for char in set(text) if _SKELETON[ord(char)] != ord(char)]
    if len(foreign) > _FEW:
        text = text.translate(_SKELETON)
    for char in foreign[:_FEW]:  # several times faster than a translation
        text = text.replace(char, chr(_SKELETON[ord(char)]))
    if text == view.text:
        return view
    draft = Draft(view)
    draft.add(text, 0, len(text), 1)
    return draft.view()


class _Skeleton(dict[int, int]):
    def __missing__(self, code: int) -> int:
        base = unicodedata.normalize("NFD", chr(code))[0]
        alike = _ALIKE.get(ord(base), ord(base))
        self[code] = alike if alike < 0x80 else code
        return self[code]


_SKELETON = _Skeleton()


def _split(pen: _Pen, text: str, start: int, end: int, token: re.Pattern[str]) -> None:
    """A run as one line, and cut where values usually end."""
    run = text[start:end]
    if token is _TOKEN and sum(map(str.isalnum, run)) < _LEAST:
        return
    if sum(map(str.isdigit, run)) < 4 and token is _TOKEN and not _TAG.sub("", run).isupper():
        return
    cuts = [(start, end)]
    if len(run) > 2 * _LEAST:
        for edge in (_NEWLINE, _SEPARATOR):
            if found := list(edge.finditer(text, start, end)):
                edges = [start, *(place for match in found for place in match.span()), end]
                cuts += [(edges[at], edges[at + 1]) for at in range(0, len(edges), 2)]
    if token is _TOKEN:
        cuts += [match.span() for match in _FIGURES.finditer(text, start, end) if match.span() != (start, end)]
    cuts = [(first, last) for first, last in dict.fromkeys(cuts) if last - first >= _LEAST]
    for first, last in cuts:
        if last - first > _GROUPED and _endless(text[first:last]):
            continue
        tokens = [match for match in token.finditer(text, first, last) if match.group()[0] != "<"]
        length = sum(len(match.group()) for match in tokens)
        if len(tokens) < 2 or length < _LEAST or (token is _TOKEN and length > _GROUPED and length > 2 * len(tokens)):
            continue  # one value in groups has fewer characters
        _write(pen, text, tokens, spoken=token is _SPOKEN, table=len(cuts) > _TABLE)


def _endless(run: str) -> bool:
    """Whether there are only digits, and more than any number has: it would have to be all of the line."""
    return not any(map(str.isalpha, run)) and sum(map(str.isdigit, run)) > _GROUPED


def _write(pen: _Pen, text: str, tokens: list[re.Match[str]], *, spoken: bool, table: bool) -> None:
    sizes = {len(match.group()) for match in tokens[:-1]}
    spoken = spoken and any(_spoken(match.group()) for match in tokens)
    even = spoken or (len(sizes) == 1 and len(tokens[-1].group()) <= max(sizes) and not table)
    if not (even or any(map(str.isalpha, text[tokens[0].start() : tokens[-1].end()]))):
        return

    start = pen.draft.length
    for match in tokens:
        said = match.group()
        if spoken and _spoken(said):
            pen.draft.add(digits(said), match.start(), match.end(), 0)
        else:
            pen.draft.copy(match.start(), match.end())
    pen.end(start, even=even)
    between = text[tokens[0].start() : tokens[-1].end()]
    spelled = len(between) > 2 * _LEAST and sum(map(len, between.split())) < 2 * len(between.split())
    if not spoken and spelled and ("-" in between or "_" in between):
        visible = _VISIBLE.finditer(text, tokens[0].start(), tokens[-1].end())
        pen.copies((match.span() for match in visible), even=False)


def _spoken(said: str) -> bool:
    return len(said) > 1 and not said[0].isdigit() and re.fullmatch(NUMERAL, said, re.I) is not None


def _concatenated(pen: _Pen, text: str, start: int, end: int) -> None:
    """Strings that code puts together."""
    spans = [piece.span(2) for piece in _QUOTED.finditer(text, start, end)]
    said = "".join(text[first:last] for first, last in spans)
    if len(spans) > 1 and len(said) >= _LEAST and " " not in said and any(map(str.isdigit, said)):
        pen.copies(spans, even=True)


def _mended(pen: _Pen, text: str, start: int, end: int) -> None:
    """A key that was broken at the ends of lines: each of its pieces has digits, or is in capitals."""
    pieces = [match.span() for match in _KEY.finditer(text, start, end)]
    for at in range(len(pieces) - 1):
        pair = pieces[at : at + 2]
        said = [text[first:last] for first, last in pair]
        if all(any(map(str.isdigit, piece)) or piece.isupper() for piece in said) and _mixed("".join(said)):
            pen.copies(pair, even=True)


def _mixed(said: str) -> bool:
    return any(map(str.isdigit, said)) and any(map(str.isalpha, said))


def _bordered(pen: _Pen, text: str) -> None:
    """What meets over the borders of segments."""
    for match in _BORDERED.finditer(text) if "\x1f" in text else ():
        parts = [part.span() for part in _WITHIN.finditer(text, *match.span())]
        pen.copies(parts, even=True)
        for at in range(len(parts) - 1) if len(parts) > 2 else ():
            pen.copies(parts[at : at + 2], even=True)
            pen.copies(parts[at : at + 3], even=True)


def _lookalikes(pen: _Pen, before: str, after: str, shadow: bytes) -> None:
    """Words with digits in them that change when their letters are Latin."""
    for first, last in _WORD(shadow):
        if _LEAST <= last - first <= _MOST and before[first:last] != after[first:last]:
            pen.copies([(first, last)], even=True)


# --- what proves ---------------------------------------------------------------------------------------------------

_SAMPLES = 200
_RARE, _SELDOM = 4, 14
"""Of `_SAMPLES` values with other digits, how many may pass a strong check (IBAN, NIR) and a fair one (cards)."""


def strength(checksum: str, value: str) -> int:
    """2 when chance hardly passes a check, 1 when it seldom does, 0 when a right value says little (phone numbers)."""
    return _strength(checksum, re.sub(r"[0-9]", "0", "".join(filter(str.isalnum, value)).upper()))


@lru_cache(4096)
def _strength(checksum: str, shape: str) -> int:
    check, chance = checksums.find(checksum), Random(shape)  # noqa: S311 - the same answer each time
    values = ("".join(str(chance.randrange(10)) if c == "0" else c for c in shape) for _ in range(_SAMPLES))
    passed = sum(map(check, values))
    return 2 if passed <= _RARE else 1 if passed <= _SELDOM else 0


def proofs(found: Iterator[tuple[int, int, str | None]], made: Lines) -> Iterator[int]:
    """Which of these count, by their position among them: start, end and the name of the check (None: a prefix)."""
    for index, (start, end, checksum) in enumerate(found):
        if checksum is None:
            yield index
        elif made.whole(start, end):
            grade = strength(checksum, made.view.text[start:end])
            letters = any(map(str.isalpha, made.view.text[start:end]))
            if (grade == 2 and letters) or (grade and made.even(start)):
                yield index
