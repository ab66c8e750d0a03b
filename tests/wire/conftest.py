"""Two services like the real ones, said in as few fields as the tests need."""

import json

import pytest

from guard.rules.schema import ServiceRule

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


def _fields(*rows: tuple[str, str] | tuple[str, str, str]) -> list[dict[str, str]]:
    return [dict(zip(("path", "role", "holds"), row, strict=False)) for row in rows]


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
                    ("/messages/*/tool_calls/*/id", "other", "opaque"),
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
                    ("/messages/*/content/*{type=thinking}/signature", "other", "opaque"),
                    ("/messages/*/content/*{type=tool_use}/input/**", "tool_args"),
                    ("/messages/*/content/*{type=tool_result}/content", "tool_result"),
                    ("/messages/*/content/*/source{type=base64}/data", "file", "media"),
                ),
            }
        ],
    )
