"""A sentence for the person -> an answer that a service's web page shows as the assistant's own words.

Web pages do not show the text of an HTTP error; they show a whole answer in the form they read. Ids are made up, and
nothing that is shown here is known to the service. What the pages read was seen in 2026; it is not documented.
"""

from collections.abc import Callable, Mapping
from uuid import NAMESPACE_URL, uuid5

import orjson

from guard.wire import connect

type Shown = tuple[str, bytes]
"""Content type and body."""

_EVENTS = "text/event-stream; charset=utf-8"
_LINES = "application/x-ndjson; charset=utf-8"
_JSON = "application/json; charset=utf-8"
_NO_PARENT = "00000000-0000-4000-8000-000000000000"
"""What Claude's page calls the parent of a first message: none but it is known here."""


def show(shape: str, text: str, event: str) -> Shown | None:
    """The answer in one of the shapes of rule files; None for a shape that is an error. `event`: the event's uid."""
    write = _SHAPES.get(shape)
    return write(text, str(uuid5(NAMESPACE_URL, f"prompt-guard:{event}"))) if write else None


def _sse(*events: tuple[str, object] | object) -> bytes:
    """Events, some with a name; text stands as it is."""
    out = []
    for event in events:
        name, data = event if isinstance(event, tuple) else ("", event)
        body = data.encode() if isinstance(data, str) else orjson.dumps(data)
        out.append((f"event: {name}\n".encode() if name else b"") + b"data: " + body + b"\n\n")
    return b"".join(out)


def _lines(*values: object) -> bytes:
    return b"".join(orjson.dumps(value) + b"\n" for value in values)


def _chatgpt(text: str, name: str) -> Shown:
    message: dict[str, object] = {
        "id": name,
        "author": {"role": "assistant", "name": None, "metadata": {}},
        "content": {"content_type": "text", "parts": [text]},
        "status": "finished_successfully",
        "end_turn": True,
        "weight": 1.0,
        "recipient": "all",
        "channel": "final",
        "metadata": {},
    }
    first = {"p": "", "o": "add", "v": {"message": message, "conversation_id": name, "error": None}, "c": 0}
    done = {"type": "message_stream_complete", "conversation_id": name}
    return _EVENTS, _sse(("delta_encoding", '"v1"'), ("delta", first), done, "[DONE]")


def _no_completions(text: str, name: str) -> Shown:
    return _JSON, orjson.dumps({"completions": [], "status": "ok"})


def _claude(text: str, name: str) -> Shown:
    message: dict[str, object] = {
        "id": f"chatcompl_{name}",
        "type": "message",
        "role": "assistant",
        "model": "",
        "parent_uuid": _NO_PARENT,
        "uuid": name,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
    }
    events: list[dict[str, object]] = [
        {"type": "message_start", "message": message},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": "", "citations": []}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}},
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn", "stop_sequence": None}},
        {"type": "message_limit", "message_limit": {"type": "within_limit"}},
        {"type": "message_stop"},
    ]
    return _EVENTS, _sse(*((str(event["type"]), event) for event in events))


def _gemini(text: str, name: str) -> Shown:
    answer: list[object] = [None, [f"c_{name[:16]}", f"r_{name[:16]}"], None, None]
    answer.append([[f"rc_{name[:16]}", [text], None, None, None, None, None, None, [2]]])
    frames = [[["wrb.fr", None, orjson.dumps(answer).decode()]], [["e", 4, None, None, 0]]]
    out = ")]}'\n\n"
    for frame in frames:
        body = f"\n{orjson.dumps(frame).decode()}\n"
        out += f"{len(body.encode('utf-16-le')) // 2}{body}"
    return _JSON, out.encode()


def _perplexity(text: str, name: str) -> Shown:
    block = {
        "intended_usage": "ask_text",
        "markdown_block": {"progress": "DONE", "chunks": [text], "chunk_starting_offset": 0, "answer": text},
    }
    event = {
        "backend_uuid": name,
        "context_uuid": name,
        "uuid": name,
        "status": "COMPLETED",
        "text": orjson.dumps({"answer": text, "chunks": [text]}).decode(),
        "blocks": [block],
        "final": True,
        "final_sse_message": True,
        "text_completed": True,
    }
    return _EVENTS, _sse(("message", event), ("end_of_stream", {}))


