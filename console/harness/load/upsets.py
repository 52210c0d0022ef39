"""Faults of connections at a time: storms of reconnects, a sender that is away, strangers that stay or shake badly.

What touches the load's own lines happens in its loop. Strangers (half-open lines, TLS faults) are sockets of their own
in threads that do almost nothing but wait. Every upset is told in the events file, when it begins and when it is over.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from console.core.resources import resource_path
from console.harness.load.lines import Reach
from console.harness.scenario.model import Fault, FaultKind
from console.hl7v2.framing import VT, frame

if TYPE_CHECKING:
    from console.harness.load.pump import Pump

_BETWEEN_STORMS_S = 0.5
_STALL_S = 5.0
_PATIENCE_S = 5.0
_BEGINNING = VT + b"MSH|^~\\&|HALF|HARNESS|"
_MESSAGE = frame(b"MSH|^~\\&|HARNESS|HARNESS|||20261123080000||ADT^A08^ADT_A01|PLAIN1|T|2.5.1\r")
_UNTRUSTED = "nobody-trusts-this.pem"
OUR_LINES = frozenset({FaultKind.RECONNECT_STORM, FaultKind.OUTAGE})
STRANGERS = frozenset({FaultKind.HALF_OPEN, FaultKind.TLS_PLAIN, FaultKind.TLS_STALL, FaultKind.TLS_BAD_CERTIFICATE})

Outcome = tuple[str, float]


class Upsets:
    """The planned upsets of one worker. With several workers all have their lines upset, the first sends the
    strangers."""

    def __init__(self, pump: Pump, faults: tuple[Fault, ...], reaches: list[Reach], *, worker: int) -> None:
        self._pump = pump
        self._reaches = reaches
        self._threads: list[threading.Thread] = []
        self._over = threading.Event()
        self._told: list[tuple[Fault, float, str]] = []
        """Results of strangers: the fault, when it began, a sentence. Appended by their threads."""
        for fault in faults:
            wanted = OUR_LINES if worker else OUR_LINES | STRANGERS
            if fault.kind in wanted:
                pump.at(int(max(fault.at, 0.0) * 1e9), self._call(fault))

    def _call(self, fault: Fault) -> Callable[[int], None]:
        def begin(now: int) -> None:
            if self._pump.stopping:
                return
            match fault.kind:
                case FaultKind.OUTAGE:
                    self._outage(fault, now)
                case FaultKind.RECONNECT_STORM:
                    self._storm(fault, now, max(1, fault.count))
                case _:
                    self._stranger(fault, now)

        return begin

    def _event(self, fault: Fault, label: str, at_s: float, until_s: float) -> None:
        self._pump.books.problems.event(fault.kind.value, fault.label or label, at_s=at_s, until_s=until_s)

    def _outage(self, fault: Fault, now: int) -> None:
        pump = self._pump
        until = now + int(fault.amount * 1e9)
        pump.away_until = max(pump.away_until, until)
        self._event(fault, f"the sender is away for {fault.amount:g} s", now / 1e9, until / 1e9)
        for line in pump.lines:
            pump.end_on_purpose(line, now, "the sender went away", again_in=fault.amount)

    def _storm(self, fault: Fault, now: int, left: int) -> None:
        pump = self._pump
        pause = fault.amount or _BETWEEN_STORMS_S
        if left == max(1, fault.count):
            until = now / 1e9 + pause * (left - 1)
            self._event(fault, f"every connection drops and comes back, {left} times", now / 1e9, until)
        for line in pump.lines:
            pump.end_on_purpose(line, now, "dropped in a reconnect storm", again_in=0.0)
        if left > 1 and not pump.stopping:
            pump.at(now + int(pause * 1e9), lambda then: self._storm(fault, then, left - 1))

    def _stranger(self, fault: Fault, now: int) -> None:
        began = now / 1e9
        words = {
            FaultKind.HALF_OPEN: f"{fault.count} connections send part of a frame and stay",
            FaultKind.TLS_PLAIN: "plain bytes to the TLS port",
            FaultKind.TLS_STALL: "a TLS handshake that stops half-way",
            FaultKind.TLS_BAD_CERTIFICATE: "a client certificate nobody trusts",
        }[fault.kind]
        self._event(fault, words, began, began + fault.amount)
        for _ in range(max(1, fault.count)):
            thread = threading.Thread(target=self._visit, args=(fault, began), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _visit(self, fault: Fault, began: float) -> None:
        reach = self._reaches[0]
        try:
            with socket.create_connection((reach.target.host, reach.target.port), timeout=_PATIENCE_S) as sock:
                match fault.kind:
                    case FaultKind.HALF_OPEN:
                        sock.sendall(_BEGINNING)
                        text = self._stay(sock, fault.amount)
                    case FaultKind.TLS_PLAIN:
                        sock.sendall(_MESSAGE)
                        text = self._stay(sock, fault.amount or _STALL_S)
                    case FaultKind.TLS_STALL:
                        hello = _client_hello(reach.target.host)
                        sock.sendall(hello[: len(hello) // 2])
                        text = self._stay(sock, fault.amount or _STALL_S)
                    case _:
                        text = _untrusted(sock, reach)
        except OSError as error:
            text = f"no connection: {error.strerror or error}"
        self._told.append((fault, began, text))

    def _stay(self, sock: socket.socket, seconds: float) -> str:
        """Until the receiver says something or closes, the time is over, or the load is."""
        left = seconds or 1e9
        sock.settimeout(0.1)
        while left > 0 and not self._over.is_set():
            left -= 0.1
            with contextlib.suppress(TimeoutError):
                try:
                    got = sock.recv(4096)
                except ConnectionError:
                    return "the receiver reset the connection"
                return "the receiver answered" if got else "the receiver closed the connection"
        return "the receiver left it open"

    def tell(self) -> None:
        """Writes what became of the strangers so far."""
        while self._told:
            fault, began, text = self._told.pop()
            now = self._pump.books.now() / 1e9
            self._event(fault, text, began, now)

    def close(self) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(_PATIENCE_S + 1)
        self.tell()


def _client_hello(name: str) -> bytes:
    context = ssl.create_default_context()
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    with contextlib.suppress(ssl.SSLWantReadError):
        context.wrap_bio(incoming, outgoing, server_hostname=name).do_handshake()
    return outgoing.read()


def _untrusted(sock: socket.socket, reach: Reach) -> str:
    """A handshake with a certificate that no authority signed. With TLS 1.3 the refusal comes after it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.load_cert_chain(resource_path("harness", _UNTRUSTED))
    try:
        with context.wrap_socket(sock, server_hostname=reach.server_name or None) as dressed:
            dressed.sendall(_MESSAGE)
            return "the receiver took the certificate and answered" if dressed.recv(4096) else "the receiver closed"
    except TimeoutError:
        return "the receiver took the certificate and said nothing"
    except OSError as error:
        return f"refused: {error.strerror or error}"
