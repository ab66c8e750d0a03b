"""OpenAI responses: which texts an answer's events carry on.

Named events; `response.….delta` carries a piece of a text, `response.….done` brings it whole, and so do the events that
end an item and the response (https://platform.openai.com/docs/api-reference/responses-streaming).
"""

from guard.wire.answer import Kind, Piece, Reading, leave
from guard.wire.document import Leaf, Node, Object, quote

_PLACES = ("item_id", "output_index", "content_index", "summary_index")
"""What tells one text of a response from another."""
_ENDS = ("response.completed", "response.incomplete", "response.failed", "error")


class OpenAIResponses:
    """The family `openai-responses`."""

    leave = leave(("/**/arguments", "json"), ("/**/encrypted_content", "signed"))

    def read(self, event: Node) -> Reading:
        """Pieces of output, refusals, reasoning and tool arguments, by item and place in it."""
        kind = event.string("type") if isinstance(event, Object) else None
        if not isinstance(event, Object) or kind is None:
            return Reading()
        if kind in _ENDS:
            return Reading(ends=((),))
        name, _, step = kind.rpartition(".")
        channel = (name, *(_text(event, place) for place in _PLACES))
        delta = event.get("delta")
        if step == "delta" and isinstance(delta, Leaf) and delta.kind == "string":
            return Reading(pieces=(Piece(delta, channel, _kind(name)),))
        return Reading(ends=(channel,)) if step == "done" else Reading()

    def late(self, channel: tuple[str, ...], text: str, last: Node) -> str:
        """An event like the last one of this text, with its end."""
        if not isinstance(last, Object):
            raise AssertionError("a piece comes from an object")
        # literals stay as they were written: a number may be longer than Python would read
        event = {
            key.text: quote(value.text) if value.kind == "string" else value.text
            for key, value in last.members
            if isinstance(value, Leaf)
        } | {"delta": quote(text)}
        data = ", ".join(f"{quote(key)}: {value}" for key, value in event.items())
        return f"{{{data}}}"


def _kind(name: str) -> Kind:
    return "json" if name.endswith("_arguments") else "text"


def _text(event: Object, name: str) -> str:
    leaf = event.get(name)
    return leaf.text if isinstance(leaf, Leaf) else ""
