"""Pieces of text -> the answer of a web service in its own form, and that answer -> the text its page shows.

Both sides were written from what services' pages were seen to send and read in 2026, and know nothing of the guard: a
page of ours reads what a service of ours says, so that tests and the demo can put the guard in between.
"""

import json
import re
import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

CONVERSATION = "0f0f0f0f-1111-4222-8333-444444444444"
"""Id of the conversation that every answer belongs to."""

type Write = Callable[[Sequence[str]], list[bytes]]
type Read = Callable[[bytes], str]


@dataclass(frozen=True, slots=True)
class Page:
    """One service's form, both sides."""

    media_type: str
    write: Write
    """Pieces of a text -> pieces of an answer."""
    read: Read
    """An answer -> the text shown."""


def _sse(value: object, name: str = "") -> bytes:
    data = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return (f"event: {name}\n" if name else "").encode() + f"data: {data}\n\n".encode()


def _line(value: object, start: str = "") -> bytes:
    return f"{start}{json.dumps(value, ensure_ascii=False)}\n".encode()


def _events(answer: bytes) -> Iterator[object]:
    """The JSON of each event."""
    for event in answer.decode().split("\n\n"):
        data = "\n".join(line[5:].lstrip() for line in event.split("\n") if line.startswith("data:"))
        if data.startswith(("{", "[{", '"')):
            yield json.loads(data)


def _lines(answer: bytes) -> Iterator[object]:
    return (json.loads(re.sub(r"^\d+:", "", line)) for line in answer.decode().splitlines() if line.strip())


# --- ChatGPT ---------------------------------------------------------------------------------------------------------


def _write_chatgpt(pieces: Sequence[str]) -> list[bytes]:
    message = {"id": "a1", "author": {"role": "assistant"}, "content": {"content_type": "text", "parts": [""]}}
    first, *rest = pieces or [""]
    last = [
        {"p": "/message/content/parts/0", "o": "append", "v": "."},
        {"p": "/message/status", "o": "replace", "v": "finished_successfully"},
    ]
    return [
        _sse('"v1"', "delta_encoding"),
        _sse({"type": "resume_conversation_token", "token": "t", "conversation_id": CONVERSATION}),
        _sse({"p": "", "o": "add", "v": {"message": message, "conversation_id": CONVERSATION}, "c": 0}, "delta"),
        _sse({"p": "/message/content/parts/0", "o": "append", "v": first}, "delta"),
        *(_sse({"v": piece}, "delta") for piece in rest),
        _sse({"p": "", "o": "patch", "v": last}, "delta"),
        _sse({"type": "message_stream_complete", "conversation_id": CONVERSATION}),
        b"data: [DONE]\n\n",
    ]


def _read_chatgpt(answer: bytes) -> str:
    texts: dict[str, str] = {}
    path = operation = ""

    def apply(path: str, operation: str, value: object) -> None:
        if operation == "patch" and isinstance(value, list):
            for step in value:
                apply(path + step["p"], step["o"], step["v"])
        elif operation == "add" and not path and isinstance(value, dict):
            for number, part in enumerate(value["message"]["content"]["parts"]):
                texts[f"/message/content/parts/{number}"] = part
        elif operation == "append":
            texts[path] = texts.get(path, "") + str(value)

    for event in _events(answer):
        if isinstance(event, dict) and "v" in event:
            path, operation = event.get("p", path), event.get("o", operation)
            apply(path, operation, event["v"])
    return texts.get("/message/content/parts/0", "").removesuffix(".")


# --- Claude ----------------------------------------------------------------------------------------------------------


def _write_claude(pieces: Sequence[str]) -> list[bytes]:
    def delta(piece: str) -> dict[str, object]:
        return {"type": "content_block_delta", "index": 1, "delta": {"type": "text_delta", "text": piece}}

    def thought(piece: str) -> dict[str, object]:
        part = {"type": "thinking_summary_delta", "summary": {"summary": piece}}
        return {"type": "content_block_delta", "index": 0, "delta": part}

    events: list[dict[str, object]] = [
        {"type": "message_start", "message": {"id": "chatcompl_1", "type": "message", "content": []}},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "thinking", "thinking": ""}},
        *map(thought, pieces),
        {"type": "content_block_stop", "index": 0},
        {"type": "content_block_start", "index": 1, "content_block": {"type": "text", "text": ""}},
        *map(delta, pieces),
        {"type": "content_block_stop", "index": 1},
        {"type": "message_stop"},
    ]
    return [_sse(event, str(event["type"])) for event in events]


