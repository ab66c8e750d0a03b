"""What passed since a moment, and whether a value was in it."""

import json
from types import SimpleNamespace

import pytest

from guard.demo.exchange import Received
from guard.demo.stage import Act, Stage

VALUE = 'Zoé "la Fouine" O\\Hara'
NESTED = json.dumps({"arguments": json.dumps({"qui": VALUE})})


def _act(*requests: Received) -> Act:
    standin = SimpleNamespace(requests=list(requests), strays=[b"stray"], messages=[b"on a socket"])
    return Act(Stage(None, standin, None, None), 0, 0, 0, 0, 0)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param(Received("POST", "/", (), f"x {VALUE} y".encode()), id="plain"),
        pytest.param(Received("POST", "/", (), json.dumps({"a": VALUE}).encode()), id="JSON, escaped"),
        pytest.param(
            Received("POST", "/", (), json.dumps({"a": VALUE}, ensure_ascii=False).encode()), id="JSON, UTF-8"
        ),
        pytest.param(Received("POST", "/", (), NESTED.encode()), id="JSON in JSON"),
        pytest.param(Received("POST", "/", (), VALUE.upper().replace(" ", "\u00a0 ").encode()), id="cased and spaced"),
        pytest.param(Received("GET", "/x?q=Zo%C3%A9+%22la%20Fouine%22+O%5CHara", (), b""), id="query"),
        pytest.param(Received("POST", "/", (), b"q=Zo%C3%A9+%22la%20Fouine%22+O%5CHara"), id="form"),
        pytest.param(Received("GET", "/", (("x-name", VALUE),), b""), id="header"),
    ],
)
def test_a_value_that_left_is_seen_however_it_is_written(request_: Received) -> None:
    assert _act(request_).left([VALUE, "somebody else"]) == [VALUE]


def test_a_value_that_did_not_leave_is_not_seen() -> None:
    assert _act(Received("POST", "/", (), b'{"a": "[[PERSON_1]]"}')).left([VALUE]) == []


def test_what_came_without_tls_counts_as_left() -> None:
    assert _act().left(["stray"]) == ["stray"]


def test_what_came_on_a_socket_counts_as_left() -> None:
    assert _act().left(["on a socket"]) == ["on a socket"]


def test_only_what_passed_since_counts() -> None:
    before, after = Received("POST", "/", (), b"one"), Received("POST", "/", (), b"two")
    act = _act(before, after)
    later = Act(act.stage, 1, 1, 0, 0, 0)
    assert (later.received, later.left(["one"]), later.left(["two"])) == ([after], [], ["two"])
