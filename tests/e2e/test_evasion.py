"""Values in bodies, addresses and headers built so that a reader of plain JSON misses them: none leaves unseen.

Each case is one request through the whole pipeline, offline; `test_hostile` sends the like through a real proxy. What
stands between requests (lengths, names, trailers) goes through the real one here.
"""

import asyncio
import base64
import codecs
import gzip
import io
import json
import re
import socket
import ssl
import zipfile
import zlib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import brotli
import pytest
import zstandard

from guard.demo.stage import Act
from guard.rules.load import load
from guard.settings import Settings
from guard.terms import Actor, Request
from guard.trial import Trial

CARD = "5500000000000004"
IBAN = "FR7630006000011234567890189"
AWS = "AKIAZQ3DRSTUVWXY2345"
MAIL = "camille.durand@exemple.fr"
VALUES = (CARD, IBAN, AWS, MAIL)
CHAT = "/v1/chat/completions"
NEW = "/v1/brand-new"
"""An endpoint that no rule file names."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A request in the making; its body is JSON text unless the type says otherwise."""

    body: bytes = b""
    type: str = "application/json"
    coding: str = ""
    path: str = CHAT
    method: str = "POST"
    headers: tuple[tuple[str, str], ...] = ()
    trailers: tuple[tuple[str, str], ...] = ()

    def request(self) -> Request:
        """It, whole."""
        headers = [("content-type", self.type)] if self.type else []
        headers += [("content-encoding", self.coding)] if self.coding else []
        return Request(self.method, "api.openai.com", self.path, (*headers, *self.headers), self.body, self.trailers)


def chat(content: object, **more: object) -> bytes:
    document = {"model": "gpt-4o", "messages": [{"role": "user", "content": content}]} | more
    return json.dumps(document, ensure_ascii=False).encode()


def said(body: object, path: str = CHAT) -> Sent:
    """JSON text, or a document."""
    return Sent((body if isinstance(body, str) else json.dumps(body)).encode(), path=path)


def get(path: str, *headers: tuple[str, str], trailers: tuple[tuple[str, str], ...] = ()) -> Sent:
    return Sent(type="", path=path, method="GET", headers=headers, trailers=trailers)


def file(body: bytes, content_type: str = "application/octet-stream") -> Sent:
    return Sent(body, content_type, path=NEW)


def parts(*each: tuple[str, str], end: bool = True) -> Sent:
    """A multipart body of (header lines, content)."""
    text = "".join(f"--XX\r\nContent-Disposition: form-data; {head}\r\n\r\n{content}\r\n" for head, content in each)
    return Sent((text + ("--XX--\r\n" if end else "")).encode(), "multipart/form-data; boundary=XX", path=NEW)


def zipped(name: str, content: str | bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return out.getvalue()


def raw_deflate(data: bytes) -> bytes:
    deflate = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return deflate.compress(data) + deflate.flush()


def escaped(text: str, slashes: int = 1) -> str:
    return "".join("\\" * slashes + f"u{ord(char):04x}" for char in text)


def data_url(kind: str, text: str) -> str:
    return f"data:{kind};base64,{base64.b64encode(text.encode()).decode()}"


def call(arguments: object) -> Sent:
    """A tool call of the history."""
    function = {"name": "f", "arguments": json.dumps(arguments)}
    tool = {"id": "c", "type": "function", "function": function}
    return said({"messages": [{"role": "assistant", "tool_calls": [tool]}]})


def deep(value: object, depth: int) -> str:
    """JSON in a string in JSON, so many times."""
    text = json.dumps({"value": value})
    for _ in range(depth):
        text = json.dumps({"inner": text})
    return text


PLAIN = chat(f"card {CARD}")
TEXT = PLAIN.decode()
DATA = re.compile("base64,([A-Za-z0-9+/]+=*)")
PICTURE = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(8)).decode()

