"""A text -> the passages in which somebody may be named, short enough to be read quickly, each with its place.

A pipeline's cost grows with words, its tokenizer's with the square of a run of punctuation (10 kB of `=`: seconds). So
runs are blanked, in code and logs only what people write is left (comments, strings, lines with capitalised names), and
what remains is cut at paragraphs and sentences. A passage has a character for each character of the text: places hold.
"""

import re
from collections.abc import Iterator

import re2

from guard.detect.code import stretches

_MOST = 1200
"""Characters of a passage; a paragraph that is longer is cut at the end of a sentence, or else of a word."""
_RUNS = re2.compile(r"[^\s\pL\pN]{5,}")
"""Rules and borders."""
_UNBROKEN = re.compile(r"[^\s,;|:\"'()\[\]{}<>=]+")
_WORD, _CHUNK = 60, 1000
"""Characters of a word, and of words with nothing but separators between them, that hold no name: blobs."""
_CHUNKS = re.compile(r"\S+")
_LOG = re2.compile(
    r"^\s*(?:\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d|\d{1,3}(?:\.\d{1,3}){3} - |[A-Z][a-z]{2} +\d{1,2} \d\d:\d\d:\d\d "
    r"|\[?(?:TRACE|DEBUG|INFO|WARN(?:ING)?|ERROR|FATAL)\]?[ :])"
)
"""How a line of a log begins: ISO 8601, an access log's address, syslog's date, a level."""
_NAMED = re2.compile(
    r"\p{Lu}\p{Ll}+[ -]\p{Lu}[\pL'’-]+|\p{Lu}{2,} \p{Lu}\p{Ll}+|\b(?:M|Mme|Mlle|Mr|Mrs|Ms|Dr)\.? \p{Lu}"
)
"""Two words with capitals, or a title: what a line of code or of a log is read for."""
_SAID = re2.compile(r"#.*|//.*|--.*|/\*.*|<!--.*|^\s*\*.*|\"[^\"\n]*\"|'[^'\n]*'|`[^`\n]*`")
"""Comments and strings of a line of code."""
_SENTENCE = re.compile(r"[.!?…](?=\s)|\n")
_SPACE = re.compile(r"\s")
_LETTER = re.compile(r"[^\W\d_]")


def passages(text: str) -> list[tuple[int, str]]:
    """Where each passage begins, and its characters."""
    text = str(_RUNS.sub(lambda match: " " * len(match.group()), text.encode("utf-8", "replace").decode()))
    if any(len(chunk) >= _WORD for chunk in text.split()):
        text = _CHUNKS.sub(_readable, text)
    found = []
    for start, paragraph in _paragraphs(_without_code(text)):
        found += [(start + at, part) for at, part in _cut(paragraph) if _LETTER.search(part)]
    return found


def _readable(match: re.Match[str]) -> str:
    """What stands between two spaces, without its blobs."""
    chunk = match.group()
    if len(chunk) < _WORD:
        return chunk
    if len(chunk) >= _CHUNK:
        return " " * len(chunk)
    return _UNBROKEN.sub(lambda word: word.group() if len(word.group()) < _WORD else " " * len(word.group()), chunk)


def _without_code(text: str) -> str:
    pieces, last = [], 0
    for start, end in stretches(text):
        pieces += [text[last:start], *map(_code, text[start:end].splitlines(keepends=True))]
        last = end
    return "".join([*pieces, text[last:]])


def _code(line: str) -> str:
    """A line of code with its comments and strings alone, if they name somebody."""
    kept = [" "] * len(line)
    if _NAMED.search(line):
        for match in _SAID.finditer(line):
            kept[match.start() : match.end()] = match.group()
    return "".join(kept[:-1]) + "\n" if line.endswith("\n") else "".join(kept)


def _paragraphs(text: str) -> Iterator[tuple[int, str]]:
    """Lines on end, as long as they are no log's; a log's lines each for itself, when they name somebody."""
    at = begun = 0
    for line in text.splitlines(keepends=True):
        log = _LOG.search(line) is not None
        if log or line.isspace() or at - begun > _MOST:
            yield begun, text[begun:at]
            begun = at
        at += len(line)
        if log:
            if _NAMED.search(line):
                yield begun, line
            begun = at
    yield begun, text[begun:at]


def _cut(paragraph: str) -> Iterator[tuple[int, str]]:
    at = 0
    while len(paragraph) - at > _MOST:
        window = paragraph[at : at + _MOST]
        ends = [match.end() for match in _SENTENCE.finditer(window)] or [m.end() for m in _SPACE.finditer(window)]
        end = ends[-1] if ends else _MOST
        yield at, paragraph[at : at + end]
        at += end
    yield at, paragraph[at:]
