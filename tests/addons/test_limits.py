"""The largest body counts for requests to AI services, and for nothing else that passes."""

import http.client
import http.server
import json
import threading
from collections.abc import Iterator

import pytest

from guard.demo.stage import Stage, stage

LIMIT = 100_000
BIG = b"x" * (LIMIT * 3)


class _Mirror(http.server.BaseHTTPRequestHandler):
    """Plain HTTP that answers with what it was sent."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def mirror() -> Iterator[int]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Mirror) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with stage(
        tmp_path_factory.mktemp("limits"),
        settings={"GUARD_MAX_BODY": str(LIMIT), "GUARD_WORKERS": "1", "GUARD_ALLOW_DESTINATIONS": "127.0.0.1/32"},
    ) as made:
        yield made


def sent(staged: Stage, url: str, body: bytes, *, chunked: bool) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", staged.guard.port, timeout=30)
    chunks = [body[at : at + 10_000] for at in range(0, len(body), 10_000)]
    try:
        headers = {"content-type": "application/json"}
        connection.request("POST", url, chunks if chunked else body, headers, encode_chunked=chunked)
        response = connection.getresponse()
        assert json.loads(response.read())["error"]["message"]
    finally:
        connection.close()
    return response.status


@pytest.mark.parametrize("chunked", [False, True], ids=["with its length", "in chunks"])
def test_a_request_too_large_to_read_does_not_leave_and_has_its_event(staged: Stage, chunked: bool) -> None:
    act = staged.act()
    status = sent(staged, "http://api.openai.com/v1/chat/completions", BIG, chunked=chunked)

    assert status == 413
    assert act.received == []
    assert [[rule["id"] for rule in event["unmapped"]["guard"]["rules"]] for event in act.events] == [["too-large"]]


def test_other_hosts_may_send_and_receive_as_much_as_they_like(staged: Stage, mirror: int) -> None:
    act = staged.act()
    connection = http.client.HTTPConnection("127.0.0.1", staged.guard.port, timeout=30)
    connection.request("POST", f"http://127.0.0.1:{mirror}/", BIG, {"content-length": str(len(BIG))})
    response = connection.getresponse()

    assert (response.status, response.read()) == (200, BIG)
    assert act.events == []
    connection.close()
