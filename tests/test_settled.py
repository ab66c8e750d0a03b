import os
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from guard import settled


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "policy").mkdir()
    (tmp_path / "policy" / "a.yaml").write_text("a: 1\n")
    (tmp_path / "policy" / "b.yaml").write_text("b: 1\n")
    return tmp_path


@pytest.fixture
def ready() -> Iterator[None]:
    before = signal.getsignal(signal.SIGIO)
    settled.ready()
    yield
    signal.signal(signal.SIGIO, before)


def _written(folder: Path) -> None:
    (folder / "policy" / "a.yaml").write_text("a: 2\n")


def _written_the_same_length_and_time(folder: Path) -> None:
    path = folder / "policy" / "a.yaml"
    times = path.stat()
    path.write_text("a: 2\n")
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def _come(folder: Path) -> None:
    (folder / "policy" / "c.yaml").write_text("c: 1\n")


def _gone(folder: Path) -> None:
    (folder / "policy" / "b.yaml").unlink()


def _moved(folder: Path) -> None:
    (folder / "policy" / "b.yaml").rename(folder / "b.yaml")


def _elsewhere(folder: Path) -> Path:
    """The rules of one kind are a link, as in volumes that are swapped whole."""
    (folder / "policy").rename(folder / ".elsewhere")
    (folder / "policy").symlink_to(folder / ".elsewhere")
    return folder


CHANGES = (_written, _written_the_same_length_and_time, _come, _gone, _moved)


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("given", [Path, _elsewhere])
def test_every_change_shows(change: object, given: Callable[[Path], Path], folder: Path) -> None:
    folder = given(folder)
    before = settled.mark([folder]), settled.digest([folder])
    assert callable(change)
    change(folder)
    after = settled.mark([folder]), settled.digest([folder])
    assert before[0] != after[0]
    assert before[1] != after[1]


def test_an_editors_own_files_are_left_aside(folder: Path) -> None:
    before = settled.mark([folder])
    (folder / "policy" / ".a.yaml.swp").write_text("open for long")
    (folder / ".git").mkdir()
    (folder / ".git" / "index").write_text("x")
    assert settled.mark([folder]) == before


def test_touching_is_no_change_of_what_is_said(folder: Path) -> None:
    before = settled.digest([folder])
    (folder / "policy" / "a.yaml").touch()
    assert settled.digest([folder]) == before


def test_roots_may_be_files_and_may_be_missing(folder: Path) -> None:
    roots = [folder / "policy" / "a.yaml", folder / "nothing"]
    assert settled.files(roots) == sorted(roots)
    assert settled.mark(roots)[0][1:] == (0, 0, 0, 0)
    settled.digest(roots)
    assert not settled.being_written(roots)


@pytest.mark.usefixtures("ready")
def test_a_file_that_is_open_for_writing_is_seen_until_it_is_closed(folder: Path) -> None:
    path = folder / "policy" / "a.yaml"
    assert not settled.being_written([folder])
    with path.open("a") as stream:
        stream.write("b")
        assert settled.being_written([folder])
    assert not settled.being_written([folder])
    with path.open():
        assert not settled.being_written([folder])


def test_without_care_for_the_signal_nothing_is_leased(folder: Path) -> None:
    assert signal.getsignal(signal.SIGIO) != signal.SIG_IGN
    with (folder / "policy" / "a.yaml").open("a"):
        assert not settled.being_written([folder])


def test_what_has_no_end_is_not_read(folder: Path) -> None:
    os.mkfifo(folder / "policy" / "pipe.yaml")
    (folder / "policy" / "zeros.yaml").symlink_to("/dev/zero")
    found: list[bytes] = []
    reading = threading.Thread(target=lambda: found.append(settled.digest([folder])), daemon=True)
    reading.start()
    reading.join(20)

    assert found == [settled.digest([folder])]


def test_a_folder_that_leads_to_itself_is_gone_through_once(folder: Path) -> None:
    before = settled.files([folder])
    (folder / "again").symlink_to(folder)
    (folder / "policy" / "again").symlink_to(folder / "policy")

    assert settled.files([folder]) == before
