"""Text -> the people, places and organisations in it: spaCy pipelines as Presidio's NlpEngine.

One pipeline for French and English ships with the guard; one object serves both languages. Where an official pipeline
of a language is installed, `auto` takes it for that language. Nothing is ever downloaded, and no gazetteer, tagger or
parser is loaded: names are all that is asked for.

A spaCy pipeline keeps every word it meets unless that happens in a memory zone, and zones are not safe for threads: one
analysis at a time in a process, inside `zone()`.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import cast

import spacy
from presidio_analyzer import EntityRecognizer
from presidio_analyzer.nlp_engine import NlpArtifacts, SpacyNlpEngine
from spacy.language import Language
from spacy.tokens import Doc, Span
from thinc.api import NumpyOps, set_current_ops

from guard.detect.models import KINDS, recognizer
from guard.detect.passages import passages
from guard.errors import DetectError
from guard.terms import Lang

BUILTIN = "builtin"
_SHIPPED = Path(__file__).parent / "bilingual"
_OFFICIAL = {
    Lang.EN: ("en_core_web_trf", "en_core_web_lg", "en_core_web_md", "en_core_web_sm"),
    Lang.FR: ("fr_dep_news_trf", "fr_core_news_lg", "fr_core_news_md", "fr_core_news_sm"),
}
"""spaCy's own, the better first; fr_dep_news_trf finds no names and is passed over."""
_LABELS = MappingProxyType(
    {
        "PER": "PERSON",
        "PERSON": "PERSON",
        "LOC": "LOCATION",
        "GPE": "LOCATION",
        "FAC": "LOCATION",
        "LOCATION": "LOCATION",
        "ORG": "ORGANIZATION",
        "ORGANIZATION": "ORGANIZATION",
        "ADDRESS": "ADDRESS",
        "DATE_OF_BIRTH": "DATE_OF_BIRTH",
    }
)
"""What pipelines say -> Presidio's names; what else they say is left aside."""
_BATCH = 64
"""Passages that a pipeline reads at once."""


@dataclass(frozen=True, slots=True)
class Name:
    """A stretch that a pipeline calls a name, as Presidio's artifacts hold it; characters, end excluded."""

    label_: str
    start_char: int
    end_char: int


class Pipelines(SpacyNlpEngine):
    """Presidio's engine over the pipelines of a choice: `auto`, `builtin`, `none`, a spaCy package or folder, a model.

    A model (`gliner:FOLDER`, `transformers:FOLDER`) stands in the place of the pipelines.
    """

    def __init__(self, choice: str = "auto") -> None:
        self._model = recognizer(choice) if choice.partition(":")[0] in KINDS else None
        self._choice = choice
        self.chosen = chosen("none" if self._model else choice)
        """The pipeline of each language; empty for `none`."""
        super().__init__(models=[{"lang_code": lang.value, "model_name": name} for lang, name in self.chosen.items()])
        self._empty = spacy.blank("xx")("")
        self.load()

    def load(self) -> None:
        """Load what was chosen, each pipeline once."""
        self._read = {lang.value: _loaded(name) for lang, name in self.chosen.items()}
        self.nlp = self._read  # type: ignore[assignment]  # None until it is loaded, says Presidio

    @property
    def said(self) -> str:
        """The choice as events and people read it: `builtin`, or `en=en_core_web_lg fr=builtin`; `none` without one."""
        if self._model is not None:
            kind, _, place = self._choice.partition(":")
            return f"{kind}:{Path(place).name}"
        names = {lang.value: Path(name).name for lang, name in self.chosen.items()}
        if len(set(names.values())) < 2:
            return next(iter(names.values()), "none")
        return " ".join(f"{lang}={name}" for lang, name in sorted(names.items()))

    @contextmanager
    def zone(self) -> Iterator[None]:
        """What is read in here is forgotten after it."""
        with ExitStack() as stack:
            for nlp in {id(nlp): nlp for nlp in self._read.values()}.values():
                stack.enter_context(nlp.memory_zone())
            yield

    def get_supported_languages(self) -> list[str]:
        """French and English, with or without a pipeline."""
        return [lang.value for lang in Lang]

    def process_text(self, text: str, language: str) -> NlpArtifacts:
        """The names in a text. No rule of ours needs a token, so there are none in the artifacts."""
        if self._model is not None:
            names = list(_recognized(self._model, text, self.without_names(text, language)))
        else:
            names = list(self._names(text, language)) if self._read else []
        return NlpArtifacts(cast("list[Span]", names), self._empty, [], [], self, language)

    def without_names(self, text: str, language: str) -> NlpArtifacts:
        """The artifacts of a text that nobody looks for names in."""
        return NlpArtifacts([], self._empty, [], [], self, language)

    def is_stopword(self, word: str, language: str) -> bool:
        """No word is: there are no tokens."""
        return False

    def is_punct(self, word: str, language: str) -> bool:
        """No word is."""
        return False

    def _names(self, text: str, language: str) -> Iterator[Name]:
        read = passages(text)
        texts = list(dict.fromkeys(passage for _, passage in read))
        docs = self._read[language].pipe(texts, batch_size=_BATCH)
        found = {passage: list(_entities(doc)) for passage, doc in zip(texts, docs, strict=True)}
        for start, passage in read:
            for label, first, last in found[passage]:
                yield Name(label, start + first, start + last)


def _recognized(model: EntityRecognizer, text: str, nothing: NlpArtifacts) -> Iterator[Name]:
    for start, passage in passages(text):
        for result in model.analyze(passage, model.supported_entities, nothing):
            if (label := _LABELS.get(result.entity_type)) is not None:
                yield Name(label, start + result.start, start + result.end)


def _entities(doc: Doc) -> Iterable[tuple[str, int, int]]:
    for entity in doc.ents:
        if (label := _LABELS.get(entity.label_)) is not None:
            yield label, entity.start_char, entity.end_char


def chosen(choice: str) -> Mapping[Lang, str]:
    """The pipeline of each language for a choice: a package's name or `builtin`; DetectError when there is none."""
    if choice == "none":
        return {}
    if choice == "auto":
        return {lang: next(_installed(names), BUILTIN) for lang, names in _OFFICIAL.items()}
    if choice != BUILTIN and not spacy.util.is_package(choice) and not (Path(choice) / "meta.json").is_file():
        raise DetectError(
            "internal", "GUARD_NLP names no pipeline that is here: auto, builtin, none, a package, a folder"
        )
    return dict.fromkeys(Lang, choice)


def _installed(names: Iterable[str]) -> Iterator[str]:
    return (name for name in names if "core" in name and spacy.util.is_package(name))


@cache
def _loaded(name: str) -> Language:
    """A pipeline with its names and what they stand on; loaded once in a process.

    Its small matrices are multiplied by NumPy and not by BLIS, in half the time (measured).
    """
    set_current_ops(NumpyOps(use_blis=False))
    try:
        nlp = spacy.load(_SHIPPED if name == BUILTIN else name, exclude=["tagger", "parser", "lemmatizer", "senter"])
    except (OSError, ValueError) as error:
        raise DetectError("internal", f"the pipeline of names does not load ({type(error).__name__})") from None
    if "ner" not in nlp.pipe_names:
        raise DetectError("internal", "the pipeline that GUARD_NLP names finds no names: it has no `ner`")
    return nlp
