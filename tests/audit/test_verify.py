"""A dishonest administrator against `verify`: whatever is done to lines that were signed is found."""

from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guard.audit.admin import Notice
from guard.audit.checkpoint import Signer, Verifier
from guard.audit.retention import sweep
from guard.audit.schema import Happening
from guard.audit.sink import Keeping, Sink
from guard.audit.verify import Report, nodes, verify
from guard.terms import Actor, Decision, Outcome, Verdict

SIGNER = Signer(bytes(range(32)), "n")
NOON = datetime(2026, 7, 23, 12, tzinfo=UTC)
OUTCOME = Outcome(Decision(Verdict.BLOCK), Actor("jdupont"), "openai-api", "chat", "api.openai.com")
LINES = 12


def made(folder: Path, days: Sequence[int] = (0,), lines: int = LINES, copies: Path | None = None) -> None:
    """A log of some days; each is signed in the middle and at its end."""
    for day in days:
        keeping = Keeping(signer=SIGNER, elsewhere=copies)
        with closing(Sink(folder, "n", lambda day=day: NOON + timedelta(days=day), keeping)) as sink:  # type: ignore[misc]
            for number in range(lines):
                sink.write(OUTCOME)
                if number == lines // 2:
                    sink.checkpoint()


def verified(folder: Path, copies: Path | None = None) -> Report:
    return verify(folder, {"n": Verifier(SIGNER.vkey)}, copies)["n"]


def file(folder: Path, day: int = 23) -> Path:
    return folder / f"audit-n-2026-07-{day}.jsonl"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The lines of one day."""
    folder = tmp_path_factory.mktemp("whole")
    made(folder)
    return file(folder).read_bytes()


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory, whole: bytes) -> Path:
    folder = tmp_path_factory.mktemp("signed")
    made(folder)
    return folder


def test_a_log_as_it_was_written_has_no_problem(tmp_path: Path) -> None:
    made(tmp_path, (0, 1, 2))
    report = verified(tmp_path)

    assert (report.problems, report.remarks) == ([], [])
    assert (report.days, report.lines, report.covered, report.checkpoints) == (3, 36, 36, 6)
    assert nodes(tmp_path) == ["n"]


def with_lines(signed: Path, data: bytes) -> Report:
    """The report on other lines under the same checkpoints."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        checkpoints = file(signed).with_suffix(".ckpt")
        (folder / checkpoints.name).write_bytes(checkpoints.read_bytes())
        file(folder).write_bytes(data)
        return verified(folder)


@settings(max_examples=150)
@given(st.data())
def test_any_byte_that_is_changed_is_found(signed: Path, data: st.DataObject) -> None:
    lines = bytearray(file(signed).read_bytes())
    place = data.draw(st.integers(0, len(lines) - 1))
    lines[place] ^= data.draw(st.integers(1, 255))

    assert with_lines(signed, bytes(lines)).problems


@given(st.integers(0, LINES - 1))
def test_any_line_that_is_deleted_is_found(signed: Path, place: int) -> None:
    lines = file(signed).read_bytes().splitlines(keepends=True)
    del lines[place]

    assert with_lines(signed, b"".join(lines)).problems


@given(st.permutations(range(LINES)).filter(lambda order: order != sorted(order)))
def test_any_other_order_is_found(signed: Path, order: list[int]) -> None:
    lines = file(signed).read_bytes().splitlines(keepends=True)

    assert with_lines(signed, b"".join(lines[number] for number in order)).problems


@given(st.integers(0, LINES - 1), st.integers(0, LINES - 1))
def test_any_line_that_is_put_in_is_found(signed: Path, which: int, where: int) -> None:
    lines = file(signed).read_bytes().splitlines(keepends=True)
    lines.insert(where, lines[which])

    assert with_lines(signed, b"".join(lines)).problems


def test_it_says_between_which_checkpoints(tmp_path: Path) -> None:
    made(tmp_path)
    data = file(tmp_path).read_bytes().splitlines(keepends=True)
    data[9] = data[9].replace(b"jdupont", b"mcurie0")
    file(tmp_path).write_bytes(b"".join(data))

    assert verified(tmp_path).problems == [
        "audit-n-2026-07-23.jsonl: lines 8 to 12 are not those of the checkpoint of 2026-07-23T12:00:00.000Z"
    ]


def cut(folder: Path) -> None:
    lines = file(folder).read_bytes().splitlines(keepends=True)
    file(folder).write_bytes(b"".join(lines[:-2]))


