"""Two services like the real ones, said in as few fields as the tests need."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from guard.redact.placeholders import Grammar
from guard.redact.restore import Restorer
from guard.rules.schema import ServiceRule
from guard.wire.answer import Family, Kind, StreamRewriter, framed, whole

_ABOUT = {
    "title": "A service",
    "description": "A service for these tests.",
    "status": "stable",
    "owner": "security",
    "date": "2026-11-01",
    "references": ["https://example.com"],
    "sanctioned": True,
    "channel": "api",
    "tests": [{"path": "/", "endpoint": "unknown"}],
}


def _service(**facts: object) -> ServiceRule:
    return ServiceRule.model_validate_json(json.dumps(_ABOUT | facts))


def _fields(*rows: tuple[str, ...]) -> list[dict[str, str]]:
    return [dict(zip(("path", "role", "holds", "form"), row, strict=False)) for row in rows]


@pytest.fixture(scope="session")
def openai() -> ServiceRule:
    """Chat completions."""
    return _service(
        id="openai-api",
        provider="OpenAI",
        hosts=["api.openai.com", "*.openai.example"],
        refusal="openai-error",
        models=["gpt-*"],
        endpoints=[
            {
                "id": "chat-completions",
                "methods": ["POST"],
                "path": "/v1/chat/completions",
                "family": "openai-chat",
                "model": "/model",
                "stream": "/stream",
                "fields": _fields(
                    ("/messages/*{role=system|developer}/content", "system"),
                    ("/messages/*{role=user}/content", "user"),
                    ("/messages/*{role=assistant}/content", "history"),
                    ("/messages/*{role=tool}/content", "tool_result"),
                    ("/messages/*{role=user}/content/*{type=text}/text", "user"),
                    ("/messages/*/content/*/image_url/url", "file", "media"),
                    ("/messages/*/tool_calls/*/function/arguments", "tool_args", "json"),
                    ("/messages/*/tool_calls/*/id", "other", "opaque", "(?s).*"),
                    ("/metadata/**", "other"),
                ),
            },
            {"id": "models", "methods": ["GET"], "path": "/v1/models(?:/[^/]+)?", "family": "json"},
        ],
    )


@pytest.fixture(scope="session")
def anthropic() -> ServiceRule:
    """Messages."""
    return _service(
        id="anthropic-api",
        provider="Anthropic",
        hosts=["api.anthropic.com"],
        refusal="anthropic-error",
        models=["claude-*"],
        endpoints=[
            {
                "id": "messages",
                "methods": ["POST"],
                "path": "/v1/messages(?:/count_tokens)?",
                "family": "anthropic-messages",
                "model": "/model",
                "stream": "/stream",
                "fields": _fields(
                    ("/system", "system"),
                    ("/system/*{type=text}/text", "system"),
                    ("/messages/*{role=user}/content", "user"),
                    ("/messages/*{role=user}/content/*{type=text}/text", "user"),
                    ("/messages/*{role=assistant}/content", "history"),
                    ("/messages/*/content/*{type=thinking}/thinking", "history", "signed"),
                    ("/messages/*/content/*{type=thinking}/signature", "other", "opaque", "(?s).*"),
                    ("/messages/*/content/*{type=tool_use}/input/**", "tool_args"),
                    ("/messages/*/content/*{type=tool_result}/content", "tool_result"),
                    ("/messages/*/content/*/source{type=base64}/data", "file", "media"),
                ),
            }
        ],
    )


# --- streams ---------------------------------------------------------------------------------------------------------

VALUES = {("PERSON", 1): 'Zoé "la Fouine" O\\Hara\n😀', ("PERSON", 11): "Bob", ("IBAN_CODE", 2): "FR76 3000"}
_GRAMMAR = Grammar(frozenset({"PERSON", "IBAN_CODE"}))


def _restorer(kind: Kind) -> Restorer:
    return Restorer(VALUES, _GRAMMAR, kind)


def _through(family: Family, media_type: str, *pieces: bytes) -> bytes:
    frames = framed(family, media_type)
    assert frames is not None
    rewriter = StreamRewriter(family, _restorer, frames)
    return b"".join(map(rewriter.feed, pieces)) + rewriter.flush()


@pytest.fixture(scope="session")
def values() -> dict[tuple[str, int], str]:
    """What the placeholders [[PERSON_1]], [[PERSON_11]] and [[IBAN_CODE_2]] stand for."""
    return dict(VALUES)


@pytest.fixture(scope="session")
def restored_whole() -> Callable[[Family, object], Any]:
    """A whole JSON answer -> the same, restored."""
    return lambda family, answer: json.loads(whole(json.dumps(answer), family, _restorer))


@pytest.fixture(scope="session")
def restored() -> Callable[[Family, str, bytes], bytes]:
    """A family, a media type and a stream -> the stream restored, the same at any cut of its bytes."""

    def everywhere(family: Family, media_type: str, stream: bytes) -> bytes:
        expected = _through(family, media_type, stream)
        for cut in range(1, len(stream), 1 + len(stream) // 120):
            assert _through(family, media_type, stream[:cut], stream[cut:]) == expected
        assert _through(family, media_type, *(bytes([byte]) for byte in stream)) == expected
        return expected

    return everywhere
