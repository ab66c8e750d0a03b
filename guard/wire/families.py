"""A family's name in rule files -> what the guard knows of its answers."""

from guard.wire.answer import Family, Plain, leave
from guard.wire.anthropic_messages import AnthropicMessages
from guard.wire.openai_chat import OpenAIChat
from guard.wire.openai_responses import OpenAIResponses

FAMILIES: dict[str, Family] = {
    "openai-chat": OpenAIChat(),
    "openai-responses": OpenAIResponses(),
    "anthropic-messages": AnthropicMessages(),
    "json": Plain(leave(("/**/arguments", "json"), ("/**/encrypted_content", "signed"), ("/**/signature", "signed"))),
}
"""Every value that `Endpoint.family` may have."""
