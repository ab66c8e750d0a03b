"""The bytes of a file -> its texts, and back with some changed: which reader takes which kind.

Nothing here knows a name or a declared type: what a file is, its bytes say. Readers that can hang or grow run in a
process of their own (`worker`, `crew`); the three kinds of `kinds.TEXTS` are read at once.
"""

from collections.abc import Callable, Mapping

from guard.errors import WireError
from guard.wire.files import jsontext, kinds, markup, plain
from guard.wire.files.gathering import Extract, Gathering

LIGHT = 256 * 1024
"""Bytes up to which a text is read at once."""
_UNREAD: Mapping[str, tuple[str, str]] = {
    "ole": ("old-office", "a document in the form Office had before 2007"),
    "media": ("media", "sound or moving pictures"),
    "archive": ("archive", "an archive the guard does not read"),
    "unknown": ("unknown-file", "a program, or a file of a kind the guard does not know"),
}
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
"""What Office calls the stream of a document with a password (MS-OFFCRYPTO §2.3.4.1)."""


def light(data: bytes) -> Extract | None:
    """The texts of a small text file; None for anything else."""
    if len(data) > LIGHT or kinds.of(data):
        return None
    text = plain.decode(data)
    if text is None or kinds.of_text(text.text) not in kinds.TEXTS:
        return None
    return extract(data)


def extract(data: bytes) -> Extract:
    """The texts of a file, and why parts of it are unread."""
    out = Gathering(_read)
    kind = _read(data, out)
    return Extract(kind, tuple(out.pieces), tuple(out.causes))


def rewritten(data: bytes, edits: Mapping[str, str]) -> bytes:
    """The file with some of its editable texts changed, by their `where`. WireError when it has none."""
    text = None if kinds.of(data) else plain.decode(data)
    if text is None:
        raise WireError("internal", "an edit in a file that is never edited")
    match kinds.of_text(text.text):
        case "mail":
            from guard.wire.files import mail

            return mail.write(data, edits)
        case "json":
            return text.with_text(jsontext.write(text.text, edits))
        case "markup":
            return text.with_text(markup.write(text.text, edits))
        case _:
            return text.with_text(edits[""])


def _read(data: bytes, out: Gathering) -> str:
    """Read a file into `out`; its kind. What cannot be read becomes a cause there."""
    kind = kinds.of(data)
    try:
        if kind:
            return _reader(kind)(data, out)
        return _read_text(data, out)
    except WireError as error:
        out.unread(error.cause)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - what a library makes of hostile bytes; the file is unread, and says so
        out.unread("corrupt-file")
    return kind or "text"


def _read_text(data: bytes, out: Gathering) -> str:
    text = plain.decode(data)
    if text is None:
        raise WireError("unknown-file", "bytes of a kind the guard does not know")
    kind = kinds.of_text(text.text)
    if kind == "mail":
        from guard.wire.files import mail

        return mail.read(data, out)
    found = {"json": jsontext.read, "markup": markup.read}.get(kind, _whole)(text.text)
    for where, said in found:
        out.text(where, said, editable=True, declared=not where.startswith("tags/"))
    return kind


def _whole(text: str) -> list[tuple[str, str]]:
    return [("", text)]


def _reader(kind: str) -> Callable[[bytes, Gathering], str]:
    """Libraries are imported by the kind that needs them: a process reads one file."""
    match kind:
        case "pdf":
            from guard.wire.files import pdf

            return pdf.read
        case "zip":
            from guard.wire.files import packages

            return packages.read
        case "image":
            from guard.wire.files import images

            return images.read
        case "rtf":
            from guard.wire.files import rich

            return rich.read
    return _refused


def _refused(data: bytes, out: Gathering) -> str:
    kind = kinds.of(data)
    if kind == "ole" and _ENCRYPTED in data:
        raise WireError("encrypted-file", "a document with a password")
    cause, text = _UNREAD[kind]
    raise WireError(cause, text)
