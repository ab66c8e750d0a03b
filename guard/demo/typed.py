"""What a person types -> the request that a service's web page makes of it: its address, its type and its body.

Written from what the pages were seen to send in 2026; the answers are in `guard.demo.pages`.
"""

import json
import struct
from collections.abc import Callable
from urllib.parse import quote_plus

from guard.demo.pages import CONVERSATION

type Body = Callable[[str], bytes]
"""A text -> the body."""
_FORM, _JSON, _CONNECT = (
    "application/x-www-form-urlencoded;charset=utf-8",
    "application/json",
    "application/connect+json",
)


def _json(shape: Callable[[str], object]) -> tuple[str, Body]:
    return _JSON, lambda text: json.dumps(shape(text), ensure_ascii=False).encode()


def _gemini(text: str) -> bytes:
    inner = json.dumps([[text, 0, None, []], ["fr"], ["c_00ff00ff00ff00ff"]], ensure_ascii=False)
    return f"f.req={quote_plus(json.dumps([None, inner], ensure_ascii=False))}&at=x".encode()


def _kimi(text: str) -> bytes:
    body = {"message": {"role": "user", "blocks": [{"text": {"content": text}}]}, "options": {"thinking": False}}
    payload = json.dumps(body, ensure_ascii=False).encode()
    return struct.pack(">BI", 0, len(payload)) + payload


def _turn(text: str) -> dict[str, object]:
    return {"messages": [{"role": "user", "content": text}]}


def _chatgpt(text: str) -> object:
    return {"messages": [{"author": {"role": "user"}, "content": {"parts": [text]}}], "model": "gpt-5"}


_CLAUDE = f"/api/organizations/o/chat_conversations/{CONVERSATION}/completion"
_GEMINI = "/_/BardChatUi/data/assistant.lamda.BardFrontendService/StreamGenerate?rt=c"
TYPED: dict[str, tuple[str, str, Body]] = {
    "chatgpt-web": ("https://chatgpt.com/backend-api/f/conversation", *_json(_chatgpt)),
    "claude-web": (f"https://claude.ai{_CLAUDE}", *_json(lambda text: {"prompt": text})),
    "perplexity-web": (
        "https://www.perplexity.ai/rest/sse/perplexity_ask",
        *_json(lambda text: {"query_str": text, "params": {"dsl_query": text}}),
    ),
    "lechat-web": (
        "https://chat.mistral.ai/api/chat",
        *_json(lambda text: {"chatId": CONVERSATION, "messageInput": text}),
    ),
    "deepseek-web": (
        "https://chat.deepseek.com/api/v0/chat/completion",
        *_json(lambda text: {"chat_session_id": CONVERSATION, "prompt": text}),
    ),
    "grok-web": ("https://grok.com/rest/app-chat/conversations/new", *_json(lambda text: {"message": text})),
    "huggingchat-web": (
        "https://huggingface.co/chat/conversation/0123456789abcdef01234567",
        *_json(lambda text: {"inputs": text}),
    ),
    "duckai-web": ("https://duck.ai/duckchat/v1/chat", *_json(_turn)),
    "qwen-web": (
        "https://chat.qwen.ai/api/v2/chat/completions",
        *_json(lambda text: {"stream": True, "model": "qwen3-max", **_turn(text)}),
    ),
    "zai-web": (
        "https://chat.z.ai/api/v2/chat/completions",
        *_json(lambda text: {"stream": True, "model": "glm-4.6", **_turn(text)}),
    ),
    "genspark": (
        "https://www.genspark.ai/api/agent/ask_proxy",
        *_json(lambda text: {"type": "ai_chat", **_turn(text), "user_s_input": text}),
    ),
    "ui-messages": (
        "https://t3.chat/api/chat",
        *_json(lambda text: {"messages": [{"role": "user", "parts": [{"type": "text", "text": text}]}]}),
    ),
    "kimi-web": ("https://www.kimi.com/apiv2/kimi.gateway.chat.v1.ChatService/Chat", _CONNECT, _kimi),
    "gemini-web": (f"https://gemini.google.com{_GEMINI}", _FORM, _gemini),
}
"""By the form of the page's answers."""
