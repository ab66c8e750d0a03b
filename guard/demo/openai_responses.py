"""Reply -> OpenAI's response, whole or as an event stream.

Formats: https://platform.openai.com/docs/api-reference/responses and /responses-streaming (2026-11).
"""

import time
from collections.abc import Iterator
from itertools import count
from uuid import uuid4

import orjson

from guard.demo import openai_chat
from guard.demo.exchange import Call, Exchange, Reply

error = openai_chat.error


def whole(exchange: Exchange, reply: Reply) -> bytes:
    """The answer as one JSON object."""
    return orjson.dumps(_response(exchange, _items(reply), "completed", f"resp_{uuid4().hex}"))


def stream(exchange: Exchange, reply: Reply) -> Iterator[bytes]:
    """The answer as named events; the texts come in pieces, then whole."""
    numbers = count()

    def event(kind: str, **more: object) -> bytes:
        value = {"type": kind, "sequence_number": next(numbers), **more}
        return b"event: %b\ndata: %b\n\n" % (kind.encode(), orjson.dumps(value))

    items = _items(reply)
    name = f"resp_{uuid4().hex}"
    yield event("response.created", response=_response(exchange, [], "in_progress", name))
    for index, item in enumerate(items):
        place = {"item_id": item["id"], "output_index": index}
        begun: dict[str, object] = {"content": []} if item["type"] == "message" else {"arguments": ""}
        yield event("response.output_item.added", output_index=index, item=item | begun | {"status": "in_progress"})
        if item["type"] == "message":
            part = {"type": "output_text", "text": reply.text, "annotations": [], "logprobs": []}
            yield event("response.content_part.added", **place, content_index=0, part=part | {"text": ""})
            for piece in reply.pieces(reply.text):
                yield event("response.output_text.delta", **place, content_index=0, delta=piece, logprobs=[])
            yield event("response.output_text.done", **place, content_index=0, text=reply.text, logprobs=[])
            yield event("response.content_part.done", **place, content_index=0, part=part)
        else:
            arguments = str(item["arguments"])
            for piece in reply.pieces(arguments):
                yield event("response.function_call_arguments.delta", **place, delta=piece)
            yield event("response.function_call_arguments.done", **place, name=item["name"], arguments=arguments)
        yield event("response.output_item.done", output_index=index, item=item)
    yield event("response.completed", response=_response(exchange, items, "completed", name))


def _items(reply: Reply) -> list[dict[str, object]]:
    text = {"type": "output_text", "text": reply.text, "annotations": [], "logprobs": []}
    message = {"id": f"msg_{uuid4().hex}", "type": "message", "role": "assistant", "status": "completed"}
    said: list[dict[str, object]] = [message | {"content": [text]}] if reply.text else []
    return said + [_call(call) for call in reply.calls]


def _call(call: Call) -> dict[str, object]:
    ids = {"id": f"fc_{uuid4().hex}", "call_id": f"call_{uuid4().hex[:24]}"}
    return {**ids, "type": "function_call", "status": "completed", "name": call.name, "arguments": call.arguments}


def _response(exchange: Exchange, output: list[dict[str, object]], status: str, name: str) -> dict[str, object]:
    usage = {
        "input_tokens": 1,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": 1,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": 2,
    }
    return {
        "id": name,
        "object": "response",
        "created_at": int(time.time()),
        "status": status,
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "metadata": {},
        "model": exchange.model,
        "output": output,
        "parallel_tool_calls": True,
        "temperature": 1.0,
        "tool_choice": "auto",
        "tools": [],
        "top_p": 1.0,
        "usage": usage if status == "completed" else None,
    }
