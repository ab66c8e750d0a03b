"""PDF -> the text of its pages, every string of its other objects, and the files in it.

Notes, forms, bookmarks, properties, scripts and the addresses of links are strings of objects, whatever leads to them;
so all objects are looked at, and not only those that some page shows. What stands before the document, behind it and in
its comments is read too.
"""

import io
import re
from collections.abc import Iterator, Mapping
from xml.etree.ElementTree import Element

from pypdf import PageObject, PdfReader
from pypdf.errors import DependencyError, PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, StreamObject, TextStringObject

from guard.errors import WireError
from guard.wire.files import images, plain, xml
from guard.wire.files.gathering import Gathering

_PAGES = 1000
_OBJECTS = 100_000
_NESTED = 64
_SMALL = 24
"""Pixels: a picture less high or wide holds no line of text."""
_INLINE = re.compile(rb"(?:^|\s)BI\s([^>]{0,400}?)\sID\s", re.DOTALL)
_SIZE = re.compile(rb"/(?:W|Width|H|Height)\s+([0-9]{1,6})")
_BAD = re.compile("[\ufffd\ue000-\uf8ff]")
_UNREADABLE = 0.2
"""Share of characters without a meaning from which a page's text is none."""
_AUTHORS = ("/Author", "/Creator", "/Producer")
_COMMENT = re.compile(rb"(?:^|[\r\n])%([\x20-\x7e]{12,4000})")
_TEXT_STREAMS = frozenset({"/Metadata", "/JavaScript"})


def read(data: bytes, out: Gathering) -> str:
    """Put everything in `out`."""
    try:
        reader = PdfReader(io.BytesIO(data), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            raise WireError("encrypted-file", "a document with a password")
        if len(reader.pages) > _PAGES:
            raise WireError("too-large-file", "a document of more pages than the guard reads")
        pages = [page.extract_text() or "" for page in reader.pages]
        out.text("pages", "\n".join(pages))
        if any(_drawn_inline(page) for page in reader.pages):
            out.unread("image")
        if any(len(_BAD.findall(text)) > _UNREADABLE * max(len(text), 1) for text in pages):
            out.unread("unreadable-text")
        _objects(reader, out)
        _beside(data, out)
    except DependencyError:
        raise WireError("encrypted-file", "a document encrypted in a way the guard does not know") from None
    except PyPdfError:
        raise WireError("corrupt-file", "a PDF document that is broken") from None
    return "pdf"


def _beside(data: bytes, out: Gathering) -> None:
    """Bytes that are no part of the document (PDF 1.7 §7.5.2, §7.5.5, §7.2.4)."""
    before, _, rest = data.partition(b"%PDF-")
    _, end, after = rest.rpartition(b"%%EOF")
    if not end:
        after = b""
    said = [before, after, *_COMMENT.findall(data)]
    out.text("beside", "\n".join(text.decode("utf-8", "replace") for text in said), declared=False)


def _drawn_inline(page: PageObject) -> bool:
    """Whether a page has a picture written into its drawing (PDF 1.7 §8.9.7) that is large enough for words."""
    contents = page.get_contents()
    drawings = _INLINE.findall(contents.get_data()) if contents is not None else []
    sizes = [[int(size) for size in _SIZE.findall(drawing)] for drawing in drawings]
    return any(len(size) < 2 or min(size) >= _SMALL for size in sizes)


def _objects(reader: PdfReader, out: Gathering) -> None:
    strings: dict[str, None] = {}
    drawings: list[str] = []
    for value in [reader.trailer, *_all(reader)]:
        strings |= dict.fromkeys(_strings(value, 0))
        if isinstance(value, StreamObject) and value.get("/Subtype") == "/Form":
            # stamps and fields bring a drawing of their own, which no page names
            drawings.append(reader.pages[0].extract_xform_text(value) if reader.pages else "")  # type: ignore[arg-type]
        elif isinstance(value, StreamObject):
            _stream(value, out)
    out.text("drawings", "\n".join(drawings))
    info: Mapping[str, object] = reader.metadata or {}
    authors = [str(info[key]) for key in _AUTHORS if key in info]
    out.text("strings", "\n".join(text for text in strings if text not in authors))
    out.text("author", "\n".join(authors), declared=False)


def _all(reader: PdfReader) -> Iterator[object]:
    places = [(number, generation) for generation, table in reader.xref.items() for number in table]
    places += [(number, 0) for number in reader.xref_objStm]
    if len(places) > _OBJECTS:
        raise WireError("too-large-file", "a document of more objects than the guard reads")
    for number, generation in dict.fromkeys(places):
        if number and reader.xref.get(generation, {}).get(number, 1):
            yield reader.get_object(_reference(reader, number, generation))


def _reference(reader: PdfReader, number: int, generation: int) -> IndirectObject:
    return IndirectObject(number, generation, reader)


def _strings(value: object, depth: int) -> Iterator[str]:
    if depth > _NESTED:
        raise WireError("corrupt-file", "a PDF document nested deeper than any")
    if isinstance(value, TextStringObject):
        yield str(value)
    elif isinstance(value, ArrayObject):
        for item in list.__iter__(value):
            yield from _strings(item, depth + 1)
    elif isinstance(value, DictionaryObject):
        for key in value:
            yield from _strings(value.raw_get(key), depth + 1)


def _stream(stream: StreamObject, out: Gathering) -> None:
    kind, subtype = stream.get("/Type"), stream.get("/Subtype")
    if subtype == "/Image":
        _image(stream, out)
    elif kind == "/EmbeddedFile" or subtype == "/3D":
        data = stream.get_data()
        out.unpack(len(data))
        out.inside("enclosed", data)
    elif subtype in ("/Sound", "/Movie", "/RichMedia"):
        out.unread("media")
    elif kind in _TEXT_STREAMS or subtype == "/XML" or (kind is None and subtype is None):
        _script(stream, out)


def _script(stream: StreamObject, out: Gathering) -> None:
    """Properties (XMP), forms (XFA) and scripts; a stream of drawing is read with its page."""
    data = stream.get_data()
    out.unpack(len(data))
    found = plain.decode(data)
    if found is None:
        return
    if found.text.lstrip().startswith("<"):
        out.text("xml", found.text, declared=False)
        out.text("xml", _flat(data, out))
    elif "/Length1" not in stream and not _DRAWING.search(found.text):
        out.text("script", found.text)


_DRAWING = re.compile(r"(?:^|\s)(?:BT|ET|re|cm|Tf|Tj|TJ|rg|RG|q|Q|W|n|f|S|Do|begincmap|FontMatrix)(?=\s|$)")


def _flat(data: bytes, out: Gathering) -> str:
    try:
        root: Element = xml.tree(data)
    except WireError:
        return ""
    out.text("author", xml.authors(root), declared=False)
    return xml.text(root)


def _image(stream: StreamObject, out: Gathering) -> None:
    width, height = int(stream.get("/Width", 0)), int(stream.get("/Height", 0))
    if width < _SMALL or height < _SMALL:
        return
    if not images.readable():
        out.unread("image")
        return
    try:
        picture = stream.decode_as_image()
    except Exception:  # noqa: BLE001 - a picture in a form nobody here decodes is unread
        out.unread("image")
        return
    images.look(picture, "picture", out)
