"""Mistral's conversations and agents: which texts an answer's events carry on.

Named events with a `type`: `message.output.delta` brings a piece of content, a string or one typed chunk, by output and
by content; `function.call.delta` a piece of arguments (https://docs.mistral.ai/api). Mistral's chat completions are
OpenAI's, with typed parts.
"""

from json import dumps

from guard.wire.answer import Piece, Reading, leave
from guard.wire.document import Node, Object, at, index, objects, string


class MistralConversations:
    """The family `mistral-conversations`."""

    leave = leave(("/outputs/*/arguments", "json"))

    def read(self, event: Node) -> Reading:
        """Pieces of content, thinking and arguments."""
        kind = event.string("type") if isinstance(event, Object) else None
        if kind == "function.call.delta":
            leaf = string(at(event, "arguments"))
            called = string(at(event, "tool_call_id"))
            channel = (kind, called.text if called else "")
            return Reading((Piece(leaf, channel, "json"),)) if leaf else Reading()
        if kind == "message.output.delta":
            place = (kind, index(at(event, "output_index")), index(at(event, "content_index")))
            return Reading(tuple(_pieces(event, place)))
        # every other event says that the texts before it are over
        return Reading(ends=((),)) if kind else Reading()

    def late(self, channel: tuple[str, ...], text: str, last: Node) -> str:
        """An event like the last one of this text, with its end."""
        known = {key.text: _plain(value) for key, value in last.members} if isinstance(last, Object) else {}
        event = {name: value for name, value in known.items() if value is not None}
        match channel[3:]:
            case ("text",):
                content: object = {"type": "text", "text": text}
            case ("thinking",):
                content = {"type": "thinking", "thinking": [{"type": "text", "text": text}]}
            case _:
                content = text
        name = "arguments" if channel[0] == "function.call.delta" else "content"
        return dumps(event | {name: content})


def _pieces(event: Node, place: tuple[str, ...]) -> list[Piece]:
    if leaf := string(at(event, "content")):
        return [Piece(leaf, place, "text")]
    if leaf := string(at(event, "content", "text")):
        return [Piece(leaf, (*place, "text"), "text")]
    thoughts = [string(part.get("text")) for part in objects(event, "content", "thinking")]
    return [Piece(leaf, (*place, "thinking"), "text") for leaf in thoughts if leaf]


def _plain(node: Node) -> str | int | None:
    """A string, or a count."""
    leaf = string(node)
    if leaf:
        return leaf.text
    count = index(node)
    return int(count) if count != "0" or getattr(node, "text", "") == "0" else None
