"""Reply -> an OpenAI chat completion, whole or as an event stream.

Formats: https://platform.openai.com/docs/api-reference/chat/object and /chat/streaming (2026-11).
"""

import time
from collections.abc import Iterator, Mapping
from uuid import uuid4

import orjson

from guard.demo.exchange import Exchange, Reply

DONE = b"data: [DONE]\n\n"


def whole(exchange: Exchange, reply: Reply) -> bytes:
    """The answer as one JSON object."""
    calls = [
        {"id": f"call_{uuid4().hex[:24]}", "type": "function", "function": {"name": c.name, "arguments": c.arguments}}
        for c in reply.calls
    ]
    message: dict[str, object] = {
        "role": "assistant",
        "content": reply.text or None,
        "refusal": None,
        "annotations": [],
    }
    choice = {
        "index": 0,
        "message": message | ({"tool_calls": calls} if calls else {}),
        "logprobs": None,
        "finish_reason": _reason(reply),
    }
    return orjson.dumps(_head(exchange, "chat.completion") | {"choices": [choice], "usage": _usage(exchange, reply)})


def stream(exchange: Exchange, reply: Reply) -> Iterator[bytes]:
    """The answer as `data:` lines, ended by `[DONE]`."""
    options = exchange.body.get("stream_options")
    counted = isinstance(options, dict) and options.get("include_usage") is True
    head = _head(exchange, "chat.completion.chunk") | ({"usage": None} if counted else {})
    yield _chunk(head, {"role": "assistant", "content": "" if reply.text else None, "refusal": None})
    for piece in reply.pieces(reply.text):
        yield _chunk(head, {"content": piece})
    for index, call in enumerate(reply.calls):
        if exchange.model.startswith("mistral"):  # speaks this format too, but its calls come whole
            yield _call(head, index, {"name": call.name, "arguments": call.arguments}, {"id": uuid4().hex[:9]})
            continue
        opening = {"name": call.name, "arguments": ""}
        yield _call(head, index, opening, {"id": f"call_{uuid4().hex[:24]}", "type": "function"})
        for piece in reply.pieces(call.arguments):
            yield _call(head, index, {"arguments": piece}, {})
    yield _chunk(head, {}, _reason(reply))
    if counted:
        yield _line(head | {"choices": [], "usage": _usage(exchange, reply)})
    yield DONE


def error(status: int, message: str) -> bytes:
    """An error of the service's own."""
    kind = "invalid_request_error" if status < 500 else "server_error"
    return orjson.dumps({"error": {"message": message, "type": kind, "param": None, "code": None}})


def models() -> bytes:
    """The list of models."""
    model = {"id": "gpt-5", "object": "model", "created": 1754425777, "owned_by": "system"}
    return orjson.dumps({"object": "list", "data": [model]})


def _call(head: Mapping[str, object], index: int, function: object, more: Mapping[str, object]) -> bytes:
    return _chunk(head, {"tool_calls": [{"index": index, **more, "function": function}]})


def _chunk(head: Mapping[str, object], delta: object, reason: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}
    # the service pads every chunk so that its length tells nothing
    return _line(dict(head) | {"choices": [choice], "obfuscation": uuid4().hex[:8]})


def _line(value: object) -> bytes:
    return b"data: " + orjson.dumps(value) + b"\n\n"


def _head(exchange: Exchange, kind: str) -> dict[str, object]:
    return {
        "id": f"chatcmpl-{uuid4().hex}",
        "object": kind,
        "created": int(time.time()),
        "model": exchange.model,
        "service_tier": "default",
        "system_fingerprint": None,
    }


def _reason(reply: Reply) -> str:
    return "tool_calls" if reply.calls else "stop"


def _usage(exchange: Exchange, reply: Reply) -> dict[str, int]:
    """Tokens, at four characters each."""
    asked = 1 + len(exchange.prompt) // 4
    said = 1 + sum(map(len, (reply.text, *(call.arguments for call in reply.calls)))) // 4
    return {"prompt_tokens": asked, "completion_tokens": said, "total_tokens": asked + said}
