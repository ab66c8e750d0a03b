"""Host names -> a private CA and a server certificate signed by it, as PEM files in one folder.

For one day and one machine: the folder is 0700, keys are 0600, nothing here is ever trusted by anybody else.
"""

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_LIFE = timedelta(days=1)
_CLOCKS_APART = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class ServerCertificate:
    """What a TLS server shows, and the key it proves itself with: two PEM files."""

    chain: Path
    key: Path


class Authority:
    """A private CA in a folder. `bundle` is what clients check certificates against."""

    def __init__(self, folder: Path, name: str = "Prompt guard demo CA") -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self._certificate = self._sign_itself()
        self.bundle = folder / "ca.pem"
        self.bundle.write_bytes(self._certificate.public_bytes(Encoding.PEM))

    def issue(self, *names: str) -> ServerCertificate:
        """One certificate for these host names and IP addresses; the first gives the files their name."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
        ours = x509.SubjectKeyIdentifier.from_public_key(self._key.public_key())
        certificate = (
            _dated(x509.CertificateBuilder().subject_name(subject).issuer_name(self._name))
            .public_key(key.public_key())
            .add_extension(x509.SubjectAlternativeName([_general(name) for name in names]), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(ours), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        chain = self._folder / f"{names[0]}.pem"
        chain.write_bytes(certificate.public_bytes(Encoding.PEM))
        return ServerCertificate(chain, self._keep(key, f"{names[0]}.key"))

    def _sign_itself(self) -> x509.Certificate:
        public = self._key.public_key()
        usage = dict.fromkeys(
            ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"), False
        )
        return (
            _dated(x509.CertificateBuilder().subject_name(self._name).issuer_name(self._name))
            .public_key(public)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(
                x509.KeyUsage(key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False, **usage),
                critical=True,
            )
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .sign(self._key, hashes.SHA256())
        )

    def _keep(self, key: ec.EllipticCurvePrivateKey, name: str) -> Path:
        path = self._folder / name
        path.unlink(missing_ok=True)
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return path


def _dated(builder: x509.CertificateBuilder) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        builder.serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCKS_APART)
        .not_valid_after(now + _LIFE)
    )


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)
