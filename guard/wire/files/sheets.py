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
    for cell in row:
        kind = cell.get("t", "n")
        for part in cell:
            text = part.text or ""
            match xml.local(part):
                case "v" if kind == "s" and text.isascii() and text.isdigit() and int(text) < len(shared):
                    used.add(int(text))
                    yield shared[int(text)]
                case "v":
                    yield _number(text) if kind == "n" else text
                case "is":
                    yield xml.text(part).strip()
                case _:
                    yield xml.text(part)


def _number(literal: str) -> str:
    if "e" not in literal.lower():
        return literal
    try:
        number = Decimal(literal)
    except InvalidOperation:
        return literal
    return f"{number:f}" if abs(number.adjusted()) <= _LONGEST else literal