def _read_claude(answer: bytes) -> str:
    thought = text = ""
    for event in _events(answer):
        delta = event.get("delta", {}) if isinstance(event, dict) else {}
        text += delta.get("text", "")
        thought += delta.get("summary", {}).get("summary", "")
    if thought and thought != text:
        raise AssertionError("the thought is not the text")
    return text


# --- Gemini ----------------------------------------------------------------------------------------------------------


def _frame(value: object) -> bytes:
    body = f"\n{json.dumps(value, ensure_ascii=False)}\n"
    return f"{len(body.encode('utf-16-le')) // 2}{body}".encode()


def _write_gemini(pieces: Sequence[str]) -> list[bytes]:
    def answer(text: str) -> bytes:
        inner = [None, ["c_00ff00ff00ff00ff", "r_1"], None, None, [["rc_1", [text], None]]]
        return _frame([["wrb.fr", None, json.dumps(inner, ensure_ascii=False)]])

    whole = list(accumulate(pieces)) or [""]
    return [b")]}'\n\n", *map(answer, whole), _frame([["di", 42], ["e", 4, None, None, 9]])]


def _read_gemini(answer: bytes) -> str:
    rest = answer.decode().removeprefix(")]}'").lstrip()
    text = ""
    while rest:
        length = re.match(r"\d+", rest)
        if length is None:
            raise AssertionError("a frame without a length")
        units = rest[length.end() :].encode("utf-16-le")
        frame, rest = (units[: 2 * int(length[0])].decode("utf-16-le"), units[2 * int(length[0]) :].decode("utf-16-le"))
        for item in json.loads(frame):
            if item[0] == "wrb.fr":
                text = json.loads(item[2])[4][0][1][0]
    return text


# --- the others ------------------------------------------------------------------------------------------------------


def _write_perplexity(pieces: Sequence[str]) -> list[bytes]:
    def event(number: int, piece: str) -> bytes:
        if number == 0:
            patch: dict[str, object] = {"op": "replace", "path": "", "value": {"progress": "IN", "chunks": [piece]}}
        else:
            patch = {"op": "add", "path": f"/chunks/{number}", "value": piece}
        block = {"intended_usage": "ask_text", "diff_block": {"field": "markdown_block", "patches": [patch]}}
        return _sse({"blocks": [block], "final": False}, "message")

    text = "".join(pieces)
    last = {"intended_usage": "ask_text", "markdown_block": {"answer": text, "chunks": []}}
    said = {"blocks": [last], "final": True, "text": json.dumps({"answer": text}), "context_uuid": CONVERSATION}
    return [*(event(number, piece) for number, piece in enumerate(pieces)), _sse(said, "message")]


def _read_perplexity(answer: bytes) -> str:
    chunks: list[str] = []
    final = ""
    for event in _events(answer):
        for block in event.get("blocks", ()) if isinstance(event, dict) else ():
            final = block.get("markdown_block", {}).get("answer", final)
            for patch in block.get("diff_block", {}).get("patches", ()):
                chunks += patch["value"]["chunks"] if isinstance(patch["value"], dict) else [patch["value"]]
    if chunks and "".join(chunks) != final:
        raise AssertionError("the chunks are not the answer")
    return final


def _write_lechat(pieces: Sequence[str]) -> list[bytes]:
    def said(patch: dict[str, object]) -> bytes:
        return _line({"json": {"type": "message", "messageId": "m1", "patches": [patch]}}, "15:")

    first, *rest = pieces or [""]
    return [
        _line({"json": {"type": "bootstrap", "chat": {"id": CONVERSATION}, "chatId": CONVERSATION}}, "15:"),
        said({"op": "add", "path": "/contentChunks/0", "value": {"type": "text", "text": first}}),
        *(said({"op": "append", "path": "/contentChunks/0/text", "value": piece}) for piece in rest),
        said({"op": "replace", "path": "/generationStatus", "value": "success"}),
        b"8:null\n",
    ]


def _read_lechat(answer: bytes) -> str:
    text = ""
    for event in _lines(answer):
        for patch in event["json"].get("patches", ()) if isinstance(event, dict) else ():
            value = patch["value"]
            text += value["text"] if patch["op"] == "add" else value if patch["op"] == "append" else ""
    return text


def _write_deepseek(pieces: Sequence[str]) -> list[bytes]:
    first, second, *rest = [*pieces, "", ""]
    thought = {"type": "THINK", "content": "Hm"}
    return [
        _sse({"request_message_id": 1, "response_message_id": 2}, "ready"),
        _sse({"v": {"response": {"message_id": 2, "fragments": [thought]}}}),
        _sse({"p": "response/fragments", "o": "APPEND", "v": [{"type": "RESPONSE", "content": first}]}),
        _sse({"p": "response/fragments/-1/content", "v": second}),
        *(_sse({"v": piece}) for piece in rest),
        _sse({"p": "response", "o": "BATCH", "v": [{"p": "status", "o": "SET", "v": "FINISHED"}]}),
        _sse({"click_behavior": "none"}, "close"),
    ]


