"""ZIP -> what is in it: an office document (OOXML, ODF) part by part, or any other files one by one.

Read whole or not at all: no bytes between the members, no two of one name, nothing encrypted, nothing that unpacks
without bound.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from itertools import pairwise

from guard.errors import WireError
from guard.wire.files import sheets, xml
from guard.wire.files.gathering import Gathering

_LOCAL = 30
"""Bytes of a member's own header before its name (APPNOTE 6.3.10 §4.3.7)."""
_DESCRIPTOR = 24
"""Most bytes that may follow a member's data (§4.3.9)."""
_XML = re.compile(r".*\.(?:xml|rels|vml)|mimetype", re.IGNORECASE)
_MACROS = re.compile(
    r".*vbaProject[^/]*\.bin|.*/activeX[^/]*\.bin|(?:Basic|Scripts)/.*[^/]|xl/macrosheets/.*", re.IGNORECASE
)
_PROPERTIES = frozenset({"docProps/core.xml", "meta.xml"})
_DULL = re.compile(
    r"docProps/thumbnail\.[a-z]+|Thumbnails/.*|.*/printerSettings\d*\.bin|.*/fonts/[^/]+\.(?:odttf|fntdata|ttf|otf)"
    r"|layout-cache|Configurations2/.*",
    re.IGNORECASE,
)
"""What programs add for themselves: a preview of the first page, the printer's settings, fonts."""
_END_RECORD = 22
"""Bytes of the record that ends an archive without a note (§4.3.16)."""
_RATIO = 200
"""Times its size that a large member may unpack to; deflate cannot do more than 1032."""
_LARGE = 2**20
_PIECE = 2**20


def read(data: bytes, out: Gathering) -> str:
    """Put everything in `out`; the kind of the package."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir()]
            _check(data, archive, infos)
            kind = _kind(archive, infos)
            members = ((info.filename, _unpacked(archive, info, out)) for info in infos)
            (_files if kind == "zip" else _office)(members, out)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, UnicodeError, OSError):
        raise WireError("corrupt-file", "an archive that is broken") from None
    return kind


def _check(data: bytes, archive: zipfile.ZipFile, infos: list[zipfile.ZipInfo]) -> None:
    if any(info.flag_bits & 1 for info in infos):
        raise WireError("encrypted-file", "an archive with a password")
    names = [info.filename for info in infos]
    if len(set(names)) != len(names):
        raise WireError("corrupt-file", "an archive with two files of one name")
    if data.rfind(b"PK\x05\x06") != len(data) - _END_RECORD or archive.comment:
        raise WireError("corrupt-file", "an archive with a note, or with more after its end")
    spans = sorted((info.header_offset, _end(data, info)) for info in archive.infolist())
    gaps = [0, *(start - end for (_, end), (start, _) in pairwise(spans))]
    last = archive.start_dir - spans[-1][1] if spans else 0
    if (spans and spans[0][0]) or any(not 0 <= gap <= _DESCRIPTOR for gap in [*gaps, last]):
        raise WireError("corrupt-file", "an archive with bytes beside its files")


def _end(data: bytes, info: zipfile.ZipInfo) -> int:
    head = data[info.header_offset : info.header_offset + _LOCAL]
    return (
        info.header_offset
        + len(head)
        + int.from_bytes(head[26:28], "little")
        + int.from_bytes(head[28:30], "little")
        + info.compress_size
    )


def _unpacked(archive: zipfile.ZipFile, info: zipfile.ZipInfo, out: Gathering) -> bytes:
    if info.file_size > _LARGE and info.file_size > _RATIO * max(info.compress_size, 1):
        raise WireError("archive-bomb", "a file in an archive that unpacks without measure")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise WireError("archive", "an archive packed in a way the guard does not read")
    out.unpack(info.file_size)
    with archive.open(info) as member:
        content = member.read(info.file_size + 1)
    if len(content) != info.file_size:
        raise WireError("corrupt-file", "an archive that lies about its sizes")
    return content


def _kind(archive: zipfile.ZipFile, infos: list[zipfile.ZipInfo]) -> str:
    names = {info.filename for info in infos}
    if "[Content_Types].xml" in names:
        tops = {name.partition("/")[0] for name in names}
        return next((kind for top, kind in (("word", "docx"), ("xl", "xlsx"), ("ppt", "pptx")) if top in tops), "ooxml")
    if "mimetype" in names and "content.xml" in names:
        kind = archive.read("mimetype")[:80].decode("ascii", "replace").rpartition(".")[2]
        return {"text": "odt", "spreadsheet": "ods", "presentation": "odp"}.get(kind, "odf")
    return "zip"


def _files(members: Iterator[tuple[str, bytes]], out: Gathering) -> None:
    for name, content in members:
        out.text("name", name)
        out.inside(name, content)


def _office(members: Iterator[tuple[str, bytes]], out: Gathering) -> None:
    strings: list[str] = []
    tables: list[tuple[str, bytes]] = []
    for name, content in members:
        out.bounds.members -= 1
        if out.bounds.members < 0:
            raise WireError("archive-bomb", "a document of more parts than the guard reads")
        if _MACROS.fullmatch(name):
            out.unread("macro")
        elif name.startswith("xl/worksheets/") and name.endswith(".xml"):
            tables.append((name, content))
        elif name == "xl/sharedStrings.xml":
            strings = sheets.strings(content)
        elif _XML.fullmatch(name):
            _part(name, content, out)
        elif not _DULL.fullmatch(name):
            out.inside(name, content)
    sheets.read(tables, strings, out)


def _part(name: str, content: bytes, out: Gathering) -> None:
    if name == "mimetype" or not content.strip():
        return
    root = xml.tree(content)
    if name == "META-INF/manifest.xml" and any(xml.local(element) == "encryption-data" for element in root.iter()):
        raise WireError("encrypted-file", "a document with a password")
    if name in _PROPERTIES:
        # every document names its author, who most often is the person that sends it
        out.text(f"{name}/author", xml.authors(root), declared=False)
    settings = name.endswith(".rels") or name in ("[Content_Types].xml", "META-INF/manifest.xml")
    out.text(name, xml.text(root), declared=not settings)
    out.text(f"{name}@", xml.attributes(root), declared=False)
