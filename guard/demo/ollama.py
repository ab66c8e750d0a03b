"""Reply -> Ollama's chat answer, whole or as JSON lines.

Formats: https://docs.ollama.com/api/chat (2026-11).
"""

from collections.abc import Iterator

import orjson

from guard.demo.exchange import Exchange, Reply

_MOMENT = "2026-11-24T08:00:00.000000Z"


def whole(exchange: Exchange, reply: Reply) -> bytes:
    """The answer as one JSON object."""
    return orjson.dumps(_line(exchange, reply.text, _calls(reply), done=True))


def media_type(exchange: Exchange) -> str:
    """Of a stream."""
    return "application/x-ndjson"


def stream(exchange: Exchange, reply: Reply) -> Iterator[bytes]:
    """The answer as lines."""
    for piece in reply.pieces(reply.text):
        yield orjson.dumps(_line(exchange, piece)) + b"\n"
    if reply.calls:
        yield orjson.dumps(_line(exchange, "", _calls(reply))) + b"\n"
    yield orjson.dumps(_line(exchange, "", done=True)) + b"\n"


def error(status: int, message: str) -> bytes:
    """An error of the service's own."""
    return orjson.dumps({"error": message})


def _calls(reply: Reply) -> list[object]:
    return [{"function": {"name": c.name, "arguments": orjson.loads(c.arguments)}} for c in reply.calls]


def _line(exchange: Exchange, text: str, calls: list[object] | None = None, *, done: bool = False) -> dict[str, object]:
    message = {"role": "assistant", "content": text} | ({"tool_calls": calls} if calls else {})
    end = {"done_reason": "stop", "total_duration": 1, "eval_count": 1} if done else {}
    return {"model": exchange.model, "created_at": _MOMENT, "message": message, "done": done, **end}
