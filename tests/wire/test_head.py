"""What leaves beside the body is read too, the service's own credentials apart."""

import pytest

from guard.errors import WireError
from guard.terms import Request, Segment
from guard.wire.head import read, write

CREDENTIALS = [
    ("Authorization", "Bearer sk-canary"),
    ("X-Api-Key", "sk-ant-canary"),
    ("Cookie", "session=canary"),
    ("proxy-authorization", "Basic canary"),
    ("api-key", "canary"),
    ("x-goog-api-key", "canary"),
    ("X-Amz-Security-Token", "canary"),
    ("ocp-apim-subscription-key", "canary"),
]


def request(path: str = "/", headers: tuple[tuple[str, str], ...] = (), **more: object) -> Request:
    return Request("POST", "api.example.com", path, headers, **more)  # type: ignore[arg-type]


def found(message: Request) -> dict[str, Segment]:
    return {segment.where: segment for segment in read(message)}


def test_path_query_headers_and_trailers_are_read() -> None:
    message = request(
        "/v1/files/Jean%20Dupont?name=Ana+M", (("X-Title", "Ana"),), trailers=(("X-Note", "Zoé"),), body=b"unread"
    )

    assert {where: segment.text for where, segment in found(message).items()} == {
        "path:": "/v1/files/Jean Dupont",
        "query:0/name": "name",
        "query:0/value": "Ana M",
        "header-name:0": "X-Title",
        "header:0": "Ana",
        "trailer-name:0": "X-Note",
        "trailer:0": "Zoé",
    }
    assert not any(segment.declared for segment in found(message).values())


def test_credentials_are_never_a_segment() -> None:
    message = request(headers=tuple(CREDENTIALS), trailers=tuple(CREDENTIALS))

    assert found(message) == {}


def test_framing_is_not_content_but_the_type_is_read() -> None:
    headers = (
        ("Host", "h"),
        ("content-length", "1"),
        ("Content-Type", "text/plain; note=ana@example.com"),
        ("Content-Encoding", "gzip"),
        ("transfer-encoding", "chunked"),
        ("connection", "close, ana"),
    )
    segments = found(request(headers=headers))

    assert {w: s.text for w, s in segments.items() if "name" not in w} == {
        "header:2": "text/plain; note=ana@example.com",
        "header:5": "close, ana",
    }
    assert not segments["header:2"].editable
    assert not segments["header:5"].editable


def test_a_trailer_has_no_framing_to_hide_behind() -> None:
    assert found(request(trailers=(("content-encoding", "Ana"),)))["trailer:0"].text == "Ana"


def test_names_and_path_are_not_edited_and_values_have_their_name_for_a_hint() -> None:
    segments = found(request("/x", (("X-Iban", "FR76"),)))

    assert [segments[where].editable for where in ("path:", "header-name:0", "header:0")] == [False, False, True]
    assert segments["header:0"].hint == "X-Iban"


@pytest.mark.parametrize("path", ["/a%FFb", "/?a=%FF", "/\udcff"])
def test_an_address_that_is_not_utf_8_is_not_read(path: str) -> None:
    with pytest.raises(WireError) as caught:
        list(read(request(path)))
    assert caught.value.cause == "url"


def test_an_edit_changes_its_own_place_only() -> None:
    headers = (("X-A", "1"), ("X-A", "2"), ("authorization", "Bearer x"))
    before = request("/p%20q?a=b&c=%64", headers, trailers=(("T", "3"),))

    after = write(before, {"query:0/value": "é", "header:1": "deux", "trailer:0": "trois"})

    assert after.path == "/p%20q?a=%C3%A9&c=%64"
    assert after.headers == (("X-A", "1"), ("X-A", "deux"), ("authorization", "Bearer x"))
    assert after.trailers == (("T", "trois"),)
    assert write(before, {"body:/x": "y"}) == before


def test_a_path_without_a_query_stays_without() -> None:
    assert write(request("/p"), {}).path == "/p"
    assert write(request("/p?"), {}).path == "/p?"


def test_the_services_own_credentials_in_the_query_are_not_read() -> None:
    segments = list(read(Request("POST", "h", "/v1?key=AIzaSy&alt=sse&key2=b"), ["key"]))
    assert [segment.text for segment in segments] == ["/v1", "key", "alt", "sse", "key2", "b"]
