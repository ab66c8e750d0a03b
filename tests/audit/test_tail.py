import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.audit.tail import last_sequence, mend
from guard.errors import StoreError


def line(sequence: int) -> bytes:
    return json.dumps({"metadata": {"sequence": sequence}, "message": "x" * 90_000}).encode() + b"\n"


@pytest.mark.parametrize(
    "torn", [b"", b"{", b"\0" * 100_000, line(3)[:-1]], ids=["nothing", "a byte", "zeros", "a line"]
)
def test_what_follows_the_last_newline_is_put_aside(torn: bytes, tmp_path: Path) -> None:
    path = tmp_path / "audit-n-2026-07-23.jsonl"
    whole = line(1) + line(2)
    path.write_bytes(whole + torn)
    mend(tmp_path, "n")
    aside = tmp_path / "audit-n-2026-07-23.jsonl.torn"
    assert path.read_bytes() == whole
    assert (aside.read_bytes() if aside.exists() else b"") == torn
    assert last_sequence(tmp_path, "n") == 2


def test_torn_ends_are_kept_one_after_another(tmp_path: Path) -> None:
    path = tmp_path / "audit-n-2026-07-23.jsonl"
    for torn in (b"one", b"two"):
        path.write_bytes(torn)
        mend(tmp_path, "n")
    assert (tmp_path / "audit-n-2026-07-23.jsonl.torn").read_bytes() == b"onetwo"
    assert path.read_bytes() == b""


@given(data=st.binary(max_size=300))
def test_any_bytes_end_in_a_newline_and_none_is_lost(data: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("tail")
    path = folder / "audit-n-2026-07-23.jsonl"
    path.write_bytes(data)
    mend(folder, "n")
    aside = folder / (path.name + ".torn")
    kept = path.read_bytes()
    assert kept in (b"", data[: data.rfind(b"\n") + 1])
    assert kept + (aside.read_bytes() if aside.exists() else b"") == data


def test_only_this_nodes_day_files_count(tmp_path: Path) -> None:
    for name, sequence in {
        "audit-n-2026-07-22.jsonl": 4,
        "audit-n-2026-07-23.jsonl": 7,
        "audit-n-1-2026-07-23.jsonl": 90,
        "audit-nn-2026-07-23.jsonl": 91,
        "audit-n-2026-07-23.jsonl.old": 92,
        "audit-n-2026-02-31.jsonl": 93,
    }.items():
        (tmp_path / name).write_bytes(line(sequence))
    (tmp_path / "audit-n-2026-07-24.jsonl").touch()
    assert last_sequence(tmp_path, "n") == 7
    assert last_sequence(tmp_path, "none") == 0


@pytest.mark.parametrize("bad", [b"\n", b"[]\n", b"{}\n", b'{"metadata":{"sequence":"x"}}\n', b'{"metadata":null}\n'])
def test_a_last_line_that_is_no_event_is_refused(bad: bytes, tmp_path: Path) -> None:
    (tmp_path / "audit-n-2026-07-23.jsonl").write_bytes(line(1) + bad)
    with pytest.raises(StoreError, match="audit-n-2026-07-23"):
        last_sequence(tmp_path, "n")
