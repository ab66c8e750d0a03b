from pathlib import Path

import pytest

from guard.audit.space import Space, Usage, disk, mark

SIZE = 4096


def with_free(free: int) -> Usage:
    return Usage(100 * SIZE, 100 * SIZE - free, free)


def test_the_reserve_takes_room_and_gives_it_back(tmp_path: Path) -> None:
    space = Space(tmp_path, "n", SIZE)
    space.keep()
    space.keep()

    assert (tmp_path / ".audit-n.reserve").stat().st_blocks * 512 >= SIZE
    space.release()
    space.release()
    assert list(tmp_path.iterdir()) == []


def test_no_reserve_is_no_file(tmp_path: Path) -> None:
    Space(tmp_path, "n", 0).keep()

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("free", "room"), [(2 * SIZE - 1, False), (2 * SIZE, True)])
def test_there_is_room_when_the_reserve_fits_twice(free: int, room: bool, tmp_path: Path) -> None:
    assert Space(tmp_path, "n", SIZE, lambda _: with_free(free)).room() is room
    assert (tmp_path / ".audit-n.reserve").exists() is room


def test_a_folder_that_is_gone_has_no_room(tmp_path: Path) -> None:
    assert not Space(tmp_path / "gone", "n", SIZE).room()


@pytest.mark.parametrize(("percent", "passed"), [(0, 0), (79, 0), (80, 80), (89, 80), (90, 90), (100, 90)])
def test_the_highest_mark_counts(percent: int, passed: int) -> None:
    assert mark(percent) == passed


def test_the_disk_is_measured_in_percent(tmp_path: Path) -> None:
    assert Space(tmp_path, "n", 0, lambda _: Usage(200, 150, 50)).percent() == 75
    assert Space(tmp_path, "n", 0, lambda _: Usage(0, 0, 0)).percent() == 100
    assert disk(tmp_path).total > 0
