"""Watching with a clock of our own; the running guard is shown in tests/e2e/test_reload.py."""

import asyncio
import signal
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from guard import settled
from guard.errors import GuardError
from guard.reload import Reloader, Watch

QUIET = 2.0


class Words:
    """A subject of one file of lines; it is sound when its last line is `end`."""

    def __init__(self, path: Path) -> None:
        self.roots: Sequence[Path] = (path,)
        self.adopted: list[str] = []
        self.refusals = self.backs = 0
        self.unwilling = False
        self.meanwhile: Any = None

    def read(self) -> str:
        if self.meanwhile:
            self.meanwhile()
        text = self.roots[0].read_text()
        if not text.endswith("end\n"):
            raise GuardError("not sound")
        return text

    async def adopt(self, found: Any) -> None:
        if self.unwilling:
            raise GuardError("no room")
        self.adopted.append(found)

    def refused(self, error: GuardError) -> None:
        self.refusals += 1

    def again(self) -> None:
        self.backs += 1


@pytest.fixture(autouse=True)
def ready() -> Iterator[None]:
    before = signal.getsignal(signal.SIGIO)
    settled.ready()
    yield
    signal.signal(signal.SIGIO, before)


@pytest.fixture
def words(tmp_path: Path) -> Words:
    path = tmp_path / "words"
    path.write_text("one\nend\n")
    return Words(path)


def watch(words: Words) -> Watch:
    return Watch(words, QUIET, settled.digest(words.roots))


def looked(watch: Watch, *times: float) -> None:
    async def run() -> None:
        for now in times:
            await watch.look(now)

    asyncio.run(run())


def test_files_that_stay_are_not_read_again(words: Words) -> None:
    looked(watch(words), 0, 5, 10, 15, 20)
    assert (words.adopted, words.refusals) == ([], 0)


def test_a_change_is_read_when_it_has_been_quiet_twice(words: Words) -> None:
    found = watch(words)
    looked(found, 0, 5, 10)
    words.roots[0].write_text("two\nend\n")
    looked(found, 11, 12, 13)
    assert words.adopted == []
    looked(found, 14)
    assert words.adopted == ["two\nend\n"]
    looked(found, 20, 30, 40)
    assert words.adopted == ["two\nend\n"]


def test_a_file_written_byte_by_byte_is_read_once_and_whole(words: Words) -> None:
    """Each byte is a write of its own; the looks fall between any two of them."""
    found = watch(words)
    text, now = "two\nend\nthree\nend\n", 0.0
    words.roots[0].write_bytes(b"")
    for byte in text.encode():
        with words.roots[0].open("ab") as stream:
            stream.write(bytes([byte]))
        now += QUIET * 0.9
        looked(found, now)
    assert words.adopted == []
    looked(found, now + QUIET, now + QUIET * 2)
    assert words.adopted == [text]
    assert words.refusals == 0


def test_a_file_that_is_open_for_writing_is_not_read_however_quiet_it_is(words: Words) -> None:
    found = watch(words)
    with words.roots[0].open("w") as stream:
        stream.write("two\nend\n")
        stream.flush()
        looked(found, 0, 10, 20, 30)
        assert words.adopted == []
        stream.write("three\nend\n")
    looked(found, 40, 50, 60)
    assert words.adopted == ["two\nend\nthree\nend\n"]


def test_what_changed_while_it_was_read_is_not_adopted(words: Words) -> None:
    found = watch(words)
    words.roots[0].write_text("two\nend\n")
    words.meanwhile = lambda: words.roots[0].write_text("three\nend\n")
    looked(found, 0, 2, 3)
    assert (words.adopted, words.refusals) == ([], 0)
    words.meanwhile = None
    looked(found, 4, 7, 8)
    assert words.adopted == ["three\nend\n"]


