from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from guard.audit.checkpoint import Signer, Verifier
from guard.audit.export import export
from guard.audit.sink import Keeping, Sink
from guard.audit.verify import verify
from guard.errors import StoreError
from guard.terms import Actor, Decision, Outcome, Verdict

SIGNER = Signer(bytes(range(32)), "n")
OUTCOME = Outcome(Decision(Verdict.BLOCK), Actor("jdupont"), "openai-api", "chat", "api.openai.com")
EVER = (date.min, date.max)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    for day in range(3):
        time = datetime(2026, 7, 23, 12, tzinfo=UTC) + timedelta(days=day)
        with closing(Sink(tmp_path / "log", "n", lambda time=time: time, Keeping(signer=SIGNER))) as sink:  # type: ignore[misc]
            sink.write(OUTCOME)
    (tmp_path / "log" / "legal-hold").touch()
    return tmp_path / "log"


def test_what_was_exported_can_be_verified_elsewhere(log: Path, tmp_path: Path) -> None:
    for name in ("audit-n-2026-02-31.jsonl", "audit-n-9999-99-99.ckpt"):  # days that no calendar has
        (log / name).touch()
    names = export(log, tmp_path / "out", *EVER)

    assert len(names) == 7
    assert verify(tmp_path / "out", {"n": Verifier(SIGNER.vkey)})["n"].problems == []


def test_only_the_days_that_were_asked_for_go(log: Path, tmp_path: Path) -> None:
    assert export(log, tmp_path / "out", date(2026, 7, 24), date(2026, 7, 24)) == [
        "audit-n-2026-07-24.ckpt",
        "audit-n-2026-07-24.jsonl",
        "audit-n.vkey",
    ]


def test_a_part_of_a_log_is_verified_as_one(log: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    export(log, out, date(2026, 7, 24), date(2026, 7, 25))
    verifiers = {"n": Verifier(SIGNER.vkey)}

    assert len(verify(out, verifiers)["n"].problems) == 2
    assert verify(out, verifiers, part=True)["n"].problems == verify(out, verifiers, log, part=True)["n"].problems == []
    (out / "audit-n-2026-07-24.jsonl").write_bytes(b"")
    assert verify(out, verifiers, part=True)["n"].problems


def test_nothing_is_written_over(log: Path, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there already"):
        export(log, log, *EVER)


def test_a_log_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="could not be made"):
        export(tmp_path / "none", tmp_path / "out", *EVER)