def _read_deepseek(answer: bytes) -> str:
    fragments: list[str] = []
    path, operation = "", ""
    for event in _events(answer):
        if not isinstance(event, dict) or "v" not in event:
            continue
        path, operation, value = event.get("p", path), event.get("o", operation), event["v"]
        if isinstance(value, dict):
            fragments += [part["content"] for part in value["response"]["fragments"]]
        elif path == "response/fragments":
            fragments += [part["content"] for part in value]
        elif path == "response/fragments/-1/content" and operation == "APPEND":
            fragments[-1] += value
    return fragments[-1]


def _write_grok(pieces: Sequence[str]) -> list[bytes]:
    def said(piece: str) -> bytes:
        return _line({"result": {"response": {"token": piece, "isThinking": False, "responseId": "r"}}})

    last = {"modelResponse": {"responseId": "r", "message": "".join(pieces), "sender": "ASSISTANT"}}
    begin = {"result": {"conversation": {"conversationId": CONVERSATION}}}
    return [_line(begin), *map(said, pieces), _line({"result": {"response": last}})]


def _read_grok(answer: bytes) -> str:
    tokens = final = ""
    for event in _lines(answer):
        response = event["result"].get("response", {}) if isinstance(event, dict) else {}
        tokens += response.get("token", "")
        final = response.get("modelResponse", {}).get("message", final)
    if tokens != final:
        raise AssertionError("the tokens are not the message")
    return final


def _write_huggingchat(pieces: Sequence[str]) -> list[bytes]:
    said = [_line({"type": "stream", "token": piece.ljust(16, "\0")}) for piece in pieces]
    return [*said, _line({"type": "finalAnswer", "text": "".join(pieces), "interrupted": False})]


def _read_huggingchat(answer: bytes) -> str:
    events = [event for event in _lines(answer) if isinstance(event, dict)]
    tokens = "".join(event["token"].rstrip("\0") for event in events if event["type"] == "stream")
    if [tokens] != [event["text"] for event in events if event["type"] == "finalAnswer"]:
        raise AssertionError("the tokens are not the answer")
    return tokens


def _write_duckai(pieces: Sequence[str]) -> list[bytes]:
    said = [_sse({"role": "assistant", "message": piece, "action": "success"}) for piece in pieces]
    return [*said, b"data: [DONE]\n\n"]


def _read_duckai(answer: bytes) -> str:
    return "".join(event.get("message", "") for event in _events(answer) if isinstance(event, dict))


def _write_github(pieces: Sequence[str]) -> list[bytes]:
    said = [_sse({"type": "content", "body": piece}) for piece in pieces]
    return [*said, _sse({"type": "complete", "id": "1", "content": "".join(pieces)})]


def _read_github(answer: bytes) -> str:
    events = [event for event in _events(answer) if isinstance(event, dict)]
    return "".join(event["body"] for event in events if event["type"] == "content")


def _write_zai(pieces: Sequence[str]) -> list[bytes]:
    def said(data: dict[str, object]) -> bytes:
        return _sse({"type": "chat:completion", "data": data})

    thoughts = [said({"delta_content": piece, "phase": "thinking"}) for piece in pieces]
    answers = [said({"delta_content": piece, "phase": "answer"}) for piece in pieces]
    return [*thoughts, *answers, said({"done": True, "delta_content": "", "phase": "done"}), b"data: [DONE]\n\n"]


def _read_zai(answer: bytes) -> str:
    said = [event["data"] for event in _events(answer) if isinstance(event, dict)]
    thought, text = (
        "".join(data["delta_content"] for data in said if data["phase"] == phase) for phase in ("thinking", "answer")
    )
    if thought and thought != text:
        raise AssertionError("the thought is not the text")
    return text


def _write_you(pieces: Sequence[str]) -> list[bytes]:
    said = [_sse({"youChatToken": piece}, "youChatToken") for piece in pieces]
    return [*said, _sse("I'm Mr. Meeseeks. Look at me.", "done")]


def _read_you(answer: bytes) -> str:
    return "".join(event.get("youChatToken", "") for event in _events(answer) if isinstance(event, dict))


