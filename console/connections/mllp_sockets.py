"""Sockets of MLLP receivers: a peer that vanished is noticed, and TLS is 1.2 or newer, mutual where wanted."""

from __future__ import annotations

import contextlib
import socket
import ssl
from pathlib import Path

from console.core.errors import EnvironmentFault


def watch_for_a_vanished_peer(sock: socket.socket | None) -> None:
    """Keepalive 15 s, 3 x 15 s; unacknowledged data 30 s: a half-open line is found within a minute (RFC 5482)."""
    if sock is None:
        return
    options = [(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1), (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)]
    for name, value in (
        ("TCP_KEEPIDLE", 15),
        ("TCP_KEEPALIVE", 15),  # macOS
        ("TCP_KEEPINTVL", 15),
        ("TCP_KEEPCNT", 3),
        ("TCP_USER_TIMEOUT", 30_000),
    ):
        if hasattr(socket, name):
            options.append((socket.IPPROTO_TCP, getattr(socket, name), value))
    for level, option, value in options:
        with contextlib.suppress(OSError):
            sock.setsockopt(level, option, value)


def server_tls(certificate: Path, key: Path, client_authorities: Path | None = None, *, name: str) -> ssl.SSLContext:
    """A server's TLS 1.2 and up; with `client_authorities` a client must show a certificate signed by one of them.

    `name` is the setting that a fault speaks of. Raises EnvironmentFault (`bad-certificate`).
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    at = certificate
    try:
        context.load_cert_chain(certificate, key)
        if client_authorities is not None:
            at = client_authorities
            context.load_verify_locations(client_authorities)
            context.verify_mode = ssl.CERT_REQUIRED
    except (OSError, ssl.SSLError) as error:
        raise EnvironmentFault(
            f"{name}: {at} cannot be used: {error}.", code="bad-certificate", retryable=False
        ) from error
    return context
