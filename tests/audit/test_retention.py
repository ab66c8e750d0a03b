from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from guard.audit.admin import Notice
from guard.audit.ids import uuid7
from guard.audit.retention import HOLD, Hold, changed, hold, sweep, sweep_evidence
from guard.errors import StoreError

TODAY = date(2026, 11, 24)
OLD = TODAY - timedelta(days=366)
ANCIENT = TODAY - timedelta(days=1200)


def files(folder: Path, day: date = OLD) -> list[str]:
    names = [f"audit-n-{day}.jsonl", f"audit-n-{day}.jsonl.torn", f"audit-n-{day}.ckpt", f"below/audit-n-{day}.parquet"]
    (folder / "below").mkdir(exist_ok=True)
    for name in names:
        (folder / name).write_text("x")
    return names


def left(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_a_day_whose_time_is_over_goes_with_all_that_was_made_from_it_but_its_checkpoints(tmp_path: Path) -> None:
    files(tmp_path)
    notices: list[Notice] = []

    assert sweep(tmp_path, TODAY, 365, notices.append) == 3
    assert left(tmp_path) == {f"audit-n-{OLD}.ckpt"}
    assert [notice.subject for notice in notices] == [
        f"audit-n-{OLD}.jsonl",
        f"audit-n-{OLD}.jsonl.torn",
        f"audit-n-{OLD}.parquet",
    ]


def test_checkpoints_go_after_three_years(tmp_path: Path) -> None:
    files(tmp_path, ANCIENT)

    assert sweep(tmp_path, TODAY, 365, lambda _: None) == 4
    assert left(tmp_path) == set()


def test_what_is_young_enough_stays_and_so_does_what_is_not_the_logs(tmp_path: Path) -> None:
    files(tmp_path, TODAY - timedelta(days=365))
    (tmp_path / f"report-{OLD}.pdf").touch()

    assert sweep(tmp_path, TODAY, 365, lambda _: None) == 0


def test_for_ever_is_for_ever(tmp_path: Path) -> None:
    files(tmp_path, ANCIENT)

    assert sweep(tmp_path, TODAY, 0, lambda _: None) == 0


def test_what_cannot_be_recorded_is_not_deleted(tmp_path: Path) -> None:
    names = files(tmp_path)

    def full(_: Notice) -> None:
        raise StoreError("no space")

    with pytest.raises(StoreError):
        sweep(tmp_path, TODAY, 365, full)
    assert left(tmp_path) == set(names)


EVENT = str(uuid7(datetime(OLD.year, OLD.month, OLD.day, 12, tzinfo=UTC), bytes(10)))


@pytest.mark.parametrize("entry", [OLD.isoformat(), EVENT, "all", f"  {OLD}  # the case of 2026"])
def test_what_is_held_stays_until_it_is_released(entry: str, tmp_path: Path) -> None:
    names = files(tmp_path)
    (tmp_path / HOLD).write_text(f"# lawyers\n{entry}\n")

    assert sweep(tmp_path, TODAY, 365, lambda _: None) == 0
    assert left(tmp_path) == {*names, HOLD}
    assert changed(tmp_path, entry.partition("#")[0].strip(), held=False)
    assert sweep(tmp_path, TODAY, 365, lambda _: None) == 3


def test_a_hold_that_cannot_be_understood_keeps_everything(tmp_path: Path) -> None:
    files(tmp_path)
    (tmp_path / HOLD).write_text("the Dupont case\n")

    with pytest.raises(StoreError, match="nothing is deleted"):
        sweep(tmp_path, TODAY, 365, lambda _: None)


def test_an_entry_is_put_on_once_and_taken_off_once(tmp_path: Path) -> None:
    done = [changed(tmp_path, "2026-07-23", held=held) for held in (True, True, False, False)]

    assert done == [True, False, True, False]
    assert hold(tmp_path).days == frozenset()


@pytest.mark.parametrize("entry", ["", "yesterday", "2026-13-01", "../x"])
def test_nothing_else_is_an_entry(entry: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="neither a day nor"):
        changed(tmp_path, entry, held=True)


def evidence(folder: Path, *days: date) -> None:
    for day in days:
        (folder / day.isoformat()).mkdir(parents=True)
        for name in ("a.age", "b.age"):
            (folder / day.isoformat() / name).write_bytes(b"x")


def test_evidence_whose_time_is_over_goes_by_days_each_an_event_first(tmp_path: Path) -> None:
    last, over, held = TODAY - timedelta(days=90), TODAY - timedelta(days=91), TODAY - timedelta(days=99)
    evidence(tmp_path, last, over, held)
    (tmp_path / "not-a-day").mkdir()
    seen: list[tuple[Notice, bool]] = []

    def note(notice: Notice) -> None:
        seen.append((notice, (tmp_path / over.isoformat()).exists()))

    assert sweep_evidence(tmp_path, TODAY, 90, Hold(frozenset({held})), note) == 1
    assert left(tmp_path) == {f"{day}/{name}" for day in (last, held) for name in ("a.age", "b.age")}
    assert [(one.kind, one.subject, one.count, there) for one, there in seen] == [
        ("evidence", f"evidence {over}", 2, True)
    ]


def test_evidence_sealed_before_midnight_is_held_by_its_event_after_midnight(tmp_path: Path) -> None:
    evidence(tmp_path, OLD)
    event = Hold(frozenset({OLD + timedelta(days=1)}))

    assert sweep_evidence(tmp_path, TODAY, 90, event, lambda _: None) == 0


def test_evidence_stays_when_its_deletion_cannot_be_recorded(tmp_path: Path) -> None:
    evidence(tmp_path, OLD)

    def note(notice: Notice) -> None:
        raise StoreError("full")

    with pytest.raises(StoreError):
        sweep_evidence(tmp_path, TODAY, 90, Hold(), note)
    assert len(left(tmp_path)) == 2


def test_no_folder_of_evidence_is_nothing_to_delete(tmp_path: Path) -> None:
    assert sweep_evidence(tmp_path / "none", TODAY, 90, Hold(), lambda _: None) == 0
