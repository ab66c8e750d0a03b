"""Reply -> an answer of Amazon Bedrock: Converse or InvokeModel, whole or as an AWS event stream.

InvokeModel answers in the format of the model its path names: Anthropic's, Titan's or Llama's. Formats:
https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html (2026-11); messages as in the
`amazon.eventstream` specification (smithy.io).
"""

import base64
import struct
import zlib
from collections.abc import Iterator

import orjson

from guard.demo import anthropic_messages
from guard.demo.exchange import Exchange, Reply

_USAGE = {"inputTokens": 1, "outputTokens": 1, "totalTokens": 2}


def whole(exchange: Exchange, reply: Reply) -> bytes:
    """The answer as one JSON object."""
    if "/converse" not in exchange.path:
        return _invoked(exchange, reply)
    content: list[dict[str, object]] = [{"text": reply.text}] if reply.text else []
    for number, call in enumerate(reply.calls):
        tool = {"toolUseId": f"t{number}", "name": call.name, "input": orjson.loads(call.arguments)}
        content.append({"toolUse": tool})
    answer = {"output": {"message": {"role": "assistant", "content": content}}, "stopReason": _reason(reply)}
    return orjson.dumps(answer | {"usage": _USAGE, "metrics": {"latencyMs": 1}})


def media_type(exchange: Exchange) -> str:
    """Of a stream."""
    return "application/vnd.amazon.eventstream"


def stream(exchange: Exchange, reply: Reply) -> Iterator[bytes]:
    """The answer as messages."""
    if "/converse" not in exchange.path:
        for event in _events(exchange, reply):
            yield message("chunk", {"bytes": base64.b64encode(event).decode(), "p": "abcdefgh"})
        return
    yield message("messageStart", {"role": "assistant", "p": "abc"})
    for piece in reply.pieces(reply.text):
        yield message("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"text": piece}, "p": "abcdefghi"})
    yield message("contentBlockStop", {"contentBlockIndex": 0, "p": "abcd"})
    for number, call in enumerate(reply.calls, 1):
        start = {"toolUse": {"toolUseId": f"t{number}", "name": call.name}}
        yield message("contentBlockStart", {"contentBlockIndex": number, "start": start, "p": "ab"})
        for piece in reply.pieces(call.arguments):
            delta = {"toolUse": {"input": piece}}
            yield message("contentBlockDelta", {"contentBlockIndex": number, "delta": delta, "p": "abcdef"})
        yield message("contentBlockStop", {"contentBlockIndex": number, "p": "abcde"})
    yield message("messageStop", {"stopReason": _reason(reply), "p": "a"})
    yield message("metadata", {"usage": _USAGE, "metrics": {"latencyMs": 1}, "p": "abcdefg"})


def error(status: int, text: str) -> bytes:
    """An error of the service's own."""
    return orjson.dumps({"message": text})


def message(event: str, payload: object) -> bytes:
    """One message of an event stream."""
    pairs = {":event-type": event, ":content-type": "application/json", ":message-type": "event"}
    head = b"".join(
        struct.pack(">B", len(name)) + name.encode() + struct.pack(">BH", 7, len(value)) + value.encode()
        for name, value in pairs.items()
    )
    data = orjson.dumps(payload)
    lengths = struct.pack(">II", 16 + len(head) + len(data), len(head))
    body = lengths + struct.pack(">I", zlib.crc32(lengths)) + head + data
    return body + struct.pack(">I", zlib.crc32(body))


def _invoked(exchange: Exchange, reply: Reply) -> bytes:
    if "titan" in exchange.path:
        result = {"tokenCount": 1, "outputText": reply.text, "completionReason": "FINISH"}
        return orjson.dumps({"inputTextTokenCount": 1, "results": [result]})
    if "llama" in exchange.path:
        return orjson.dumps({"generation": reply.text, "prompt_token_count": 1, "stop_reason": "stop"})
    return anthropic_messages.whole(exchange, reply)


def _events(exchange: Exchange, reply: Reply) -> Iterator[bytes]:
    """The events of the model's own stream, each as JSON."""
    if "titan" in exchange.path:
        for piece in reply.pieces(reply.text):
            yield orjson.dumps({"outputText": piece, "index": 0, "completionReason": None})
        yield orjson.dumps({"outputText": "", "index": 0, "completionReason": "FINISH"})
    elif "llama" in exchange.path:
        for piece in reply.pieces(reply.text):
            yield orjson.dumps({"generation": piece, "stop_reason": None})
        yield orjson.dumps({"generation": "", "stop_reason": "stop"})
    else:
        for event in anthropic_messages.stream(exchange, reply):
            yield event.partition(b"data: ")[2].strip()


def _reason(reply: Reply) -> str:
    return "tool_use" if reply.calls else "end_turn"
