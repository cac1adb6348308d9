"""A certificate authority for the local stack, made on the spot: nobody but this checkout ever trusts it."""

from __future__ import annotations

import ssl
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

ROOT_DAYS: Final = 365
LEFT_DAYS: Final = 30
"""A root with less to live is replaced."""
LEAF_DAYS: Final = 30
_PAST: Final = timedelta(hours=1)
_ALGORITHM: Final = hashes.SHA256()


class Authority:
    """Root certificate and key in a folder: ``root.pem`` is what to trust."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def root(self) -> Path:
        return self._folder / "root.pem"

    def ensure(self) -> bool:
        """Have a root that holds for a while; True when it is a new one."""
        if self._holds():
            return False
        key = ec.generate_private_key(ec.SECP256R1())
        name = _name("Postseal local stack")
        builder = _builder(name, name, key.public_key(), ROOT_DAYS)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        builder = builder.add_extension(_usage(signs=True), critical=True)
        self._folder.mkdir(parents=True, exist_ok=True)
        _write_secret(self._folder / "root.key", _pem_of(key))
        self.root.write_bytes(builder.sign(key, _ALGORITHM).public_bytes(serialization.Encoding.PEM))
        return True

    def context(self, names: Sequence[str]) -> ssl.SSLContext:
        """The server's side of TLS under a new certificate for these names."""
        key = ec.generate_private_key(ec.SECP256R1())
        issuer, signer = self._load()
        builder = _builder(_name("Postseal local edge"), issuer.subject, key.public_key(), LEAF_DAYS)
        alternatives = x509.SubjectAlternativeName([x509.DNSName(name) for name in names])
        builder = builder.add_extension(alternatives, critical=False)
        builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        builder = builder.add_extension(_usage(signs=False), critical=True)
        server = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
        builder = builder.add_extension(server, critical=False)
        leaf = builder.sign(signer, _ALGORITHM)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_alpn_protocols(["http/1.1"])
        # Python takes certificates from files alone.
        with tempfile.NamedTemporaryFile(suffix=".pem") as file:
            file.write(leaf.public_bytes(serialization.Encoding.PEM) + _pem_of(key))
            file.flush()
            context.load_cert_chain(file.name)
        return context

    def _load(self) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
        key = serialization.load_pem_private_key((self._folder / "root.key").read_bytes(), None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise TypeError(f"{self._folder / 'root.key'} is no key of ours")
        return x509.load_pem_x509_certificate(self.root.read_bytes()), key

    def _holds(self) -> bool:
        try:
            certificate, key = self._load()
        except (FileNotFoundError, ValueError, TypeError):
            return False
        lives = certificate.not_valid_after_utc - datetime.now(UTC) > timedelta(days=LEFT_DAYS)
        return lives and certificate.public_key() == key.public_key()


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, days: int
) -> x509.CertificateBuilder:
    begins = datetime.now(UTC) - _PAST
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + timedelta(days=days))
    )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs,
        crl_sign=signs,
        encipher_only=False,
        decipher_only=False,
    )


def _pem_of(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write_secret(path: Path, content: bytes) -> None:
    path.touch(mode=0o600)
    path.write_bytes(content)
