"""The whole request is a lens: read, edited, read again."""

import gzip
import json
import zlib

import brotli
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from guard.errors import WireError
from guard.rules.schema import Endpoint, FieldRule, ServiceRule
from guard.terms import Edit, Prompt, Request, Role
from guard.wire.request import opened, plain_body, read, write

LIMIT = 1_000_000
JSON_TYPE = ("Content-Type", "application/json")
CHAT = "/v1/chat/completions"
WORDS = st.text(st.characters(), max_size=12)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=8,
)
PARTS = st.fixed_dictionaries({"type": st.sampled_from(["text", "other"]), "text": WORDS})
CALLS = st.fixed_dictionaries(
    {
        "id": WORDS,
        "type": st.just("function"),
        "function": st.fixed_dictionaries({"name": WORDS, "arguments": VALUES.map(json.dumps) | WORDS}),
    }
)
CHATS = st.fixed_dictionaries(
    {
        "model": st.sampled_from(["gpt-5", "autre"]),
        "stream": st.booleans(),
        "messages": st.lists(
            st.fixed_dictionaries(
                {
                    "role": st.sampled_from(["system", "user", "assistant", "tool", "new"]),
                    "content": st.none() | WORDS | st.lists(PARTS, max_size=2),
                },
                optional={"tool_calls": st.lists(CALLS, max_size=2)},
            ),
            max_size=3,
        ),
    },
    optional={"metadata": VALUES, "new_field": VALUES},
)
BLOCKS = st.one_of(
    st.fixed_dictionaries({"type": st.just("text"), "text": WORDS}),
    st.fixed_dictionaries({"type": st.just("thinking"), "thinking": WORDS, "signature": WORDS}),
    st.fixed_dictionaries({"type": st.just("tool_use"), "id": WORDS, "name": WORDS, "input": VALUES}),
    st.fixed_dictionaries({"type": st.just("tool_result"), "content": WORDS}),
)
MESSAGES = st.fixed_dictionaries(
    {
        "model": st.just("claude-x"),
        "messages": st.lists(
            st.fixed_dictionaries(
                {"role": st.sampled_from(["user", "assistant"]), "content": WORDS | st.lists(BLOCKS, max_size=3)}
            ),
            max_size=3,
        ),
    },
    optional={"system": WORDS | st.lists(BLOCKS, max_size=2), "new_field": VALUES},
)


def chat(document: object = None, *headers: tuple[str, str], path: str = CHAT, **more: object) -> Request:
    body = more.pop("body", json.dumps(document).encode())
    return Request("POST", "api.openai.com", path, (JSON_TYPE, *headers), body, **more)  # type: ignore[arg-type]


def inside(prompt: Prompt) -> dict[str, str]:
    """Texts of the body by place."""
    return {s.where: s.text for s in prompt.segments if s.where.startswith(("body:", "key:", "form:"))}


def said(*texts: str) -> dict[str, object]:
    return {"model": "gpt-5", "messages": [{"role": "user", "content": text} for text in texts]}


# --- what is read ----------------------------------------------------------------------------------------------------


def test_a_chat_is_read_with_roles_in_order(openai: ServiceRule) -> None:
    arguments = '{"name": "Zoé"}'
    document = {
        "model": "gpt-5-mini",
        "stream": True,
        "messages": [
            {"role": "system", "content": "Tu es RH"},
            {"role": "user", "content": [{"type": "text", "text": "Bonjour"}]},
            {"role": "assistant", "content": None, "tool_calls": [{"id": "c", "function": {"arguments": arguments}}]},
            {"role": "tool", "content": "Trouvé"},
            {"role": "assistant", "content": "Voici"},
        ],
    }
    prompt = read(chat(document), openai, LIMIT)

    assert [(s.role, s.text) for s in prompt.segments if s.declared and s.where.startswith("body:")] == [
        (Role.SYSTEM, "Tu es RH"),
        (Role.USER, "Bonjour"),
        (Role.TOOL_ARGS, "Zoé"),
        (Role.TOOL_RESULT, "Trouvé"),
        (Role.HISTORY, "Voici"),
    ]
    assert (prompt.service, prompt.endpoint, prompt.family) == ("openai-api", "chat-completions", "openai-chat")
    assert (prompt.model, prompt.stream, prompt.uninspectable, prompt.signed) == ("gpt-5-mini", True, (), False)
    assert (prompt.channel, prompt.provider, prompt.sanctioned) == ("api", "OpenAI", True)


