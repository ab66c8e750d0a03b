"""An upload -> what OpenAI's and Anthropic's file services say of it: a file object, or pictures.

https://platform.openai.com/docs/api-reference/files, https://docs.anthropic.com/en/api/files-create
"""

import re

import orjson

from guard.demo.exchange import Received

_NAME = re.compile(rb'filename="([^"]*)"')
_IMAGES = frozenset({"/v1/images/edits", "/v1/images/variations"})


def answer(received: Received) -> bytes | None:
    """The answer to an upload; None when the request is none."""
    path = received.path.partition("?")[0]
    if received.method != "POST" or not (path == "/v1/files" or path in _IMAGES):
        return None
    if path in _IMAGES:
        return orjson.dumps({"created": 1_700_000_000, "data": [{"b64_json": "iVBORw0KGgo="}]})
    found = _NAME.search(received.body)
    name = found[1].decode("utf-8", "replace") if found else "upload"
    if received.header("anthropic-version"):
        return orjson.dumps(
            {
                "id": "file_standin",
                "type": "file",
                "filename": name,
                "mime_type": "text/plain",
                "size_bytes": len(received.body),
                "created_at": "2026-01-01T00:00:00Z",
                "downloadable": False,
            }
        )
    return orjson.dumps(
        {
            "id": "file-standin",
            "object": "file",
            "bytes": len(received.body),
            "created_at": 1_700_000_000,
            "filename": name,
            "purpose": "user_data",
            "status": "processed",
        }
    )
