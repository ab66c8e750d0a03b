import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.people.credentials import Password, Token, Unusable, read

JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln"


def basic(text: str | bytes) -> str:
    return "Basic " + base64.b64encode(text.encode() if isinstance(text, str) else text).decode()


@pytest.mark.parametrize(
    ("header", "found"),
    [
        (None, None),
        ("", None),
        ("Negotiate YII=", None),
        (basic("camille:a:b"), Password("camille", "a:b")),
        (basic("camille:été"), Password("camille", "été")),
        (basic("camille:été".encode("latin-1")), Password("camille", "été")),
        ("basic  " + basic("a:b")[6:], Password("a", "b")),
        (basic("a:b") + ", " + basic("c:d"), Unusable()),
        (basic("camille"), Unusable()),
        (basic(":b"), Unusable()),
        (basic("camille:"), Unusable()),
        (basic("camille:a\0b"), Unusable()),
        (basic("camille:" + "x" * 1025), Unusable()),
        ("Basic !!!", Unusable()),
        ("Basic é", Unusable()),
        ("Basic " + "A" * 40_000, Unusable()),
        (f"Bearer {JWT}", Token(JWT)),
        (basic(f"anything:{JWT}"), Token(JWT)),
        (basic(f":{JWT}"), Token(JWT)),
        ("Bearer abc", Unusable()),
    ],
)
def test_a_header_is_read(header: str | None, found: object) -> None:
    assert read(header, tokens=True) == found


def test_a_token_is_a_password_where_no_tokens_are_taken() -> None:
    assert read(basic(f"camille:{JWT}"), tokens=False) == Password("camille", JWT)
    assert read(f"Bearer {JWT}", tokens=False) == Unusable()


def test_no_repr_shows_a_secret() -> None:
    shown = repr(read(basic("camille:s3cret"), tokens=True)) + repr(read(f"Bearer {JWT}", tokens=True))
    assert "s3cret" not in shown
    assert JWT not in shown


@given(st.text(max_size=200))
def test_nothing_a_client_sends_raises(header: str) -> None:
    read(header, tokens=True)
    read(f"Basic {header}", tokens=True)
