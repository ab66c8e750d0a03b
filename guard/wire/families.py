"""A family's name in rule files -> what the guard knows of its answers."""

from guard.wire import pieces
from guard.wire.answer import Family, Plain, leave
from guard.wire.anthropic_messages import AnthropicMessages
from guard.wire.bedrock import BedrockConverse, BedrockInvoke
from guard.wire.chatgpt_web import ChatGPTSocket, ChatGPTWeb
from guard.wire.claude_web import ClaudeWeb
from guard.wire.cohere import Cohere
from guard.wire.deepseek_web import DeepSeekWeb
from guard.wire.gemini import Gemini
from guard.wire.gemini_web import GeminiWeb
from guard.wire.lechat_web import LeChatWeb
from guard.wire.mistral import MistralConversations
from guard.wire.ollama import Ollama
from guard.wire.openai_chat import OpenAIChat
from guard.wire.openai_responses import OpenAIResponses
from guard.wire.perplexity_web import PerplexityWeb
from guard.wire.text_generation import TextGeneration

FAMILIES: dict[str, Family] = {
    "openai-chat": OpenAIChat(),
    "openai-responses": OpenAIResponses(),
    "anthropic-messages": AnthropicMessages(),
    "gemini": Gemini(),
    "cohere": Cohere(),
    "mistral-conversations": MistralConversations(),
    "ollama": Ollama(),
    "text-generation": TextGeneration(),
    "bedrock-converse": BedrockConverse(),
    "bedrock-invoke": BedrockInvoke(),
    "chatgpt-web": ChatGPTWeb(),
    "chatgpt-socket": ChatGPTSocket(),
    "claude-web": ClaudeWeb(),
    "gemini-web": GeminiWeb(),
    "perplexity-web": PerplexityWeb(),
    "lechat-web": LeChatWeb(),
    "deepseek-web": DeepSeekWeb(),
    "grok-web": pieces.GROK,
    "huggingchat-web": pieces.HUGGINGCHAT,
    "duckai-web": pieces.DUCKAI,
    "github-copilot-web": pieces.GITHUB_COPILOT,
    "mscopilot": pieces.MSCOPILOT,
    "signalr": pieces.SIGNALR,
    "qwen-web": pieces.QWEN,
    "zai-web": pieces.ZAI,
    "you-web": pieces.YOU,
    "genspark": pieces.GENSPARK,
    "kimi-web": pieces.KIMI,
    "ui-messages": pieces.UI_MESSAGES,
    "json": Plain(leave(("/**/arguments", "json"), ("/**/encrypted_content", "signed"), ("/**/signature", "signed"))),
}
"""Every value that `Endpoint.family` may have."""
