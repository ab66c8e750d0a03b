"""OpenAI's responses on a websocket: its own client asks, and hears the answer."""

import ssl
from pathlib import Path

import orjson
import pytest
from websockets.sync.client import connect

from guard.demo.certificates import Authority
from guard.demo.exchange import Received
from guard.demo.responses_socket import asked
from guard.demo.standin import Standin

OPENING = (("Upgrade", "websocket"),)


@pytest.mark.parametrize(
    ("path", "headers", "socket"),
    [
        ("/v1/responses", OPENING, True),
        ("/v1/responses?api-version=1", OPENING, True),
        ("/v1/responses", (), False),
        ("/v1/realtime", OPENING, False),
    ],
)
def test_only_a_socket_for_responses_is_one(path: str, headers: tuple[tuple[str, str], ...], socket: bool) -> None:
    assert asked(Received("GET", path, headers, b"")) is socket


def test_each_message_is_kept_and_answered_by_the_events_of_a_stream(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    trust = ssl.create_default_context(cafile=authority.bundle)
    with Standin(authority.issue("localhost")) as standin:
        url = f"wss://localhost:{standin.port}/v1/responses"
        with connect(url, sock=None, ssl=trust, proxy=None, open_timeout=10) as socket:
            for question in ("Hello", "Bonjour"):
                asked_for = orjson.dumps({"type": "response.create", "model": "m", "input": question})
                socket.send(asked_for, text=True)
                events = [orjson.loads(socket.recv(10))]
                while events[-1]["type"] != "response.completed":
                    events.append(orjson.loads(socket.recv(10)))
                said = "".join(event["delta"] for event in events if event["type"] == "response.output_text.delta")
                assert standin.messages[-1] == asked_for
                assert said == standin.answers[-1].text
    assert len(standin.messages) == 2
