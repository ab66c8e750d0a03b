"""Files are read by processes; one that hangs or dies costs its own file a cause."""

import asyncio
import sys
from collections.abc import Mapping

import pytest

from guard.wire.files import crew as crews
from guard.wire.files import worker
from guard.wire.files.crew import Crew
from guard.wire.files.gathering import Extract


def read(crew: Crew, *files: bytes) -> list[Extract]:
    async def all_of_them() -> list[Extract]:
        return list(await asyncio.gather(*(crew.read(data) for data in files)))

    return asyncio.run(all_of_them())


def test_files_are_read_beside_each_other(made: Mapping[str, bytes], iban: str) -> None:
    found = read(Crew(), made["docx"], made["xlsx"], made["pdf"])

    assert [extract.kind for extract in found] == ["docx", "xlsx", "pdf"]
    assert all(any(iban in piece.text for piece in extract.pieces) for extract in found)


def test_a_file_that_takes_too_long_is_a_cause() -> None:
    assert read(Crew(seconds=0.01), b"{\\rtf1 Ana}")[0].causes == ("file-timeout",)


def test_a_process_that_dies_is_a_cause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")

    assert read(Crew(), b"x")[0].causes == ("file-failure",)


def test_the_same_file_is_read_once(made: Mapping[str, bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    async def twice() -> tuple[Extract, Extract]:
        crew = Crew()
        first = await crew.read(made["rtf"])
        monkeypatch.setattr(sys, "executable", "/bin/false")
        return first, await crew.read(made["rtf"])

    first, second = asyncio.run(twice())
    assert first == second
    assert first.pieces


def test_what_is_remembered_has_an_end(made: Mapping[str, bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crews, "_REMEMBERED", 0)
    crew = Crew()
    read(crew, made["rtf"])

    assert crew._known == {}


def test_a_process_has_less_memory_than_the_machine() -> None:
    assert worker.MEMORY <= 2 * 2**30
