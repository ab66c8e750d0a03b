"""Flows in, requests out, and back."""

import pytest
from mitmproxy.test import tflow, tutils

from addons import flows
from guard.errors import WireError
from guard.terms import Answer


def flow_to(host: str, *, sni: str | None = None, header: str | None = None) -> "flows.http.HTTPFlow":
    flow = tflow.tflow(req=tutils.treq(host=host, path=b"/v1/x?q=1", headers=((b"a", b"1"), (b"a", b"2"))))
    flow.client_conn.sni = sni
    flow.request.host_header = header
    return flow


def test_a_request_is_taken_whole_and_raw() -> None:
    flow = flow_to("api.openai.com")
    flow.request.headers["content-encoding"] = "gzip"
    flow.request.raw_content = b"\x1f\x8bnot really"
    request = flows.request_of(flow, "api.openai.com")

    assert (request.method, request.path, request.body) == ("GET", "/v1/x?q=1", b"\x1f\x8bnot really")
    assert request.headers[:2] == (("a", "1"), ("a", "2"))


def test_a_body_that_has_left_is_no_request() -> None:
    flow = flow_to("api.openai.com")
    flow.request.raw_content = None

    with pytest.raises(WireError):
        flows.request_of(flow, "api.openai.com")


def test_putting_back_the_same_request_changes_nothing() -> None:
    flow = flow_to("api.openai.com")
    before = flow.get_state()
    request = flows.request_of(flow, "api.openai.com")
    flows.put(flow, request, request)

    assert flow.get_state() == before


@pytest.mark.parametrize(
    ("host", "sni", "header", "expected"),
    [
        pytest.param("api.openai.com", "api.openai.com", "api.openai.com", True, id="all the same"),
        pytest.param("API.openai.com.", "api.openai.com", "api.openai.com:443", True, id="case, dot and port"),
        pytest.param("104.18.7.192", "api.openai.com", "api.openai.com", True, id="dialled by address"),
        pytest.param("api.openai.com", "harmless.example", "api.openai.com", False, id="another TLS name"),
        pytest.param("api.openai.com", "api.openai.com", "harmless.example", False, id="another Host"),
        pytest.param("harmless.example", "api.openai.com", "api.openai.com", False, id="another host dialled"),
        pytest.param("api.openai.com", None, None, True, id="no other name"),
        pytest.param("[::1]", "api.openai.com", None, True, id="dialled by IPv6 address"),
    ],
)
def test_a_request_must_go_by_one_name(host: str, sni: str | None, header: str | None, expected: bool) -> None:
    names = flows.names(flow_to(host, sni=sni, header=header))

    assert flows.agreed(names) is expected


def test_the_actor_is_the_address_and_nothing_the_client_says() -> None:
    flow = flow_to("api.openai.com")
    flow.request.headers["x-forwarded-for"] = "10.0.0.1"
    flow.request.headers["x-user"] = "boss"
    actor = flows.actor_of(flow)

    assert (actor.user, actor.groups, actor.source, actor.address) == ("unknown", ("unknown",), "address", "127.0.0.1")


def test_an_answer_of_ours_has_its_headers_and_no_other() -> None:
    response = flows.response_of(Answer(400, (("content-type", "application/json"), ("content-length", "2")), b"{}"))

    assert response.status_code == 400
    assert response.raw_content == b"{}"
    assert sorted(response.headers) == ["content-length", "content-type"]
