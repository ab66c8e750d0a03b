"""The form of placeholders, and the forms that models bend them into; surrogates are one more form of the same.

`[[EMAIL_ADDRESS_1]]`: an entity, a number, two square brackets on each side. Models write them in lower or title case,
escape the underscores or the brackets (Markdown, HTML, URL, JSON), put a space for an underscore, or drop the brackets.
Whole brackets make any of these clear enough; without them only the exact capitals are taken, since `person 1` is plain
English.
"""

import regex

from guard.redact import surrogates

_UNDERSCORE = r"(?:\\{0,2}_|[ \u00a0\-]|%5[Ff])"
# a backslash before one bracket alone is the text's own: a path, a domain
_OPEN = r"(?:(?:\[|&#0{0,3}91;|&#[xX]0{0,3}5[bB];|&lsqb;|&lbrack;|%5[bB]|\\u005[bB]){2}|\\\[\\\[|\\\\\[\\\\\[)"
_CLOSE = r"(?:(?:\]|&#0{0,3}93;|&#[xX]0{0,3}5[dD];|&rsqb;|&rbrack;|%5[dD]|\\u005[dD]){2}|\\\]\\\]|\\\\\]\\\\\])"
_NUMBER = r"[1-9][0-9]{0,8}"
_ESCAPE = r"(?<=\\[nrtbf])"
"""JSON text has \\n and \\t before a word: the letter there is no part of it."""
_BORDERS = {
    "word": (r"(?<!\w)", r"(?![\w@])", ""),
    "mail": (r"(?<![\w.+\-])", r"(?!\w|[.\-]\w)", r"[.\-]?"),
    "digits": (r"(?<![\w.+\-])", r"(?!\w|[.\-]\d)", r"[.\-]?"),
}
"""What may not stand before and after a surrogate, for it is no part of a longer word, address or number; and what may
follow it while it is not certain yet that nothing forbidden does."""
OPENED = "[["
"""How a placeholder begins that is not bent."""
LONGEST = 160
"""Characters of the longest bent form: what a stream may hold back at most."""

type Token = tuple[str, int]
"""Entity and number."""


def write(entity: str, number: int) -> str:
    """The placeholder itself."""
    return f"[[{entity}_{number}]]"


def mask(entity: str) -> str:
    """What stands for a value that its reader may not see: no number, so that nothing can ever put it back."""
    return f"[[{entity}]]"


class Grammar:
    """Finds the placeholders of some entities, bent or not, and the surrogates of those that are written so."""

    def __init__(self, entities: frozenset[str], invented: frozenset[str] = frozenset()) -> None:
        names = sorted(entities, key=lambda name: (-len(name), name))
        loose = "|".join(_UNDERSCORE.join(map(regex.escape, name.split("_"))) for name in names)
        exact = "|".join(r"\\{0,2}_".join(map(regex.escape, name.split("_"))) for name in names)
        # a letter first: hundreds of names need not be tried after every bracket
        whole = rf"{_OPEN} ?(?=[A-Za-z])(?P<name>(?i:{loose})){_UNDERSCORE}(?P<number>{_NUMBER}) ?{_CLOSE}"
        # JSON text has \n and \t before a word: the letter there is no part of it
        bare = rf"(?:(?<![A-Za-z0-9_])|(?<=\\[nrtbf]))(?P<bare>{exact})\\{{0,2}}_(?P<digits>{_NUMBER})"
        kinds = [(name, kind) for name, kind in surrogates.KINDS.items() if name in invented]
        told = ended = ""
        for name, kind in kinds:
            before, after, unsure = _BORDERS[kind.form]
            one = rf"|(?:{before}|{_ESCAPE})(?P<is_{name}>(?i:{kind.pattern}))"
            told, ended = told + one + unsure, ended + one + after
        self.entities = entities
        self._invented = [name for name, _ in kinds]
        self._none = not entities
        self._complete = regex.compile(rf"{whole}|{bare}(?![A-Za-z0-9]|\\{{0,2}}_){ended}")
        self._begun = regex.compile(rf"{whole}|{bare}\\{{0,2}}{told}")
        self._starts = frozenset("[\\&%") | frozenset(name[0] for name in names)
        if kinds:
            self._starts |= frozenset("+0129bdgkmptzBDGKMPTZ")

    def find(self, text: str, at: int = 0) -> "list[tuple[int, int, Token]]":
        """(start, end, token) of each, in order; the characters before `at` are only looked back at."""
        if self._none:
            return []
        found = ((m.start(), m.end(), self._token(m)) for m in self._complete.finditer(text, at))
        return [(start, end, token) for start, end, token in found if token is not None]

    def held(self, text: str, at: int) -> int:
        """Where the text ends in what may yet become a placeholder, or another one; else its length."""
        if self._none:
            return len(text)
        for index in range(max(at, len(text) - LONGEST), len(text)):
            if text[index] in self._starts:
                match = self._begun.fullmatch(text, index, partial=True)
                if match and (match.partial or match["bare"] or self._of(match)):
                    return index
        return len(text)

    def _of(self, match: "regex.Match[str]") -> str | None:
        """The entity of a surrogate."""
        return next((name for name in self._invented if match[f"is_{name}"]), None)

    def _token(self, match: "regex.Match[str]") -> Token | None:
        if entity := self._of(match):
            number = surrogates.read(entity, match[f"is_{entity}"])
            return (entity, number) if number else None
        name = match["name"] or match["bare"]
        words = regex.split(_UNDERSCORE, name)
        return "_".join(words).upper(), int(match["number"] or match["digits"])
