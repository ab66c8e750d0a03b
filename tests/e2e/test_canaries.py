"""200 random secrets down every path: none in any file the guard writes or line it prints, and one event for each."""

import base64
import json
import random
import secrets
import socket
import ssl
import string
import time
from collections.abc import Callable
from contextlib import suppress
from urllib.parse import quote

import httpx2

from guard.demo.exchange import Exchange, Reply
from guard.demo.stage import Act

OPENAI = "https://api.openai.com"
ANTHROPIC = "https://api.anthropic.com"
CHAT = f"{OPENAI}/v1/chat/completions"
MESSAGES = f"{ANTHROPIC}/v1/messages"
JSON = {"content-type": "application/json"}
COUNT = 200


def _canary(kind: int) -> str:
    """An AWS key, an OpenAI key, an e-mail address or a word, each never seen before."""
    tail = "".join(random.choices(string.ascii_uppercase + "234567", k=16))
    return (
        f"AKIA{tail}",
        f"sk-proj-{secrets.token_urlsafe(36)}",
        f"canari.{tail.lower()}@example.fr",
        f"canari{tail.lower()}",
    )[kind % 4]


class Paths:
    """Every way a request can go, one method each."""

    def __init__(self, act: Act, http: httpx2.Client, trust: ssl.SSLContext) -> None:
        self._act = act
        self._http = http
        self._trust = trust
        self.all: list[Callable[[str], object]] = [
            getattr(self, name) for name in sorted(vars(type(self))) if not name.startswith("_")
        ]

    def _chat(self, *messages: object, **more: object) -> None:
        self._http.post(CHAT, json={"model": "gpt-5", "messages": messages} | more)

    def _claude(self, *messages: object, **more: object) -> None:
        self._http.post(MESSAGES, json={"model": "claude-sonnet-5", "max_tokens": 9, "messages": messages} | more)

    def _raw(self, *parts: bytes) -> None:
        """Bytes as they are inside TLS; the connection is then cut."""
        with socket.create_connection(("127.0.0.1", self._act.stage.guard.port), timeout=10) as tunnel:
            tunnel.sendall(b"CONNECT api.openai.com:443 HTTP/1.1\r\nhost: api.openai.com:443\r\n\r\n")
            while not tunnel.recv(65536).endswith(b"\r\n\r\n"):
                continue
            with self._trust.wrap_socket(tunnel, server_hostname="api.openai.com") as secure, suppress(OSError):
                for part in parts:
                    secure.sendall(part)
                    time.sleep(0.05)
                secure.settimeout(0.3)
                secure.recv(65536)

    def user_text(self, secret: str) -> None:
        self._chat({"role": "user", "content": f"Bonjour {secret}, merci"})

    def user_text_streamed(self, secret: str) -> None:
        self._chat({"role": "user", "content": [{"type": "text", "text": f"Bonjour {secret}"}]}, stream=True)

    def system_prompt(self, secret: str) -> None:
        self._chat({"role": "system", "content": f"Tu sers {secret}"}, {"role": "user", "content": "Bonjour"})

    def tool_arguments(self, secret: str) -> None:
        function = {"name": "f", "arguments": json.dumps({"a": [secret]})}
        call = {"id": "c", "type": "function", "function": function}
        self._chat(
            {"role": "assistant", "tool_calls": [call]}, {"role": "tool", "tool_call_id": "c", "content": secret}
        )

    def broken_tool_arguments(self, secret: str) -> None:
        function = {"name": "f", "arguments": json.dumps({"a": secret})[:-1] + "\\u00"}
        self._chat({"role": "assistant", "tool_calls": [{"id": "c", "type": "function", "function": function}]})

    def claude_text(self, secret: str) -> None:
        self._claude({"role": "user", "content": secret}, system=f"Tu sers {secret}", stream=True)

    def claude_tool_input(self, secret: str) -> None:
        self._claude(
            {"role": "assistant", "content": [{"type": "tool_use", "id": "t", "name": "f", "input": {secret: secret}}]}
        )

    def unknown_field(self, secret: str) -> None:
        self._chat({"role": "user", "content": "Bonjour"}, brand_new={"x": [secret]})

    def object_key(self, secret: str) -> None:
        self._chat({"role": "user", "content": "Bonjour"}, metadata={secret: "x"})

    def model_name(self, secret: str) -> None:
        self._http.post(CHAT, json={"model": secret, "messages": []})

    def query(self, secret: str) -> None:
        self._http.get(f"{OPENAI}/v1/models", params={"q": secret, secret: "x"})

    def path(self, secret: str) -> None:
        self._http.get(f"{OPENAI}/v1/files/{quote(secret)}/content")

    def header(self, secret: str) -> None:
        self._http.get(f"{OPENAI}/v1/models", headers={"x-note": secret, "user-agent": secret})

    def header_name(self, secret: str) -> None:
        name = "x-" + "".join(char for char in secret if char.isalnum())
        self._http.get(f"{OPENAI}/v1/models", headers={name: secret})

    def credentials(self, secret: str) -> None:
        self._http.get(f"{OPENAI}/v1/models", headers={"authorization": f"Bearer {secret}", "cookie": f"a={secret}"})

    def host_header(self, secret: str) -> None:
        name = "".join(char for char in secret.lower() if char.isalnum())
        self._http.get(f"{OPENAI}/v1/models", headers={"host": f"{name}.example"})

    def content_type(self, secret: str) -> None:
        self._http.post(CHAT, content=b'{"messages":[]}', headers={"content-type": f"x/{secret}; charset={secret}"})

    def content_coding(self, secret: str) -> None:
        self._http.post(CHAT, content=b'{"messages":[]}', headers=JSON | {"content-encoding": secret})

    def invalid_json(self, secret: str) -> None:
        self._http.post(CHAT, content=f'{{"messages": {secret}}}'.encode(), headers=JSON)

    def duplicate_keys(self, secret: str) -> None:
        self._http.post(CHAT, content=f'{{"{secret}":1,"{secret}":NaN}}'.encode(), headers=JSON)

    def not_utf8(self, secret: str) -> None:
        self._http.post(CHAT, content=f'{{"a":"{secret}'.encode() + b'\xff"}', headers=JSON)

    def unknown_endpoint(self, secret: str) -> None:
        self._http.put(f"{OPENAI}/v1/brand-new", content=f"a={secret}".encode())

    def upload(self, secret: str) -> None:
        files = {"file": (f"{secret}.txt", secret.encode())}
        self._http.post(f"{OPENAI}/v1/files", files=files, data={"purpose": secret})

    def image(self, secret: str) -> None:
        url = f"data:image/png;base64,{base64.b64encode(secret.encode()).decode()}"
        self._chat({"role": "user", "content": [{"type": "image_url", "image_url": {"url": url}}]})

    def websocket(self, secret: str) -> None:
        upgrade = {"connection": "Upgrade", "upgrade": "websocket", "sec-websocket-protocol": secret}
        self._http.get(f"{OPENAI}/v1/realtime", params={"model": secret}, headers=upgrade)

    def forbidden_use(self, secret: str) -> None:
        self._chat({"role": "user", "content": f"Classe ces candidats du meilleur au moins bon : {secret}"})

    def held_use(self, secret: str) -> None:
        self._claude({"role": "user", "content": f"Évalue la performance de ce salarié : {secret}"})

    def too_long(self, secret: str) -> None:
        self._chat({"role": "user", "content": secret + "é" * 2**20})

    def cut_short(self, secret: str) -> None:
        head = b"POST /v1/chat/completions HTTP/1.1\r\nhost: api.openai.com\r\ncontent-length: 9999\r\n\r\n"
        self._raw(head, b'{"messages":[{"role":"user","content":"' + secret.encode())

    def unheard_of_method(self, secret: str) -> None:
        method = "".join(char for char in secret.upper() if char.isalnum())
        self._raw(f"{method} /v1/x?{quote(secret)} HTTP/1.1\r\nhost: api.openai.com\r\n\r\n".encode())


