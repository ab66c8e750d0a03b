"""Requests that no one way of reading fits: refused, and nothing reaches the service. Each leaves one event."""

import gzip
import json
import zlib

import brotli
import httpx2
import pytest
import zstandard

from guard.demo.stage import Act

OPENAI = "https://api.openai.com/v1/chat/completions"
ANTHROPIC = "https://api.anthropic.com/v1/messages"
IBAN = "FR7630006000011234567890189"
PLAIN = json.dumps({"model": "gpt-5", "messages": [{"role": "user", "content": f"Mon IBAN : {IBAN}"}]}).encode()
BOMB = gzip.compress(b'{"messages":[{"role":"user","content":"' + b"a" * 50_000_000 + b'"}]}', 9)
TWO_MEMBERS = gzip.compress(PLAIN[:40]) + gzip.compress(PLAIN[40:])

UNREADABLE = {
    "duplicate keys": (b'{"messages":[],"messages":[{"role":"user","content":"x"}]}', {}),
    "the same key, escaped": (b'{"messages":[],"mess\\u0061ges":[]}', {}),
    "NaN": (b'{"messages":[],"temperature":NaN}', {}),
    "a comment": (b'{/* */"messages":[]}', {}),
    "nested 100 deep": (b'{"messages":' + b"[" * 100 + b"]" * 100 + b"}", {}),
    "a second document": (b'{"messages":[]}{"messages":[]}', {}),
    "trailing bytes": (b'{"messages":[]} x', {}),
    "not UTF-8": (b'{"messages":[{"role":"user","content":"\xff\xfe\xff"}]}', {}),
    "NUL characters": (b'{"messages":[]}\x00', {}),
    "not JSON at all": (b"Bonjour", {}),
    "cut short": (PLAIN[:-3], {}),
    "an unknown coding": (PLAIN, {"content-encoding": "rot13"}),
    "a coding that is not there": (PLAIN, {"content-encoding": "gzip"}),
    "gzip cut short": (gzip.compress(PLAIN)[:-4], {"content-encoding": "gzip"}),
    "gzip with bytes behind it": (gzip.compress(PLAIN) + b"{}", {"content-encoding": "gzip"}),
    "a gzip bomb": (BOMB, {"content-encoding": "gzip"}),
    "too many codings": (PLAIN, {"content-encoding": "gzip, gzip, gzip, gzip"}),
    "an unknown character set": (PLAIN, {"content-type": "application/json; charset=utf-7"}),
    "multipart without an end": (b"--x\r\n\r\nhello\r\n--x", {"content-type": "multipart/form-data; boundary=x"}),
}
READABLE = {
    "gzip": (gzip.compress(PLAIN), "gzip"),
    "gzip in two members": (TWO_MEMBERS, "gzip"),
    "gzip twice": (gzip.compress(gzip.compress(PLAIN)), "gzip, gzip"),
    "deflate": (zlib.compress(PLAIN), "deflate"),
    "brotli": (brotli.compress(PLAIN), "br"),
    "zstandard": (zstandard.compress(PLAIN), "zstd"),
    "gzip, then brotli": (brotli.compress(gzip.compress(PLAIN)), "gzip, br"),
}


def _post(http: httpx2.Client, url: str, body: bytes, headers: dict[str, str]) -> httpx2.Response:
    return http.post(url, content=body, headers={"content-type": "application/json"} | headers)


@pytest.mark.parametrize("url", [OPENAI, ANTHROPIC], ids=["openai", "anthropic"])
@pytest.mark.parametrize(("body", "headers"), UNREADABLE.values(), ids=UNREADABLE)
def test_what_cannot_be_read_is_refused(
    act: Act, http: httpx2.Client, url: str, body: bytes, headers: dict[str, str]
) -> None:
    answer = _post(http, url, body, headers)
    assert answer.status_code == 400
    assert answer.json()["error"]["type"] == "invalid_request_error"
    assert answer.headers["x-should-retry"] == "false"
    assert (act.received, act.verdicts) == ([], ["block"])


@pytest.mark.parametrize(("body", "coding"), READABLE.values(), ids=READABLE)
def test_a_compressed_body_is_read_and_redacted(act: Act, http: httpx2.Client, body: bytes, coding: str) -> None:
    assert _post(http, OPENAI, body, {"content-encoding": coding}).status_code == 200
    [received] = act.received
    assert received.header("content-encoding") is None
    assert json.loads(received.body)["messages"][0]["content"] == "Mon IBAN : [[IBAN_CODE_1]]"
    assert act.verdicts == ["redact"]


