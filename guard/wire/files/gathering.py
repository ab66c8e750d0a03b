"""What is found in one file, kept within bounds: its texts, and why parts of it could not be read.

A reader of one kind of file puts here what it finds. Whatever would go over a bound is a WireError with its cause, so
that a file is read whole or known not to be (law 2).
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from guard.errors import WireError

CHARS = 2 * 2**20
"""Characters of all texts of a file."""
UNPACKED = 128 * 2**20
"""Bytes that may come out of a file and the files in it."""
MEMBERS = 5000
"""Files in a file, all levels together."""
DEPTH = 4
"""Files in files in files."""
IMAGES = 40
"""Pictures that are looked at in one file."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One text of a file."""

    where: str
    """Where it stands in the file: empty for the whole, `word/comments.xml`, `pages`, …"""
    text: str = field(repr=False)
    editable: bool = False
    declared: bool = True
    """False for names and settings of the format, in which only findings that prove themselves count."""


@dataclass(frozen=True, slots=True)
class Extract:
    """All texts of a file, and the causes why parts of it are unread."""

    kind: str
    pieces: tuple[Piece, ...] = field(default=(), repr=False)
    causes: tuple[str, ...] = ()


@dataclass(slots=True)
class Bounds:
    """What may still come out of the file that was sent, all levels together."""

    chars: int = CHARS
    unpacked: int = UNPACKED
    members: int = MEMBERS
    images: int = IMAGES


@dataclass(slots=True)
class Gathering:
    """The texts of a file while it is read; `reader` reads files in it."""

    reader: "Callable[[bytes, Gathering], str]"
    bounds: Bounds = field(default_factory=Bounds)
    depth: int = 0
    prefix: str = ""
    pieces: list[Piece] = field(default_factory=list)
    causes: dict[str, None] = field(default_factory=dict)

    def text(self, where: str, text: str, *, editable: bool = False, declared: bool = True) -> None:
        """Keep a text. WireError `too-large-file` over the bound."""
        self.bounds.chars -= len(text)
        if self.bounds.chars < 0:
            raise WireError("too-large-file", "a file with more text than the guard reads")
        if text.strip():
            self.pieces.append(Piece(self.prefix + where, text, editable and not self.depth, declared))

    def unread(self, cause: str) -> None:
        """Say why a part is not read."""
        self.causes[cause] = None

    def unpack(self, size: int) -> None:
        """Count bytes that came out of a container. WireError `archive-bomb` over the bound."""
        self.bounds.unpacked -= size
        if self.bounds.unpacked < 0:
            raise WireError("archive-bomb", "a file that unpacks to more than the guard reads")

    def inside(self, where: str, data: bytes) -> None:
        """Read a file in this file; what cannot be read of it is a cause."""
        self.bounds.members -= 1
        if self.bounds.members < 0 or self.depth >= DEPTH:
            raise WireError("archive-bomb", "files in files, more or deeper than the guard reads")
        inner = Gathering(self.reader, self.bounds, self.depth + 1, f"{self.prefix}{where}!", self.pieces, self.causes)
        self.reader(data, inner)