def _spellings(secret: str) -> list[bytes]:
    raw = secret.encode()
    bare = "".join(char for char in secret if char.isalnum()).lower().encode()
    return [raw, raw.lower(), bare, raw.hex().encode(), base64.b64encode(raw)[:-4], quote(secret).encode()]


def test_no_secret_is_written_or_printed_and_each_request_has_its_event(
    act: Act, http: httpx2.Client, trust: ssl.SSLContext
) -> None:
    act.stage.standin.speaker = lambda exchange: Reply(f"Tout : {_everything(exchange)}", chunk=20)
    paths = Paths(act, http, trust)
    canaries = [_canary(index // len(paths.all) + index) for index in range(COUNT)]
    silent = []
    for index, secret in enumerate(canaries):
        before, way = len(act.events), paths.all[index % len(paths.all)]
        way(secret)
        if not _one_more(act, before):
            silent.append(f"{way.__name__}: {len(act.events) - before} events")
    assert silent == []
    folder = act.stage.guard.folder
    written = {path: path.read_bytes().lower() for path in folder.rglob("*") if path.is_file()}
    assert any(b"claude-sonnet-5" in data for data in written.values()), "the search finds what is there"
    found = [
        (path.name, index % len(paths.all))
        for path, data in written.items()
        for index, secret in enumerate(canaries)
        if any(spelling.lower() in data for spelling in _spellings(secret))
    ]
    assert found == []


def _everything(exchange: Exchange) -> str:
    return json.dumps(exchange.body, ensure_ascii=False)[:2000]


def _one_more(act: Act, before: int) -> bool:
    """One event more, and no other a moment later when it had to be waited for."""
    for _ in range(40):
        if len(act.events) > before:
            break
        time.sleep(0.05)
    return len(act.events) == before + 1