def _lechat(text: str, name: str) -> Shown:
    chunk = {"op": "add", "path": "/contentChunks/0", "value": {"type": "text", "text": text}}
    done = {"op": "replace", "path": "/generationStatus", "value": "success"}
    said = [{"json": {"type": "message", "messageId": name, "patches": [patch]}} for patch in (chunk, done)]
    return "text/plain; charset=utf-8", b"".join(b"15:" + orjson.dumps(one) + b"\n" for one in said) + b"8:null\n"


def _lechat_new(text: str, name: str) -> Shown:
    """The form of tRPC (https://trpc.io/docs/rpc): the page shows nothing else before it has asked for an answer."""
    data = {"code": "BAD_REQUEST", "httpStatus": 400, "path": "message.newChat"}
    return _JSON, orjson.dumps([{"error": {"json": {"message": text, "code": -32600, "data": data}}}])


def _deepseek(text: str, name: str) -> Shown:
    fragment = {"id": 1, "type": "RESPONSE", "content": text, "references": [], "stage_id": 1}
    response = {"message_id": 2, "parent_id": 1, "role": "ASSISTANT", "fragments": [fragment], "status": "FINISHED"}
    return _EVENTS, _sse(
        ("ready", {"request_message_id": 1, "response_message_id": 2}),
        {"v": {"response": response}},
        {"p": "response/status", "o": "SET", "v": "FINISHED"},
        ("close", {"click_behavior": "none", "auto_resume": False}),
    )


def _grok(text: str, name: str) -> Shown:
    def said(response: Mapping[str, object]) -> dict[str, object]:
        return {"result": {"response": response, **response}}

    model = {"responseId": name, "message": text, "sender": "ASSISTANT", "partial": False}
    tokens = {"token": text, "isThinking": False, "isSoftStop": False, "responseId": name}
    return _LINES, _lines(
        said(tokens), said(tokens | {"token": "", "isSoftStop": True}), said({"modelResponse": model})
    )


def _huggingchat(text: str, name: str) -> Shown:
    return _LINES, _lines(
        {"type": "status", "status": "started"},
        {"type": "stream", "token": text},
        {"type": "finalAnswer", "text": text, "interrupted": False},
        {"type": "status", "status": "finished"},
    )


def _duckai(text: str, name: str) -> Shown:
    said = {"role": "assistant", "message": text, "created": 0, "id": name, "action": "success"}
    return _EVENTS, _sse(said, "[DONE]")


def _github_copilot(text: str, name: str) -> Shown:
    done = {"type": "complete", "id": name, "parentMessageID": "root", "role": "assistant", "content": text}
    return _EVENTS, _sse({"type": "content", "body": text}, done)


def _mscopilot(text: str, name: str) -> Shown:
    """Messages on a socket, one a line."""
    part = {"messageId": name, "partId": name}
    return _LINES, _lines(
        {"event": "startMessage", "messageId": name},
        {"event": "appendText", **part, "text": text},
        {"event": "partCompleted", **part},
        {"event": "done", "messageId": name},
    )


def _signalr(text: str, name: str) -> Shown:
    """One message on a socket, of three records."""
    said = [{"author": "bot", "messageId": name, "text": text}]
    records: list[object] = [
        {"type": 1, "target": "update", "arguments": [{"messages": said}]},
        {"type": 2, "invocationId": "0", "item": {"messages": said, "result": {"value": "Success", "message": text}}},
        {"type": 3, "invocationId": "0"},
    ]
    return _JSON, b"".join(orjson.dumps(record) + b"\x1e" for record in records)


def _openai_socket(text: str, name: str) -> Shown:
    """One message on a socket (https://platform.openai.com/docs/api-reference/realtime-server-events/error)."""
    error = {"type": "invalid_request_error", "code": "policy_violation", "message": text, "param": None}
    return _JSON, orjson.dumps({"type": "error", "status": 400, "error": error})