REDACTED = {
    "A01 plain": Sent(PLAIN),
    "A02 gzip": Sent(gzip.compress(PLAIN), coding="gzip"),
    "A04 zstd": Sent(zstandard.compress(PLAIN), coding="zstd"),
    "A05 deflate": Sent(zlib.compress(PLAIN), coding="deflate"),
    "A07 gzip twice": Sent(gzip.compress(gzip.compress(PLAIN)), coding="gzip, gzip"),
    "A08 gzip, then brotli": Sent(brotli.compress(gzip.compress(PLAIN)), coding="gzip, br"),
    "A10 two zstd frames": Sent(zstandard.compress(PLAIN[:30]) + zstandard.compress(PLAIN[30:]), coding="zstd"),
    "brotli": Sent(brotli.compress(PLAIN), coding="br"),
    "deflate without its frame": Sent(raw_deflate(PLAIN), coding="deflate"),
    "two gzip members": Sent(gzip.compress(PLAIN[:30]) + gzip.compress(PLAIN[30:]), coding="gzip"),
    "gzip by its old name, in capitals": Sent(gzip.compress(PLAIN), coding="X-GZIP"),
    "B01 UTF-16 LE with a mark": Sent(codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le")),
    "B02 UTF-16 BE that says UTF-8": Sent(TEXT.encode("utf-16-be"), "application/json; charset=utf-8"),
    "B04 UTF-8 with a mark": Sent(codecs.BOM_UTF8 + PLAIN),
    "UTF-32": Sent(TEXT.encode("utf-32-le")),
    "UTF-8 that says Latin-1": Sent(chat(f"clé {CARD}"), "application/json; charset=iso-8859-1"),
    "digits with NUL after each are UTF-16": file(CARD.encode("utf-16-le"), "text/plain"),
    "JSON escapes": said(TEXT.replace(CARD, escaped(CARD))),
    "B10 JSON escapes twice": said(TEXT.replace(CARD, escaped(CARD, slashes=2))),
    "escaped NUL characters": said({"messages": [{"role": "user", "content": "\0".join(CARD)}]}),
    "F01 over two messages": said({"messages": [{"role": "user", "content": half} for half in (CARD[:7], CARD[7:])]}),
    "F02 over two fields": said({"a": AWS[:8], "b": AWS[8:]}),
    "over two fields of a new endpoint": said({"a": AWS[:8], "b": AWS[8:]}, NEW),
    "over two parts": Sent(chat([{"type": "text", "text": half} for half in (CARD[:8], CARD[8:])])),
    "over items of an array": said({"tags": [IBAN[:4], IBAN[4:14], IBAN[14:]]}, NEW),
    "F04 a key of an object": said({"messages": [{AWS: "x"}]}),
    "a card as a key": said({"messages": [], CARD: 1}),
    "a number where text is": said({"messages": [{"role": "user", "content": int(CARD)}]}),
    "F10 JSON in JSON": said({"arguments": deep({"card": CARD}, 1)}),
    "JSON in JSON in JSON": said({"arguments": deep(CARD, 3)}),
    "JSON in JSON in a message": Sent(chat(deep(f"à {MAIL}", 3))),
    "JSON in JSON in tool arguments": call({"q": deep({"iban": IBAN}, 2)}),
    "escapes in JSON in tool arguments": call({"q": json.dumps({"to": MAIL}).replace(MAIL, escaped(MAIL))}),
    "a key in JSON in tool arguments": call({"q": deep({AWS: 1}, 1)}),
    "a number in tool arguments": call({"card": int(CARD)}),
    "F13 JSON that says it is text": Sent(PLAIN, "text/plain"),
    "JSON that says it is a form": Sent(PLAIN, "application/x-www-form-urlencoded"),
    "JSON that says it is a picture": Sent(PLAIN, "image/png"),
    "JSON of no type": Sent(PLAIN, ""),
    "a form": Sent(urlencode({"a": "x", "q": AWS}).encode(), "application/x-www-form-urlencoded", path=NEW),
    "F15 over two fields of a form": Sent(b"a=55000000&b=00000004", "application/x-www-form-urlencoded", path=NEW),
    "F16 multipart": parts(('name="a"', CARD)),
    "F17 over two parts of multipart": parts(('name="a"', AWS[:8]), ('name="b"', AWS[8:])),
    "F20 the name of a file": parts((f'name="f"; filename="{AWS}.txt"', "hi")),
    "a text file that says it is a picture": said({"image_url": data_url("image/png", f"carte {CARD}")}, NEW),
    "a text file in a data: URL": Sent(chat(data_url("text/plain", f"carte {CARD}"))),
    "a text file in a part": Sent(
        chat([{"type": "file", "file": {"file_data": data_url("text/csv", f"nom;iban\nDurand;{IBAN}")}}])
    ),
    "multipart that says it is text": Sent(parts(('name="a"', CARD)).body, "text/plain", path=NEW),
    "XML": Sent(f"<a>{IBAN}</a>".encode(), "application/xml", path=NEW),
    "YAML": Sent(f"key: {AWS}\n".encode(), "application/yaml", path=NEW),
    "a data: URL in a text": Sent(chat(f"Voilà {data_url('text/plain', f'carte {CARD}')} merci")),
    "a data: URL in HTML": Sent(chat(f'<img src="{data_url("text/html", f"<p>{IBAN}</p>")}"/>')),
    "a data: URL in percent-encoding": Sent(chat(f"Voir data:text/html,{''.join(f'%{ord(c):02x}' for c in MAIL)} ?")),
    "a data: URL of compressed text": Sent(
        chat(f"x data:application/gzip;base64,{base64.b64encode(gzip.compress(f'key {AWS}'.encode())).decode()}")
    ),
    "a PDF in base64": Sent(chat(f"voici {base64.b64encode(f'%PDF-1.7 carte {CARD}'.encode()).decode()}")),
    "a doubled slash in the path": Sent(chat(MAIL), path="/v1//chat%2Fcompletions/"),
    "a field nobody declared": Sent(chat("Bonjour", new_field={"x": [AWS]})),
    "N21 another method": Sent(chat(AWS), method="PUT"),
    "N21 GET with a body": Sent(chat(AWS), path="/v1/models", method="GET"),
    "N21 the query": get(f"/v1/models?q={AWS}"),
    "N29 behind a number sign": get(f"/v1/models?a=b#{AWS}"),
    "N29 base64 in the query": get(f"/v1/models?q={base64.b64encode(f'key {AWS}'.encode()).decode()}"),
    "N29 over two values of the query": get(f"/v1/models?a={AWS[:8]}&b={AWS[8:]}"),
    "N29 a name in the query": get(f"/v1/models?{AWS}=1"),
    "N29 the user agent": get("/v1/models", ("user-agent", f"tool {AWS}")),
    "N29 a header of one's own": get("/v1/models", ("x-note", f"key={AWS}")),
    "N29 the second of two headers": get("/v1/models", ("x-note", "a"), ("X-Note", AWS)),
    "N30 a trailer": get("/v1/models", trailers=(("x-note", AWS),)),
}
"""The value goes, and the rest leaves."""

STOPPED = {
    "G01 a Word document": file(zipped("word/document.xml", f"<w:t>{CARD}</w:t>")),
    "G02 an archive": file(zipped("a.txt", CARD)),
    "G03 an archive in an archive, as text in JSON": said(
        {"x": base64.b64encode(zipped("a.zip", zipped("a.txt", CARD))).decode()}, NEW
    ),
    "F05 a number": said(f'{{"n":{CARD}}}'),
    "a number below zero": said(f'{{"n":-{CARD}}}'),
    "a number with a fraction": said(f'{{"n":{CARD}.0}}'),
    "F06 a number with an exponent": said('{"n":5.500000000000004e15}'),
    "a number with an exponent of nothing": said(f'{{"n":{CARD}E+00}}', NEW),
    "F14 a bare number as JSON": said(CARD),
    "a bare number as JSON of a new endpoint": said(CARD, NEW),
    "N29 the path": get(f"/v1/{AWS}"),
    "N29 the path, escaped": get("/v1/" + "".join(f"%{ord(char):02X}" for char in AWS)),
    "N29 the name of a header": get("/v1/models", (f"x-{AWS}", "1")),
    "a parameter of the type": Sent(chat("Bonjour"), f"application/json; note={AWS}"),
}
"""The value was found where it cannot be replaced."""

UNREAD = {
    "A11 deflate with more behind it": (Sent(zlib.compress(b'{"a":"hi"}') + PLAIN, coding="deflate"), "encoding"),
    "gzip with more behind it": (Sent(gzip.compress(PLAIN) + b"x", coding="gzip"), "encoding"),
    "A13 a coding of Python's": (Sent(PLAIN, coding="rot13"), "encoding"),
    "A14 another of Python's": (Sent(PLAIN.hex().encode(), coding="hex"), "encoding"),
    "a coding that is not there": (Sent(PLAIN, coding="gzip"), "encoding"),
    "any coding": (Sent(PLAIN, coding="*"), "encoding"),
    "gzip nobody declared": (Sent(gzip.compress(PLAIN)), "binary"),
    "A16 gzip cut short": (Sent(gzip.compress(PLAIN)[:-9], coding="gzip"), "encoding"),
    "A17 a gzip bomb": (Sent(gzip.compress(bytes(48 << 20)), coding="gzip"), "too-large"),
    "B05 UTF-7": (Sent(b'{"a":"+ADQAMQAxADE-"}', "text/plain; charset=utf-7", path=NEW), "charset"),
    "B07 NUL characters between digits": (file("\0".join(CARD).encode(), "text/plain"), "binary"),
    "NUL characters in JSON": (Sent(TEXT.replace(CARD, "\0".join(CARD)).encode()), "binary"),
    "B08 bytes that are not UTF-8": (Sent(PLAIN.replace(b"card", b"c\xffrd")), "binary"),
    "Latin-1": (Sent(chat(f"clé {CARD}").decode().encode("latin-1"), "application/json; charset=latin1"), "binary"),
    "F07 comments": (said(f'{{/*x*/"messages":[{{"content":"{CARD}"}}]}}'), "json"),
    "F08 NaN": (said(f'{{"t":NaN,"content":"{CARD}"}}'), "json"),
    "a key twice": (said(f'{{"a":"hi","a":"{CARD}"}}'), "json"),
    "a key twice, once escaped": (said(f'{{"a":"hi","\\u0061":"{CARD}"}}'), "json"),
    "F11 a second document": (said('{"a":"hi"}' + TEXT), "json"),
    "single quotes": (said(TEXT.replace('"', "'")), "json"),
    "a call of JSONP": (said(f"f({TEXT})"), "json"),
    "text that says it is JSON": (said(f"my card {CARD}", NEW), "json"),
    "F19 multipart without an end": (parts(('name="a"', CARD), end=False), "multipart"),
    "G04 an archive that is a bomb": (file(zipped("a.txt", "0" * (8 << 20))), "archive-bomb"),
    "G05 a PDF": (file(b"%PDF-1.7\n..."), "corrupt-file"),
    "a PDF that says it is text": (file(b"%PDF-1.7\n...", "text/plain"), "corrupt-file"),
    "a PDF with binary data": (file(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "application/pdf"), "corrupt-file"),
    "G07 a PNG that says it is text": (file(b"\x89PNG\r\n\x1a\n...", "text/plain"), "image"),
    "a JPEG": (file(b"\xff\xd8\xff\xe0JFIF"), "corrupt-file"),
    "G08 a 7z archive": (file(b"7z\xbc\xaf'\x1c"), "archive"),
    "G08 a RAR archive": (file(b"Rar!\x1a\x07\x01"), "archive"),
    "an old Office document": (file(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), "old-office"),
    "G10 a picture in a data: URL": (said({"image_url": f"data:image/png;base64,{PICTURE}"}), "image"),
    "G10 in a part": (
        Sent(chat([{"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PICTURE}"}}])),
        "image",
    ),
    "G10 behind white space": (said({"image_url": f" \ndata:image/png;base64,{PICTURE}"}, NEW), "image"),
    "G11 an Ogg file": (file(b"OggS\x00\x02"), "media"),
    "G11 an MP3 file": (file(b"ID3\x03"), "media"),
    "sound in a part": (Sent(chat([{"type": "input_audio", "input_audio": {"data": "T2dnUw=="}}])), "media"),
    "MessagePack": (file(b"\x81\xa1a\xb0" + CARD.encode(), "application/msgpack"), "binary"),
    "gRPC": (file(b"\0\0\0\0\x12\n\x10" + CARD.encode(), "application/grpc"), "binary"),
    "tokens to embed": (said({"model": "m", "input": [[15339, 1917]]}, "/v1/embeddings"), "tokens"),
    "tokens to complete": (said({"model": "m", "prompt": [15339, 1917]}, "/v1/completions"), "tokens"),
    "N27 another protocol": (get("/v1/models", ("connection", "Upgrade"), ("upgrade", "foo")), "upgrade"),
    "N28 a websocket": (get("/v1/realtime", ("connection", "Upgrade"), ("upgrade", "websocket")), "websocket"),
}
"""Nobody can say what is in it: it does not leave, and the cause is named."""


