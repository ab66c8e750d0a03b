"""The texts of files come after the rest of a prompt, and what was not read is named."""

import asyncio

from guard.terms import Classification, Finding, Prompt, Role, Segment
from guard.wire.attachments import Attachment
from guard.wire.enclosed import holding, read
from guard.wire.files.gathering import Extract, Piece
from guard.wire.request import Opened

PROMPT = Prompt("s", "e", "json", (Segment("body:/a", Role.USER, "Bonjour"),), uninspectable=("json",))
FILES = (Attachment("body:/b", b"1"), Attachment("body:/c", b"2", editable=False))


class Known:
    """A reader that knows what each file says."""

    async def read(self, data: bytes) -> Extract:
        if data == b"1":
            return Extract("pdf", (Piece("page/1", "Ana"), Piece("strings", "x", declared=False)))
        return Extract("mail", (Piece("0/body", "Paul", editable=True),), ("media", "json"))


def test_texts_come_last_and_causes_are_named_once() -> None:
    prompt, kinds = asyncio.run(read(Opened(PROMPT, FILES), Known()))

    assert [(s.where, s.text, s.role, s.declared, s.editable) for s in prompt.segments[1:]] == [
        ("body:/b!page/1", "Ana", Role.FILE, True, False),
        ("body:/b!strings", "x", Role.FILE, False, False),
        ("body:/c!0/body", "Paul", Role.FILE, True, False),
    ]
    assert prompt.uninspectable == ("json", "media")
    assert kinds == {"body:/b": "pdf", "body:/c": "mail"}


def test_a_prompt_without_files_is_the_same_object() -> None:
    prompt, kinds = asyncio.run(read(Opened(PROMPT), Known()))

    assert prompt is PROMPT
    assert kinds == {}


def test_the_files_that_hold_something_are_told() -> None:
    prompt, kinds = asyncio.run(read(Opened(PROMPT, FILES), Known()))
    found = Finding("iban", "IBAN_CODE", Classification.CONFIDENTIAL, 1, 0, 3, 1.0)

    assert holding([found], prompt, kinds) == ("pdf",)
    assert holding([], prompt, kinds) == ()