@pytest.mark.parametrize("declared", ["text/plain", "application/octet-stream", "", "image/png"])
def test_the_declared_type_is_not_believed(act: Act, http: httpx2.Client, declared: str) -> None:
    http.post(OPENAI, content=PLAIN, headers={"content-type": declared})
    assert act.left([IBAN]) == []
    assert len(act.events) == 1


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_that_is_too_long_does_not_leave(act: Act, http: httpx2.Client, chunked: bool) -> None:
    body = json.dumps({"messages": [{"role": "user", "content": "a" * 2**20}]}).encode()
    answer = http.post(OPENAI, content=iter([body]) if chunked else body, headers={"content-type": "application/json"})
    assert answer.status_code in (400, 413)
    assert act.received == []
    assert len(act.events) == 1


@pytest.mark.parametrize("chunked", [False, True])
def test_who_sends_too_much_reads_why_however_much_it_was(act: Act, http: httpx2.Client, chunked: bool) -> None:
    body = json.dumps({"messages": [{"role": "user", "content": "a" * 2**24}]}).encode()
    headers = {"content-type": "application/json"}
    answer = http.post(OPENAI, content=iter([body]) if chunked else body, headers=headers, timeout=5)
    assert answer.headers["x-should-retry"] == "false"
    assert answer.json()["error"]["message"]
    assert (act.received, len(act.events)) == ([], 1)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        pytest.param("POST", "/v1/brand-new", b'{"x":{"y":["key AKIAQ7RZ3MWPLD5XKT2V"]}}', id="unknown endpoint"),
        pytest.param("PUT", "/v1/brand-new", b'{"AKIAQ7RZ3MWPLD5XKT2V":1}', id="key of an object"),
        pytest.param("POST", "/v1/chat/completions", b'{"new_field":"AKIAQ7RZ3MWPLD5XKT2V"}', id="unknown field"),
        pytest.param("POST", "/v1/brand-new", b"a=1&k=AKIAQ7RZ3MWPLD5XKT2V", id="form"),
        pytest.param("POST", "/v1/brand-new", b"AKIAQ7RZ3MWPLD5XKT2V", id="bare text"),
        pytest.param("GET", "/v1/models?q=AKIAQ7RZ3MWPLD5XKT2V", b"", id="query"),
        pytest.param("GET", "/v1/AKIAQ7RZ3MWPLD5XKT2V/x", b"", id="path"),
        pytest.param("DELETE", "/v1/x", b'{"k":"AKIAQ7RZ3MWPLD5XKT2V"}', id="DELETE with a body"),
    ],
)
def test_a_key_does_not_leave_by_an_unknown_way(
    act: Act, http: httpx2.Client, method: str, path: str, body: bytes
) -> None:
    http.request(method, f"https://api.openai.com{path}", content=body)
    assert act.left(["AKIAQ7RZ3MWPLD5XKT2V"]) == []
    assert len(act.events) == 1
    assert set(act.verdicts) <= {"redact", "block"}


@pytest.mark.parametrize("header", ["x-note", "user-agent", "referer"])
def test_a_key_does_not_leave_in_a_header(act: Act, http: httpx2.Client, header: str) -> None:
    http.get("https://api.openai.com/v1/models", headers={header: "AKIAQ7RZ3MWPLD5XKT2V"})
    assert act.left(["AKIAQ7RZ3MWPLD5XKT2V"]) == []
    assert len(act.events) == 1


def test_a_socket_nobody_declared_is_refused_before_it_opens(act: Act, http: httpx2.Client) -> None:
    upgrade = {
        "connection": "Upgrade",
        "upgrade": "websocket",
        "sec-websocket-version": "13",
        "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
    }
    answer = http.get("https://api.openai.com/v1/other", headers=upgrade)
    assert answer.status_code == 400
    assert (act.received, act.verdicts) == ([], ["block"])


def test_a_host_header_of_another_name_is_refused(act: Act, http: httpx2.Client) -> None:
    answer = http.post(OPENAI, content=PLAIN, headers={"host": "harmless.example"})
    assert answer.status_code in (400, 421)
    assert (act.received, act.verdicts) == ([], ["block"])
