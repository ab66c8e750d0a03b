"""The sheets of a workbook (SpreadsheetML, ECMA-376 part 1 §18) -> their rows, hidden ones included.

Cells name strings of a shared table by number; they are put in their place, so that a value stands beside its column's
words. Numbers are written out as Excel shows them, not as powers of ten.
"""

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from xml.etree.ElementTree import Element

from guard.wire.files import xml
from guard.wire.files.gathering import Gathering

_LONGEST = 40
"""A number of more digits before its point is a quantity."""
_WIDEST = 100
"""Columns up to which a cell's place is kept: a row of few cells must not become thousands of tabs."""


def strings(content: bytes) -> list[str]:
    """The shared strings, by number."""
    return [xml.text(item).strip() for item in xml.tree(content) if xml.local(item) == "si"]


def read(tables: list[tuple[str, bytes]], shared: list[str], out: Gathering) -> None:
    """Put the rows of each sheet in `out`, and the shared strings that no cell names."""
    used: set[int] = set()
    for name, content in tables:
        root = xml.tree(content)
        rows = ("\t".join(_cells(row, shared, used)) for row in root.iter() if xml.local(row) == "row")
        out.text(name, "\n".join(rows))
        rest = [child for child in root if xml.local(child) != "sheetData"]
        out.text(f"{name}+", "\n".join(xml.text(child) for child in rest))
        out.text(f"{name}@", xml.attributes(root) if len(content) < 2**20 else _outside(rest), declared=False)
    out.text("xl/sharedStrings.xml", "\n".join(text for number, text in enumerate(shared) if number not in used))


def _outside(elements: list[Element]) -> str:
    return "\n".join(xml.attributes(element) for element in elements)


def _cells(row: Element, shared: list[str], used: set[int]) -> Iterator[str]:
    width = 0
    for cell in row:
        place = _column(cell.get("r", "")) or width + 1
        for _ in range(width + 1, min(place, _WIDEST)):
            yield ""  # a cell that is left out is empty: what follows stands under its own heading
        width = max(width + 1, min(place, _WIDEST))
        parts = sorted(cell, key=lambda part: xml.local(part) == "f")  # its value, then the formula that gave it
        yield " ".join(_said(part, cell.get("t", "n"), shared, used) for part in parts)


def _said(part: Element, kind: str, shared: list[str], used: set[int]) -> str:
    text = part.text or ""
    match xml.local(part):
        case "v" if kind == "s" and text.isascii() and text.isdigit() and int(text) < len(shared):
            used.add(int(text))
            return shared[int(text)]
        case "v":
            return _number(text) if kind == "n" else text
        case _:
            return xml.text(part).strip()


def _column(reference: str) -> int:
    """The number of a cell's column, from 1, by its reference (`AB12` is 28); 0 when it has none."""
    number = 0
    for letter in reference.rstrip("0123456789")[:3].upper():
        if not "A" <= letter <= "Z":
            return 0
        number = 26 * number + ord(letter) - ord("A") + 1
    return number


def _number(literal: str) -> str:
    if "e" not in literal.lower():
        return literal
    try:
        number = Decimal(literal)
    except InvalidOperation:
        return literal
    return f"{number:f}" if abs(number.adjusted()) <= _LONGEST else literal