@pytest.fixture(scope="module")
def trial() -> Trial:
    return Trial(load(Path(__file__).parent.parent.parent / "rules"), Settings())


def tried(trial: Trial, sent: Sent) -> dict[str, object]:
    return asyncio.run(trial.run(sent.request(), Actor()))


def found(result: dict[str, object]) -> list[object]:
    assert isinstance(result["findings"], list)
    return result["findings"]


def left(result: dict[str, object]) -> str:
    """What would leave as text, whatever its width of characters."""
    body = result["body"]
    text = base64.b64decode(body["base64"]).decode("latin-1") if isinstance(body, dict) else str(body)
    files = [base64.b64decode(coded).decode("latin-1") for coded in DATA.findall(text)]
    return "".join([text, *files]).replace("\0", "")


@pytest.mark.parametrize("sent", REDACTED.values(), ids=REDACTED)
def test_the_value_is_found_and_does_not_leave(trial: Trial, sent: Sent) -> None:
    result = tried(trial, sent)

    assert (result["verdict"], result["uninspectable"], result["failure"]) == ("redact", [], None)
    assert found(result)
    assert ("[[" in left(result)) or ("%5B%5B" in left(result)) or not sent.body
    assert not any(value in left(result) for value in VALUES)


@pytest.mark.parametrize("sent", STOPPED.values(), ids=STOPPED)
def test_a_value_that_cannot_be_replaced_stops_the_request(trial: Trial, sent: Sent) -> None:
    result = tried(trial, sent)

    assert (result["verdict"], result["uninspectable"], result["body"]) == ("block", [], None)
    assert found(result)


