"""A small FHIR R4 server to deliver to: transactions of PUTs with If-Match, batches of reads, reads. In memory.

It stands for the hospital's clinical record in a game day, so that it can be taken away. What it keeps is gone with it.
hl7.org/fhir/R4/http.html: update, conditional on version (3.1.0.5.1), batch/transaction (3.1.0.11).
"""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

_FHIR = "application/fhir+json"
MOST_BYTES = 64 * 1024 * 1024


class FhirReceiver:
    """Runs on a thread of its own from `start` (or `with`) to `close`. `versions` counts the versions each resource
    ever had."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[str, tuple[int, dict[str, Any]]] = {}
        self._server: ThreadingHTTPServer | None = None
        self._thread: threading.Thread | None = None

    @property
    def port(self) -> int:
        return int(self._server.server_address[1]) if self._server is not None else 0

    def start(self) -> None:
        """Begins to answer. Raises OSError when there is no port."""
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                self._say(*receiver.bundle(self._body()))

            def do_GET(self) -> None:
                self._say(*receiver.read(self.path.partition("/fhir/")[2]))

            def log_message(self, *_: Any) -> None:
                pass

            def _body(self) -> Any:
                length = int(self.headers.get("Content-Length") or 0)
                if length > MOST_BYTES:
                    return None
                try:
                    return json.loads(self.rfile.read(length))
                except ValueError:
                    return None

            def _say(self, status: int, body: dict[str, Any], etag: str = "") -> None:
                content = json.dumps(body, ensure_ascii=False).encode()
                self.send_response(status)
                self.send_header("Content-Type", _FHIR)
                self.send_header("Content-Length", str(len(content)))
                if etag:
                    self.send_header("ETag", etag)
                self.end_headers()
                self.wfile.write(content)

        self._server = _Quiet(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
        if self._thread is not None:
            self._thread.join()

    def __enter__(self) -> FhirReceiver:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def version_of(self, reference: str) -> int:
        """How many versions a resource had; 0 when it is not here."""
        with self._lock:
            return self._kept.get(reference, (0, {}))[0]

    # ------------------------------------------------------------ FHIR

    def bundle(self, body: Any) -> tuple[int, dict[str, Any]]:
        """A transaction (all or nothing) or a batch of reads."""
        if not isinstance(body, dict) or body.get("resourceType") != "Bundle":
            return 400, _outcome("invalid", "a Bundle is expected")
        entries = body.get("entry") or []
        if body.get("type") == "batch":
            return 200, {
                "resourceType": "Bundle",
                "type": "batch-response",
                "entry": [self._batched(entry["request"]["url"]) for entry in entries],
            }
        with self._lock:
            for entry in entries:
                wanted, url = entry["request"].get("ifMatch"), entry["request"]["url"]
                version = self._kept.get(url, (0, {}))[0]
                if wanted and wanted != f'W/"{version}"':
                    return 412, _outcome("conflict", f"{url} is at version {version}")
            return 200, {
                "resourceType": "Bundle",
                "type": "transaction-response",
                "entry": [self._put(entry["request"]["url"], entry["resource"]) for entry in entries],
            }

    def read(self, reference: str) -> tuple[int, dict[str, Any], str]:
        """Status, body and ETag of a resource."""
        if reference.partition("?")[0] == "metadata":
            return 200, {"resourceType": "CapabilityStatement", "fhirVersion": "4.0.1", "status": "active"}, ""
        with self._lock:
            found = self._kept.get(reference)
        if found is None:
            return 404, _outcome("not-found", "there is no such resource"), ""
        version, body = found
        return 200, {**body, "meta": {**body.get("meta", {}), "versionId": str(version)}}, f'W/"{version}"'

    def _put(self, reference: str, body: dict[str, Any]) -> dict[str, Any]:
        version, before = self._kept.get(reference, (0, {}))
        if before != body:
            version += 1
            self._kept[reference] = (version, body)
        status = "201 Created" if version == 1 else "200 OK"
        return {"response": {"status": status, "etag": f'W/"{version}"'}}

    def _batched(self, reference: str) -> dict[str, Any]:
        status, body, etag = self.read(reference)
        response = {"status": str(status)} | ({"etag": etag} if etag else {})
        return {"resource": body, "response": response} if status == 200 else {"response": response}


def _outcome(code: str, text: str) -> dict[str, Any]:
    return {
        "resourceType": "OperationOutcome",
        "issue": [{"severity": "error", "code": code, "diagnostics": text}],
    }


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is none of our business: that is what the gate in front does."""
