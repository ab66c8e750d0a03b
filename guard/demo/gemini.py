"""Reply -> Gemini's answer: one object, or a row of them as an event stream (`alt=sse`) or as an array in pieces.

Formats: https://ai.google.dev/api/generate-content (2026-11).
"""

from collections.abc import Iterator, Mapping
from uuid import uuid4

import orjson

from guard.demo.exchange import Exchange, Reply


def whole(exchange: Exchange, reply: Reply) -> bytes:
    """The answer as one JSON object."""
    return orjson.dumps(_answer(_parts(reply), "STOP"))


def media_type(exchange: Exchange) -> str:
    """Of a stream."""
    return "text/event-stream" if _events(exchange) else "application/json; charset=UTF-8"


def stream(exchange: Exchange, reply: Reply) -> Iterator[bytes]:
    """The answer as events, or as the items of one array."""
    pieces = [_answer([{"text": piece}]) for piece in reply.pieces(reply.text)]
    pieces.append(_answer([part for part in _parts(reply) if "functionCall" in part] or [{"text": ""}], "STOP"))
    for number, piece in enumerate(pieces):
        if _events(exchange):
            yield b"data: " + orjson.dumps(piece) + b"\r\n\r\n"
        else:
            yield (b",\r\n" if number else b"[") + orjson.dumps(piece, option=orjson.OPT_INDENT_2)
    if not _events(exchange):
        yield b"\n]\n"


def error(status: int, message: str) -> bytes:
    """An error of the service's own."""
    name = {404: "NOT_FOUND"}.get(status, "INVALID_ARGUMENT" if status < 500 else "INTERNAL")
    return orjson.dumps({"error": {"code": status, "message": message, "status": name}})


def _events(exchange: Exchange) -> bool:
    return "alt=sse" in exchange.path


def _parts(reply: Reply) -> list[Mapping[str, object]]:
    text: list[Mapping[str, object]] = [{"text": reply.text}] if reply.text else []
    calls = ({"name": call.name, "args": orjson.loads(call.arguments)} for call in reply.calls)
    return [*text, *({"functionCall": call, "thoughtSignature": "EqQBCqEB"} for call in calls)]


def _answer(parts: list[Mapping[str, object]], reason: str | None = None) -> dict[str, object]:
    end = {"finishReason": reason} if reason else {}
    candidate = {"content": {"parts": parts, "role": "model"}, **end, "index": 0}
    usage = {"promptTokenCount": 1, "candidatesTokenCount": 1, "totalTokenCount": 2}
    return {
        "candidates": [candidate],
        "usageMetadata": usage,
        "modelVersion": "gemini-2.5-flash",
        "responseId": uuid4().hex,
    }