@pytest.mark.parametrize(("sent", "cause"), UNREAD.values(), ids=UNREAD)
def test_what_nobody_can_read_does_not_leave(trial: Trial, sent: Sent, cause: str) -> None:
    result = tried(trial, sent)

    assert (result["verdict"], result["uninspectable"], result["body"]) == ("block", [cause], None)


def test_lines_of_json_leave_without_the_value_or_not_at_all(trial: Trial) -> None:
    result = tried(trial, Sent(f'{{"a":1}}\n{{"b":"{CARD}"}}\n'.encode(), "application/x-ndjson", path=NEW))

    assert result["verdict"] in ("redact", "block")
    assert CARD not in left(result)


# --- through the real proxy ------------------------------------------------------------------------------------------

KEYED = chat(f"key {AWS}")
LENGTH = b"content-length: %d" % len(KEYED)
CHUNKED = b"transfer-encoding: chunked"
CHUNKS = b"%x\r\n%b\r\n0\r\n\r\n" % (len(KEYED), KEYED)


def lines(
    *headers: bytes, first: bytes = b"POST /v1/chat/completions HTTP/1.1", host: bytes = b"api.openai.com"
) -> bytes:
    """The head of a request, with the empty line that ends it. Its answer is the last on the connection."""
    last = () if any(header.startswith(b"connection:") for header in headers) else (b"connection: close",)
    return b"\r\n".join([first, b"host: " + host, b"content-type: application/json", *last, *headers, b"", b""])