@pytest.mark.parametrize(
    ("model", "shown"),
    [
        pytest.param("gpt-5", "gpt-5", id="listed"),
        pytest.param("o3", "unlisted", id="not listed"),
        pytest.param("gpt-" + "x" * 80, None, id="too long for a name"),
        pytest.param("gpt-5 Jean Dupont", None, id="text"),
        pytest.param("", None, id="none"),
    ],
)
def test_only_models_that_the_rules_list_are_named(openai: ServiceRule, model: str, shown: str | None) -> None:
    assert read(chat({"model": model}), openai, LIMIT).model == shown


def test_an_endpoint_nobody_declared_is_read_whole(openai: ServiceRule) -> None:
    prompt = read(chat({"new": {"deep": ["texte"]}}, path="/v2/new?q=Ana"), openai, LIMIT)

    assert (prompt.endpoint, prompt.family, prompt.model, prompt.stream) == ("unknown", "json", None, False)
    texts = {segment.text for segment in prompt.segments}
    assert {"/v2/new", "q", "Ana", "new", "deep", "texte"} <= texts
    assert not any(segment.declared for segment in prompt.segments)


def test_credentials_are_never_read(openai: ServiceRule) -> None:
    prompt = read(chat(said("x"), ("Authorization", "Bearer sk-canary"), ("cookie", "canary")), openai, LIMIT)

    assert "canary" not in " ".join(segment.text for segment in prompt.segments)


# --- what cannot be read ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("request_", "cause"),
    [
        pytest.param(chat(said("x"), ("Upgrade", "websocket"), ("Connection", "Upgrade")), "websocket", id="websocket"),
        pytest.param(chat(said("x"), ("Upgrade", "h2c")), "upgrade", id="upgrade"),
        pytest.param(chat(said("x"), ("Connection", "keep-alive, Upgrade")), "upgrade", id="half an upgrade"),
        pytest.param(chat(body=b'{"a":1,"a":2}'), "json", id="a key twice"),
        pytest.param(chat(body=b"[NaN]"), "json", id="NaN"),
        pytest.param(chat(body=b"{} {}"), "json", id="text after the end"),
        pytest.param(chat(body=b"[" * 65 + b"]" * 65), "json", id="too deep"),
        pytest.param(chat(body=b"\xff\xd8\xff"), "binary", id="bytes"),
        pytest.param(chat(body=b"x" * (LIMIT + 1)), "too-large", id="too large"),
        pytest.param(
            chat(None, ("Content-Encoding", "gzip"), body=gzip.compress(b"x" * (LIMIT + 1))), "too-large", id="a bomb"
        ),
        pytest.param(chat(said("x"), ("Content-Encoding", "gzip")), "encoding", id="a coding that is not there"),
        pytest.param(chat(said("x"), ("Content-Encoding", "exotic")), "encoding", id="a coding nobody knows"),
        pytest.param(chat(said("x"), path="/v1/chat?q=%FF"), "url", id="a broken address"),
        pytest.param(chat(said("x"), path=CHAT + "\udcff"), "url", id="a raw byte in the address"),
        pytest.param(
            Request("POST", "h", CHAT, (("content-type", "multipart/form-data; boundary=b"),), b"--b"),
            "multipart",
            id="multipart",
        ),
    ],
)
def test_what_cannot_be_read_is_named_and_not_raised(openai: ServiceRule, request_: Request, cause: str) -> None:
    assert read(request_, openai, LIMIT).uninspectable == (cause,)


def test_the_rest_is_read_all_the_same(openai: ServiceRule) -> None:
    prompt = read(chat(None, ("X-Title", "Ana"), ("Upgrade", "x"), body=b"{"), openai, LIMIT)

    assert prompt.uninspectable == ("upgrade", "json")
    assert "Ana" in {segment.text for segment in prompt.segments}


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param(chat(said("Ana"), ("Authorization", "AWS4-HMAC-SHA256 Credential=x")), id="SigV4"),
        pytest.param(chat(said("Ana"), ("authorization", "AWS4-ECDSA-P256-SHA256 Credential=x")), id="SigV4A"),
        pytest.param(chat(said("Ana"), ("authorization", "Bearer x"), ("Authorization", "AWS4-HMAC-SHA256 x")), id="2"),
        pytest.param(chat(said("Ana"), path=CHAT + "?X-Amz-Signature=abc"), id="in the query"),
    ],
)
def test_a_signed_request_is_read_and_never_edited(openai: ServiceRule, request_: Request) -> None:
    prompt = read(request_, openai, LIMIT)

    assert prompt.signed
    assert "Ana" in {segment.text for segment in prompt.segments}
    assert write(request_, openai, [], LIMIT) is request_
    with pytest.raises(WireError) as caught:
        write(request_, openai, [Edit("body:/messages/0/content", "x")], LIMIT)
    assert caught.value.cause == "signed"


