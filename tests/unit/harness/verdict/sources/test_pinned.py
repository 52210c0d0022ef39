"""A server whose certificate nobody signed is taken by its fingerprint, and no other is."""

from __future__ import annotations

import hashlib
import socket
import ssl
import threading
from collections.abc import Iterator

import pytest
import trustme

from console.core.errors import EnvironmentFault, Refused
from console.harness.verdict.sources.mirth import pinned


@pytest.fixture
def server() -> Iterator[tuple[str, str]]:
    """Address and fingerprint of a TLS server with a certificate of an authority nobody knows, for another name."""
    certificate = trustme.CA().issue_cert("mirth-connect.invalid")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.05)
    over = threading.Event()

    def serve() -> None:
        while not over.is_set():
            try:
                raw, _ = listener.accept()
            except TimeoutError:
                continue
            raw.settimeout(2)
            try:
                with context.wrap_socket(raw, server_side=True) as line:
                    line.recv(1)
            except (OSError, ssl.SSLError):
                raw.close()

    thread = threading.Thread(target=serve)
    thread.start()
    der = ssl.PEM_cert_to_DER_cert(certificate.cert_chain_pems[0].bytes().decode())
    yield f"https://127.0.0.1:{listener.getsockname()[1]}/api", hashlib.sha256(der).hexdigest()
    over.set()
    thread.join(5)
    listener.close()


def _speak(address: str, context: ssl.SSLContext) -> None:
    host, _, port = address.removeprefix("https://").removesuffix("/api").partition(":")
    with socket.create_connection((host, int(port)), timeout=2) as raw, context.wrap_socket(raw) as line:
        line.sendall(b"x")


def test_that_the_pinned_certificate_is_taken_and_another_is_not(server: tuple[str, str]) -> None:
    address, fingerprint = server
    written = ":".join(fingerprint[at : at + 2] for at in range(0, 64, 2)).upper()
    _speak(address, pinned(address, written))
    other = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    other.check_hostname = False
    trustme.CA().configure_trust(other)
    with pytest.raises(ssl.SSLCertVerificationError):
        _speak(address, other)


def test_that_another_certificate_than_the_pinned_one_is_refused_and_shown(server: tuple[str, str]) -> None:
    address, fingerprint = server
    with pytest.raises(Refused, match=fingerprint):
        pinned(address, "00" * 32)


def test_that_a_server_that_is_not_there_is_explained() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(EnvironmentFault) as fault:
        pinned(f"https://127.0.0.1:{port}/api", "00" * 32)
    assert fault.value.code == "unreachable"
