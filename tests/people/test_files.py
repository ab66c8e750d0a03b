from pathlib import Path

import pytest

from guard.errors import PeopleError
from guard.people.files import Strict, lines, read, text


class Shape(Strict):
    groups: dict[str, list[str]]


def test_lines_are_numbered_and_comments_left_out(tmp_path: Path) -> None:
    (tmp_path / "f").write_text("# who\n\na\n  # b\nc\n")
    assert list(lines(tmp_path / "f")) == [(3, "a"), (5, "c")]


@pytest.mark.parametrize(
    ("content", "said"), [(b"camille:abc", "line end"), (b"\xff\xfe\n", "UTF-8"), (b"", "line end")]
)
def test_a_file_that_may_not_be_whole_is_refused_without_being_quoted(
    content: bytes, said: str, tmp_path: Path
) -> None:
    (tmp_path / "f").write_bytes(content)
    with pytest.raises(PeopleError, match=said) as caught:
        text(tmp_path / "f")
    assert "camille" not in str(caught.value)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PeopleError, match="FileNotFoundError"):
        text(tmp_path / "f")


@pytest.mark.parametrize(
    ("content", "place"),
    [
        ("groups:\n  hr: [camille]\n  hr: []\n", ":3:3: R102"),
        ("groups:\n  hr: camille\n", ":2:3: "),
        ("groups: {}\nothers: []\n", ":2:1: "),
        ("- camille\n", ": R109"),
    ],
)
def test_what_does_not_fit_is_named_by_its_place(content: str, place: str, tmp_path: Path) -> None:
    (tmp_path / "f.yaml").write_text(content)
    with pytest.raises(PeopleError) as caught:
        read(tmp_path / "f.yaml", Shape)
    assert place in str(caught.value)
    assert "camille" not in str(caught.value)
