import errno
import os
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from guard.audit.dayfile import DayFile, name, synced

DAY = date(2026, 7, 23)


def refusing(number: int) -> Callable[..., int]:
    def refuse(*_: object) -> int:
        raise OSError(number, os.strerror(number))

    return refuse


@pytest.fixture
def kept() -> list[tuple[date, bytes]]:
    return []


@pytest.fixture
def file(tmp_path: Path, kept: list[tuple[date, bytes]]) -> Iterator[DayFile]:
    with closing(DayFile(tmp_path, "n", lambda day, line: kept.append((day, line)))) as opened:
        opened.day = DAY
        yield opened


def test_a_line_is_told_of_once_it_is_in_its_file(file: DayFile, kept: list[object], tmp_path: Path) -> None:
    file.info(b"a\n")
    file.info(b"b\n")

    assert (tmp_path / "audit-n-2026-07-23.jsonl").read_bytes() == b"a\nb\n"
    assert kept == [(DAY, b"a\n"), (DAY, b"b\n")]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO])
def test_a_line_that_the_kernel_refuses_is_told_to_nobody(
    number: int, file: DayFile, kept: list[object], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file.info(b"a\n")
    with monkeypatch.context() as patched:
        patched.setattr("os.write", refusing(number))
        with pytest.raises(OSError, match=os.strerror(number)):
            file.info(b"b\n")
    file.info(b"c\n")

    assert [line for _, line in kept] == [b"a\n", b"c\n"]  # type: ignore[misc]
    assert (tmp_path / "audit-n-2026-07-23.jsonl").read_bytes() == b"a\nc\n"


def test_a_half_line_that_could_not_be_taken_back_is_taken_back_before_the_next(
    file: DayFile, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file.info(b"a\n")
    real = os.write
    with monkeypatch.context() as patched:
        patched.setattr("os.write", lambda descriptor, data: real(descriptor, data[:2]))
        patched.setattr("os.ftruncate", refusing(errno.EIO))
        with pytest.raises(OSError, match=os.strerror(errno.EIO)):
            file.info(b"broken\n")
    file.info(b"c\n")

    assert (tmp_path / "audit-n-2026-07-23.jsonl").read_bytes() == b"a\nc\n"


def test_what_is_not_open_needs_no_disk(file: DayFile) -> None:
    assert file.duplicate() == -1
    synced(file.duplicate())


def test_a_duplicate_outlives_the_file_and_is_closed_once_synced(file: DayFile) -> None:
    file.info(b"a\n")
    descriptor = file.duplicate()
    file.close()
    synced(descriptor)

    with pytest.raises(OSError, match=os.strerror(errno.EBADF)):
        os.fstat(descriptor)


def test_an_error_goes_by_its_name() -> None:
    assert (name(OSError(errno.ENOSPC, "no space")), name(OSError())) == ("ENOSPC", "OSError")