# --- what is written -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("coding", "compress"),
    [
        ("gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("br", brotli.compress),
        ("zstd", zstandard.ZstdCompressor().compress),
        ("gzip, br", lambda data: brotli.compress(gzip.compress(data))),
    ],
)
def test_an_edited_body_leaves_without_coding_and_with_its_length(
    openai: ServiceRule, coding: str, compress: object
) -> None:
    plain = json.dumps(said("Né à Évry"), ensure_ascii=False).encode()
    request = Request(
        "POST",
        "api.openai.com",
        CHAT,
        (
            JSON_TYPE,
            ("Content-Encoding", coding),
            ("Content-Length", "9"),
            ("Transfer-Encoding", "chunked"),
            ("Digest", "sha-256=x"),
            ("X-Other", "1"),
        ),
        compress(plain),  # type: ignore[operator]
    )
    assert inside(read(request, openai, LIMIT))["body:/messages/0/content"] == "Né à Évry"

    new = write(request, openai, [Edit("body:/messages/0/content", "Où ?")], LIMIT)

    assert new.body == plain.replace("Né à Évry".encode(), "Où ?".encode())
    assert new.headers == (JSON_TYPE, ("X-Other", "1"), ("content-length", str(len(new.body))))
    assert plain_body(request, LIMIT) == plain


def test_edits_beside_the_body_leave_the_body_as_it_is(openai: ServiceRule) -> None:
    request = chat(None, ("Content-Encoding", "gzip"), ("X-T", "Ana"), path="/x?a=b", body=gzip.compress(b'"x"'))

    new = write(request, openai, [Edit("header:2", "Z"), Edit("query:0/value", "c")], LIMIT)

    assert new.body is request.body
    assert new.headers == (JSON_TYPE, ("Content-Encoding", "gzip"), ("X-T", "Z"))
    assert new.path == "/x?a=c"


@given(CHATS, st.booleans(), st.data())
def test_openai_chats_obey_the_lens_laws(
    openai: ServiceRule, document: dict[str, object], ascii_only: bool, data: st.DataObject
) -> None:
    lens_laws(openai, CHAT, document, ascii_only, data)


@given(MESSAGES, st.booleans(), st.data())
def test_anthropic_messages_obey_the_lens_laws(
    anthropic: ServiceRule, document: dict[str, object], ascii_only: bool, data: st.DataObject
) -> None:
    lens_laws(anthropic, "/v1/messages", document, ascii_only, data)


@given(VALUES, st.booleans(), st.data())
def test_any_json_anywhere_obeys_the_lens_laws(
    openai: ServiceRule, document: object, ascii_only: bool, data: st.DataObject
) -> None:
    lens_laws(openai, "/v1/new", document, ascii_only, data)


def lens_laws(rule: ServiceRule, path: str, document: object, ascii_only: bool, data: st.DataObject) -> None:
    text = json.dumps(document, ensure_ascii=ascii_only)
    request = Request("POST", "h", path, (JSON_TYPE,), text.encode("utf-8", "replace"))
    prompt = read(request, rule, LIMIT)
    assert write(request, rule, [], LIMIT) is request

    read_texts = inside(prompt)
    if not prompt.uninspectable:
        for where, string in strings(json.loads(request.body), ""):
            nested = any(place.partition(":")[2].startswith(where.partition(":")[2] + "~>") for place in read_texts)
            assert read_texts.get(where) == string or nested or not string or unread(where, string, prompt)

    # `type` and `role` say what the fields beside them mean
    editable = [s.where for s in prompt.segments if s.editable and s.where.startswith("body:")]
    places = [where for where in editable if not where.endswith(("/type", "/role"))]
    chosen = data.draw(st.lists(st.sampled_from(places), unique=True, max_size=4) if places else st.just([]))
    edits = {where: f"[[PERSON_{n}]] {data.draw(WORDS)}" for n, where in enumerate(chosen, 1)}
    new = write(request, rule, [Edit(*pair) for pair in edits.items()], LIMIT)
    after = read(new, rule, LIMIT)
    assert inside(after) == read_texts | edits
    assert after.uninspectable == prompt.uninspectable
    assert not edits or new.header("content-length") == str(len(new.body))


def unread(where: str, string: str, prompt: Prompt) -> bool:
    """Opaque by the rule file, or tool arguments without a text in them."""
    opaque = where.startswith("body:/messages/") and where.endswith(("/id", "/signature"))
    return opaque or (where.endswith("/arguments") and string.lstrip()[:1] in "[{\"'tfn-0123456789")


