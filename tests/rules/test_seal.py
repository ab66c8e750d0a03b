from pathlib import Path

import pytest

from guard.errors import RulesError
from guard.rules import seal


def test_a_folder_without_a_seal_is_taken_as_it_is(tmp_path: Path) -> None:
    seal.check(tmp_path, "sha256:1")


def test_a_seal_names_one_set_only(tmp_path: Path) -> None:
    path = seal.write(tmp_path, "sha256:1")
    seal.check(tmp_path, "sha256:1")
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]
    with pytest.raises(RulesError) as caught:
        seal.check(tmp_path, "sha256:2")
    assert [problem.code for problem in caught.value.problems] == ["R207"]


@pytest.mark.parametrize("content", [b"", b"sha256:", b"sha256:1", b"sha256:1\nsha256:2\n", b"\xff"])
def test_a_seal_that_is_half_there_is_none_that_fits(content: bytes, tmp_path: Path) -> None:
    (tmp_path / ".seal").write_bytes(content)
    with pytest.raises(RulesError):
        seal.check(tmp_path, "sha256:1")


def test_a_seal_that_cannot_be_read_fits_nothing(tmp_path: Path) -> None:
    (tmp_path / ".seal").mkdir()
    with pytest.raises(RulesError, match="IsADirectoryError"):
        seal.check(tmp_path, "sha256:1")
