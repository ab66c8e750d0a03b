"""Reply -> an Anthropic message, whole or as an event stream.

Formats: https://docs.anthropic.com/en/api/messages and /messages-streaming (2026-11).
"""

from collections.abc import Iterator, Mapping
from uuid import uuid4

import orjson

from guard.demo.exchange import Exchange, Reply

_PING = b'event: ping\ndata: {"type": "ping"}\n\n'


def whole(exchange: Exchange, reply: Reply) -> bytes:
    """The answer as one JSON object."""
    blocks: list[dict[str, object]] = [{"type": "text", "text": reply.text}] if reply.text else []
    blocks += [_tool(call.name, orjson.loads(call.arguments)) for call in reply.calls]
    return orjson.dumps(_message(exchange, reply) | {"content": blocks, "stop_reason": _reason(reply)})


def stream(exchange: Exchange, reply: Reply) -> Iterator[bytes]:
    """The answer as named events."""
    yield _event({"type": "message_start", "message": _message(exchange, reply)})
    yield _PING
    index = 0
    if reply.text:
        deltas = ({"type": "text_delta", "text": piece} for piece in reply.pieces(reply.text))
        yield from _block(index, {"type": "text", "text": ""}, deltas)
        index += 1
    for number, call in enumerate(reply.calls, index):
        deltas = ({"type": "input_json_delta", "partial_json": piece} for piece in reply.pieces(call.arguments))
        yield from _block(number, _tool(call.name, {}), deltas)
    end = {"stop_reason": _reason(reply), "stop_sequence": None}
    yield _event({"type": "message_delta", "delta": end, "usage": {"output_tokens": _said(reply)}})
    yield _event({"type": "message_stop"})


def count(exchange: Exchange) -> bytes:
    """How many tokens a prompt has, at four characters each."""
    return orjson.dumps({"input_tokens": _asked(exchange)})


def error(status: int, message: str) -> bytes:
    """An error of the service's own."""
    kinds = {404: "not_found_error"}
    kind = kinds.get(status, "invalid_request_error" if status < 500 else "api_error")
    body = {"type": "error", "error": {"type": kind, "message": message}, "request_id": f"req_{uuid4().hex[:24]}"}
    return orjson.dumps(body)


def models() -> bytes:
    """The list of models."""
    model = {
        "type": "model",
        "id": "claude-sonnet-5",
        "display_name": "Claude Sonnet 5",
        "created_at": "2026-06-30T00:00:00Z",
        "lifecycle": "active",
    }
    return orjson.dumps({"data": [model], "has_more": False, "first_id": model["id"], "last_id": model["id"]})


def _block(index: int, opening: object, deltas: Iterator[dict[str, str]]) -> Iterator[bytes]:
    yield _event({"type": "content_block_start", "index": index, "content_block": opening})
    for delta in deltas:
        yield _event({"type": "content_block_delta", "index": index, "delta": delta})
    yield _event({"type": "content_block_stop", "index": index})


def _event(value: Mapping[str, object]) -> bytes:
    return b"event: %b\ndata: %b\n\n" % (str(value["type"]).encode(), orjson.dumps(value))


def _tool(name: str, given: object) -> dict[str, object]:
    return {"type": "tool_use", "id": f"toolu_{uuid4().hex[:24]}", "name": name, "input": given}


def _message(exchange: Exchange, reply: Reply) -> dict[str, object]:
    return {
        "id": f"msg_{uuid4().hex[:24]}",
        "type": "message",
        "role": "assistant",
        "model": exchange.model,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {"input_tokens": _asked(exchange), "output_tokens": _said(reply), "service_tier": "standard"},
    }


def _reason(reply: Reply) -> str:
    return "tool_use" if reply.calls else "end_turn"


def _asked(exchange: Exchange) -> int:
    return 1 + len(exchange.prompt) // 4


def _said(reply: Reply) -> int:
    return 1 + sum(map(len, (reply.text, *(call.arguments for call in reply.calls)))) // 4