def _zai(text: str, name: str) -> Shown:
    def said(data: Mapping[str, object]) -> dict[str, object]:
        return {"type": "chat:completion", "data": data}

    last = {"done": True, "delta_content": "", "phase": "done"}
    return _EVENTS, _sse(said({"delta_content": text, "phase": "answer"}), said(last), "[DONE]")


def _you(text: str, name: str) -> Shown:
    return _EVENTS, _sse(("youChatToken", {"youChatToken": text}), ("done", "I'm Mr. Meeseeks. Look at me."))


def _genspark(text: str, name: str) -> Shown:
    """The page makes its bubble when the first delta comes, and takes line feeds alone between events."""
    message = {"message_id": name, "project_id": name}
    whole = {"role": "assistant", "id": name, "content": text, "session_state": {}}
    events: list[dict[str, object]] = [
        {"type": "project_start", "id": name},
        {"type": "message_start", **message, "role": "assistant", "tool_call_id": None},
        {"type": "message_field_delta", **message, "field_name": "content", "delta": text},
        {"type": "message_field", **message, "field_name": "content", "field_value": text},
        {"type": "message_result", **message, "message": whole},
        {"type": "project_field", "id": name, "field_name": "status", "field_value": "FINISHED"},
    ]
    return _EVENTS, _sse(*events)


def _kimi(text: str, name: str) -> Shown:
    """Messages of the Connect protocol."""
    message = {"id": name, "role": "assistant"}
    events: list[dict[str, object]] = [
        {"op": "set", "mask": "message", "message": {**message, "status": "MESSAGE_STATUS_GENERATING"}},
        {"op": "set", "mask": "block.text", "block": {"id": "1", "messageId": name, "text": {"content": text}}},
        {"op": "set", "mask": "message.status", "message": {**message, "status": "MESSAGE_STATUS_COMPLETED"}},
        {"done": {}},
    ]
    body = b"".join(connect.envelope(orjson.dumps(event)) for event in events)
    return connect.TYPE, body + connect.envelope(b"{}", connect.LAST)


def _qwen(text: str, name: str) -> Shown:
    def said(content: str, status: str) -> dict[str, object]:
        delta = {"role": "assistant", "content": content, "phase": "answer", "status": status}
        return {"choices": [{"delta": delta}], "response_id": name}

    created = {"chat_id": name, "parent_id": name, "response_id": name}
    return _EVENTS, _sse({"response.created": created}, said(text, "typing"), said("", "finished"))


def _ui_messages(text: str, name: str) -> Shown:
    """https://ai-sdk.dev/docs/ai-sdk-ui/stream-protocol, which asks for a header of its own besides."""
    said = {"id": "1"}
    return _EVENTS, _sse(
        {"type": "start", "messageId": name},
        {"type": "start-step"},
        {"type": "text-start", **said},
        {"type": "text-delta", **said, "delta": text},
        {"type": "text-end", **said},
        {"type": "finish-step"},
        {"type": "finish"},
        "[DONE]",
    )


_SHAPES: Mapping[str, Callable[[str, str], Shown]] = {
    "chatgpt-web": _chatgpt,
    "no-completions": _no_completions,
    "claude-web": _claude,
    "gemini-web": _gemini,
    "perplexity-web": _perplexity,
    "lechat-web": _lechat,
    "lechat-new": _lechat_new,
    "deepseek-web": _deepseek,
    "grok-web": _grok,
    "huggingchat-web": _huggingchat,
    "duckai-web": _duckai,
    "github-copilot-web": _github_copilot,
    "mscopilot-socket": _mscopilot,
    "signalr-socket": _signalr,
    "openai-socket": _openai_socket,
    "zai-web": _zai,
    "you-web": _you,
    "genspark": _genspark,
    "kimi-web": _kimi,
    "ui-messages": _ui_messages,
    "qwen-web": _qwen,
}
