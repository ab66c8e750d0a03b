"""DeepSeek's web page: an answer told as patches of a response, in fragments.

An event has an operation `o` (SET, APPEND, BATCH) at a path `p` with a value `v`; what it leaves out is as in the event
before. `-1` is the last fragment. As the page was seen to read it in 2026; not documented.
"""

from collections.abc import Iterator

from guard.wire.answer import Piece, Reading
from guard.wire.document import Array, Leaf, Node, Object, at, quote, string

_FRAGMENTS = "response/fragments"
_TEXT = ("content", "thinking_content")


class DeepSeekWeb:
    """The family `deepseek-web`, for one stream."""

    leave = ()

    def __init__(self) -> None:
        self._path = ""
        self._operation = ""
        self._fragment = 0
        """Fragments begun so far."""
        self._ends: list[tuple[str, ...]] = []

    def fresh(self) -> "DeepSeekWeb":
        """With nothing to remember yet."""
        return DeepSeekWeb()

    def read(self, event: Node) -> Reading:
        """Pieces by fragment and path."""
        if not isinstance(event, Object) or (value := event.get("v")) is None:
            return Reading()
        self._path = path if (path := event.string("p")) is not None else self._path
        self._operation = name if (name := event.string("o")) is not None else self._operation
        self._ends = []
        return Reading(tuple(self._apply(self._path.strip("/"), self._operation, value)), tuple(self._ends))

    def _apply(self, path: str, operation: str, value: Node) -> Iterator[Piece]:
        if operation == "BATCH" and isinstance(value, Array):
            for step in value.items:
                inner = step.get("v") if isinstance(step, Object) else None
                if isinstance(step, Object) and inner is not None:
                    below = f"{path}/{step.string('p') or ''}".strip("/")
                    yield from self._apply(below, step.string("o") or "", inner)
        elif path == _FRAGMENTS and isinstance(value, Array):
            yield from self._begin(value)
        elif isinstance(value, Object) and isinstance(fragments := at(value, "response", "fragments"), Array):
            yield from self._begin(fragments)
        elif path.rpartition("/")[2] in _TEXT and (leaf := string(value)):
            yield Piece(leaf, self._channel(path), "text", whole=operation == "SET")
        elif path.endswith("status") and isinstance(value, Leaf) and value.text == "FINISHED":
            self._ends.append(())

    def _begin(self, fragments: Array) -> Iterator[Piece]:
        """New fragments end those before."""
        for fragment in fragments.items:
            self._ends.append((str(self._fragment),))
            self._fragment += 1
            if leaf := string(at(fragment, "content")):
                yield Piece(leaf, self._channel(f"{_FRAGMENTS}/-1/content"), "text")

    def _channel(self, path: str) -> tuple[str, ...]:
        return (str(self._fragment), path)

    def late(self, channel: tuple[str, ...], text: str, last: Node) -> str:
        """One more piece of the same text."""
        return f'{{"p":{quote(channel[1])},"o":"APPEND","v":{quote(text)}}}'