def forge(folder: Path) -> None:
    """New checkpoints over changed lines, by another key."""
    path = file(folder)
    path.write_bytes(path.read_bytes().replace(b"jdupont", b"mcurie0"))
    path.with_suffix(".ckpt").unlink()
    keeping = Keeping(signer=Signer(bytes(32), "n"))
    with closing(Sink(folder, "n", lambda: NOON, keeping)) as sink:
        sink.write(OUTCOME)


TAMPERINGS: dict[str, tuple[Callable[[Path], object], str]] = {
    "the end is cut off": (cut, "2 lines are missing at its end"),
    "a day in the middle is gone": (
        lambda folder: file(folder, 24).unlink(),
        "no event under a checkpoint says that it was deleted",
    ),
    "a day is gone with its checkpoints": (
        lambda folder: [file(folder, 24).unlink(), file(folder, 24).with_suffix(".ckpt").unlink()],
        "numbers 13 to 24 are missing",
    ),
    "the first day is gone with its checkpoints": (
        lambda folder: [file(folder).unlink(), file(folder).with_suffix(".ckpt").unlink()],
        "the log begins with number 13",
    ),
    "somebody else signed": (forge, "not signed by this key"),
    "a checkpoint is changed": (
        lambda folder: file(folder).with_suffix(".ckpt").write_text("prompt-guard/n/2026-07-23\n\n— n x\n"),
        "checkpoint 1 is not a checkpoint",
    ),
    "the checkpoints of a day are gone": (
        lambda folder: file(folder, 24).with_suffix(".ckpt").unlink(),
        "its checkpoints are gone",
    ),
    "a checkpoint is another day's": (
        lambda folder: (
            file(folder, 24).with_suffix(".ckpt").write_bytes(file(folder).with_suffix(".ckpt").read_bytes())
        ),
        "checkpoint 1 is of another file",
    ),
    "a line is none": (
        lambda folder: file(folder, 25).write_bytes(b"{}\n" + file(folder, 25).read_bytes()),
        ":1: no event of the audit log",
    ),
}


@pytest.mark.parametrize(("tamper", "says"), TAMPERINGS.values(), ids=TAMPERINGS)
def test_what_was_done_is_said(tamper: Callable[[Path], object], says: str, tmp_path: Path) -> None:
    made(tmp_path, (0, 1, 2))
    tamper(tmp_path)

    assert [problem for problem in verified(tmp_path).problems if says in problem]


def test_an_end_cut_off_with_its_checkpoints_is_found_with_the_copies(tmp_path: Path) -> None:
    log, copies = tmp_path / "log", tmp_path / "copies"
    copies.mkdir()
    made(log, copies=copies)
    lines = file(log).read_bytes().splitlines(keepends=True)
    file(log).write_bytes(b"".join(lines[:7]))
    path = file(log).with_suffix(".ckpt")
    text = path.read_text("utf-8")
    path.write_text(text[: text.index("\nprompt-guard/") + 1], "utf-8")

    assert verified(log).problems == []
    assert "5 lines are missing" in verified(log, copies).problems[0]


def test_lines_without_a_checkpoint_and_a_torn_end_are_remarks(tmp_path: Path) -> None:
    made(tmp_path)
    with closing(Sink(tmp_path, "n", lambda: NOON)) as sink:
        sink.write(OUTCOME)
    with file(tmp_path).open("ab") as log:
        log.write(b'{"time":1')
    report = verified(tmp_path)

    assert report.problems == []
    assert ["torn end" in report.remarks[0], "1 lines are under no checkpoint" in report.remarks[1]] == [True, True]


def test_lines_that_a_guard_at_work_left_unsigned_for_long_are_a_problem(tmp_path: Path) -> None:
    times = iter([NOON, NOON + timedelta(minutes=5), NOON + timedelta(minutes=11)])
    with closing(Sink(tmp_path, "n", lambda: next(times))) as sink:
        for _ in range(3):
            sink.write(OUTCOME)

    assert verified(tmp_path).problems == ["audit-n-2026-07-23.jsonl: the last 3 lines are under no checkpoint"]


def test_a_checkpoint_that_is_being_written_is_a_remark(tmp_path: Path) -> None:
    made(tmp_path)
    with file(tmp_path).with_suffix(".ckpt").open("a") as notes:
        notes.write("prompt-guard/n/2026-07-23\n12\n")
    report = verified(tmp_path)

    assert report.problems == []
    assert "torn end" in report.remarks[0]


