"""The bytes of a file -> what kind it is, by how it begins: never by its name or its declared type (law 2)."""

import re

TEXTS = frozenset({"text", "json", "markup"})
"""Kinds that are read and edited in place; reading them costs next to nothing."""
_MAGIC = re.compile(
    rb"""
      (?P<pdf>     %PDF-)
    | (?P<zip>     PK(?:\x03\x04|\x05\x06))
    | (?P<ole>     \xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1)
    | (?P<rtf>     \{\\rtf)
    | (?P<image>   \x89PNG\r\n\x1a\n | \xff\xd8\xff | GIF8[79]a | RIFF....WEBP | II\*\x00 | MM\x00\*
                 | BM....\x00\x00\x00\x00 | \x00\x00\x01\x00[\x01-\x40]\x00 | \x01\x00\x00\x00.{36}\x20EMF
                 | \xd7\xcd\xc6\x9a | ....ftyp(?:avif|heic|heix|mif1|msf1))
    | (?P<media>   ID3[\x02-\x04] | OggS | fLaC | RIFF | \x1a\x45\xdf\xa3 | ....ftyp | \#!AMR | FORM....AIF | MThd
                 | FLV\x01 | \x00\x00\x01[\xb3\xba] | \xff[\xe2\xe3\xf0-\xf3\xf8-\xfb][\x10-\xef])
    | (?P<archive> Rar! | 7z\xbc\xaf\x27\x1c | \x1f\x8b | BZh[1-9] | \xfd7zXZ\x00 | \x28\xb5\x2f\xfd | MSCF
                 | PK[\x01-\x08][\x02-\x08])
    | (?P<unknown> %!PS | \x7fELF | MZ[^a-zA-Z\ ] | \x00asm | SQLite\ format\ 3\x00 | PAR1 | \xca\xfe\xba\xbe
                 | wOF[F2])
    """,
    re.VERBOSE | re.DOTALL,
)
_TAR = 257
"""Where a tar archive says what it is (POSIX.1-2017, ustar)."""
_PDF_REACH = 1024
"""Bytes before a PDF's header that readers forgive (PDF 1.7, annex H.3.4)."""
_MARKUP = re.compile(r"\s*(?:<\?xml|<!--|<!doctype|</?[a-z][\w:.-]*[\s/>])", re.IGNORECASE)
_HEADER = re.compile(r"([A-Za-z][A-Za-z0-9-]{1,60}):[ \t]*\S.*\r?\n(?:[ \t]+\S.*\r?\n)*")
_MAIL = {"from", "to", "subject", "date", "mime-version", "message-id", "received", "return-path", "content-type"}
"""Headers of a message (RFC 5322 §3.6): three of them at its beginning make a text one."""


def of(data: bytes) -> str:
    """The kind of a file that is no text, or `` when it may be one."""
    if match := _MAGIC.match(data):
        return str(match.lastgroup)
    if b"%PDF-" in data[:_PDF_REACH] and not _mail(data[:_PDF_REACH].decode("latin-1")):
        return "pdf"
    return "archive" if data[_TAR : _TAR + 5] == b"ustar" else ""


def of_text(text: str) -> str:
    """The kind of a text: text, json, markup or mail."""
    head = text[:4096].removeprefix("\ufeff")
    if head.lstrip()[:1] in ("{", "["):
        return "json"
    if _mail(head):
        return "mail"
    return "markup" if _MARKUP.match(head) else "text"


def _mail(head: str) -> bool:
    names, at = set(), 0
    while match := _HEADER.match(head, at):
        names.add(match[1].lower())
        at = match.end()
    return len(names & _MAIL) >= 3
