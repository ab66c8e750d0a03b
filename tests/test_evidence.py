"""Sealed prompts: two keys open them, one does not, and what is kept is whole or not there."""

import hashlib
import os
import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.errors import StoreError
from guard.evidence import Evidence, held, new_key, of, opened, private_keys
from guard.settings import Settings
from guard.terms import Classification, Finding, Prompt, Role, Segment

INVESTIGATOR, OTHER, WITNESS = new_key(), new_key(), new_key()
TEXT = "Virement vers FR76 3000 6000 0112 3456 7890 189"
PROMPT = Prompt(
    "openai-api", "chat-completions", "openai-chat", (Segment("body:/messages/0/content", Role.USER, TEXT),)
)
FOUND = (Finding("iban", "IBAN_CODE", Classification.CONFIDENTIAL, 0, 14, 47, 1.0),)
NOON = datetime(2026, 7, 23, 12, tzinfo=UTC)


def evidence(folder: Path) -> Evidence:
    return Evidence(folder, [INVESTIGATOR[1], OTHER[1]], [WITNESS[1]], lambda: NOON)


def test_any_investigator_and_a_witness_open_it_together(tmp_path: Path) -> None:
    sealed = evidence(tmp_path).seal(PROMPT, FOUND)
    for investigator in (INVESTIGATOR, OTHER):
        said = opened(sealed.data, [WITNESS[0], investigator[0]])
        assert said["time"] == "2026-07-23T12:00:00.000+00:00"
        assert said["segments"] == [{"where": "body:/messages/0/content", "role": "user", "text": TEXT}]
        assert said["findings"] == [{"entity": "IBAN_CODE", "rule": "iban", "segment": 0, "start": 14, "end": 47}]


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ([INVESTIGATOR[0], OTHER[0]], "no key of a witness"),
        ([WITNESS[0]], "no key of an investigator"),
        ([new_key()[0], WITNESS[0]], "no key of an investigator"),
        ([], "no key of an investigator"),
        (["AGE-SECRET-KEY-1ABC"], "no private key of age"),
    ],
)
def test_one_side_alone_reads_nothing(keys: list[str], said: str, tmp_path: Path) -> None:
    sealed = evidence(tmp_path).seal(PROMPT, FOUND)
    with pytest.raises(StoreError, match=said):
        opened(sealed.data, keys)


def test_a_changed_byte_is_found_by_the_name_and_by_the_keys(tmp_path: Path) -> None:
    sealed = evidence(tmp_path).seal(PROMPT, FOUND)
    sealed.keep()
    (path,) = tmp_path.rglob("*.age")
    changed = bytearray(sealed.data)
    changed[-1] ^= 1
    path.write_bytes(changed)
    with pytest.raises(StoreError, match="altered"):
        held(tmp_path, sealed.sha256)
    with pytest.raises(StoreError):
        opened(bytes(changed), [INVESTIGATOR[0], WITNESS[0]])


def test_it_is_kept_whole_under_its_hash_and_its_day_for_its_owner_alone(tmp_path: Path) -> None:
    sealed = evidence(tmp_path / "evidence").seal(PROMPT, FOUND)
    assert list(tmp_path.iterdir()) == []
    sealed.keep()
    (path,) = tmp_path.rglob("*.*")
    assert path == tmp_path / "evidence" / "2026-07-23" / f"{hashlib.sha256(sealed.data).hexdigest()}.age"
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert held(tmp_path / "evidence", sealed.sha256) == sealed.data


def test_nothing_readable_is_in_the_file_or_in_a_repr(tmp_path: Path) -> None:
    sealed = evidence(tmp_path).seal(PROMPT, FOUND)
    assert b"FR76" not in sealed.data
    assert b"openai" not in sealed.data
    assert repr(sealed.data[:4]) not in repr(sealed)


def test_the_same_prompt_twice_does_not_show(tmp_path: Path) -> None:
    one, two = (evidence(tmp_path).seal(PROMPT, FOUND) for _ in range(2))
    assert one.sha256 != two.sha256


def test_what_cannot_be_kept_is_an_error_and_leaves_no_half(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(descriptor: int) -> None:
        raise OSError(5, "EIO")

    monkeypatch.setattr(os, "fsync", fails)
    with pytest.raises(StoreError, match=r"could not be kept \(OSError\)"):
        evidence(tmp_path).seal(PROMPT, FOUND).keep()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@given(st.text(st.characters(), max_size=60))
def test_any_text_comes_back_also_half_a_surrogate_pair(text: str) -> None:
    prompt = replace(PROMPT, segments=(Segment("body:", Role.USER, text),))
    sealed = evidence(Path("unused")).seal(prompt, ())
    assert opened(sealed.data, [INVESTIGATOR[0], WITNESS[0]])["segments"][0]["text"] == text


def test_a_name_in_an_altered_event_reaches_no_other_file(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="64 hexadecimal digits"):
        held(tmp_path, "../../etc/passwd")
    assert held(tmp_path, "0" * 64) is None


KEYS = {"evidence_keys": f"{INVESTIGATOR[1]}, {OTHER[1]}", "evidence_witnesses": WITNESS[1]}
WRONG = {
    "one side": {"evidence_keys": INVESTIGATOR[1]},
    "the other side": {"evidence_witnesses": WITNESS[1]},
    "one person on both": KEYS | {"evidence_witnesses": OTHER[1]},
    "one person on both, in capitals": KEYS | {"evidence_witnesses": OTHER[1].upper()},
    "no key": KEYS | {"evidence_witnesses": "age1nokey"},
    "a private key": KEYS | {"evidence_witnesses": WITNESS[0]},
}


def test_it_is_off_unless_somebody_has_keys() -> None:
    assert of(Settings()) is None
    assert of(Settings(**KEYS)) is not None  # type: ignore[arg-type]


@pytest.mark.parametrize("settings", WRONG.values(), ids=WRONG)
def test_settings_that_would_let_one_person_read_do_not_start(settings: dict[str, str]) -> None:
    with pytest.raises(StoreError) as error:
        of(Settings(**settings))  # type: ignore[arg-type]
    assert "AGE-SECRET" not in str(error.value)


def test_the_keys_of_a_file_are_those_that_age_writes() -> None:
    assert private_keys(f"# created: now\n# public key: {WITNESS[1]}\n{WITNESS[0]}\n") == [WITNESS[0]]


@pytest.mark.system
@pytest.mark.skipif(shutil.which("age") is None, reason="wants Debian's age")
def test_the_age_command_opens_it_in_two_steps(tmp_path: Path) -> None:
    sealed = evidence(tmp_path).seal(PROMPT, FOUND)
    data = sealed.data
    for number, (private, _) in enumerate((INVESTIGATOR, WITNESS)):
        key = tmp_path / f"{number}.key"
        key.write_text(f"{private}\n", "utf-8")
        done = subprocess.run(["age", "-d", "-i", str(key)], input=data, capture_output=True, check=True, timeout=30)
        data = done.stdout
    assert b"FR76 3000" in data
