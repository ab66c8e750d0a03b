"""Perplexity's web page: an answer told in blocks, each with patches of a list of chunks, or whole.

The prompt and the answer so far are said again in other fields; those are filtered string by string. As the page was
seen to read it in 2026; not documented.
"""

import re
from collections.abc import Iterator

from guard.wire.answer import Piece, Reading, leave
from guard.wire.document import Array, Leaf, Node, at, render, string

_CHUNK = re.compile(r"/chunks/(?:[0-9]{1,9}|-)")


class PerplexityWeb:
    """The family `perplexity-web`."""

    leave = leave(("/text", "json"), ("/read_write_token", "opaque"))

    def read(self, event: Node) -> Reading:
        """Chunks by block and field; what says an answer whole."""
        blocks = at(event, "blocks")
        pieces = [
            piece
            for block in (blocks.items if isinstance(blocks, Array) else ())
            for piece in _block(block, string(at(block, "intended_usage")))
        ]
        over = any(
            isinstance(flag := at(event, name), Leaf) and flag.text == "true" for name in ("final", "final_sse_message")
        )
        return Reading(tuple(pieces), ((),) if over else ())

    def late(self, channel: tuple[str, ...], text: str, last: Node) -> str:
        """The last event with the end of the text where its last piece stood, as one more chunk."""
        found = [piece for piece in self.read(last).pieces if piece.channel == channel]
        changes = {piece.leaf.start: "" for piece in found[:-1]} | {found[-1].leaf.start: text}
        return _next(last, changes)


def _block(block: Node, usage: Leaf | None) -> Iterator[Piece]:
    name = usage.text if usage else ""
    field = string(at(block, "diff_block", "field"))
    patches = at(block, "diff_block", "patches")
    for patch in patches.items if isinstance(patches, Array) else ():
        path, value = string(at(patch, "path")), at(patch, "value")
        place = (name, field.text if field else "")
        if path is not None and _CHUNK.fullmatch(path.text) and (leaf := string(value)):
            yield Piece(leaf, (*place, "chunks"), "text")
        elif value is not None:
            yield from _answer(value, place)
    if (answer := at(block, "markdown_block")) is not None:
        yield from _answer(answer, (name, "markdown_block"))


def _answer(value: Node, place: tuple[str, ...]) -> Iterator[Piece]:
    """`{answer, chunks}`: the text whole, and its pieces."""
    if leaf := string(at(value, "answer")):
        yield Piece(leaf, (*place, "answer"), "text", whole=True)
    chunks = at(value, "chunks")
    for chunk in chunks.items if isinstance(chunks, Array) else ():
        if leaf := string(chunk):
            yield Piece(leaf, (*place, "chunks"), "text")


def _next(last: Node, changes: dict[int, str]) -> str:
    """The event with its changes; a chunk with a number in its path goes behind the last one."""
    moved = dict(changes)
    blocks = at(last, "blocks")
    for block in blocks.items if isinstance(blocks, Array) else ():
        patches = at(block, "diff_block", "patches")
        for patch in patches.items if isinstance(patches, Array) else ():
            path, value = string(at(patch, "path")), at(patch, "value")
            if path is not None and isinstance(value, Leaf) and value.start in changes and _CHUNK.fullmatch(path.text):
                head, _, number = path.text.rpartition("/")
                moved[path.start] = f"{head}/{int(number) + 1}" if number.isdecimal() else path.text
    return render(last, moved)
