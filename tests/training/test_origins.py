import io
import tarfile
from pathlib import Path
from urllib.error import URLError

import pytest

from training import origins
from training.examples import DataError
from training.origins import Origin
from training.sources import PLAIN, columns


def reader(text):
    return columns(text, PLAIN, "tiny")


def archived(folder, origin, files):
    folder.mkdir(exist_ok=True)
    with tarfile.open(origin.archive(folder), "w:gz") as archive:
        for path, text in files.items():
            info = tarfile.TarInfo(f"repo-commit/{path}")
            info.size = len(text.encode())
            archive.addfile(info, io.BytesIO(text.encode()))


TINY = Origin("tiny", "a/b", "c0ffee", "MIT", "A. Author", reader, ("train.txt",), held_out=("test.txt",))
PAIRS = Origin("winer", "a/w", "c0ffee", "CC BY 4.0", "A. Author")
CLOSED = Origin("closed", "a/n", "c0ffee", "NC", "A. Author", reader, ("train.txt",), shipped=False)


def test_archives_are_read_and_held_out_files_kept_apart(tmp_path, monkeypatch):
    monkeypatch.setattr(origins, "ORIGINS", (TINY, CLOSED))
    archived(tmp_path, TINY, {"train.txt": "Bo B-PER\n", "test.txt": "Li B-PER\n"})
    train, held_out = origins.read(tmp_path)
    assert ([example.text for example in train], [example.text for example in held_out]) == (["Bo"], ["Li"])


def test_pairs_of_text_and_annotation_are_read_by_document(tmp_path, monkeypatch):
    monkeypatch.setattr(origins, "ORIGINS", (PAIRS,))
    files = {f"2020/01/d{n}.txt": f"Bo {n}." for n in range(60)}
    files |= {f"2020/01/d{n}.ann": "T1\tPerson 0 2\tBo" for n in range(60)}
    archived(tmp_path, PAIRS, files)
    train, held_out = origins.read(tmp_path)
    assert len(train) + len(held_out) == 60
    assert 0 < len(held_out) < 30


def test_a_missing_archive_says_which_and_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setattr(origins, "ORIGINS", (TINY,))
    with pytest.raises(DataError, match=r"^tiny is missing: a\+b-c0ffee\.tar\.gz; --download fetches it$"):
        origins.read(tmp_path)


def test_an_archive_without_a_file_of_the_table_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(origins, "ORIGINS", (TINY,))
    archived(tmp_path, TINY, {"train.txt": ""})
    with pytest.raises(DataError, match=r"^tiny holds no test\.txt$"):
        origins.read(tmp_path)


def test_only_shipped_archives_that_are_not_there_are_fetched(tmp_path, monkeypatch):
    monkeypatch.setattr(origins, "ORIGINS", (TINY, PAIRS, CLOSED))
    archived(tmp_path, PAIRS, {})
    asked = []

    def answer(address, timeout):
        asked.append(address)
        return io.BytesIO(b"archive")

    monkeypatch.setattr(origins, "urlopen", answer)
    said = []
    origins.download(tmp_path, said.append)
    assert asked == ["https://github.com/a/b/archive/c0ffee.tar.gz"]
    assert TINY.archive(tmp_path).read_bytes() == b"archive"
    assert len(said) == 1


def test_a_download_that_fails_leaves_nothing_and_names_the_address(tmp_path, monkeypatch):
    monkeypatch.setattr(origins, "ORIGINS", (TINY,))

    def refuse(address, timeout):
        raise URLError("no route")

    monkeypatch.setattr(origins, "urlopen", refuse)
    with pytest.raises(DataError, match=r"^tiny could not be downloaded from https://\S+: URLError$"):
        origins.download(tmp_path, print)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("origin", origins.ORIGINS, ids=lambda origin: origin.name)
def test_each_origin_says_its_licence_and_whom_to_name(origin):
    assert origin.licence
    assert origin.attribution
    assert origin.read is None or origin.paths
    assert origin.address.startswith("https://github.com/")


def test_no_shipped_origin_forbids_commercial_use():
    assert not [origin.name for origin in origins.ORIGINS if origin.shipped and "NC" in origin.licence]


def test_the_notice_names_every_shipped_origin_with_its_licence():
    notice = (Path(__file__).parents[2] / "NOTICE").read_text(encoding="utf-8")
    for origin in origins.ORIGINS:
        if origin.shipped:
            assert origin.repository in notice
            assert ("MIT License" if origin.licence == "MIT" else "CC BY 4.0") in notice.partition(origin.repository)[2]
