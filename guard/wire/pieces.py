"""Families whose pieces of text always stand at the same places of an event, and those places.

A piece continues the text of earlier events, or says it whole once more. Everything else in an event is filtered string
by string, as in any answer. The formats are what the services' own web pages and desktop programs were seen to read
(2026); they are not documented, so a piece in a place not named here is restored only where no cut goes through it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from guard.rules.schema import FieldRule
from guard.terms import Role
from guard.wire import lines, records
from guard.wire.answer import Frames, Kind, Piece, Reading
from guard.wire.document import Leaf, Node, at, render
from guard.wire.fields import fields

type Place = tuple[str | int, ...]
"""Keys and positions that lead to a leaf."""


@dataclass(frozen=True, slots=True)
class Said:
    """One place of text."""

    path: str
    """As in rule files."""
    by: tuple[Place, ...] = ()
    """What tells one text from another, besides the place itself."""
    whole: bool = False
    when: tuple[Place, frozenset[str]] | None = None
    """A leaf of the event and the values it must have."""
    padding: str = ""
    kind: Kind = "text"


@dataclass(frozen=True, slots=True)
class Pieces:
    """A family of such places."""

    said: tuple[Said, ...]
    ends: tuple[tuple[Place, frozenset[str]], ...] = ()
    """Leaves with values that end every text; a place with no values ends them by being there."""
    cut: Callable[[], Frames] | None = None
    """How its streams are cut when they are not event streams."""
    leave: tuple[FieldRule, ...] = ()

    def frames(self, essence: str) -> Frames | None:
        """Cut alike whatever the type says."""
        return self.cut() if self.cut else None

    def read(self, event: Node) -> Reading:
        """The pieces that stand in their places."""
        told = {said.path: said for said in self.said if said.when is None or _is(event, *said.when)}
        rules = [FieldRule(path=path, role=Role.OTHER) for path in told]
        pieces = []
        for found in fields(event, rules) if rules else ():
            if found.rule is None or found.key or found.leaf.kind != "string":
                continue
            said = told[found.rule.path]
            channel = (found.pointer, *(_text(event, place) for place in said.by))
            pieces.append(Piece(found.leaf, channel, said.kind, whole=said.whole, padding=said.padding))
        over = any(_is(event, place, values) for place, values in self.ends)
        return Reading(tuple(pieces), ((),) if over else ())

    def late(self, channel: tuple[str, ...], text: str, last: Node) -> str:
        """The event that brought the last piece, with the end of the text in its place."""
        return render(last, {piece.leaf.start: text for piece in self.read(last).pieces if piece.channel == channel})


def _is(event: Node, place: Place, values: frozenset[str]) -> bool:
    node = at(event, *place)
    return node is not None and (not values or (isinstance(node, Leaf) and node.text in values))


def _text(event: Node, place: Place) -> str:
    node = at(event, *place)
    return node.text if isinstance(node, Leaf) else ""


def _one(*values: str) -> frozenset[str]:
    return frozenset(values)


_COPILOT: Mapping[str, bool] = {"appendText": False, "replaceText": True, "chainOfThought": False}
"""Event -> whether its text is whole."""

GROK = Pieces(
    (
        Said("/result/response/token", (("result", "response", "isThinking"),)),
        Said("/result/token", (("result", "isThinking"),)),
        Said("/result/message", (("result", "isThinking"), ("result", "messageTag"))),
    ),
    ends=(
        (("result", "response", "modelResponse"), _one()),
        (("result", "modelResponse"), _one()),
        (("result", "isSoftStop"), _one("true")),
        (("result", "response", "isSoftStop"), _one("true")),
    ),
    cut=lines.Splitter,
)
HUGGINGCHAT = Pieces(
    # its server fills tokens up with NUL characters, so that their lengths tell nothing
    (Said("/token", (("type",),), padding="\0"),),
    ends=((("type",), _one("finalAnswer")),),
    cut=lines.Splitter,
)
DUCKAI = Pieces((Said("/message"),), ends=((("action",), _one("error")),))
GITHUB_COPILOT = Pieces(
    (Said("/body", (("type",),), when=(("type",), _one("content", "reasoning"))),),
    ends=((("type",), _one("complete", "error")),),
)
MSCOPILOT = Pieces(
    tuple(
        Said("/text", (("messageId",), ("partId",)), whole=whole, when=(("event",), _one(event)))
        for event, whole in _COPILOT.items()
    ),
    ends=((("event",), _one("partCompleted", "done", "error")),),
)
SIGNALR = Pieces(
    (
        Said("/arguments/*/writeAtCursor"),
        Said("/arguments/*/messages/*/text", (("arguments", 0, "messages", 0, "messageId"),), whole=True),
    ),
    ends=((("type",), _one("2", "3", "7")),),
    cut=records.Splitter,
)
ZAI = Pieces(
    (Said("/data/delta_content", (("data", "phase"),)),),
    ends=((("data", "done"), _one("true")), (("data", "phase"), _one("done"))),
)
YOU = Pieces((Said("/youChatToken"),))
GENSPARK = Pieces(
    (Said("/delta", (("message_id",), ("field_name",)), when=(("type",), _one("message_field_delta"))),),
    ends=((("type",), _one("message_field", "message_result", "project_field")),),
)
KIMI = Pieces(
    (
        Said("/block/text/content", (("block", "id"),), when=(("op",), _one("set", "append"))),
        Said("/block/think/content", (("block", "id"),), when=(("op",), _one("set", "append"))),
        Said("/text", when=(("event",), _one("cmpl"))),
    ),
    ends=((("done",), _one()), (("event",), _one("all_done", "error"))),
)
"""Its messages since 2025, and the events before them."""
UI_MESSAGES = Pieces(
    (
        Said("/delta", (("type",), ("id",)), when=(("type",), _one("text-delta", "reasoning-delta"))),
        Said("/inputTextDelta", (("toolCallId",),), kind="json"),
    ),
    ends=((("type",), _one("text-end", "reasoning-end", "tool-input-available", "finish", "error", "abort")),),
)
"""What pages that are made with the AI SDK read (https://ai-sdk.dev/docs/ai-sdk-ui/stream-protocol)."""
QWEN = Pieces(
    # two answers to choose from come in one stream, by turns
    (Said("/choices/*/delta/content", (("response_id",), ("choices", 0, "delta", "phase"))),),
    ends=((("choices", 0, "delta", "status"), _one("finished")),),
)
