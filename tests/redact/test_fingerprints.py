import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from guard.errors import StoreError
from guard.redact.fingerprints import Fingerprints, Keys, shared_key
from guard.rules.load import load
from guard.terms import Classification, Finding, Role, Segment

RULES = load(Path(__file__).resolve().parents[2] / "rules")
IBAN = "FR76 3000 6000 0112 3456 7890 189"


def at(month: int) -> Callable[[], datetime]:
    return lambda: datetime(2026, month, 15, tzinfo=UTC)


def prints(folder: Path, *texts: str, entity: str = "IBAN_CODE", month: int = 7) -> tuple[str, ...]:
    segments = [Segment(f"body:/{number}", Role.USER, f"_{text}_") for number, text in enumerate(texts)]
    findings = [
        Finding("iban", entity, Classification.CONFIDENTIAL, number, 1, 1 + len(text), 1.0)
        for number, text in enumerate(texts)
    ]
    return Fingerprints(RULES, Keys(folder, at(month))).of(findings, segments)


def test_the_same_value_has_the_same_fingerprint_however_it_is_spelt(tmp_path: Path) -> None:
    first, second, third = prints(tmp_path, IBAN, IBAN.replace(" ", ""), IBAN.lower())

    assert first == second == third


def test_it_has_it_after_a_restart(tmp_path: Path) -> None:
    assert prints(tmp_path, IBAN) == prints(tmp_path, IBAN)


def test_another_value_another_kind_and_another_key_have_others(tmp_path: Path) -> None:
    found = {
        *prints(tmp_path / "a", IBAN, IBAN + "1"),
        *prints(tmp_path / "a", IBAN, entity="PERSON"),
        *prints(tmp_path / "b", IBAN),
    }

    assert len(found) == 4


def test_a_new_quarter_has_a_new_key_and_keeps_the_old(tmp_path: Path) -> None:
    before, after = prints(tmp_path, IBAN, month=9), prints(tmp_path, IBAN, month=10)

    assert before[0].startswith("2026q3:")
    assert after[0].startswith("2026q4:")
    assert before[0][7:] != after[0][7:]
    assert Keys(tmp_path, at(10)).quarters() == ["2026q3", "2026q4"]


def test_it_shows_nothing_of_the_value(tmp_path: Path) -> None:
    (shown,) = prints(tmp_path, IBAN)

    assert len(shown) == len("2026q3:") + 16
    assert not any(group in shown for group in IBAN.split() if len(group) == 4)


def test_keys_are_the_guards_alone(tmp_path: Path) -> None:
    prints(tmp_path, IBAN)

    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}


def test_a_folder_that_takes_no_key_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(StoreError, match="cannot be kept"):
        Keys(tmp_path / "file")


def test_a_key_that_many_make_at_once_is_one_key_and_whole(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "2026q3.key"
    with ThreadPoolExecutor(16) as pool:
        made = set(pool.map(lambda _: shared_key(path), range(64)))

    assert [len(key) for key in made] == [32]
    assert [entry.name for entry in path.parent.iterdir()] == ["2026q3.key"]