def strings(value: object, pointer: str) -> list[tuple[str, str]]:
    """Every string and key and where it stands, found without our reader."""
    if isinstance(value, str):
        return [(f"body:{pointer}", value)]
    if isinstance(value, list):
        return [found for index, item in enumerate(value) for found in strings(item, f"{pointer}/{index}")]
    out: list[tuple[str, str]] = []
    if isinstance(value, dict):
        for key, item in value.items():
            below = pointer + "/" + key.replace("~", "~0").replace("/", "~1")
            out += [(f"key:{below}", key), *strings(item, below)]
    return out


HEADERS = st.lists(
    st.tuples(
        st.sampled_from(["content-type", "content-encoding", "upgrade", "connection", "authorization", "x-a"])
        | st.text(max_size=5),
        st.sampled_from(["gzip", "br, gzip", "application/json", "text/plain; charset=utf-7", "multipart/x"])
        | st.text(st.characters(), max_size=12),
    ),
    max_size=4,
).map(tuple)


@given(
    st.sampled_from(["POST", "GET", "\udcff"]),
    st.sampled_from([CHAT, "/v1/models?x=%FF"]) | st.text(st.characters(), max_size=12),
    HEADERS,
    st.binary() | VALUES.map(json.dumps).map(str.encode) | st.binary().map(gzip.compress),
    HEADERS,
)
def test_whatever_comes_is_read_without_an_error(
    openai: ServiceRule,
    method: str,
    path: str,
    headers: tuple[tuple[str, str], ...],
    body: bytes,
    trailers: tuple[tuple[str, str], ...],
) -> None:
    request = Request(method, "h", path, headers, body, trailers)
    prompt = read(request, openai, LIMIT)

    assert len({segment.where for segment in prompt.segments}) == len(prompt.segments)
    assert write(request, openai, [], LIMIT) is request
    edits = [Edit(s.where, f"x [[PERSON_{n}]]") for n, s in enumerate(prompt.segments) if s.editable]
    if not prompt.signed:
        after = read(write(request, openai, edits, LIMIT), openai, LIMIT)
        assert {edit.text for edit in edits} <= {segment.text for segment in after.segments}


SOCKET_HEADERS = (("connection", "Upgrade"), ("upgrade", "websocket"), ("sec-websocket-version", "13"))


@pytest.fixture
def with_socket(openai: ServiceRule) -> ServiceRule:
    field = FieldRule(path="/text", role=Role.USER)
    socket = Endpoint(id="socket", methods=["WEBSOCKET"], path="/ws", family="mscopilot", fields=[field])
    return openai.model_copy(update={"endpoints": [socket], "signed_by": ["x-sign"], "credentials": ["t", "x-own"]})


def test_a_declared_socket_opens_and_its_messages_are_bodies(with_socket: ServiceRule) -> None:
    opening = read(Request("GET", "h", "/ws?t=x", SOCKET_HEADERS), with_socket, LIMIT)
    assert (opening.endpoint, opening.uninspectable) == ("socket", ())
    message = read(Request("WEBSOCKET", "h", "/ws", body=b'{"text":"Bonjour"}'), with_socket, LIMIT)
    assert [s.text for s in message.segments if s.role is Role.USER] == ["Bonjour"]


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/other", SOCKET_HEADERS),
        ("/ws", SOCKET_HEADERS[:2]),
        ("/ws", (*SOCKET_HEADERS[:2], ("sec-websocket-version", "8"))),
    ],
)
def test_any_other_socket_stays_shut(with_socket: ServiceRule, path: str, headers: tuple[tuple[str, str], ...]) -> None:
    assert "websocket" in read(Request("GET", "h", path, headers), with_socket, LIMIT).uninspectable


def test_a_body_that_a_header_signs_is_never_edited(with_socket: ServiceRule) -> None:
    request = Request("WEBSOCKET", "h", "/ws", (("X-Sign", "1"),), b'{"text":"Bonjour"}')
    assert read(request, with_socket, LIMIT).signed
    with pytest.raises(WireError):
        write(request, with_socket, [Edit("body:/text", "x")], LIMIT)


def test_the_services_own_credentials_are_not_read(with_socket: ServiceRule) -> None:
    prompt = read(
        Request("GET", "h", "/ws?t=secret1&u=seen", (("X-Own", "secret2"), ("x-more", "read"))), with_socket, LIMIT
    )
    texts = {s.text for s in prompt.segments}
    assert {"seen", "read"} <= texts
    assert not {"secret1", "secret2"} & texts


