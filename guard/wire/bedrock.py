"""Amazon Bedrock: which texts an answer's messages carry on.

Converse streams `contentBlockDelta` messages by block; InvokeModel streams chunks, each holding one event of the
model's own format: Anthropic's, OpenAI's, Nova's (Converse's, with the event's name as a key), and flat ones of Titan,
Llama, Mistral and Cohere (https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters.html). Reasoning is
signed.
"""

from collections.abc import Mapping
from json import dumps

from guard.wire.answer import Family, Kind, Piece, Reading, leave
from guard.wire.anthropic_messages import AnthropicMessages
from guard.wire.document import Leaf, Node, Object, at, index, objects, string
from guard.wire.openai_chat import OpenAIChat

_BLOCK: Mapping[tuple[str, ...], Kind] = {("text",): "text", ("toolUse", "input"): "json"}
_FLAT = ("outputText", "generation", "completion", "text")
_FLAT_ENDS = ("completionReason", "stop_reason", "finish_reason", "is_finished")
_DELTA = "contentBlockDelta"


class BedrockConverse:
    """The family `bedrock-converse`."""

    leave = leave(("/**/reasoningContent/**", "signed"), ("/p", "opaque"))

    def read(self, event: Node) -> Reading:
        """Pieces of text and of tool input, by block. The event's name is in its framing; its shape tells as much."""
        block = at(event, "contentBlockIndex")
        if block is None:
            # messageStart and metadata change nothing, messageStop and exceptions end everything
            return Reading(ends=((),)) if at(event, "stopReason") or at(event, "message") else Reading()
        place = (index(block),)
        if at(event, "delta") is None and at(event, "start") is None:
            return Reading(ends=(place,))
        return Reading(_block(event, place))

    def late(self, channel: tuple[str, ...], text: str, last: Node) -> str:
        """A delta of the same block with the end of its text."""
        return dumps(_delta(channel, text))


class BedrockInvoke:
    """The family `bedrock-invoke`."""

    leave = (*BedrockConverse.leave, *AnthropicMessages.leave, *OpenAIChat.leave)
    _anthropic: Family = AnthropicMessages()
    _openai: Family = OpenAIChat()

    def read(self, event: Node) -> Reading:
        """Pieces, as the event's shape tells whose it is."""
        if string(at(event, "type")):
            return self._anthropic.read(event)
        if objects(event, "choices"):
            return self._openai.read(event)
        if isinstance(delta := at(event, _DELTA), Object):
            return Reading(_block(delta, ("nova", index(delta.get("contentBlockIndex")))))
        if at(event, "contentBlockStop") or at(event, "messageStop"):
            return Reading(ends=((),))
        return _flat(event)

    def late(self, channel: tuple[str, ...], text: str, last: Node) -> str:
        """An event of the same shape with the end of its text."""
        match channel:
            case ("nova", *rest):
                return dumps({_DELTA: _delta(tuple(rest), text)})
            case ("flat", "outputs", number):
                before: list[dict[str, object]] = [{"text": "", "stop_reason": None}] * int(number)
                return dumps({"outputs": [*before, {"text": text, "stop_reason": None}]})
            case ("flat", name):
                return dumps({name: text})
        family = self._anthropic if string(at(last, "type")) else self._openai
        return _json(family.late(channel, text, last))


def _json(late: bytes | str) -> str:
    """The JSON of an event that was framed for an event stream."""
    text = late if isinstance(late, str) else late.decode()
    return text[text.index("{") :].strip()


def _block(delta: Node, place: tuple[str, ...]) -> tuple[Piece, ...]:
    found = ((string(at(delta, "delta", *steps)), steps, kind) for steps, kind in _BLOCK.items())
    return tuple(Piece(leaf, (*place, *steps), kind) for leaf, steps, kind in found if leaf)


def _delta(channel: tuple[str, ...], text: str) -> dict[str, object]:
    number, *steps = channel
    inside: object = text
    for step in reversed(steps):
        inside = {step: inside}
    return {"contentBlockIndex": int(number), "delta": inside}


def _flat(event: Node) -> Reading:
    pieces = [Piece(leaf, ("flat", name), "text") for name in _FLAT if (leaf := string(at(event, name)))]
    for number, output in enumerate(objects(event, "outputs")):
        if leaf := string(output.get("text")):
            pieces.append(Piece(leaf, ("flat", "outputs", str(number)), "text"))
    holders = [event, *objects(event, "outputs")]
    over = any(_says(at(holder, name)) for holder in holders for name in _FLAT_ENDS)
    return Reading(tuple(pieces), ((),) if over else ())


def _says(node: Node | None) -> bool:
    return isinstance(node, Leaf) and node.text not in ("null", "false", "")