BETWEEN = {
    "N15 a length and chunks": lines(b"content-length: 5", CHUNKED) + CHUNKS,
    "N16 two lengths": lines(b"content-length: 5", LENGTH) + KEYED,
    "N16 a list of lengths": lines(b"content-length: 5, %d" % len(KEYED)) + KEYED,
    "N16 a length with a sign": lines(LENGTH.replace(b": ", b": +")) + KEYED,
    "N16 an unknown transfer coding": lines(b"transfer-encoding: xchunked") + CHUNKS,
    "N17 chunks in HTTP/1.0": lines(CHUNKED, first=b"POST /v1/chat/completions HTTP/1.0") + CHUNKS,
    "N18 another name in Host": lines(LENGTH, host=b"harmless.example") + KEYED,
    "N19 another name in the request line": (
        lines(LENGTH, first=b"POST https://harmless.example/v1/chat/completions HTTP/1.1") + KEYED
    ),
    "N19 the right name there, another in Host": (
        lines(LENGTH, first=b"POST https://api.openai.com/v1/chat/completions HTTP/1.1", host=b"harmless.example")
        + KEYED
    ),
    "two Host headers": lines(b"host: harmless.example", LENGTH) + KEYED,
    "N28 a socket of another version": lines(
        b"connection: upgrade, close",
        b"upgrade: websocket",
        b"sec-websocket-version: 8",
        b"sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==",
        first=b"GET /v1/realtime?model=gpt-realtime HTTP/1.1",
    ),
    "N27 an upgrade to another protocol": lines(b"connection: upgrade, close", b"upgrade: foo", LENGTH) + KEYED,
}
"""Two readers could take these for two requests, or for one to another host."""

