"""Hugging Face's text generation: which texts an answer's events carry on.

An event for each token, `token.text`; the last one brings the whole text too, as `generated_text`
(https://huggingface.github.io/text-generation-inference).
"""

from json import dumps

from guard.wire.answer import Piece, Reading, leave
from guard.wire.document import Node, at, string

_TOKEN = ("token", "text")


class TextGeneration:
    """The family `text-generation`."""

    leave = leave(("/details/tokens/**", "opaque"), ("/*/details/tokens/**", "opaque"), ("/top_tokens/**", "opaque"))

    def read(self, event: Node) -> Reading:
        """The pieces of the one text."""
        leaf = string(at(event, *_TOKEN))
        last = string(at(event, "generated_text")) or at(event, "error")
        return Reading((Piece(leaf, _TOKEN, "text"),) if leaf else (), ((),) if last else ())

    def late(self, channel: tuple[str, ...], text: str, last: Node) -> str:
        """One more token."""
        token = {"id": 0, "text": text, "logprob": 0.0, "special": False}
        return dumps({"token": token, "generated_text": None, "details": None})
