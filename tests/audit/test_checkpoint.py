import base64
import re
from dataclasses import replace
from datetime import date

import pytest

from guard.audit.checkpoint import Checkpoint, Signer, Verifier, notes
from guard.errors import StoreError

SIGNER = Signer(bytes(range(32)), "par-01")
POINT = Checkpoint("par-01", date(2026, 7, 23), 3, bytes(32), "2026-07-23T10:12:12Z", 48211)


def test_a_note_says_what_was_signed() -> None:
    assert Verifier(SIGNER.vkey).opened(SIGNER.note(POINT)) == POINT


def test_a_note_reads_as_c2sp_says() -> None:
    lines = SIGNER.note(POINT).splitlines()

    assert lines[:3] == ["prompt-guard/par-01/2026-07-23", "3", base64.b64encode(bytes(32)).decode()]
    assert lines[6] == ""
    assert lines[7].startswith("— prompt-guard/par-01 ")
    assert re.fullmatch(r"prompt-guard/par-01\+[0-9a-f]{8}\+[A-Za-z0-9+/=]{44}", SIGNER.vkey)


NOTE = SIGNER.note(POINT)


@pytest.mark.parametrize("place", range(len(NOTE)))
def test_no_character_of_a_note_can_be_changed(place: int) -> None:
    changed = NOTE[:place] + ("1" if NOTE[place] != "1" else "2") + NOTE[place + 1 :]

    with pytest.raises(StoreError):
        Verifier(SIGNER.vkey).opened(changed)


def test_another_key_opens_nothing() -> None:
    other = Signer(bytes(32), "par-01")

    with pytest.raises(StoreError, match="not signed by this key"):
        Verifier(other.vkey).opened(NOTE)


@pytest.mark.parametrize("vkey", ["", "a+b+c", SIGNER.vkey[:-4], SIGNER.vkey.replace("par-01", "par-02")])
def test_what_is_no_public_key_is_said(vkey: str) -> None:
    with pytest.raises(StoreError, match="no public key"):
        Verifier(vkey)


def test_a_file_of_notes_is_read_note_by_note() -> None:
    second = SIGNER.note(replace(POINT, size=4))

    assert list(notes(NOTE + second + second[:50])) == [NOTE, second, second[:50]]
