"""Anthropic messages: which texts an answer's events carry on.

Named events; `content_block_delta` carries pieces by block index, `content_block_stop` ends the block
(https://docs.anthropic.com/en/api/messages-streaming). Thinking is signed: it goes back to the service word for word,
so it is never changed, neither on its way out nor on its way in.
"""

import re
from collections.abc import Mapping
from json import dumps

from guard.wire.answer import Kind, Piece, Reading, leave
from guard.wire.document import Leaf, Node, Object

_PIECES: dict[str, tuple[str, Kind]] = {"text_delta": ("text", "text"), "input_json_delta": ("partial_json", "json")}
_INDEX = re.compile(r"[0-9]{1,9}")
_SIGNED = "{type=thinking|redacted_thinking}/**"


class AnthropicMessages:
    """The family `anthropic-messages`."""

    leave = leave(
        (f"/content/*{_SIGNED}", "signed"),
        (f"/message/content/*{_SIGNED}", "signed"),
        (f"/content_block{_SIGNED}", "signed"),
        ("/delta{type=thinking_delta|signature_delta}/**", "signed"),
    )

    def read(self, event: Node) -> Reading:
        """Pieces of text and of tool input, by block."""
        if not isinstance(event, Object):
            return Reading()
        match event.string("type"):
            case "content_block_start":
                return _reading(event, event.get("content_block"), {"text": "text_delta"})
            case "content_block_delta":
                return _reading(event, event.get("delta"), {kind: kind for kind in _PIECES})
            case "content_block_stop":
                return Reading(ends=((_index(event),),))
            case "message_stop" | "error":
                return Reading(ends=((),))
        return Reading()

    def late(self, channel: tuple[str, ...], text: str, last: Node) -> bytes:
        """A delta of the same block with the end of its text."""
        index, kind = channel
        name, _ = _PIECES[kind]
        delta = {"type": "content_block_delta", "index": int(index), "delta": {"type": kind, name: text}}
        return f"event: content_block_delta\ndata: {dumps(delta)}\n\n".encode()


def _reading(event: Object, holder: Node | None, kinds: Mapping[str, str]) -> Reading:
    """The piece in one part of an event; `kinds`: type of the part -> the delta whose text it begins or goes on."""
    kind = kinds.get(holder.string("type") or "") if isinstance(holder, Object) else None
    if kind is None or not isinstance(holder, Object):
        return Reading()
    name, holds = _PIECES[kind]
    leaf = holder.get(name)
    if not isinstance(leaf, Leaf) or leaf.kind != "string":
        return Reading()
    return Reading(pieces=(Piece(leaf, (_index(event), kind), holds),))


def _index(event: Object) -> str:
    leaf = event.get("index")
    return leaf.text if isinstance(leaf, Leaf) and _INDEX.fullmatch(leaf.text) else "0"
