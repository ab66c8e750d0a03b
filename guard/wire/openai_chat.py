"""OpenAI chat completions: which texts an answer's events carry on.

`data:` lines without event names, `choices[].delta`, ended by `[DONE]`
(https://platform.openai.com/docs/api-reference/chat-streaming). Several services speak it.
"""

import re
from json import dumps

from guard.wire.answer import Kind, Piece, Reading, leave
from guard.wire.document import Array, Leaf, Node, Object, quote

_INDEX = re.compile(r"[0-9]{1,9}")
_TEXTS = ("content", "refusal", "reasoning_content", "reasoning")


class OpenAIChat:
    """The family `openai-chat`."""

    leave = leave(
        ("/choices/*/message/tool_calls/*/function/arguments", "json"),
        ("/choices/*/message/function_call/arguments", "json"),
        ("/choices/*/logprobs/**", "opaque"),
    )

    def read(self, event: Node) -> Reading:
        """Pieces of content, refusals, reasoning and tool arguments, by choice and by call."""
        pieces: list[Piece] = []
        ends = []
        for choice in _objects(event, "choices"):
            index = _number(choice, "index")
            delta = choice.get("delta")
            if isinstance(delta, Object):
                pieces += [piece for name in _TEXTS if (piece := _piece(delta, name, (index, name), "text"))]
                pieces += self._calls(delta, index)
            if choice.string("finish_reason") is not None:
                ends.append((index,))
        return Reading(tuple(pieces), tuple(ends))

    def _calls(self, delta: Object, index: str) -> list[Piece]:
        found = []
        for call in _objects(delta, "tool_calls"):
            number = _number(call, "index")
            for holder, name, kind in (("function", "arguments", "json"), ("custom", "input", "text")):
                part = call.get(holder)
                if isinstance(part, Object):
                    found.append(_piece(part, name, (index, "tool_calls", number, holder, name), _kind(kind)))
        part = delta.get("function_call")
        if isinstance(part, Object):
            found.append(_piece(part, "arguments", (index, "function_call", "arguments"), "json"))
        return [piece for piece in found if piece]

    def late(self, channel: tuple[str, ...], text: str, last: Node) -> bytes:
        """A chunk like the last one, with nothing in it but the end of one text."""
        match channel:
            case (index, "tool_calls", number, holder, name):
                delta: dict[str, object] = {"tool_calls": [{"index": int(number), holder: {name: text}}]}
            case (index, "function_call", name):
                delta = {"function_call": {name: text}}
            case (index, name, *_):
                delta = {name: text}
            case _:
                raise AssertionError(len(channel))
        choices = dumps([{"index": int(index), "delta": delta, "finish_reason": None}])
        return f'data: {{{_scalars(last)}"choices":{choices}}}\n\n'.encode()


def _kind(name: str) -> Kind:
    return "json" if name == "json" else "text"


def _piece(holder: Object, name: str, channel: tuple[str, ...], kind: Kind) -> Piece | None:
    leaf = holder.get(name)
    return Piece(leaf, channel, kind) if isinstance(leaf, Leaf) and leaf.kind == "string" else None


def _objects(holder: Node, name: str) -> list[Object]:
    array = holder.get(name) if isinstance(holder, Object) else None
    return [item for item in array.items if isinstance(item, Object)] if isinstance(array, Array) else []


def _number(holder: Object, name: str) -> str:
    leaf = holder.get(name)
    return leaf.text if isinstance(leaf, Leaf) and _INDEX.fullmatch(leaf.text) else "0"


def _scalars(node: Node) -> str:
    """The strings and numbers at the root, as members of an object to come: id, object, created, model, …"""
    members = node.members if isinstance(node, Object) else ()
    return "".join(
        f"{quote(key.text)}:{quote(value.text) if value.kind == 'string' else value.text},"
        for key, value in members
        if isinstance(value, Leaf) and key.text != "choices"
    )
