"""What a stand-in service receives, and what it is told to answer: the words its dialects share.

Everything here may hold prompt text, so no repr shows it (law 6).
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

PLACEHOLDER = re.compile(r"\[\[[A-Z][A-Z0-9_]*_[0-9]+\]\]")
"""What the guard writes in place of a value."""
_CONVERSATIONS = ("messages", "contents", "input", "inputs")
"""Names that services have for a row of turns."""
_ALONE = ("input", "inputs", "inputText", "prompt")
"""And for one text alone."""
_FRENCH = re.compile(
    r"\b(?:bonjour|je|vous|le|la|les|un|une|des|du|et|est|pour|dans|avec|mon|ma|mes|ce|cette)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Received:
    """One HTTP request as it arrived, byte for byte; `body` without transfer coding, with content coding."""

    method: str
    path: str = field(repr=False)
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    body: bytes = field(repr=False)

    def header(self, name: str) -> str | None:
        """The first value of a header, or None."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


@dataclass(frozen=True, slots=True)
class Call:
    """A tool the service asks for; `arguments` is JSON text."""

    name: str
    arguments: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Reply:
    """What the service says."""

    text: str = field(default="", repr=False)
    calls: tuple[Call, ...] = ()
    chunk: int = 3
    """Characters of one piece of a stream: few, so that placeholders are cut."""
    cut: int = 0
    """Bytes that travel together in a stream; 0: an event at a time."""
    gzip: bool = False
    """Compress when the client takes it."""

    def pieces(self, text: str) -> Iterator[str]:
        """A text in pieces of `chunk` characters."""
        return (text[at : at + self.chunk] for at in range(0, len(text), self.chunk))


@dataclass(frozen=True, slots=True)
class Exchange:
    """A conversation as the service understands it: the request's JSON."""

    body: Mapping[str, object] = field(repr=False)
    path: str = field(default="", repr=False)
    """Of the request, with its query: some services say there what others say in the body."""

    @property
    def model(self) -> str:
        """The model asked for."""
        return str(self.body.get("model", ""))

    @property
    def stream(self) -> bool:
        """True when the answer is to come in pieces."""
        asked = self.body.get("stream")
        return "stream" in self.path if asked is None else asked is True

    @property
    def prompt(self) -> str:
        """All text of the last user message."""
        alone = next((text for name in _ALONE if isinstance(text := self.body.get(name), str)), None)
        if alone is not None:
            return alone
        messages = next((self.body[name] for name in _CONVERSATIONS if name in self.body), None)
        turns = [turn for turn in messages if isinstance(turn, dict)] if isinstance(messages, list) else []
        last = next((turn for turn in reversed(turns) if turn.get("role") == "user"), {})
        return "\n".join(_texts(last.get("content", last.get("parts"))))


type Speaker = Callable[[Exchange], Reply]


def obliging(exchange: Exchange) -> Reply:
    """One sentence in the prompt's language, with every placeholder that stands in its last user message."""
    names = list(dict.fromkeys(PLACEHOLDER.findall(exchange.prompt)))
    french = _FRENCH.search(exchange.prompt) is not None
    listed = ", ".join(names)
    if not names:
        return Reply("Bien sûr, voici ma réponse." if french else "Of course, here is my answer.")
    return Reply(f"C'est fait, j'ai tenu compte de {listed}." if french else f"Done, I took {listed} into account.")


def _texts(content: object) -> Iterator[str]:
    if isinstance(content, str):
        yield content
    elif isinstance(content, list):
        for part in content:
            yield from _texts(part)
    elif isinstance(content, dict):
        yield from _texts(content.get("text") or content.get("content"))
