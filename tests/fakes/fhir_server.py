"""A small FHIR R4 server on loopback, real HTTP, that can be told to misbehave.

It takes transactions of PUTs (all or nothing, If-Match, update-as-create), batches of GETs and plain reads. Equal
content makes no new version. Every version ever applied is kept in `applied`, in order.
"""

from __future__ import annotations

import json
import socket
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Fault(StrEnum):
    """Ways to go wrong. LOST applies the request and then closes the connection without an answer."""

    LOST = "lost"
    HANG = "hang"
    HALF = "half"
    HTML = "html"
    TORN = "torn"


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer with this status and, if there is a text, an OperationOutcome."""

    status: int
    text: str = ""
    headers: tuple[tuple[str, str], ...] = ()


Misbehaviour = Fault | Refusal | None


@dataclass(slots=True)
class Seen:
    """One request as it came in."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any


@dataclass
class FhirServer:
    """`script` is used up first, one entry per transaction (None: behave); then `whim`, asked with the number of the
    transaction. `reading` does the same for reads and batches."""

    script: deque[Misbehaviour] = field(default_factory=deque)
    whim: Callable[[int], Misbehaviour] = lambda _number: None
    reading: deque[Misbehaviour] = field(default_factory=deque)
    batches: bool = True
    token: str = ""
    resources: dict[str, tuple[int, dict[str, Any]]] = field(default_factory=dict)
    applied: list[tuple[str, int, dict[str, Any]]] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)
    url: str = ""
    most_at_once: int = 0

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._released = threading.Event()
        self._transactions = 0
        self._at_once = 0

    @contextmanager
    def running(self) -> Iterator[FhirServer]:
        fake = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                fake._post(self)

            def do_GET(self) -> None:
                fake._get(self)

            def log_message(self, *_: Any) -> None:
                pass

        server = _Server(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        server.block_on_close = False
        self.url = f"http://127.0.0.1:{server.server_address[1]}/fhir"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._released.set()
            server.shutdown()
            server.server_close()
            thread.join()

    def let_go(self) -> None:
        """Ends every hang."""
        self._released.set()

    def put_directly(self, body: dict[str, Any]) -> None:
        """Somebody else writes a resource here."""
        with self._lock:
            self._apply(f"{body['resourceType']}/{body['id']}", body)

    def versions_of(self, reference: str) -> list[dict[str, Any]]:
        """Every content this resource ever had, oldest first."""
        return [body for name, _, body in self.applied if name == reference]

    # ------------------------------------------------------------ requests

    def _post(self, handler: BaseHTTPRequestHandler) -> None:
        bundle = self._note(handler)
        if bundle is None:
            return
        if bundle["type"] == "batch":
            if not self.batches:
                self._refuse(handler, Refusal(400, "batches are not supported"))
            elif not self._misbehave(handler, self.reading.popleft() if self.reading else None):
                self._answer(handler, 200, self._batch(bundle))
            return
        with self._lock:
            self._transactions += 1
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
            number = self._transactions
            scripted = bool(self.script)
            fault = self.script.popleft() if scripted else None
        try:
            if not scripted:
                fault = self.whim(number)
            if fault is Fault.LOST:
                self._transaction(bundle)
                _cut(handler)
            elif not self._misbehave(handler, fault):
                self._answer(handler, *self._transaction(bundle))
        finally:
            with self._lock:
                self._at_once -= 1

    def _get(self, handler: BaseHTTPRequestHandler) -> None:
        self._note(handler)
        if not self._misbehave(handler, self.reading.popleft() if self.reading else None):
            status, body, etag = self._read(handler.path.removeprefix("/fhir/"))
            self._answer(handler, status, body, {"ETag": etag} if etag else {})

    def _note(self, handler: BaseHTTPRequestHandler) -> Any:
        """The body, None when the caller was turned away."""
        length = int(handler.headers.get("Content-Length") or 0)
        body = json.loads(handler.rfile.read(length)) if length else {}
        with self._lock:
            self.seen.append(
                Seen(handler.command, handler.path, {k.lower(): v for k, v in handler.headers.items()}, body)
            )
        if self.token and handler.headers.get("Authorization") != f"Bearer {self.token}":
            self._refuse(handler, Refusal(401, "who are you?"))
            return None
        return body

    def _misbehave(self, handler: BaseHTTPRequestHandler, fault: Misbehaviour) -> bool:
        if fault is None:
            return False
        if isinstance(fault, Refusal):
            self._refuse(handler, fault)
        elif fault is Fault.HANG:
            self._released.wait(30)
            _cut(handler)
        elif fault is Fault.HALF:
            handler.wfile.write(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/fhir+json\r\nContent-Length: 500\r\n\r\n{"
            )
            _cut(handler)
        elif fault is Fault.HTML:
            self._send(handler, 200, b"<html>Please log in</html>", "text/html")
        elif fault is Fault.TORN:
            self._send(handler, 200, b'{"resourceType":"Bundle","entry":[', "application/fhir+json")
        return True

    def _refuse(self, handler: BaseHTTPRequestHandler, refusal: Refusal) -> None:
        outcome = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "diagnostics": refusal.text}]}
        body = json.dumps(outcome).encode() if refusal.text else b""
        self._send(handler, refusal.status, body, "application/fhir+json", dict(refusal.headers))

    # ------------------------------------------------------------ FHIR

    def _transaction(self, bundle: Any) -> tuple[int, Any]:
        with self._lock:
            for entry in bundle["entry"]:
                wanted = entry["request"].get("ifMatch")
                version = self.resources.get(entry["request"]["url"], (0, {}))[0]
                if wanted and wanted != f'W/"{version}"':
                    return 412, {
                        "resourceType": "OperationOutcome",
                        "issue": [{"severity": "error", "diagnostics": f"version is {version}"}],
                    }
            answers = []
            for entry in bundle["entry"]:
                reference = entry["request"]["url"]
                created = reference not in self.resources
                version = self._apply(reference, entry["resource"])
                answers.append(
                    {"response": {"status": "201 Created" if created else "200 OK", "etag": f'W/"{version}"'}}
                )
        return 200, {"resourceType": "Bundle", "type": "transaction-response", "entry": answers}

    def _apply(self, reference: str, body: dict[str, Any]) -> int:
        version, before = self.resources.get(reference, (0, {}))
        if before != body:
            version += 1
            self.resources[reference] = (version, body)
            self.applied.append((reference, version, body))
        return version

    def _batch(self, bundle: Any) -> Any:
        answers = []
        for entry in bundle["entry"]:
            status, body, etag = self._read(entry["request"]["url"])
            response = {"status": str(status)} | ({"etag": etag} if etag else {})
            answers.append({"resource": body, "response": response} if status == 200 else {"response": response})
        return {"resourceType": "Bundle", "type": "batch-response", "entry": answers}

    def _read(self, reference: str) -> tuple[int, Any, str]:
        with self._lock:
            found = self.resources.get(reference)
        if found is None:
            return 404, {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "not-found"}]}, ""
        version, body = found
        return 200, {**body, "meta": {**body.get("meta", {}), "versionId": str(version)}}, f'W/"{version}"'

    # ------------------------------------------------------------ HTTP

    def _answer(
        self, handler: BaseHTTPRequestHandler, status: int, body: Any, headers: dict[str, str] | None = None
    ) -> None:
        self._send(handler, status, json.dumps(body).encode(), "application/fhir+json", headers)

    def _send(
        self,
        handler: BaseHTTPRequestHandler,
        status: int,
        body: bytes,
        kind: str,
        headers: dict[str, str] | None = None,
    ) -> None:
        handler.send_response(status)
        handler.send_header("Content-Type", kind)
        handler.send_header("Content-Length", str(len(body)))
        for name, value in (headers or {}).items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)


class _Server(ThreadingHTTPServer):
    """Says nothing when a client goes away: clients are killed in these tests."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


def _cut(handler: BaseHTTPRequestHandler) -> None:
    """Closes the connection under the client."""
    handler.close_connection = True
    try:
        handler.wfile.flush()
        handler.connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