def test_what_is_not_sound_is_refused_once_until_it_changes(words: Words) -> None:
    found = watch(words)
    words.roots[0].write_text("two\n")
    looked(found, 0, 2, 3, 10, 20, 30)
    assert (words.adopted, words.refusals) == ([], 1)
    words.roots[0].write_text("three\nend\n")
    looked(found, 31, 33, 34)
    assert (words.adopted, words.refusals) == (["three\nend\n"], 1)


def test_back_to_what_is_in_force_is_no_change(words: Words) -> None:
    found = watch(words)
    words.roots[0].write_text("two\n")
    looked(found, 0, 2, 3)
    words.roots[0].write_text("one\nend\n")
    looked(found, 4, 6, 7, 20)
    assert (words.adopted, words.refusals) == ([], 1)


def test_back_to_what_is_in_force_ends_a_refusal_once(words: Words) -> None:
    path, seen = words.roots[0], watch(words)
    whole = path.read_text()
    looked(seen, 0)
    path.write_text("half\n")
    looked(seen, 5, 10, 15)
    assert (words.refusals, words.backs) == (1, 0)
    path.write_text(whole)
    looked(seen, 20, 25, 30, 35)
    assert (words.refusals, words.backs, words.adopted) == (1, 1, [])


def test_what_cannot_be_put_into_force_is_refused(words: Words) -> None:
    found = watch(words)
    words.unwilling = True
    words.roots[0].write_text("two\nend\n")
    looked(found, 0, 2, 3, 10)
    assert (words.adopted, words.refusals) == ([], 1)


def test_the_system_saying_so_starts_the_quiet_anew(words: Words) -> None:
    found = watch(words)
    words.roots[0].write_text("two\nend\n")
    looked(found, 0, 2)
    found.disturbed({"/elsewhere"}, 2.5)
    found.disturbed({str(words.roots[0])}, 2.5)
    looked(found, 3, 4)
    assert words.adopted == []
    looked(found, 5, 6)
    assert words.adopted == ["two\nend\n"]


def test_who_asks_has_it_read_now_changed_or_not(words: Words) -> None:
    asyncio.run(watch(words).ask())
    assert words.adopted == ["one\nend\n"]


def test_who_asks_in_the_middle_of_a_write_gets_nothing_half(words: Words) -> None:
    found = watch(words)
    with words.roots[0].open("w") as stream:
        stream.write("two\nend\n")
        stream.flush()
        asyncio.run(found.ask())
        assert words.adopted == []
    looked(found, 0, 2, 3)
    assert words.adopted == ["two\nend\n"]


def test_what_breaks_the_reading_is_not_read_again_until_it_changes(words: Words) -> None:
    found = watch(words)
    words.roots[0].write_text("two\nend\n")
    reads = []

    def broken() -> None:
        reads.append(1)
        raise ZeroDivisionError

    words.meanwhile = broken
    looked(found, 0, 2)
    with pytest.raises(ZeroDivisionError):
        looked(found, 3)
    looked(found, 4, 8, 12)
    assert len(reads) == 1


def test_a_defect_does_not_end_the_watching(words: Words) -> None:
    class Broken(Words):
        def read(self) -> str:
            raise ZeroDivisionError

    broken = Broken(words.roots[0])

    async def run() -> None:
        reloader = Reloader([watch(broken), watch(words)], quiet=0)
        reloader.start()
        reloader.ask()
        while not words.adopted:  # noqa: ASYNC110 - only the subject knows
            await asyncio.sleep(0.01)
        await reloader.stop()

    asyncio.run(asyncio.wait_for(run(), 20))
    assert words.adopted == ["one\nend\n"]


def test_files_are_watched_also_when_they_come_later(words: Words) -> None:
    words.roots[0].unlink()

    async def run() -> None:
        reloader = Reloader([Watch(words, 0.05, b"")], quiet=0.05)
        reloader.start()
        await asyncio.sleep(0)
        words.roots[0].write_text("late\nend\n")
        while not words.adopted:  # noqa: ASYNC110 - only the subject knows
            await asyncio.sleep(0.01)
        await reloader.stop()

    asyncio.run(asyncio.wait_for(run(), 20))
    assert words.adopted == ["late\nend\n"]
