"""Google's Gemini: which texts an answer's events carry on.

`generateContent` answers one JSON object; `streamGenerateContent` a row of them, as an event stream with `alt=sse`,
else as one JSON array that comes in pieces (https://ai.google.dev/api/generate-content). Candidates bring parts; the
texts of one candidate go on from part to part, thoughts apart from the rest. Vertex AI answers alike, and sends the
arguments of a call in pieces when asked to; Gemini's command line wraps each object in `response`.
"""

from collections.abc import Iterator
from json import dumps

from guard.wire.answer import Frames, Piece, Reading, leave
from guard.wire.array import Splitter
from guard.wire.document import Leaf, Node, Object, at, index, objects, string

_JSON = frozenset({"application/json", "application/json+protobuf"})
_WRAP = "response"


class Gemini:
    """The family `gemini`."""

    leave = leave(("/**/thoughtSignature", "signed"), ("/**/thought_signature", "signed"))

    def frames(self, essence: str) -> Frames | None:
        """A JSON array is read item by item, as it comes."""
        return Splitter() if essence in _JSON else None

    def read(self, event: Node) -> Reading:
        """Pieces of text, thoughts and arguments, by candidate."""
        inner = at(event, _WRAP)
        wrap, answer = (_WRAP, inner) if isinstance(inner, Object) else ("", event)
        if at(answer, "error") is not None:
            return Reading(ends=((),))
        pieces: list[Piece] = []
        ends = []
        for candidate in objects(answer, "candidates"):
            place = (wrap, index(candidate.get("index")))
            for part in objects(candidate, "content", "parts"):
                pieces += _pieces(part, place)
            if candidate.string("finishReason") is not None:
                ends.append(place)
        return Reading(tuple(pieces), tuple(ends))

    def late(self, channel: tuple[str, ...], text: str, last: Node) -> str:
        """An answer with nothing in it but the end of one text."""
        wrap, number, name, path = channel
        parts: dict[str, dict[str, object]] = {
            "thought": {"text": text, "thought": True},
            "partialArgs": {"functionCall": {"partialArgs": [{"jsonPath": path, "stringValue": text}]}},
        }
        content = {"role": "model", "parts": [parts.get(name, {"text": text})]}
        answer = {"candidates": [{"content": content, "index": int(number)}]}
        return dumps({wrap: answer} if wrap else answer)


def _pieces(part: Object, place: tuple[str, str]) -> Iterator[Piece]:
    if text := string(part.get("text")):
        thought = part.get("thought")
        kind = "thought" if isinstance(thought, Leaf) and thought.text == "true" else "text"
        yield Piece(text, (*place, kind, ""), "text")
    for argument in objects(part, "functionCall", "partialArgs"):
        if value := string(argument.get("stringValue")):
            yield Piece(value, (*place, "partialArgs", argument.string("jsonPath") or ""), "text")