@pytest.mark.parametrize(
    ("path", "headers", "whole"),
    [
        ("/u", (("content-range", "bytes 0-1/2"),), True),
        ("/u", (("content-range", "bytes 0-1/9"),), False),
        ("/u", (("content-range", "bytes 2-3/4"),), False),
        ("/u", (("content-range", "bytes 0-1/*"),), False),
        ("/u", (("x-goog-upload-command", "upload, finalize"), ("x-goog-upload-offset", "0")), True),
        ("/u", (("x-goog-upload-command", "start"),), True),
        ("/u", (("x-goog-upload-command", "upload"),), False),
        ("/u", (("x-goog-upload-command", "upload, finalize"), ("x-goog-upload-offset", "9")), False),
        ("/u", (("upload-offset", "9"),), False),
        ("/u?comp=block&blockid=x", (), False),
        ("/u?sig=x&comp=blocklist", (), True),
        ("/u?partNumber=1&uploadId=x", (), False),
    ],
)
def test_a_piece_of_a_file_is_told_from_a_whole_one(
    openai: ServiceRule, path: str, headers: tuple[tuple[str, str], ...], whole: bool
) -> None:
    request = Request("PUT", "h", path, headers, b"ab")

    assert read(request, openai, LIMIT).uninspectable == (() if whole else ("partial-upload",))


@pytest.mark.parametrize("content_type", ["application/json", "application/x-www-form-urlencoded", ""])
def test_bytes_of_a_resumable_upload_are_a_file_whatever_their_address_and_type(
    openai: ServiceRule, content_type: str
) -> None:
    headers = (("content-type", content_type), ("x-goog-upload-command", "upload, finalize"))
    request = Request("POST", "h", "/given/by/the/service", headers, b"{Bonjour}")
    prompt = read(request, openai, LIMIT)
    assert prompt.uninspectable == ()
    assert [(s.role, s.text) for s in prompt.segments if s.where.startswith("body:")] == [(Role.FILE, "{Bonjour}")]


def test_files_that_wait_are_opened_and_otherwise_named(openai: ServiceRule) -> None:
    request = Request("PUT", "h", "/u", (), b"%PDF-1.7")

    assert [file.data for file in opened(request, openai, LIMIT).files] == [b"%PDF-1.7"]
    assert read(request, openai, LIMIT).uninspectable == ("media",)


def test_names_of_files_and_texts_in_them_are_edited(openai: ServiceRule) -> None:
    body = b'--b\r\nContent-Disposition: form-data; name="f"; filename="Ana.txt"\r\n\r\nPaul\r\n--b--\r\n'
    request = Request("POST", "h", "/u", (("content-type", "multipart/form-data; boundary=b"),), body)

    edited = write(request, openai, [Edit("filename:0", "x.txt"), Edit("body:part/0!", "y")], LIMIT)
    assert edited.body == body.replace(b"Ana.txt", b"x.txt").replace(b"Paul", b"y")
    assert edited.header("content-length") == str(len(edited.body))


ADDRESS = "ana@example.com"


@pytest.mark.parametrize("place", ["body", "key", "query", "header", "path"])
@pytest.mark.parametrize(
    ("channel", "path", "counts"),
    [("api", CHAT, True), ("api", "/new", True), ("web", CHAT, True), ("web", "/new", True)],
)
def test_a_persons_address_counts_wherever_it_stands(
    openai: ServiceRule, place: str, channel: str, path: str, counts: bool
) -> None:
    query = f"?x={ADDRESS}" if place == "query" else ""
    note = ADDRESS if place == "header" else "none"
    body = {"body": '{"x": "%s"}', "key": '{"%s": 1}'}.get(place, "{}").replace("%s", ADDRESS)
    if place == "path":
        path, counts = f"/{ADDRESS}{path}", channel == "api"
    request = Request("POST", "api.openai.com", path + query, (JSON_TYPE, ("x-note", note)), body.encode())
    segments = read(request, openai.model_copy(update={"channel": channel}), LIMIT).segments
    assert [s.declared for s in segments if ADDRESS in s.text] == [counts]


@pytest.mark.parametrize("path", ["/sign-in", "/new?login=ana@example.com"])
@pytest.mark.parametrize(("channel", "counts"), [("api", True), ("web", False)])
def test_an_address_with_which_somebody_signs_in_on_a_page_is_none(
    openai: ServiceRule, path: str, channel: str, counts: bool
) -> None:
    body = json.dumps({"email_address": ADDRESS}).encode()
    request = Request("POST", "api.openai.com", path, (JSON_TYPE, ("x-user-email", ADDRESS)), body)
    segments = read(request, openai.model_copy(update={"channel": channel}), LIMIT).segments
    assert {s.declared for s in segments if ADDRESS in s.text} == {counts}
