"""What the stand-in pages send is what the shipped rules read."""

from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from guard.demo.pages import PAGES
from guard.demo.typed import TYPED
from guard.rules.load import load
from guard.rules.schema import ServiceRule
from guard.terms import Request, Role
from guard.wire.request import read
from guard.wire.routes import service


@cache
def shipped() -> dict[str, ServiceRule]:
    return load(Path(__file__).resolve().parents[2] / "rules").services


@pytest.mark.parametrize("page", sorted(TYPED))
def test_what_is_typed_is_read_as_the_persons_own(page: str) -> None:
    url, kind, body = TYPED[page]
    address = urlsplit(url)
    rule = service(address.netloc, shipped())
    assert rule is not None
    request = Request("POST", address.netloc, address.path, (("content-type", kind),), body("Bonjour é"))
    prompt = read(request, rule, 10_000)
    assert prompt.family == page
    assert "Bonjour é" in [segment.text for segment in prompt.segments if segment.role is Role.USER]
    assert prompt.uninspectable == ()


def test_every_page_that_is_typed_to_can_be_read() -> None:
    assert set(TYPED) <= set(PAGES)
