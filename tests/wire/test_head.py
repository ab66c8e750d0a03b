"""What leaves beside the body is read too, the service's own credentials apart."""

import pytest

from guard.errors import WireError
from guard.rules.schema import FieldRule
from guard.terms import Request, Role, Segment
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


def test_a_method_nobody_knows_is_read() -> None:
    named = {method: found(Request(method, "h", "/x")) for method in ("FR7630006000", "get", "POST")}
    assert (named["FR7630006000"]["method:"].text, named["FR7630006000"]["method:"].editable) == ("FR7630006000", False)
    assert all("method:" not in named[method] for method in ("get", "POST"))


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


SAID = "Le dossier est prêt"
DECLARED = [FieldRule(path="/q", role=Role.USER), FieldRule(path="/id", role=Role.OTHER, holds="opaque", form="[0-9]+")]


@pytest.mark.parametrize("place", ["path:", "query:0/name", "query:1/value", "header:0", "trailer:0"])
def test_words_count_wherever_they_stand(place: str) -> None:
    path = "/Le%20dossier%20est%20pr%C3%AAt?Le+dossier+est+pr%C3%AAt&a=Le+dossier+est+pr%C3%AAt"
    message = request(path, (("X-Note", SAID), ("X-Id", "a-1")), trailers=(("X-Note", SAID),))
    segments = found(message)
    assert segments[place].text.strip("/") == SAID
    assert segments[place].declared
    assert not segments["header:1"].declared


def test_what_is_said_of_a_field_holds_in_the_query() -> None:
    segments = {s.where: s for s in read(request("/?q=Ana&id=12&id=Ana&z=Ana"), (), DECLARED)}
    assert segments["query:0/value"].role is Role.USER
    assert segments["query:0/value"].declared
    assert "query:1/value" not in segments
    assert (segments["query:2/value"].text, segments["query:3/value"].declared) == ("Ana", False)


def test_the_name_of_a_program_is_nobodys_words() -> None:
    agent = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko)"
    assert not any(segment.declared for segment in read(request(headers=(("User-Agent", agent),)), (), DECLARED))


def test_a_credential_with_words_in_it_is_none() -> None:
    message = request("/?sid=Le+dossier+est+pr%C3%AAt&sid=ab12", (("X-Token", SAID), ("X-Token", "ab12")))
    said = [s.text for s in read(message, ["sid", "x-token"]) if s.declared]
    assert said == [SAID, SAID]
    assert "ab12" not in [s.text for s in read(message, ["sid", "x-token"])]
    address = request("/?sid=ana@example.com", (("X-Token", "ana@example.com"),))
    assert [s.where for s in read(address, ["sid", "x-token"]) if "@" in s.text] == ["query:0/value"]


def test_a_path_without_a_query_stays_without() -> None:
    assert write(request("/p"), {}).path == "/p"
    assert write(request("/p?"), {}).path == "/p?"


def test_the_services_own_credentials_in_the_query_are_not_read() -> None:
    segments = list(read(Request("POST", "h", "/v1?key=AIzaSy&alt=sse&key2=b"), ["key"]))
    assert [segment.text for segment in segments] == ["/v1", "key", "alt", "sse", "key2", "b"]
