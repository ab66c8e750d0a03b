import os
import stat
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import orjson
import pytest

from guard.audit.checkpoint import Checkpoint, Signer, Verifier, encoded, notes
from guard.audit.ledger import Ledger
from guard.audit.merkle import Tree
from guard.errors import StoreError

SIGNER = Signer(bytes(range(32)), "n")
NOON = datetime(2026, 7, 23, 12, tzinfo=UTC)
FIRST, SECOND = date(2026, 7, 23), date(2026, 7, 24)


def line(sequence: int) -> bytes:
    return orjson.dumps({"metadata": {"sequence": sequence}}) + b"\n"


def write(folder: Path, ledger: Ledger, day: date, sequences: Sequence[int]) -> None:
    """As the sink does: the file, then the ledger."""
    for sequence in sequences:
        with (folder / f"audit-n-{day}.jsonl").open("ab") as file:
            file.write(line(sequence))
        ledger.add(day, line(sequence), sequence)


def points(folder: Path, day: date = FIRST) -> list[Checkpoint]:
    text = (folder / f"audit-n-{day}.ckpt").read_text("utf-8")
    return [Verifier(SIGNER.vkey).opened(note) for note in notes(text)]


def root(sequences: Sequence[int]) -> bytes:
    tree = Tree()
    for sequence in sequences:
        tree.add(line(sequence))
    return tree.root()


def test_a_checkpoint_is_over_all_lines_of_the_day(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path, "n", SIGNER)
    write(tmp_path, ledger, FIRST, range(1, 4))
    ledger.sign(ledger.due(), NOON)
    write(tmp_path, ledger, FIRST, [4])
    ledger.sign(ledger.due(), NOON)

    assert [(point.size, point.root, point.sequence) for point in points(tmp_path)] == [
        (3, root(range(1, 4)), 3),
        (4, root(range(1, 5)), 4),
    ]
    assert points(tmp_path)[0].time == "2026-07-23T12:00:00.000Z"


def test_nothing_new_is_signed_once_only(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path, "n", SIGNER)
    write(tmp_path, ledger, FIRST, [1])
    assert ledger.behind() == 1
    ledger.sign(ledger.due(), NOON)

    assert (ledger.behind(), list(ledger.due())) == (0, [])


def test_it_goes_on_after_a_stop(tmp_path: Path) -> None:
    write(tmp_path, Ledger(tmp_path, "n", SIGNER), FIRST, [1, 2])
    ledger = Ledger(tmp_path, "n", SIGNER)
    ledger.sign(ledger.due(), NOON)
    write(tmp_path, ledger, FIRST, [3])
    ledger.sign(ledger.due(), NOON)

    assert [point.root for point in points(tmp_path)] == [root([1, 2]), root([1, 2, 3])]
    assert Ledger(tmp_path, "n", SIGNER).behind() == 0


def test_a_day_that_is_over_is_signed_to_its_end_and_the_next_names_it(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path, "n", SIGNER)
    write(tmp_path, ledger, FIRST, [1, 2])
    write(tmp_path, ledger, SECOND, [3])
    ledger.sign(ledger.due(), NOON)

    assert (points(tmp_path)[-1].size, points(tmp_path)[-1].previous) == (2, "none")
    assert points(tmp_path, SECOND)[-1].previous == encoded(root([1, 2]))
    again = Ledger(tmp_path, "n", SIGNER)
    write(tmp_path, again, SECOND, [4])
    again.sign(again.due(), NOON)
    assert points(tmp_path, SECOND)[-1].previous == encoded(root([1, 2]))


def test_a_clock_that_goes_back_goes_on_with_the_first_days_tree(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path, "n", SIGNER)
    write(tmp_path, ledger, FIRST, [1])
    write(tmp_path, ledger, SECOND, [2])
    write(tmp_path, ledger, FIRST, [3])
    ledger.sign(ledger.due(), NOON)

    assert points(tmp_path)[-1].root == root([1, 3])


@pytest.mark.parametrize("change", ["changed", "cut off"])
def test_a_file_that_was_changed_while_the_guard_was_off_is_told_of(change: str, tmp_path: Path) -> None:
    ledger = Ledger(tmp_path, "n", SIGNER)
    write(tmp_path, ledger, FIRST, [1, 2])
    ledger.sign(ledger.due(), NOON)
    (tmp_path / f"audit-n-{FIRST}.jsonl").write_bytes(line(1) + (line(3) if change == "changed" else b""))

    assert Ledger(tmp_path, "n", SIGNER).altered == [FIRST]


def test_a_note_that_a_crash_cut_short_does_not_spoil_the_next(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path, "n", SIGNER)
    write(tmp_path, ledger, FIRST, [1])
    ledger.sign(ledger.due(), NOON)
    path = tmp_path / f"audit-n-{FIRST}.ckpt"
    whole = path.read_bytes()
    for cut in range(1, len(whole)):
        path.write_bytes(whole + whole[:cut])
        Ledger(tmp_path, "n", SIGNER)
        assert path.read_bytes() == whole


def test_copies_go_elsewhere_with_the_public_key(tmp_path: Path) -> None:
    (tmp_path / "log").mkdir()
    (tmp_path / "copies").mkdir()
    ledger = Ledger(tmp_path / "log", "n", SIGNER, tmp_path / "copies")
    write(tmp_path / "log", ledger, FIRST, [1])
    ledger.sign(ledger.due(), NOON)

    assert points(tmp_path / "copies") == points(tmp_path / "log")
    assert (tmp_path / "copies" / "audit-n.vkey").read_text("utf-8").strip() == SIGNER.vkey


def test_a_folder_elsewhere_that_is_gone_is_said_and_made_up_for(tmp_path: Path) -> None:
    (tmp_path / "log").mkdir()
    copies = tmp_path / "copies"
    ledger = Ledger(tmp_path / "log", "n", SIGNER, copies)
    write(tmp_path / "log", ledger, FIRST, [1])
    with pytest.raises(StoreError, match="folder of checkpoints cannot be written"):
        ledger.sign(ledger.due(), NOON)
    copies.mkdir()
    ledger.sign(ledger.due(), NOON)

    assert points(copies)[-1].root == root([1])


def test_checkpoints_are_closed_to_others(tmp_path: Path) -> None:
    mask = os.umask(0)
    try:
        ledger = Ledger(tmp_path, "n", SIGNER)
        write(tmp_path, ledger, FIRST, [1])
        ledger.sign(ledger.due(), NOON)
    finally:
        os.umask(mask)

    assert stat.S_IMODE((tmp_path / f"audit-n-{FIRST}.ckpt").stat().st_mode) == 0o640
