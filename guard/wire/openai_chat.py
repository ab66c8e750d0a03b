"""OpenAI chat completions: which texts an answer's events carry on.

`data:` lines without event names, `choices[].delta`, ended by `[DONE]`
(https://platform.openai.com/docs/api-reference/chat-streaming). Several services speak it; Mistral's content may come
in typed parts, and completions of old bring `text` in the choice itself.
"""

import re
from json import dumps

from guard.wire.answer import Kind, Piece, Reading, leave
from guard.wire.document import Array, Leaf, Node, Object, quote

_INDEX = re.compile(r"[0-9]{1,9}")
_TEXTS = ("content", "refusal", "reasoning_content", "reasoning")
_OLD = "text"
"""What a choice of a completion holds in place of a delta."""


class OpenAIChat:
    """The family `openai-chat`."""

    leave = leave(
        ("/choices/*/message/tool_calls/*/function/arguments", "json"),
        ("/choices/*/message/function_call/arguments", "json"),
        ("/choices/*/logprobs/**", "opaque"),
        # OpenRouter hands on what providers have signed
        ("/choices/*/delta/reasoning_details/**", "signed"),
        ("/choices/*/message/reasoning_details/**", "signed"),
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
                pieces += _parts(delta, index)
                pieces += self._calls(delta, index)
            elif piece := _piece(choice, _OLD, (index, "", _OLD), "text"):
                pieces.append(piece)
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

    def late(self, channel: tuple[str, ...], text: str, last: Node) -> str:
        """A chunk like the last one, with nothing in it but the end of one text."""
        match channel:
            case (index, "tool_calls", number, holder, name):
                delta: dict[str, object] = {"tool_calls": [{"index": int(number), holder: {name: text}}]}
            case (index, "function_call", name):
                delta = {"function_call": {name: text}}
            case (index, "", name):
                return (
                    f'{{{_scalars(last)}"choices":{dumps([{"index": int(index), name: text, "finish_reason": None}])}}}'
                )
            case (index, "content", kind):
                delta = {"content": [_part(kind, text)]}
            case (index, name):
                delta = {name: text}
            case _:
                raise AssertionError(len(channel))
        choices = dumps([{"index": int(index), "delta": delta, "finish_reason": None}])
        return f'{{{_scalars(last)}"choices":{choices}}}'


def _parts(delta: Object, index: str) -> list[Piece]:
    """Pieces of content that comes in typed parts: text, and thoughts made of texts."""
    found = []
    for part in _objects(delta, "content"):
        found.append(_piece(part, "text", (index, "content", "text"), "text"))
        thoughts = _objects(part, "thinking")
        found += [_piece(thought, "text", (index, "content", "thinking"), "text") for thought in thoughts]
    return [piece for piece in found if piece]


def _part(kind: str, text: str) -> dict[str, object]:
    said: dict[str, object] = {"type": "text", "text": text}
    return said if kind == "text" else {"type": kind, kind: [said]}


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
