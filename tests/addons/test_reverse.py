"""Doors in front of assistants: what the setting says, or why it is refused."""

import pytest

from addons.reverse import Door, doors
from guard.errors import GuardError


def serves(name: str | None) -> bool:
    return str(name).endswith("example.com")


def test_a_door_is_a_port_and_an_assistant() -> None:
    text = "8443=https://assistant.example.com, 8444=https://Other.example.com:9443/,"
    first, second = doors(text, serves)
    assert (first, second) == (Door(8443, "assistant.example.com", 443), Door(8444, "other.example.com", 9443))
    assert first.mode("127.0.0.1") == "reverse:https://assistant.example.com:443@127.0.0.1:8443"


def test_without_the_setting_there_are_none() -> None:
    assert doors("", serves) == ()


@pytest.mark.parametrize(
    "text",
    [
        "8443",
        "https://assistant.example.com",
        "0=https://assistant.example.com",
        "70000=https://assistant.example.com",
        "8443=http://assistant.example.com",
        "8443=https://assistant.example.com/v1",
        "8443=https://user@assistant.example.com",
        "8443=https://assistant.example.com:port",
        "8443=https://",
        "8443=https://assistant.example.org",
        "8443=https://a.example.com,8443=https://b.example.com",
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(GuardError, match="GUARD_REVERSE"):
        doors(text, serves)
