"""A text -> the stretches of source code in it, by the shape of lines: no model, linear time (RE2).

A stretch is a fenced block with at least one line that has the shape of code, or at least three such lines on end
(lines in between that could be either, such as a lone brace or a comment, belong to it when code follows).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import re2

from guard.errors import DetectError

_LEAST = 3
"""Lines of code that make a stretch."""
_BETWEEN = 2
"""Lines in between that could be either."""
_LONGEST = 400
"""Characters of a line that are looked at."""
_FENCE = r"^\s{0,3}(?:```|~~~)"
_MARKUP = r"^\s*</?[a-zA-Z][\w:-]*(?:\s+[\w:@.-]+(?:=(?:\"[^\"]*\"|'[^']*'|\{[^}]*\}))?)*\s*/?>"
_SHAPES = (
    # Python, Ruby
    r"(?:async )?def \w+[\w.?!]*\s*(?:\(.*|$)",
    r"class \w+(?:\(.*\))?:\s*$|class \w+(?: < [\w:]+)?$|class \w+.*\{\s*$",
    r"(?:from [\w.]+ )?import [\w.*{},\s]+(?: as \w+)?;?$|from ['\"\w.]+ import .+",
    r"(?:if|elif|for|while|with|except|else|try|finally)\b[^.?!]*:\s*(?:#.*)?$",
    r"(?:return|yield|raise|await|assert)\b(?:\s+[\w.\[\]()\"'{}+*/, =<>&|!:-]+)?;$",
    r"(?:return|raise|yield) [\w.]*[(\[{\"'].*|return (?:None|True|False|self\b.*|\w+[.\[(].*)$",
    r"return [\w.]+;?$",
    r"@\w[\w.]*(?:\(.*\))?$",
    r"require(?:_relative)? ['\"].*|puts \S.*|end$",
    # JavaScript, TypeScript
    r"(?:export |default |declare )*(?:const|let|var) [\w{\[].*=.*|(?:export )?(?:async )?function\b.*\(.*",
    r"(?:export )?(?:interface|type|enum|namespace) \w+.*[{=].*|.*=>\s*[{(\w].*[;{(,)]?$",
    # Java, C#, C, C++, Go, PHP, Rust
    r"(?:public|private|protected|internal|static|final|abstract|override|virtual)\b.*[({;]\s*$",
    r"(?:package|using|namespace|use|mod) [\w.:\\]+\s*[;{]?$|import \(|import [\w.\"/]+;?$",
    r"#\s*(?:include|define|ifdef|ifndef|endif|pragma)\b.*|#!/.*",
    r"func (?:\([^)]*\) )?\w*\(.*|(?:pub )?fn \w+.*\(.*|\w+(?:, \w+)* := .+",
    r"<\?php.*|\$\w+\s*(?:->|=|\[).*;?$|(?:echo|print) .*;$",
    r"(?:if|for|while|switch|foreach|catch|else if)\s*\(.*\)\s*\{?.*$|\}?\s*else\s*\{|\}\s*(?:catch|finally|while).*",
    r"(?:[\w:<>*&\[\]]+\s+)+\*?\w+\s*\([^)]*\)\s*(?:const\s*)?\{\s*$",
    r"(?:int|char|float|double|bool|boolean|long|void|string|String|auto|size_t|unsigned|var)\b[\s*&<>\[\]\w]*[=;({].*",
    # SQL, shell, CSS
    r"(?:SELECT\b.+\bFROM\b|INSERT INTO\b|UPDATE \S+ SET\b|DELETE FROM\b|CREATE (?:TABLE|INDEX|VIEW)\b"
    r"|ALTER TABLE\b|(?:LEFT |INNER )?JOIN \S+ .*\bON\b|(?:WHERE|GROUP BY|ORDER BY|HAVING) \S).*",
    r"(?:\$ )?(?:sudo|export|cd|chmod|curl|git|docker|kubectl|pip|npm|apt-get|echo|grep|mkdir) [-\w./$\"'=:]+.*"
    r"(?:--?\w|[|&>$\"=]|/).*|fi$|done$|esac$|(?:if|while) \[.*",
    r"[.#@&]?[\w-]+(?:[ ,.:>#]+[\w-]+)*\s*\{\s*$|[a-z-]+:\s*[^;.?!]{1,80};$",
    # any: calls, assignments, ends of statements
    r"[\w.$>\[\]'\"-]+\([^.?!]*\)\s*(?:;|\{|\.|,)?\s*(?://.*|#.*)?$",
    r"(?:self|this)[.\w\[\]>-]+\s*[-+*/|&]?=.*|[\w.\[\]$]+\s*(?:[-+*/|&^%]|>>|<<)?=\s*[^=\s].*[;)\]}\"'0-9]$",
    r".*[)\]}\w\"']\s*;\s*(?://.*)?$|.*[)\w=]\s*\{\s*$",
)
_EITHER = r"^\s*(?:[\])}{(\[;,]*|(?://|/\*|\*|--|#[ #]).*|#|\"\"\".*|[\w.\"'*-]+,|[\])}]+[;,)]*)\s*$"
_PROSE = r"(?:\pL+(?:['’]\pL+)?,? ){5}\pL+(?:[ ,.?!]|$)"
"""Six words on end with nothing but spaces and commas between them."""
_STRONG = r"[;{}]\s*$|^\s*(?:def|class|import|from|return|const|let|var|func|public|private|SELECT|INSERT)\b"


@dataclass(frozen=True, slots=True)
class _Line:
    start: int
    end: int
    """Without its line break."""
    shape: str
    """`code`, `either`, `prose` or `fence`."""


def stretches(text: str) -> Iterator[tuple[int, int]]:
    """Start and end (characters, end excluded) of each stretch of code."""
    lines = list(_lines(text))
    at = 0
    while at < len(lines):
        first = at
        if lines[at].shape == "fence":
            at = next((n for n in range(first + 1, len(lines)) if lines[n].shape == "fence"), len(lines)) + 1
            inside = lines[first + 1 : at - 1]
            if any(line.shape == "code" for line in inside):
                yield inside[0].start, inside[-1].end
            continue
        code = _run(lines, first)
        if len(code) >= _LEAST:
            yield lines[first].start, lines[code[-1]].end
        at = code[-1] + 1 if code else first + 1


def _run(lines: Sequence[_Line], at: int) -> list[int]:
    """The lines of code from here on, with few in between that could be either."""
    code: list[int] = []
    while at < len(lines) and lines[at].shape in ("code", "either") and at - (code[-1] if code else at) <= _BETWEEN + 1:
        if lines[at].shape == "code":
            code.append(at)
        elif not code:
            break
        at += 1
    return code


def _lines(text: str) -> Iterator[_Line]:
    at = 0
    for line in text.split("\n"):
        body = line.rstrip("\r")
        yield _Line(at, at + len(body), _shape(body[:_LONGEST]))
        at += len(line) + 1


def _together() -> "re2.Set":
    """All shapes in one automaton; the last always matches, because a Set that runs out of memory says nothing."""
    together = re2.Set.SearchSet()
    for shape in (_FENCE, _EITHER, _PROSE, _STRONG, _MARKUP, *(rf"^\s*(?:{shape})" for shape in _SHAPES), ""):
        together.Add(shape)
    together.Compile()
    return together


_SET = _together()


def _shape(line: str) -> str:
    if not line or line.isspace():
        return "either"
    hits = _SET.Match(line.encode("utf-8", "replace"))
    if len(_SHAPES) + 5 not in hits:
        raise DetectError("internal", "the shapes of code could not be looked for")
    fence, either, prose, strong = (number in hits for number in range(4))
    if fence or either:
        return "fence" if fence else "either"
    if prose and not strong:
        return "prose"
    return "code" if len(hits) > 1 + prose + strong else "prose"
