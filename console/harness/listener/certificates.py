"""Certificates made for one run: a right one with the authority that signed it, and ones with one flaw each."""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from console.connections.private_file import write_private
from console.harness.listener.script import Certificate

_DAY = timedelta(days=1)


def make_certificate(folder: Path, flaw: Certificate, *, now: datetime | None = None) -> tuple[Path, Path, Path]:
    """Certificate, key and the authority's certificate (PEM, 0600) in `folder`: for localhost, 127.0.0.1 and ::1.

    A client that trusts the authority accepts GOOD and refuses the others, each for its own reason. Raises
    EnvironmentFault when the folder cannot be written."""
    moment = now or datetime.now(UTC)
    begins, ends = moment - _DAY, moment + 30 * _DAY
    if flaw is Certificate.EXPIRED:
        begins, ends = moment - 30 * _DAY, moment - _DAY
    elif flaw is Certificate.NOT_YET_VALID:
        begins = moment + _DAY
    authority_key = ec.generate_private_key(ec.SECP256R1())
    authority = _built("Signalbox harness authority", authority_key, None, moment - 40 * _DAY, moment + 40 * _DAY)
    key = ec.generate_private_key(ec.SECP256R1())
    names = ["elsewhere.example"] if flaw is Certificate.WRONG_NAME else ["localhost", "127.0.0.1", "::1"]
    signer = None if flaw is Certificate.SELF_SIGNED else (authority, authority_key)
    made = _built(names[0], key, signer, begins, ends, names)
    paths = folder / "certificate.pem", folder / "key.pem", folder / "authority.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    for path, body in zip(paths, (_pem(made), private.decode("ascii"), _pem(authority)), strict=True):
        write_private(path, body)
    return paths


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode("ascii")


def _built(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    signer: tuple[x509.Certificate, ec.EllipticCurvePrivateKey] | None,
    begins: datetime,
    ends: datetime,
    names: list[str] | None = None,
) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    authority_key = signer[1].public_key() if signer else key.public_key()
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(signer[0].subject if signer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
        .add_extension(x509.BasicConstraints(ca=names is None, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key), critical=False)
    )
    if names is not None:
        builder = builder.add_extension(x509.SubjectAlternativeName([_general(one) for one in names]), critical=False)
    return builder.sign(signer[1] if signer else key, hashes.SHA256())


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
