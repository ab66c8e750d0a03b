"""Ollama: which texts an answer's lines carry on.

JSON lines, ended by one with `"done": true` (https://docs.ollama.com/api): `message.content` and `message.thinking` of
a chat, `response` and `thinking` of a completion go on from line to line; the arguments of a call come whole.
"""

from json import dumps

from guard.wire.answer import Piece, Reading
from guard.wire.document import Leaf, Node, at, string

_TEXTS = (("message", "content"), ("message", "thinking"), ("response",), ("thinking",))


class Ollama:
    """The family `ollama`."""

    leave = ()

    def read(self, event: Node) -> Reading:
        """Pieces of text and of thinking."""
        pieces = [Piece(leaf, steps, "text") for steps in _TEXTS if (leaf := string(at(event, *steps)))]
        done = at(event, "done")
        over = (isinstance(done, Leaf) and done.text == "true") or at(event, "error") is not None
        return Reading(tuple(pieces), ((),) if over else ())

    def late(self, channel: tuple[str, ...], text: str, last: Node) -> str:
        """A line with nothing in it but the end of one text."""
        named = {name: leaf.text for name in ("model", "created_at") if (leaf := string(at(last, name)))}
        match channel:
            case ("message", name):
                said: dict[str, object] = {"message": {"role": "assistant", "content": ""} | {name: text}}
            case _:
                said = {"response": "", channel[0]: text}
        return dumps(named | said | {"done": False})
