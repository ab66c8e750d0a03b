"""HTTP/2 on both sides of the proxy, with a real HTTP/2 server that echoes what reaches it."""

import asyncio
import base64
import http.client
import shutil
import ssl
import subprocess
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest

from guard.demo.certificates import Authority
from guard.demo.process import GuardProcess
from guard.people.passwords import hashed

pytestmark = pytest.mark.system
PORT = 39443
URL = "https://api.openai.com/v1/chat/completions"
MAIL = "sophie.lefevre@exemple.fr"
PASSWORDS = {"camille": "s3cret-of-camille", "sacha": "s3cret-of-sacha"}


@dataclass(frozen=True)
class Echo:
    """The server, and what it has said of each connection."""

    authority: Authority
    folder: Path

    @property
    def said(self) -> str:
        return (self.folder / "nghttpd.txt").read_text(errors="replace")


@pytest.fixture(scope="module")
def echo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Echo]:
    folder = tmp_path_factory.mktemp("http2")
    found = Echo(Authority(folder / "service"), folder)
    certificate = found.authority.issue("127.0.0.1", "api.openai.com")
    server = shutil.which("nghttpd")
    assert server, "nghttpd is in Debian's nghttp2-server"
    with (folder / "nghttpd.txt").open("wb") as out:
        command = [server, "-v", "--echo-upload", "-d", str(folder), str(PORT), certificate.key, certificate.chain]
        process = subprocess.Popen(command, stdout=out, stderr=out)
    try:
        time.sleep(0.5)
        yield found
    finally:
        process.terminate()
        process.wait()


def guarded(echo: Echo, name: str, settings: Mapping[str, str]) -> GuardProcess:
    bundle = echo.authority.bundle
    return GuardProcess(echo.folder / name, upstream={"api.openai.com": PORT}, upstream_ca=bundle, settings=settings)


@pytest.fixture(scope="module")
def guard(echo: Echo) -> Iterator[GuardProcess]:
    with guarded(echo, "guard", {}) as running:
        yield running


@pytest.fixture(scope="module")
def passwords(echo: Echo) -> Path:
    path = echo.folder / "passwords"
    path.write_text("".join(hashed(user, password) + "\n" for user, password in PASSWORDS.items()))
    return path


@pytest.fixture(scope="module")
def asking(echo: Echo, passwords: Path) -> Iterator[GuardProcess]:
    """A guard that wants to know who asks for any host."""
    settings = {
        "GUARD_AUTH_FOR": "all",
        "GUARD_AUTH_PASSWORDS": str(passwords),
        "GUARD_RELOAD_SECONDS": "0.4",
        "GUARD_ALLOW_DESTINATIONS": "127.0.0.1/32",
        "GUARD_NLP": "none",
        "GUARD_WORKERS": "1",
    }
    with guarded(echo, "asking", settings) as running:
        yield running


def of(guard: GuardProcess, user: str) -> httpx.AsyncClient:
    """One person's client; it keeps its connection."""
    return httpx.AsyncClient(
        http2=True,
        verify=ssl.create_default_context(cafile=guard.ca),
        proxy=httpx.Proxy(guard.url, auth=(user, PASSWORDS[user])),
        limits=httpx.Limits(keepalive_expiry=100),
        timeout=30,
    )


def people(guard: GuardProcess, since: int = 0) -> list[tuple[str, str]]:
    """User and decision of each event."""
    events: list[Any] = guard.events()[since:]
    return [(event["actor"]["user"]["name"], event["unmapped"]["guard"]["decision"]) for event in events]


@pytest.fixture
def client(guard: GuardProcess) -> Iterator[httpx.Client]:
    trust = ssl.create_default_context(cafile=guard.ca)
    with httpx.Client(http2=True, verify=trust, proxy=guard.url) as made:
        yield made


def message(content: str) -> dict[str, object]:
    return {"model": "gpt-5", "messages": [{"role": "user", "content": content}]}


