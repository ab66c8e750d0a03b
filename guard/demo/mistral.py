"""Reply -> the answer of Mistral's conversations, whole or as an event stream.

Formats: https://docs.mistral.ai/api, beta conversations (2026-11).
"""

from collections.abc import Iterator, Mapping
from uuid import uuid4

import orjson

from guard.demo.exchange import Exchange, Reply

_MOMENT = "2026-11-24T08:00:00Z"
_USAGE = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}


def whole(exchange: Exchange, reply: Reply) -> bytes:
    """The answer as one JSON object."""
    outputs: list[Mapping[str, object]] = [_entry("message.output", content=reply.text, role="assistant")]
    outputs += [
        _entry("function.call", tool_call_id=uuid4().hex[:9], name=call.name, arguments=call.arguments)
        for call in reply.calls
    ]
    answer = {"object": "conversation.response", "conversation_id": f"conv_{uuid4().hex}", "usage": _USAGE}
    return orjson.dumps(answer | {"outputs": outputs})


def stream(exchange: Exchange, reply: Reply) -> Iterator[bytes]:
    """The answer as named events."""
    yield _event("conversation.response.started", conversation_id=f"conv_{uuid4().hex}")
    message = {"id": f"msg_{uuid4().hex}", "role": "assistant", "output_index": 0, "content_index": 0}
    for piece in reply.pieces(reply.text):
        yield _event("message.output.delta", **message, content=piece)
    for number, call in enumerate(reply.calls, 1):
        named = {"id": f"fc_{uuid4().hex}", "name": call.name, "tool_call_id": uuid4().hex[:9], "output_index": number}
        for piece in reply.pieces(call.arguments):
            yield _event("function.call.delta", **named, arguments=piece)
    yield _event("conversation.response.done", usage=_USAGE)


def error(status: int, message: str) -> bytes:
    """An error of the service's own."""
    return orjson.dumps({"object": "error", "message": message, "type": "invalid_request_error", "code": "3051"})


def _entry(kind: str, **more: object) -> dict[str, object]:
    return {"object": "entry", "type": kind, "id": f"e_{uuid4().hex}", "created_at": _MOMENT, **more}


def _event(kind: str, **more: object) -> bytes:
    value = {"type": kind, "created_at": _MOMENT, **more}
    return b"event: %b\ndata: %b\n\n" % (kind.encode(), orjson.dumps(value))
