"""Segments -> uses they resemble, by the word vectors of a spaCy pipeline: an optional second opinion.

Words miss what is said in a roundabout way. With `GUARD_USES_MODEL`, a text near enough to a rule's own examples is
marked as that use, watched only: it is logged, for people to make words of, and decides nothing. The pipeline is a
folder on this machine or an installed package; nothing is downloaded. The evidence is which example, never the text.
"""

from collections.abc import Iterable

import numpy as np
import spacy
from numpy.typing import NDArray
from spacy.language import Language

from guard.errors import DetectError
from guard.rules.schema import RuleSet
from guard.terms import Role, Segment, Use

NEAR = 0.9
"""Cosine of a text and an example from which they are alike."""
_LONGEST = 1000
"""Characters of the longest text that is compared: the mean of many words is near everything."""
_ROLES = frozenset({Role.USER, Role.DRAFT})

type Vector = NDArray[np.float32]


class Likeness:
    """The examples of all use rules, as vectors. `choice`: a pipeline's folder or package; DetectError without one."""

    def __init__(self, rules: RuleSet, choice: str) -> None:
        self._nlp = _loaded(choice)
        found = [
            (rule.id, f"like: tests.match[{index}]", vector)
            for rule in rules.uses.values()
            for index, text in enumerate(rule.tests.match)
            if (vector := self._vector(text)) is not None
        ]
        self._said = [(use, evidence) for use, evidence, _ in found]
        self._examples = np.array([vector for _, _, vector in found], dtype=np.float32)

    def find(self, segment: Segment) -> tuple[Use, ...]:
        """The uses whose examples a segment is near to, each by its nearest; none of them enforced."""
        if segment.role not in _ROLES or not segment.declared or len(segment.text) > _LONGEST or not self._said:
            return ()
        vector = self._vector(segment.text)
        if vector is None:
            return ()
        best: dict[str, Use] = {}
        for (use, evidence), score in zip(self._said, self._examples @ vector, strict=True):
            near = round(min(float(score), 1.0), 2)
            if near >= NEAR and (use not in best or near > best[use].score):
                best[use] = Use(use, near, (evidence,), enforced=False)
        return tuple(best.values())

    def _vector(self, text: str) -> Vector | None:
        """The mean of the words' vectors, of length 1; None when no word has one."""
        vectors = [token.vector for token in self._nlp.make_doc(text.lower()) if token.has_vector]
        if not vectors:
            return None
        mean: Vector = np.asarray(vectors, dtype=np.float32).mean(axis=0)
        length = float(np.linalg.norm(mean))
        return mean / length if length else None


def added(words: Iterable[Use], alike: Iterable[Use]) -> tuple[Use, ...]:
    """What words found, and what is only alike behind it."""
    found = {use.id: use for use in words}
    return (*found.values(), *(use for use in alike if use.id not in found))


def _loaded(choice: str) -> Language:
    try:
        nlp = spacy.load(choice)
    except Exception as error:  # noqa: BLE001 - whatever is wrong with a model, nothing is compared by it
        raise DetectError("internal", f"GUARD_USES_MODEL does not load ({type(error).__name__})") from None
    if not nlp.vocab.vectors_length:
        raise DetectError("internal", "GUARD_USES_MODEL has no word vectors")
    return nlp