def test_an_edited_request_and_its_restored_answer_pass(guard: GuardProcess, client: httpx.Client) -> None:
    answer = client.post(URL, json=message(f"Réponds à {MAIL}"))

    assert (answer.http_version, answer.status_code) == ("HTTP/2", 200)
    assert answer.json() == message(f"Réponds à {MAIL}"), "what the server echoed had a placeholder in it"
    assert guard.events()[-1]["metadata"]["event_code"] == "prompt.redact"  # type: ignore[index]


def test_a_refusal_and_a_mismatch_are_answered(client: httpx.Client) -> None:
    refused = client.post(URL, json=message("Classe ces CV du meilleur au moins bon"))
    mismatch = client.post(URL, json=message("Bonjour"), headers={"host": "harmless.example"})

    assert (refused.http_version, refused.status_code) == ("HTTP/2", 400)
    assert (mismatch.http_version, mismatch.status_code) == ("HTTP/2", 421)


def test_each_stream_is_its_tunnels_openers_until_they_are_known_no_more(
    echo: Echo, asking: GuardProcess, passwords: Path
) -> None:
    claim = {"proxy-authorization": "Basic " + base64.b64encode(b"camille:canary-of-camille").decode()}
    mail = message(f"Réponds à {MAIL}")

    async def both() -> None:
        async with of(asking, "camille") as camille, of(asking, "sacha") as sacha:
            answers = await asyncio.gather(
                *(client.post(URL, json=mail, headers=claim) for _ in range(5) for client in (camille, sacha))
            )
            assert {(answer.http_version, answer.status_code) for answer in answers} == {("HTTP/2", 200)}
            assert Counter(people(asking)) == {("camille", "redact"): 5, ("sacha", "redact"): 5}
            assert claim["proxy-authorization"] not in echo.said

            await asyncio.to_thread(passwords.write_text, hashed("camille", PASSWORDS["camille"]) + "\n")
            before = len(people(asking))
            async with asyncio.timeout(30):
                while (refused := await sacha.post(URL, json=mail)).status_code == 200:  # noqa: ASYNC110 - not told
                    await asyncio.sleep(0.2)
            assert (refused.http_version, refused.status_code) == ("HTTP/2", 400)
            assert people(asking, before)[-1] == ("unknown", "block")
            assert (await camille.post(URL, json=mail)).status_code == 200

    asyncio.run(both())


class Other(BaseHTTPRequestHandler):
    """A web site that is no AI service, and says whether it was shown credentials."""

    def do_GET(self) -> None:
        self.send_response(204 if "proxy-authorization" not in self.headers else 500)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.mark.parametrize(
    ("login", "status"), [(None, 407), ("camille:wrong", 407), (f"camille:{PASSWORDS['camille']}", 204)]
)
def test_where_all_must_be_known_no_other_host_is_reached_without_being_known(
    asking: GuardProcess, login: str | None, status: int
) -> None:
    headers = {"Proxy-Authorization": "Basic " + base64.b64encode(login.encode()).decode()} if login else {}
    before = len(asking.events())
    with HTTPServer(("127.0.0.1", 0), Other) as site:
        thread = Thread(target=site.serve_forever)
        thread.start()
        try:
            proxy = http.client.HTTPConnection("127.0.0.1", asking.port, timeout=10)
            proxy.request("GET", f"http://127.0.0.1:{site.server_port}/", headers=headers)
            assert proxy.getresponse().status == status
            tunnel = http.client.HTTPConnection("127.0.0.1", asking.port, timeout=10)
            tunnel.set_tunnel("127.0.0.1", site.server_port, headers)
            if status == 407:
                with pytest.raises(OSError, match="407"):
                    tunnel.connect()
            else:
                tunnel.request("GET", "/")
                assert tunnel.getresponse().status == status
            proxy.close()
            tunnel.close()
        finally:
            site.shutdown()
            thread.join()
    assert len(asking.events()) == before