def _write_genspark(pieces: Sequence[str]) -> list[bytes]:
    field = {"message_id": "m1", "field_name": "content"}
    said = [_sse({"type": "message_field_delta", **field, "delta": piece}) for piece in pieces]
    text = "".join(pieces)
    last = _sse({"type": "message_field", **field, "field_value": text})
    return [_sse({"type": "project_start", "id": CONVERSATION}), *said, last]


def _read_genspark(answer: bytes) -> str:
    events = [event for event in _events(answer) if isinstance(event, dict)]
    said = "".join(event["delta"] for event in events if event["type"] == "message_field_delta")
    if [said] != [event["field_value"] for event in events if event["type"] == "message_field"]:
        raise AssertionError("the pieces are not the answer")
    return said


def _write_ui_messages(pieces: Sequence[str]) -> list[bytes]:
    said = [_sse({"type": "text-delta", "id": "1", "delta": piece}) for piece in pieces]
    text = {"id": "1"}
    return [_sse({"type": "text-start", **text}), *said, _sse({"type": "text-end", **text}), b"data: [DONE]\n\n"]


def _read_ui_messages(answer: bytes) -> str:
    events = [event for event in _events(answer) if isinstance(event, dict)]
    return "".join(event["delta"] for event in events if event["type"] == "text-delta")


def _write_qwen(pieces: Sequence[str]) -> list[bytes]:
    def said(piece: str, answer: str, status: str = "typing") -> bytes:
        delta = {"role": "assistant", "content": piece, "phase": "answer", "status": status}
        return _sse({"choices": [{"delta": delta}], "response_id": answer})

    both = [said(piece, answer) for piece in pieces for answer in ("r1", "r2")]
    created = _sse({"response.created": {"chat_id": CONVERSATION, "parent_id": "p", "response_id": "r1"}})
    return [created, *both, said("", "r1", "finished")]


def _read_qwen(answer: bytes) -> str:
    texts: dict[str, str] = {}
    for event in _events(answer):
        if isinstance(event, dict) and "choices" in event:
            name = event["response_id"]
            texts[name] = texts.get(name, "") + event["choices"][0]["delta"]["content"]
    if len(set(texts.values())) > 1:
        raise AssertionError("one answer is not the other")
    return next(iter(texts.values()), "")


def _enveloped(value: object, flags: int = 0) -> bytes:
    payload = json.dumps(value, ensure_ascii=False).encode()
    return struct.pack(">BI", flags, len(payload)) + payload


def _write_kimi(pieces: Sequence[str]) -> list[bytes]:
    first, *rest = pieces or [""]

    def said(operation: str, mask: str, piece: str) -> bytes:
        return _enveloped({"op": operation, "mask": mask, "block": {"id": "2", "text": {"content": piece}}})

    more = [said("append", "block.text.content", piece) for piece in rest]
    return [said("set", "block.text", first), *more, _enveloped({"done": {}}), _enveloped({}, 2)]


def _read_kimi(answer: bytes) -> str:
    text, at = "", 0
    while at < len(answer):
        flags, size = struct.unpack_from(">BI", answer, at)
        event = json.loads(answer[at + 5 : at + 5 + size])
        text += event.get("block", {}).get("text", {}).get("content", "")
        at += 5 + size
        if flags == 2 and at != len(answer):
            raise AssertionError("a message behind the last one")
    return text


EVENTS, LINES = "text/event-stream; charset=utf-8", "application/x-ndjson"
PAGES = {
    "chatgpt-web": Page(EVENTS, _write_chatgpt, _read_chatgpt),
    "claude-web": Page(EVENTS, _write_claude, _read_claude),
    "gemini-web": Page("application/json; charset=utf-8", _write_gemini, _read_gemini),
    "perplexity-web": Page(EVENTS, _write_perplexity, _read_perplexity),
    "lechat-web": Page("text/plain", _write_lechat, _read_lechat),
    "deepseek-web": Page(EVENTS, _write_deepseek, _read_deepseek),
    "grok-web": Page(LINES, _write_grok, _read_grok),
    "huggingchat-web": Page(LINES, _write_huggingchat, _read_huggingchat),
    "duckai-web": Page(EVENTS, _write_duckai, _read_duckai),
    "github-copilot-web": Page(EVENTS, _write_github, _read_github),
    "qwen-web": Page(EVENTS, _write_qwen, _read_qwen),
    "zai-web": Page(EVENTS, _write_zai, _read_zai),
    "you-web": Page(EVENTS, _write_you, _read_you),
    "genspark": Page(EVENTS, _write_genspark, _read_genspark),
    "ui-messages": Page(EVENTS, _write_ui_messages, _read_ui_messages),
    "kimi-web": Page("application/connect+json", _write_kimi, _read_kimi),
}
"""Every family that web pages speak over HTTP."""
