"""The XML of an office document -> its text by paragraphs and rows, and the values of its attributes.

Runs of one paragraph stand together however they are formatted, deleted and hidden ones included. A document type or
an entity is refused: neither format has any (ECMA-376 part 2 §9.1.7), and they are how XML grows without bound.
"""

from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from guard.errors import WireError

_LINES = frozenset("p h tr row si br cr line-break table-row list-item comment pt is".split())
_CELLS = frozenset("c tc table-cell tab".split())
_RUNS = frozenset("r t s span a ins del delText moveFrom moveTo smartTag hyperlink sdt sdtContent fldSimple".split())
"""Elements whose text goes on into the next one's; any other with text of its own ends a line."""
_AUTHORS = frozenset({"creator", "lastModifiedBy", "initial-creator", "printed-by"})
"""Properties of Dublin Core, OOXML and OpenDocument."""
_DEPTH = 400
"""Elements in elements."""


def tree(data: bytes) -> Element:
    """The root element. WireError `corrupt-file` when it is none, `xml-entities` when it defines entities."""
    try:
        root: Element = fromstring(data, forbid_dtd=True)
    except DefusedXmlException:
        raise WireError("xml-entities", "XML with a document type") from None
    except (ParseError, ValueError, LookupError):
        raise WireError("corrupt-file", "XML that is broken") from None
    return root


def local(element: Element) -> str:
    """The name of an element without its namespace."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def text(root: Element) -> str:
    """All text under an element; a line for each paragraph or row, a tab between cells."""
    return "".join(_parts(root))


def _parts(root: Element) -> Iterator[str]:
    waiting: list[tuple[Element, Iterator[Element]]] = [(root, iter(root))]
    yield root.text or ""
    while waiting:
        element, children = waiting[-1]
        child = next(children, None)
        if child is not None:
            if len(waiting) >= _DEPTH:
                raise WireError("corrupt-file", "XML nested deeper than any document")
            yield child.text or ""
            waiting.append((child, iter(child)))
            continue
        waiting.pop()
        name = local(element)
        alone = name in _LINES or (name not in _RUNS and (element.text or "").strip())
        yield "\t" if name in _CELLS else " " if name == "s" else "\n" if alone else ""
        if waiting:
            yield element.tail or ""


def authors(root: Element) -> str:
    """Who wrote and who saved the document, taken out of the tree."""
    names = []
    for element in root.iter():
        if local(element) in _AUTHORS:
            names.append("".join(element.itertext()))
            for part in element.iter():
                part.text = None
    return "\n".join(names)


def attributes(root: Element) -> str:
    """Each value of an attribute once, one a line: addresses of links, names of sheets, alternative texts."""
    return "\n".join(dict.fromkeys(value for element in root.iter() for value in element.attrib.values() if value))
