"""Nothing in, an untrained pipeline's tokenizer and configuration out; examples in, spaCy's own documents out.

Law: the tokenizer is made of regular expressions only, which spaCy keeps inside the pipeline: it loads with plain
`spacy.load(path)`, without a line of this package. English rules, French elisions cut off (l', d', qu'), the marks of
records cut apart (`a;b`, `"k":"v"`, `|a|b|`), which spaCy's own tokenizers leave in one token.
"""

import re
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path
from typing import cast

import spacy
from spacy.language import Language
from spacy.tokenizer import Tokenizer
from spacy.tokens import DocBin
from spacy.util import compile_infix_regex, compile_prefix_regex, registry
from thinc.api import Config, NumpyOps, set_current_ops

from training.examples import Example

LETTER = r"[^\W\d_]"
CAPITAL = r"[A-ZÀ-ÖØ-Þ]"
INFIXES = (
    rf"(?<=[0-9]),(?={LETTER})",
    rf"(?<={LETTER}),(?=[0-9])",
    r'[;|="“”«»{}\[\]()<>\\→]',
    rf"(?<={LETTER}):(?=\w)",
    rf"(?<=[=:(,;\[{{])'(?={LETTER})",
    rf"(?<={LETTER})'(?=[,;:)\]}}])",
    rf"(?<={LETTER})[/?!+](?={LETTER})",
    rf"(?<=\bM)\.(?={CAPITAL}[a-zà-ÿ])",
)
ELISIONS = rf"(?:[lLdDjJmMtTsSnNcC]|[qQ]u|QU|[jJ]usqu|[lL]orsqu|[pP]uisqu|[qQ]uoiqu)['’](?={LETTER})"
PREFIXES = (r"\|", r"[«•→~]", rf"[@-](?={LETTER})", rf"\d{{1,2}}\.(?={CAPITAL})", ELISIONS)
URL = re.compile(r"^(?:(?:https?|ftp)://[^\s;,|\"'<>]+|www\.[^\s;,|\"'<>]+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+)$")


def with_tokenizer(nlp: Language) -> Language:
    """The pipeline with the bilingual tokenizer's rules in place of its language's."""
    defaults = nlp.Defaults
    tokenizer = cast(Tokenizer, nlp.tokenizer)
    tokenizer.infix_finditer = compile_infix_regex([*(defaults.infixes or ()), *INFIXES]).finditer
    tokenizer.prefix_search = compile_prefix_regex([*(defaults.prefixes or ()), *PREFIXES]).search
    tokenizer.url_match = URL.match
    return nlp


def bilingual_tokenizer() -> object:
    """What the configuration calls before training."""
    return with_tokenizer


registry.callbacks("guard.bilingual_tokenizer.v1", func=bilingual_tokenizer)


WORDS, RAMP = 1500, 800
"""Words of a full batch, and the steps that the smaller ones at the beginning add."""
AGAIN = 0.0006
"""Rate of learning at which a pipeline that has learned before begins: lower, so that it forgets little."""


def use_fast_products() -> None:
    """Let numpy's BLAS multiply matrices: nearly twice as fast as thinc's own (7 500 words a second, not 4 100)."""
    set_current_ops(NumpyOps(use_blis=False))


def blank() -> Language:
    """An empty pipeline with the tokenizer."""
    return with_tokenizer(spacy.blank("en"))


def configuration(train: Path, dev: Path, epochs: int, seed: int, words: int, begun: Path | None = None) -> Config:
    """The shipped `pipeline.cfg` for this run's files, epochs, seed and words an epoch: it learns slower to the end.

    With `begun`, a pipeline's folder, the model goes on from that one's weights.
    """
    config = Config().from_str(
        files("training").joinpath("pipeline.cfg").read_text(encoding="utf-8"), interpolate=False
    )
    config["paths"] = {"train": str(train), "dev": str(dev)}
    config["system"]["seed"] = seed
    config["training"]["max_epochs"] = epochs
    config["training"]["optimizer"]["learn_rate"]["total_steps"] = RAMP + words * epochs // WORDS
    if begun is not None:
        config["components"]["ner"] = {"source": str(begun)}
        config["training"]["optimizer"]["learn_rate"]["initial_rate"] = AGAIN
    return config


def write_documents(path: Path, examples: Iterable[Example], nlp: Language) -> int:
    """Write the examples as spaCy's documents; spans grow to whole words. Returns how many words there are."""
    documents, words = DocBin(attrs=["ORTH", "SPACY", "ENT_IOB", "ENT_TYPE"]), 0
    for example in examples:
        doc, ents, last = nlp.make_doc(example.text), [], 0
        for span in example.spans:
            found = doc.char_span(span.start, span.end, label=span.label, alignment_mode="expand")
            if found is None or found.start < last:
                continue
            ents.append(found)
            last = found.end
        doc.set_ents(ents)
        words += len(doc)
        if len(doc):
            documents.add(doc)
    documents.to_disk(path)
    return words
