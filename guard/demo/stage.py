"""A folder and rules -> the stand-in service, the guard and the clients, put together; and what passed since a moment.

The demo plays its scenes on it, and so do the tests with real clients.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus

from guard.demo.certificates import Authority
from guard.demo.clients import Clients
from guard.demo.exchange import Received
from guard.demo.process import GuardProcess
from guard.demo.standin import Standin

HOSTS = (
    "api.openai.com",
    "api.anthropic.com",
    "generativelanguage.googleapis.com",
    "europe-west1-aiplatform.googleapis.com",
    "api.mistral.ai",
    "api.cohere.com",
    "ollama.com",
    "router.huggingface.co",
    "exemple.openai.azure.com",
    "bedrock-runtime.eu-west-1.amazonaws.com",
    "api.groq.com",
    "api.together.xyz",
    "openrouter.ai",
    "api.deepseek.com",
    "api.x.ai",
    "api.perplexity.ai",
    "models.github.ai",
    "api.githubcopilot.com",
)
_SHIPPED = Path(__file__).resolve().parents[2] / "rules"
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|(.))", re.DOTALL)
_LETTERS = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything that takes part in a conversation."""

    authority: Authority
    standin: Standin
    guard: GuardProcess
    clients: Clients

    def act(self) -> "Act":
        """What passes from now on."""
        before = (
            len(self.standin.requests),
            len(self.standin.strays),
            len(self.standin.messages),
            len(self.guard.events()),
            len(self.clients.sent),
        )
        return Act(self, *before)


@dataclass(frozen=True, slots=True)
class Act:
    """What has passed since a moment."""

    stage: Stage
    requests_before: int
    strays_before: int
    messages_before: int
    events_before: int
    sent_before: int

    @property
    def received(self) -> list[Received]:
        """What the service got."""
        return self.stage.standin.requests[self.requests_before :]

    @property
    def strays(self) -> list[bytes]:
        """What reached the service's port without TLS."""
        return self.stage.standin.strays[self.strays_before :]

    @property
    def messages(self) -> list[bytes]:
        """What the service got on sockets."""
        return self.stage.standin.messages[self.messages_before :]

    @property
    def events(self) -> list[dict[str, Any]]:
        """The audit events."""
        return self.stage.guard.events()[self.events_before :]

    @property
    def verdicts(self) -> list[str]:
        """The decision of each event."""
        return [event["unmapped"]["guard"]["decision"] for event in self.events]

    @property
    def sent(self) -> list[bytes]:
        """The bodies that the clients sent, tries again included."""
        return self.stage.clients.sent[self.sent_before :]

    def left(self, values: Iterable[str]) -> list[str]:
        """Those of the values that the service got, however spaced, cased or escaped."""
        strays = [Received("", "", (), stray) for stray in self.strays + self.messages]
        return seen(self.received + strays, values)


@contextmanager
def stage(
    folder: Path,
    *,
    rules: Path | None = None,
    settings: Mapping[str, str] | None = None,
    authority: Authority | None = None,
    upstream: Mapping[str, int] | None = None,
) -> Iterator[Stage]:
    """Started, and stopped in the reverse order. `rules`: those this version was shipped with, when left out.

    `upstream`: more services, by host name and port of 127.0.0.1, with certificates of the same `authority`.
    """
    authority = authority or Authority(folder / "service")
    with (
        Standin(authority.issue(*HOSTS)) as standin,
        GuardProcess(
            folder / "guard",
            upstream=dict.fromkeys(HOSTS, standin.port) | dict(upstream or {}),
            upstream_ca=authority.bundle,
            rules=rules or (_SHIPPED if _SHIPPED.is_dir() else None),
            settings=settings,
        ) as guard,
        Clients(guard.url, guard.ca) as clients,
    ):
        yield Stage(authority, standin, guard, clients)


def seen(requests: Iterable[Received], values: Iterable[str]) -> list[str]:
    """Those of the values that stand in requests, however spaced, cased or escaped."""
    texts = [_squeezed(spelling) for request in requests for spelling in _spellings(request)]
    return [value for value in values if any(_squeezed(value) in text for text in texts)]


def _spellings(request: Received) -> Iterator[str]:
    """A request as text: as it came, with escapes undone once and twice, and its head."""
    yield unquote_plus(request.path)
    for name, value in request.headers:
        yield f"{name}: {value}"
    text = request.body.decode("utf-8", "replace")
    yield text
    yield unquote_plus(text)
    for _ in range(2):
        text = _ESCAPE.sub(_unescaped, text)
        yield text


def _unescaped(match: re.Match[str]) -> str:
    return chr(int(match[1], 16)) if match[1] else _LETTERS.get(match[2], match[2])


def _squeezed(text: str) -> str:
    return "".join(text.split()).casefold()
