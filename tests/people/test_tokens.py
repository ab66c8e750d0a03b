import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey, RSAKey

from guard.demo.certificates import Authority
from guard.errors import DirectoryError, PeopleError
from guard.people.tokens import Keys, Tokens, from_address, from_file
from guard.terms import Actor

ISSUER, AUDIENCE = "https://login.example.com", "prompt-guard"
RSA = RSAKey.generate_key(2048, {"kid": "one"})
EC = ECKey.generate_key("P-256", {"kid": "two"})
STRANGER = RSAKey.generate_key(2048, {"kid": "one"})
SECRET = OctKey.import_key("a-shared-secret-of-more-than-32-bytes!", {"kid": "one"})
PUBLIC = KeySet([RSA, EC]).as_dict(private=False)


def signed(key: Any = RSA, algorithm: str = "RS256", **changes: Any) -> str:
    claims = {
        "iss": ISSUER,
        "aud": ["other", AUDIENCE],
        "exp": int(time.time()) + 600,
        "preferred_username": "camille",
        "groups": ["hr", "it", 7, "unknown"],
    } | changes
    claims = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode({"alg": algorithm, "kid": key.kid}, claims, key, algorithms=[algorithm])


def tokens(fetch: Callable[[], str] | None = None, user: str = "preferred_username", groups: str = "groups") -> Tokens:
    return Tokens(ISSUER, AUDIENCE, Keys(fetch or (lambda: json.dumps(PUBLIC))), user, groups)


@pytest.mark.parametrize(
    ("key", "algorithm", "audience"),
    [
        (RSA, "RS256", ["other", AUDIENCE]),
        (EC, "ES256", [AUDIENCE]),
        (RSA, "PS256", [AUDIENCE]),
        (RSA, "RS256", AUDIENCE),
    ],
    ids=["RSA", "EC", "PSS", "one audience"],
)
def test_a_token_of_the_issuer_says_who_it_is(key: Any, algorithm: str, audience: object) -> None:
    found = tokens().check(signed(key, algorithm, aud=audience))
    assert found is not None
    assert found.actor == Actor("camille", ("hr", "it"), "token")
    assert 500 < found.left <= 600


WRONG = {
    "another's key": signed(STRANGER),
    "a shared secret": signed(SECRET, "HS256"),
    "another issuer": signed(iss="https://login.example.org"),
    "no issuer": signed(iss=None),
    "another audience": signed(aud="other"),
    "no audience": signed(aud=None),
    "over": signed(exp=int(time.time()) - 120),
    "endless": signed(exp=None),
    "not yet": signed(nbf=int(time.time()) + 600),
    "nobody": signed(preferred_username=None),
    "reserved": signed(preferred_username="unknown"),
    "a number": signed(preferred_username=7),
    "unsigned": "eyJhbGciOiJub25lIn0." + signed().split(".")[1] + ".",
    "cut": signed()[:-4],
    "no token": "eyJ.a.b",
}


@pytest.mark.parametrize("name", WRONG)
def test_a_token_that_is_not_good_is_nobodys(name: str) -> None:
    assert tokens().check(WRONG[name]) is None


def test_a_shared_secret_among_the_keys_is_no_key() -> None:
    both = json.dumps({"keys": [*PUBLIC["keys"], SECRET.as_dict(private=True)]})
    assert tokens(lambda: both).check(signed(SECRET, "HS256")) is None
    with pytest.raises(DirectoryError):
        tokens(lambda: json.dumps({"keys": [SECRET.as_dict(private=True)]})).check(signed())


def test_a_claim_may_stand_inside_another() -> None:
    token = signed(realm_access={"roles": ["admin"]}, **{"https://example.com/user": "sacha"})
    found = tokens(user="https://example.com/user", groups="realm_access.roles").check(token)
    assert found is not None
    assert found.actor == Actor("sacha", ("admin",), "token")
    for groups in ("", "nothing.there", "iss"):
        found = tokens(groups=groups).check(token)
        assert found is not None
        assert found.actor.groups == ()


class Issuer:
    """Keys that change and an issuer that may be down, with a clock."""

    def __init__(self) -> None:
        self.now, self.down, self.asked = 0.0, False, 0
        self.keys = KeySet([EC])

    def clock(self) -> float:
        return self.now

    def fetch(self) -> str:
        self.asked += 1
        if self.down:
            raise DirectoryError("down")
        return json.dumps(self.keys.as_dict(private=False))


def test_a_key_we_do_not_have_is_asked_for_but_not_by_everybody() -> None:
    issuer = Issuer()
    known = Tokens(ISSUER, AUDIENCE, Keys(issuer.fetch, issuer.clock), "preferred_username", "")
    assert known.check(signed()) is None
    issuer.keys = KeySet([EC, RSA])
    assert known.check(signed()) is None
    assert issuer.asked == 1
    issuer.now = 61
    assert known.check(signed()) is not None
    assert issuer.asked == 2


def test_keys_outlive_an_issuer_that_is_down_for_a_day() -> None:
    issuer = Issuer()
    keys = Keys(issuer.fetch, issuer.clock)
    issuer.down = True
    with pytest.raises(DirectoryError):
        keys.current()
    issuer.down = False
    keys.current()
    issuer.down, issuer.now = True, 7200
    keys.current()
    issuer.now = 25 * 3600
    with pytest.raises(DirectoryError):
        keys.current()


def test_keys_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "keys.json").write_text(json.dumps(PUBLIC) + "\n")
    assert tokens(from_file(tmp_path / "keys.json")).check(signed()) is not None
    (tmp_path / "keys.json").write_text("{}\n")
    with pytest.raises(PeopleError, match=r"keys\.json"):
        from_file(tmp_path / "keys.json")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """An https address with the keys, and the CA it is trusted by."""
    authority = Authority(tmp_path_factory.mktemp("issuer"))
    certificate = authority.issue("localhost")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/keys" else 302)
            self.send_header("location", "/keys")
            self.end_headers()
            self.wfile.write(json.dumps(PUBLIC).encode())

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.chain, certificate.key)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"https://localhost:{server.server_address[1]}", authority.bundle
    server.shutdown()
    thread.join()
    server.server_close()


def test_keys_come_from_an_address_over_tls_we_trust(site: tuple[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:1")
    url, ca = site
    assert tokens(from_address(f"{url}/keys", ca, 10)).check(signed()) is not None
    for fetch in (from_address(f"{url}/keys", None, 10), from_address(f"{url}/elsewhere", ca, 10)):
        with pytest.raises(DirectoryError):
            fetch()
    with pytest.raises(PeopleError):
        from_address("http://localhost/keys", ca, 10)
    with pytest.raises(PeopleError):
        from_address(url, Path("/nowhere"), 10)
