"""Data in, the packed pipeline with its card out: `python -m training.train --data DIR` or `--download DIR`.

Law: the same data and seed make the same corpus, and nothing is downloaded unless `--download` says so. Held-out sets
are read to be kept apart and, when the training is over, to be measured; they choose nothing.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import spacy
from spacy.training.initialize import init_nlp
from spacy.training.loop import train as train_loop

from training import dev, origins
from training.card import Run, write_card
from training.corpus import Corpus, built, untitled
from training.examples import DataError, Example, read_lines
from training.pack import PackError, pack, recognizer
from training.pipeline import blank, configuration, use_fast_products, write_documents
from training.score import Score, measured
from training.variation import lowered

TARGET = Path("guard/detect/bilingual")
VERSION = "1.2.0"


@dataclass(frozen=True, slots=True)
class Options:
    """One run's settings."""

    work: Path
    """Where the documents and the states of the model are kept."""
    target: Path
    epochs: int
    seed: int
    invented: int
    """Invented texts for each language."""
    begun: Path | None = None
    """The pipeline that the model goes on from; it begins with nothing when None."""


def read_folder(folder: Path) -> tuple[list[Example], list[Example]]:
    """The examples of a folder's `*.jsonl`, and those of its `test_*.jsonl`, which are held out. Raises DataError."""
    if not folder.is_dir():
        raise DataError(f"{folder} is not a folder")
    barred = {origin.name for origin in origins.ORIGINS if not origin.shipped}
    train, held_out = list[Example](), list[Example]()
    for path in sorted(folder.glob("*.jsonl")):
        name = path.stem.removeprefix("test_").partition("_")[2] or path.stem.removeprefix("test_")
        if path.stem.startswith("test_"):
            held_out += [example.named(example.source or name) for example in read_lines(path)]
        elif name not in barred:
            train += read_lines(path)
    if not train:
        raise DataError(
            f"{folder} holds no training data: files of JSON lines, LANG_SOURCE.jsonl and test_SOURCE.jsonl"
        )
    return train, held_out


def fitted(corpus: Corpus, options: Options) -> Path:
    """Train on the corpus; the folder of the best state."""
    options.work.mkdir(parents=True, exist_ok=True)
    train_path, dev_path = options.work / "train.spacy", options.work / "dev.spacy"
    use_fast_products()
    nlp = blank()
    words = write_documents(train_path, corpus.train, nlp)
    write_documents(dev_path, (*corpus.dev, *dev.prompts("fr"), *dev.prompts("en")), nlp)
    output = options.work / "states"
    output.mkdir(exist_ok=True)
    pipeline = init_nlp(configuration(train_path, dev_path, options.epochs, options.seed, words, options.begun))
    train_loop(pipeline, output, stdout=sys.stdout, stderr=sys.stderr)
    return output / "model-best"


def scored(folder: Path, held_out: Sequence[Example]) -> dict[str, Score]:
    """The pipeline's figures on each held-out source, also in lower case, and on the dev prompts."""
    nlp = spacy.load(folder)
    sets = {
        name: [untitled(example) for example in held_out if example.source == name]
        for name in sorted({e.source for e in held_out})
    }
    scores = {name: measured(nlp, examples) for name, examples in sets.items()}
    scores |= {
        f"{name}, lower case": measured(nlp, [lowered(example) for example in examples])
        for name, examples in sets.items()
    }
    return scores | {f"our chat prompts, {lang} (dev)": measured(nlp, dev.prompts(lang)) for lang in ("fr", "en")}


def run(data: Sequence[Example], held_out: Sequence[Example], options: Options) -> Run:
    """Build, train, pack, measure, and write the card. Raises DataError, PackError."""
    corpus = built(data, held_out, options.seed, options.invented)
    words = sum(len(example.text.split()) for example in corpus.train)
    print(f"{len(corpus.train):,} texts, {words:,} words to train on; {len(corpus.dev):,} to choose by")
    return finished(fitted(corpus, options), corpus, words, held_out, options)


def finished(state: Path, corpus: Corpus, words: int, held_out: Sequence[Example], options: Options) -> Run:
    """Pack a state of the model, measure what was packed, and write its card. Raises PackError."""
    begun = str(spacy.load(options.begun).meta["version"]) if options.begun else ""
    size = pack(state, options.target, VERSION, options.begun)
    labels = tuple(sorted(recognizer(spacy.load(options.target)).labels))
    done = Run(
        VERSION,
        options.seed,
        options.epochs,
        labels,
        corpus.counts(),
        words,
        size,
        scored(options.target, held_out),
        begun,
    )
    write_card(options.target, done)
    return done


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; exit 0 when the pipeline is packed, 1 when data or size forbid it, 2 for usage."""
    parser = argparse.ArgumentParser(
        prog="python -m training.train", description="Train and pack the bilingual pipeline."
    )
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument(
        "--data", type=Path, metavar="DIR", help="a folder of JSON lines: LANG_SOURCE.jsonl, test_SOURCE.jsonl"
    )
    where.add_argument(
        "--download", type=Path, metavar="DIR", help="fetch the public archives into DIR and read them there"
    )
    parser.add_argument("--work", type=Path, default=Path("build/training"), help="where documents and states are kept")
    parser.add_argument("--target", type=Path, default=TARGET, help="where the packed pipeline goes")
    parser.add_argument("--from", dest="begun", type=Path, metavar="DIR", help="go on from this pipeline's weights")
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--invented", type=int, default=22000, help="invented texts for each language")
    given = parser.parse_args(arguments)
    options = Options(given.work, given.target, given.epochs, given.seed, given.invented, given.begun)
    try:
        if given.download:
            origins.download(given.download, print)
        data, held_out = origins.read(given.download) if given.download else read_folder(given.data)
        done = run(data, held_out, options)
    except (DataError, PackError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{options.target}: {done.size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