def test_a_deletion_that_was_recorded_is_no_problem(tmp_path: Path) -> None:
    made(tmp_path, (0, 1, 2))
    later = NOON + timedelta(days=3)
    with closing(Sink(tmp_path, "n", lambda: later, Keeping(signer=SIGNER))) as sink:
        assert sweep(tmp_path, later.date(), 1, sink.note) == 2
    report = verified(tmp_path)

    assert report.problems == []
    assert [remark for remark in report.remarks if "deleted, as an event says" in remark]


def deletion(folder: Path, node: str, name: str) -> None:
    """A line, well formed, behind the last ones of a node's day, which nobody signs."""
    with closing(Sink(folder, node, lambda: NOON + timedelta(days=2))) as sink:
        sink.note(Notice(Happening.DELETED, "deleted", name))


@pytest.mark.parametrize("node", ["n", "n.cli", "made-up"])
def test_nobody_believes_a_line_that_says_a_day_was_deleted_and_is_under_no_checkpoint(
    node: str, tmp_path: Path
) -> None:
    made(tmp_path, (0, 1, 2))
    file(tmp_path, 24).unlink()
    deletion(tmp_path, node, file(tmp_path, 24).name)

    assert verified(tmp_path).problems == [
        "audit-n-2026-07-24.jsonl is gone, and no event under a checkpoint says that it was deleted"
    ]


def test_what_a_command_signs_unseen_is_not_believed(tmp_path: Path) -> None:
    """Lines put behind a command's last ones are signed by the next command."""
    made(tmp_path, (0, 1, 2))
    file(tmp_path, 24).unlink()
    deletion(tmp_path, "n.cli", file(tmp_path, 24).name)
    commands = Signer(bytes(range(32)), "n.cli")
    with closing(Sink(tmp_path, "n.cli", lambda: NOON + timedelta(days=2), Keeping(signer=commands))) as sink:
        sink.write(OUTCOME)
    verifiers = {"n": Verifier(SIGNER.vkey), "n.cli": Verifier(commands.vkey)}
    reports = verify(tmp_path, verifiers)

    assert [reports["n.cli"].problems, len(reports["n"].problems)] == [[], 1]


def test_another_node_of_the_folder_may_have_deleted_a_day_but_not_one_without_copies(tmp_path: Path) -> None:
    log, copies = tmp_path / "log", tmp_path / "copies"
    copies.mkdir()
    made(log, (0, 1, 2), copies=copies)
    file(log, 24).unlink()
    other = Signer(bytes(32), "m")
    with closing(Sink(log, "m", lambda: NOON + timedelta(days=2), Keeping(signer=other))) as sink:
        sink.note(Notice(Happening.DELETED, "deleted", file(log, 24).name))
    verifiers = {"n": Verifier(SIGNER.vkey), "m": Verifier(other.vkey)}

    assert verify(log, verifiers)["n"].problems == []
    assert "is gone" in verify(log, verifiers, copies)["n"].problems[0]


def test_a_day_of_which_no_event_says_so_any_more_was_deleted_before_all_that_is_left(tmp_path: Path) -> None:
    """Each day is deleted after two; the events of the first deletions are over too, checkpoints are not."""
    for day in range(9):
        now = NOON + timedelta(days=day)
        with closing(Sink(tmp_path, "n", lambda now=now: now, Keeping(signer=SIGNER))) as sink:  # type: ignore[misc]
            sink.write(OUTCOME)
            sweep(tmp_path, now.date(), 2, sink.note)
    report = verified(tmp_path)

    assert report.problems == []
    assert "3 days are gone that are older than those whose deletion an event says" in report.remarks
    file(tmp_path, 30).unlink()
    assert ["2026-07-30.jsonl is gone" in problem for problem in verified(tmp_path).problems] == [True]


def test_a_day_that_is_gone_after_those_deleted_by_rule_with_all_checkpoints_before_it_is_found(
    tmp_path: Path,
) -> None:
    made(tmp_path, (0, 1, 2))
    later = NOON + timedelta(days=3)
    with closing(Sink(tmp_path, "n", lambda: later, Keeping(signer=SIGNER))) as sink:
        sweep(tmp_path, later.date(), 2, sink.note)
    for path in [file(tmp_path, 24), *(file(tmp_path, day).with_suffix(".ckpt") for day in (23, 24))]:
        path.unlink()

    assert verified(tmp_path).problems == ["2026-07-25: its checkpoints follow a file that is not there"]
