"""A prompt and the files in it that are not read yet -> the prompt with their texts, and what kind each file is.

Files are read beside each other by whoever is given as the reader; what it could not read is named in the prompt's
`uninspectable`, so that nothing leaves unread (law 2).
"""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Protocol

from guard.terms import Finding, Prompt, Segment
from guard.wire.attachments import INSIDE, segments
from guard.wire.files.gathering import Extract
from guard.wire.request import Opened

type Kinds = Mapping[str, str]
"""Place of a file -> its kind: pdf, docx, image, …"""


class Reader(Protocol):
    """What reads files."""

    async def read(self, data: bytes) -> Extract:
        """The texts of one file; what could not be done is a cause in it."""


async def read(opened: Opened, reader: Reader) -> tuple[Prompt, Kinds]:
    """The whole prompt. Files come after everything else, in their order."""
    if not opened.files:
        return opened.prompt, {}
    found = await asyncio.gather(*(reader.read(file.data) for file in opened.files))
    texts: list[Segment] = []
    causes = dict.fromkeys(opened.prompt.uninspectable)
    for file, extract in zip(opened.files, found, strict=True):
        texts += segments(file, extract)
        causes |= dict.fromkeys(extract.causes)
    kinds = {file.where: extract.kind for file, extract in zip(opened.files, found, strict=True)}
    whole = replace(opened.prompt, segments=(*opened.prompt.segments, *texts), uninspectable=tuple(causes))
    return whole, kinds


def holding(findings: Iterable[Finding], prompt: Prompt, kinds: Kinds) -> tuple[str, ...]:
    """The kinds of files that some findings stand in."""
    places = {prompt.segments[finding.segment].where for finding in findings}
    found = [kind for file, kind in kinds.items() if any(where.startswith(file + INSIDE) for where in places)]
    return tuple(dict.fromkeys(found))
