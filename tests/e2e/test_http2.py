"""HTTP/2 on both sides of the proxy, with a real HTTP/2 server that echoes what reaches it."""

import shutil
import ssl
import subprocess
import time
from collections.abc import Iterator

import httpx
import pytest

from guard.demo.certificates import Authority
from guard.demo.process import GuardProcess

pytestmark = pytest.mark.system
PORT = 39443
URL = "https://api.openai.com/v1/chat/completions"
MAIL = "sophie.lefevre@exemple.fr"


@pytest.fixture(scope="module")
def guard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GuardProcess]:
    folder = tmp_path_factory.mktemp("http2")
    authority = Authority(folder / "service")
    certificate = authority.issue("127.0.0.1", "api.openai.com")
    server = shutil.which("nghttpd")
    assert server, "nghttpd is in Debian's nghttp2-server"
    output = folder / "nghttpd.txt"
    with output.open("wb") as out:
        command = [server, "-v", "--echo-upload", "-d", str(folder), str(PORT), certificate.key, certificate.chain]
        echo = subprocess.Popen(command, stdout=out, stderr=out)
    try:
        time.sleep(0.5)
        with GuardProcess(folder / "guard", upstream={"api.openai.com": PORT}, upstream_ca=authority.bundle) as running:
            yield running
    finally:
        echo.terminate()
        echo.wait()


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
