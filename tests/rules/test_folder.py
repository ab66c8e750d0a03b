"""A folder of rule files."""

import os
from collections.abc import Callable
from pathlib import Path

from guard.rules.folder import read

Lay = Callable[[dict[str, str]], Path]


def codes(root: Path) -> list[str]:
    return sorted(f"{Path(p.path).relative_to(root).as_posix()} {p.code}" for p in read(root).problems)


def test_the_same_bytes_have_the_same_version(lay: Lay, good: dict[str, str], tmp_path: Path) -> None:
    before = read(lay(good)).version
    for path in tmp_path.rglob("*.yaml"):
        os.utime(path, (1, 1))
    again = lay(dict(reversed(good.items())))
    assert read(again).version == before
    assert before.startswith("sha256:")
    assert len(before) == len("sha256:") + 16


def test_a_changed_byte_a_renamed_file_and_a_list_each_change_the_version(lay: Lay, good: dict[str, str]) -> None:
    seen = {read(lay(good)).version}
    seen.add(read(lay({"detect/badge.yaml": good["detect/badge.yaml"] + "\n"})).version)
    root = lay({"lists/words.txt": "a\n"})
    seen.add(read(root).version)
    (root / "lists/words.txt").rename(root / "lists/terms.txt")
    seen.add(read(root).version)
    assert len(seen) == 4


def test_the_version_of_a_set_is_fixed(lay: Lay) -> None:
    """Events of different machines name the same rules alike."""
    root = lay({"lists/b.txt": "é\n", "detect/a.yaml": "x"})
    assert read(root).version == "sha256:eba9b445a41cd176"


def test_what_is_no_rule_does_not_change_the_version(lay: Lay, good: dict[str, str]) -> None:
    before = read(lay(good)).version
    extra = {"README.md": "x", "detect/README.md": "x", "detect/.badge.yaml.swp": "x", ".schema/detect.json": "{}"}
    after = read(lay(extra))
    assert after.version == before
    assert after.problems == ()


def test_what_stands_in_the_wrong_place_is_named(lay: Lay) -> None:
    root = lay(
        {
            "a.yaml": "x",
            "detects/a.yaml": "x",
            "detect/a.yml": "x",
            "detect/a.yaml~": "x",
            "detect/more/a.yaml": "x",
            "lists/a.yaml": "x",
            "NOTES.txt": "x",
        }
    )
    assert codes(root) == [
        "a.yaml R201",
        "detect/a.yaml~ R201",
        "detect/a.yml R201",
        "detect/more R201",
        "detects R201",
        "lists/a.yaml R201",
    ]


def test_a_folder_without_rules_is_a_problem(tmp_path: Path) -> None:
    assert codes(tmp_path) == [". R201"]


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    (tmp_path / "detect").mkdir()
    os.mkfifo(tmp_path / "detect/a.yaml")
    assert codes(tmp_path) == ["detect/a.yaml R201"]


def test_a_link_to_a_file_is_read_as_a_mounted_configuration_has_it(tmp_path: Path) -> None:
    (tmp_path / "detect").mkdir()
    (tmp_path / "detect/..data").mkdir()
    (tmp_path / "detect/..data/a.yaml").write_text("x")
    (tmp_path / "detect/a.yaml").symlink_to("..data/a.yaml")
    assert [file.content for file in read(tmp_path).files] == [b"x"]


def test_a_link_that_leads_nowhere_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "detect").mkdir()
    (tmp_path / "detect/a.yaml").symlink_to("nowhere")
    assert codes(tmp_path) == ["detect/a.yaml R201"]


def test_a_missing_folder_is_a_problem(tmp_path: Path) -> None:
    assert [problem.code for problem in read(tmp_path / "missing").problems] == ["R201"]