READ = {
    "N05 a method nobody knows": lines(LENGTH, first=b"P-ST /v1/chat/completions HTTP/1.1") + KEYED,
    "N31 a client that waits to be told to go on": lines(b"expect: 100-continue", LENGTH) + KEYED,
    "N32 a part of an upload": lines(b"content-range: bytes 0-9/100", LENGTH) + KEYED,
    "the second of two requests sent at once": (
        lines(b"connection: keep-alive", b"content-length: 2") + b"{}" + lines(LENGTH) + KEYED
    ),
    "a header over two lines": lines(b"x-note: a\r\n " + AWS.encode(), b"content-length: 2") + b"{}",
    "an extension of a chunk": lines(CHUNKED) + b"2;note=" + AWS.encode() + b"\r\n{}\r\n0\r\n\r\n",
    "no Host": lines(LENGTH).replace(b"host: api.openai.com\r\n", b"") + KEYED,
    "line ends of one character": lines(LENGTH).replace(b"\r\n", b"\n") + KEYED,
}
"""Odd, and one request all the same."""


def answered(act: Act, trust: ssl.SSLContext, data: bytes, patience: float = 10) -> bytes:
    """What comes back for these bytes, inside TLS to an AI service, until it is closed or `patience` seconds silent."""
    out = b""
    with socket.create_connection(("127.0.0.1", act.stage.guard.port), timeout=10) as tunnel:
        tunnel.sendall(b"CONNECT api.openai.com:443 HTTP/1.1\r\nhost: api.openai.com:443\r\n\r\n")
        while not tunnel.recv(65536).endswith(b"\r\n\r\n"):
            continue
        with trust.wrap_socket(tunnel, server_hostname="api.openai.com") as secure, suppress(OSError):
            secure.sendall(data)
            secure.settimeout(patience)
            while piece := secure.recv(65536):
                out += piece
    return out


@pytest.mark.parametrize("data", BETWEEN.values(), ids=BETWEEN)
def test_what_two_servers_could_read_differently_is_refused(act: Act, trust: ssl.SSLContext, data: bytes) -> None:
    answer = answered(act, trust, data)

    assert answer.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 421 "))
    assert (act.received, act.strays, act.verdicts) == ([], [], ["block"])


@pytest.mark.parametrize("data", READ.values(), ids=READ)
def test_an_odd_request_leaves_without_its_secret_or_not_at_all(act: Act, trust: ssl.SSLContext, data: bytes) -> None:
    answered(act, trust, data)

    assert act.left([AWS]) == []
    assert len(act.received) <= len(act.events)


@pytest.mark.parametrize(
    "data",
    [
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + KEYED,
        lines(b"connection: upgrade, close", b"upgrade: h2c", b"http2-settings: AAMAAABk", LENGTH) + KEYED,
    ],
    ids=["at once", "by an upgrade"],
)
def test_http2_that_was_not_agreed_on_does_not_leave(act: Act, trust: ssl.SSLContext, data: bytes) -> None:
    """N26."""
    answered(act, trust, data, patience=0.5)

    assert (act.received, act.strays) == ([], [])


def test_who_offers_http2_and_speaks_http1_is_read_all_the_same(act: Act) -> None:
    """N13."""
    offering = ssl.create_default_context(cafile=act.stage.guard.ca)
    offering.set_alpn_protocols(["h2", "http/1.1"])

    answered(act, offering, lines(LENGTH) + KEYED)

    assert act.left([AWS]) == []
    assert len(act.received) <= len(act.events)


def test_a_trailer_does_not_leave(act: Act, trust: ssl.SSLContext) -> None:
    """N30. The request leaves without it."""
    data = lines(CHUNKED) + b"2\r\n{}\r\n0\r\nx-note: " + AWS.encode() + b"\r\n\r\n"

    answered(act, trust, data)

    assert (act.left([AWS]), act.strays) == ([], [])
    assert len(act.received) <= len(act.events)
