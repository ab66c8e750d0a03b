"""ChatGPT's web page: an answer told as patches of a message (its "delta encoding v1"), and the socket it may come on.

An event has an operation `o` at a JSON pointer `p` with a value `v`, of the message `c`; what it leaves out is as in
the event before. Strings are appended to `/message/content/parts/0` and the like. As the page was seen to read it in
2026; not documented.
"""

from collections.abc import Iterator

from guard.wire.answer import Inner, Piece, Reading, leave
from guard.wire.document import Array, Leaf, Node, Object, at, quote, string

_OVER = frozenset({"message_stream_complete", "stream_handoff", "error"})
_TEXT = "/message/content"


class ChatGPTWeb:
    """The family `chatgpt-web`, for one stream."""

    leave = leave(("/token", "opaque"))

    def __init__(self) -> None:
        self._path = ""
        self._operation = ""
        self._number = "0"
        self._begun: dict[str, int] = {}
        """How often a message of each number has begun."""
        self._ends: list[tuple[str, ...]] = []

    def fresh(self) -> "ChatGPTWeb":
        """With nothing to remember yet."""
        return ChatGPTWeb()

    def read(self, event: Node) -> Reading:
        """Pieces by message and pointer."""
        if not isinstance(event, Object):
            return Reading()
        if event.string("type") in _OVER:
            return Reading(ends=((),))
        value = event.get("v")
        if value is None:
            return Reading(tuple(_snapshot(event)))
        for name in ("p", "o"):
            if (told := event.string(name)) is not None:
                setattr(self, "_path" if name == "p" else "_operation", told)
        self._ends = []
        before = self._message
        if isinstance(number := event.get("c"), Leaf):
            self._number = number.text
        if self._operation == "add" and not self._path:
            self._begun[self._number] = self._begun.get(self._number, 0) + 1
            self._ends.append((before,))
        pieces = tuple(self._apply(self._path, self._operation, value))
        return Reading(pieces, tuple(self._ends))

    @property
    def _message(self) -> str:
        return f"{self._number}.{self._begun.get(self._number, 0)}"

    def _apply(self, path: str, operation: str, value: Node) -> Iterator[Piece]:
        if operation == "patch" and isinstance(value, Array):
            for step in value.items:
                inner = step.get("v") if isinstance(step, Object) else None
                if isinstance(step, Object) and inner is not None:
                    yield from self._apply(path + (step.string("p") or ""), step.string("o") or "", inner)
        elif path.startswith(_TEXT) and (leaf := string(value)):
            yield Piece(leaf, (self._message, path), "text", whole=operation == "replace")
        elif operation == "add" and not path:
            parts = at(value, "message", "content", "parts")
            for number, part in enumerate(parts.items if isinstance(parts, Array) else ()):
                if leaf := string(part):
                    yield Piece(leaf, (self._message, f"{_TEXT}/parts/{number}"), "text")
        elif path == "/message/status":
            self._ends.append((self._message,))

    def late(self, channel: tuple[str, ...], text: str, last: Node) -> str:
        """One more piece of the same text."""
        if channel[0] == "snapshot":
            return f'{{"v":{quote(text)}}}'
        return f'{{"p":{quote(channel[1])},"o":"append","v":{quote(text)}}}'


def _snapshot(event: Object) -> Iterator[Piece]:
    """Older streams say the whole text each time, as conversations do that are read back."""
    parts = at(event, "message", "content", "parts")
    name = string(at(event, "message", "id"))
    for number, part in enumerate(parts.items if isinstance(parts, Array) else ()):
        if leaf := string(part):
            yield Piece(leaf, ("snapshot", name.text if name else "", str(number)), "text", whole=True)


class ChatGPTSocket:
    """The family `chatgpt-socket`: messages in which `encoded_item` is a piece of the event stream."""

    leave = ()

    def read(self, event: Node) -> Reading:
        """The streams inside, by topic."""
        messages = event.items if isinstance(event, Array) else (event,)
        return Reading(inner=tuple(inner for message in messages for inner in _streams(message)))

    def late(self, channel: tuple[str, ...], text: str, last: Node) -> str:
        """Never asked: it has no texts of its own."""
        raise AssertionError(len(channel))


def _streams(message: Node) -> Iterator[Inner]:
    topic = string(at(message, "topic_id"))
    for path in (("payload", "payload", "encoded_item"), ("payload", "encoded_item")):
        if leaf := string(at(message, *path)):
            yield Inner(leaf, (topic.text if topic else "",), ChatGPTWeb())
