"""Reply -> Cohere's chat answer (version 2), whole or as an event stream.

Formats: https://docs.cohere.com/reference/chat and /chat-stream (2026-11).
"""

from collections.abc import Iterator, Mapping
from uuid import uuid4

import orjson

from guard.demo.exchange import Exchange, Reply


def whole(exchange: Exchange, reply: Reply) -> bytes:
    """The answer as one JSON object."""
    content = {"content": [{"type": "text", "text": reply.text}]} if reply.text else {}
    calls = [_call(call.name, call.arguments) for call in reply.calls]
    message = {"role": "assistant", **content, **({"tool_calls": calls, "tool_plan": reply.text} if calls else {})}
    return orjson.dumps({"id": str(uuid4()), "finish_reason": _reason(reply), "message": message, "usage": _usage()})


def stream(exchange: Exchange, reply: Reply) -> Iterator[bytes]:
    """The answer as named events."""
    yield _event("message-start", {"role": "assistant", "content": []}, id=str(uuid4()))
    yield _event("content-start", {"content": {"type": "text", "text": ""}}, index=0)
    for piece in reply.pieces(reply.text):
        yield _event("content-delta", {"content": {"text": piece}}, index=0)
    yield _event("content-end", index=0)
    for number, call in enumerate(reply.calls):
        yield _event("tool-call-start", {"tool_calls": _call(call.name, "")}, index=number)
        for piece in reply.pieces(call.arguments):
            yield _event("tool-call-delta", {"tool_calls": {"function": {"arguments": piece}}}, index=number)
        yield _event("tool-call-end", index=number)
    end = {"type": "message-end", "delta": {"finish_reason": _reason(reply), "usage": _usage()}}
    yield b"event: message-end\ndata: %b\n\n" % orjson.dumps(end)


def error(status: int, message: str) -> bytes:
    """An error of the service's own."""
    return orjson.dumps({"id": str(uuid4()), "message": message})


def _event(kind: str, message: Mapping[str, object] | None = None, **more: object) -> bytes:
    delta = {"delta": {"message": message}} if message is not None else {}
    return b"event: %b\ndata: %b\n\n" % (kind.encode(), orjson.dumps({"type": kind, **more, **delta}))


def _call(name: str, arguments: str) -> dict[str, object]:
    return {"id": f"{name}_{uuid4().hex[:8]}", "type": "function", "function": {"name": name, "arguments": arguments}}


def _reason(reply: Reply) -> str:
    return "TOOL_CALL" if reply.calls else "COMPLETE"


def _usage() -> dict[str, object]:
    return {"tokens": {"input_tokens": 1, "output_tokens": 1}}
