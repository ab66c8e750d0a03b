"""The demo's CA and certificates."""

import ssl
import stat
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509

from guard.demo.certificates import Authority


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path / "ca")


def _handshake(authority: Authority, name: str, *names: str) -> None:
    """A TLS handshake in memory, by a client that trusts the authority and expects `name`."""
    issued = authority.issue(*names)
    server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_side.load_cert_chain(issued.chain, issued.key)
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = ssl.create_default_context(cafile=authority.bundle).wrap_bio(to_client, to_server, server_hostname=name)
    server = server_side.wrap_bio(to_server, to_client, server_side=True)
    for _ in range(4):
        for side in (client, server):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue


@pytest.mark.parametrize("name", ["api.example.com", "other.example.com", "127.0.0.1"])
def test_a_strict_client_accepts_every_name_it_was_issued_for(authority: Authority, name: str) -> None:
    _handshake(authority, name, "api.example.com", "other.example.com", "127.0.0.1")


def test_a_strict_client_refuses_another_name(authority: Authority) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        _handshake(authority, "evil.example.com", "api.example.com")


def test_another_authority_is_not_trusted(authority: Authority, tmp_path: Path) -> None:
    authority.bundle.write_bytes(Authority(tmp_path / "other").bundle.read_bytes())
    with pytest.raises(ssl.SSLCertVerificationError):
        _handshake(authority, "api.example.com", "api.example.com")


def test_keys_are_for_their_owner_alone(authority: Authority) -> None:
    issued = authority.issue("api.example.com")
    assert stat.S_IMODE(issued.key.stat().st_mode) == 0o600
    assert stat.S_IMODE(issued.key.parent.stat().st_mode) == 0o700


def test_the_authoritys_own_key_is_written_nowhere(authority: Authority) -> None:
    authority.issue("api.example.com")
    keys = [path.name for path in authority.bundle.parent.iterdir() if b"PRIVATE KEY" in path.read_bytes()]
    assert keys == ["api.example.com.key"]


def test_certificates_live_for_one_day(authority: Authority) -> None:
    for path in (authority.bundle, authority.issue("api.example.com").chain):
        certificate = x509.load_pem_x509_certificate(path.read_bytes())
        assert certificate.not_valid_after_utc - certificate.not_valid_before_utc < timedelta(days=1, hours=1)
