"""A trained pipeline in, the one that is shipped out: small, and without a word of what it was trained on.

Law: `strings.json` holds the labels only: spaCy would keep every word of the training text there. The weights lose the
bits that no figure needs (seven stay of the mantissa's twenty-three), so that the package compresses to less than half.
"""

import json
import shutil
from pathlib import Path
from typing import Any, cast

import numpy as np
import spacy
from numpy.typing import NDArray
from spacy.language import Language
from spacy.pipeline import EntityRecognizer
from thinc.api import Model

BITS = 7
KEPT = 1 / 3
"""Share of the pipeline that a run went on from in what it packs; chosen by the development sets."""
LIMIT = 8_000_000
"""Bytes that a shipped pipeline may take on disk."""


class PackError(Exception):
    """A pipeline that cannot be shipped as it is."""


def rounded(weights: NDArray[np.float32], bits: int = BITS) -> NDArray[np.float32]:
    """The weights with `bits` bits of mantissa left."""
    mantissa, exponent = np.frexp(weights.astype(np.float64))
    return np.ldexp(np.round(mantissa * 2.0**bits) / 2.0**bits, exponent).astype(np.float32)


def recognizer(nlp: Language) -> EntityRecognizer:
    """The pipeline's only component."""
    return cast(EntityRecognizer, nlp.get_pipe("ner"))


def lightened(nlp: Language) -> Language:
    """The pipeline with all its weights rounded, in place."""
    for node in recognizer(nlp).model.walk():
        for name in node.param_names:
            if node.has_param(name):
                node.set_param(name, rounded(node.get_param(name)))
    return nlp


def blended(nlp: Language, other: Language, kept: float = KEPT) -> Language:
    """The pipeline with the mean of its weights and another's of the same shape, in place; `kept` is the other's share.

    What went on from a pipeline keeps more of what that one knew, and loses less of what it learned, than either alone
    (Wortsman and others, Robust fine-tuning of zero-shot models, 2021). Raises PackError.
    """
    ours, theirs = list(recognizer(nlp).model.walk()), list(recognizer(other).model.walk())
    shapes = [[(node.name, _shapes(node)) for node in nodes] for nodes in (ours, theirs)]
    if shapes[0] != shapes[1]:
        raise PackError("the two pipelines do not have the same shape: their weights have no mean")
    for node, twin in zip(ours, theirs, strict=True):
        for name in node.param_names:
            if node.has_param(name):
                node.set_param(name, (1 - kept) * node.get_param(name) + kept * twin.get_param(name))
    return nlp


def _shapes(node: Model[Any, Any]) -> dict[str, tuple[int, ...]]:
    return {name: node.get_param(name).shape for name in node.param_names if node.has_param(name)}


def detached(nlp: Language) -> Language:
    """The pipeline without the training's paths and hooks in its configuration, in place."""
    config = nlp.config
    config["paths"] = dict.fromkeys(config["paths"])
    config["initialize"]["before_init"] = None
    nlp.config = config
    return nlp


def pack(source: Path, target: Path, version: str, begun: Path | None = None) -> int:
    """Write the pipeline of `source`, or its mean with the one it went on from, in place of `target`.

    Returns its bytes. Raises PackError when it is too large.
    """
    nlp = spacy.load(source)
    nlp = detached(lightened(nlp if begun is None else blended(nlp, spacy.load(begun))))
    labels = sorted(recognizer(nlp).labels)
    nlp.meta.update(
        name="bilingual", version=version, description="Names, places and organisations, English and French"
    )
    nlp.meta["performance"] = {}
    keep = {path.name: path.read_bytes() for path in target.glob("*.md")} if target.is_dir() else {}
    shutil.rmtree(target, ignore_errors=True)
    nlp.to_disk(target)
    (target / "vocab" / "strings.json").write_text(json.dumps(labels), encoding="utf-8")
    for name, content in keep.items():
        (target / name).write_bytes(content)
    size = sum(path.stat().st_size for path in target.rglob("*") if path.is_file())
    if size > LIMIT:
        raise PackError(f"the pipeline takes {size} bytes, more than the {LIMIT} that may be shipped")
    return size
