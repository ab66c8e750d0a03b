"""`a=b&c=d` (a query, or a urlencoded body) -> segments of its names and values, and back with edits spliced in.

Names and values are read as WHATWG URL §5.1 does: `+` is a space, %XX a byte of UTF-8. All else stays to the byte.
"""

from collections.abc import Iterator, Mapping
from urllib.parse import quote_plus, unquote

from guard.errors import WireError
from guard.terms import Role, Segment
from guard.wire.prose import words


def read(text: str, place: str) -> Iterator[Segment]:
    """One segment for each name and value, undeclared unless it holds words; `place` begins their `where`."""
    for index, (name, value) in enumerate(_pairs(text)):
        if name:
            text = _plain(name)
            yield Segment(f"{place}:{index}/name", Role.OTHER, text, declared=words(text))
        if value:
            text = _plain(value)
            yield Segment(f"{place}:{index}/value", Role.OTHER, text, declared=words(text), hint=_plain(name))


def write(text: str, place: str, edits: Mapping[str, str]) -> str:
    """The text with some names and values changed."""
    pairs = []
    for index, (name, value) in enumerate(_pairs(text)):
        new_name, new_value = edits.get(f"{place}:{index}/name"), edits.get(f"{place}:{index}/value")
        pairs.append(
            (name if new_name is None else quote_plus(new_name), value if new_value is None else quote_plus(new_value))
        )
    return "&".join(name if value is None else f"{name}={value}" for name, value in pairs)


def _pairs(text: str) -> Iterator[tuple[str, str | None]]:
    for part in text.split("&"):
        name, equals, value = part.partition("=")
        yield name, value if equals else None


def _plain(text: str) -> str:
    return decoded(text.replace("+", " "))


def decoded(text: str) -> str:
    """Text of a URL without its percent-encoding; WireError(`url`) when its bytes are not UTF-8."""
    try:
        plain = unquote(text, errors="strict")
        plain.encode()
    except UnicodeError:
        raise WireError("url", "bytes in an address that are not UTF-8") from None
    return plain
