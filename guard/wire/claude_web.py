"""Claude's web page: the events of Anthropic messages, with thinking that the page shows and never sends back.

So thinking is restored here, unlike in the API, where it is signed. As the page was seen to read it in 2026.
"""

from guard.rules.schema import FieldRule
from guard.wire.answer import Piece, Reading
from guard.wire.anthropic_messages import AnthropicMessages
from guard.wire.document import Leaf, Node, Object, at, quote, string

_THINKING = {
    "thinking_delta": ("thinking",),
    "thinking_summary_delta": ("summary", "summary"),
}


class ClaudeWeb(AnthropicMessages):
    """The family `claude-web`."""

    leave: tuple[FieldRule, ...] = ()

    def read(self, event: Node) -> Reading:
        """As in the API; thinking and its summaries, and the `completion` of older streams, besides."""
        if isinstance(event, Object) and (leaf := string(event.get("completion"))):
            return Reading((Piece(leaf, ("completion",), "text"),))
        delta = at(event, "delta")
        kind = delta.string("type") if isinstance(delta, Object) else None
        if kind in _THINKING and delta is not None and (leaf := string(at(delta, *_THINKING[kind]))):
            index = at(event, "index")
            number = index.text if isinstance(index, Leaf) and index.text.isascii() and index.text.isdecimal() else "0"
            return Reading((Piece(leaf, (number, kind), "text"),))
        return super().read(event)

    def late(self, channel: tuple[str, ...], text: str, last: Node) -> bytes:
        """A delta of the same block."""
        if channel == ("completion",):
            return f'event: completion\ndata: {{"type":"completion","completion":{quote(text)}}}\n\n'.encode()
        index, kind = channel
        if kind not in _THINKING:
            return super().late(channel, text, last)
        inner = quote(text)
        for name in reversed(_THINKING[kind]):
            inner = f"{{{quote(name)}:{inner}}}"
        delta = f'{{"type":"{kind}",{inner[1:]}'
        event = f'{{"type":"content_block_delta","index":{int(index)},"delta":{delta}}}'
        return f"event: content_block_delta\ndata: {event}\n\n".encode()
