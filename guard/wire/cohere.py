"""Cohere: which texts an answer's events carry on.

Version 2 of chat: named events with a `type`; content, plan and tool calls come in pieces by index
(https://docs.cohere.com/v2/docs/streaming). Version 1: JSON lines with an `event_type`, text in `text-generation`.
"""

from collections.abc import Mapping
from json import dumps

from guard.wire.answer import Kind, Piece, Reading, leave
from guard.wire.document import Node, Object, at, index, string

_PIECES: Mapping[str, tuple[tuple[tuple[str, ...], Kind], ...]] = {
    "content": ((("content", "text"), "text"), (("content", "thinking"), "text")),
    "tool-plan": ((("tool_plan",), "text"),),
    "tool-call": ((("tool_calls", "function", "arguments"), "json"),),
}
"""What an event is about -> where its pieces stand below `delta.message`."""


class Cohere:
    """The family `cohere`."""

    leave = leave(("/message/tool_calls/*/function/arguments", "json"))

    def read(self, event: Node) -> Reading:
        """Pieces of content, thinking, plans and arguments, by index."""
        kind = event.string("type") or event.string("event_type") if isinstance(event, Object) else None
        if kind in ("message-end", "stream-end"):
            return Reading(ends=((),))
        if kind == "text-generation":
            leaf = string(at(event, "text"))
            return Reading((Piece(leaf, ("v1",), "text"),)) if leaf else Reading()
        about, _, step = (kind or "").rpartition("-")
        place = (about, index(at(event, "index")))
        if step == "end":
            return Reading(ends=(place,))
        found = [
            Piece(leaf, (*place, *steps), holds)
            for steps, holds in _PIECES.get(about, ())
            if (leaf := string(at(event, "delta", "message", *steps)))
        ]
        return Reading(tuple(found))

    def late(self, channel: tuple[str, ...], text: str, last: Node) -> str:
        """A delta of the same kind with the end of its text."""
        if channel == ("v1",):
            return dumps({"is_finished": False, "event_type": "text-generation", "text": text})
        about, number, *steps = channel
        message: object = text
        for step in reversed(steps):
            message = {step: message}
        return dumps({"type": f"{about}-delta", "index": int(number), "delta": {"message": message}})
