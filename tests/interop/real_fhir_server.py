"""A FHIR R4 server that is not ours (HAPI FHIR, see hapi/), as a process that can be killed and started again."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx
import pytest

SERVE = Path(__file__).resolve().parent / "hapi" / "serve"
BUILT_WITHIN_S = 300.0
STARTED_WITHIN_S = 180.0
_BATCH = 100
_HEADERS = {"Content-Type": "application/fhir+json", "Accept": "application/fhir+json", "Cache-Control": "no-cache"}

_missing = [tool for tool in ("java", "mvn") if shutil.which(tool) is None]

needs_java = pytest.mark.skipif(
    bool(_missing) and os.environ.get("CI") != "true",
    reason=f"no real FHIR server without {' and '.join(_missing)}: apt-get install default-jdk-headless maven",
)


class RealFhirServer:
    """HAPI over a database in `folder`, always on the same port. What it says of numbers keeps their digits."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder.parent / f"{folder.name}.log"
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}/fhir"
        self._process: subprocess.Popen[bytes] | None = None
        self._client = httpx.Client(timeout=120, trust_env=False, headers=_HEADERS)

    def __enter__(self) -> RealFhirServer:
        built = subprocess.run([SERVE, "--build"], capture_output=True, text=True, timeout=BUILT_WITHIN_S, check=False)
        assert built.returncode == 0, f"the FHIR server could not be built (is Maven Central within reach?)\n{built}"
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()
        self.kill()

    def start(self) -> None:
        """Returns once it answers."""
        said = self.folder.parent / f"{self.folder.name}-address"
        with said.open("wb") as out, self.log.open("ab") as log:
            self._process = subprocess.Popen([SERVE, self.folder, str(self.port)], stdout=out, stderr=log)
        deadline = time.monotonic() + STARTED_WITHIN_S
        while self.url not in said.read_text():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"the FHIR server did not come up: {self.log.read_text()[-3000:]}")
            time.sleep(0.05)

    def kill(self) -> None:
        """What a crash does: no goodbye."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(20)

    def get(self, path: str) -> Any:
        answer = self._client.get(f"{self.url}/{path}")
        assert answer.status_code == 200, answer.text
        return _document(answer)

    def put(self, resource: dict[str, Any]) -> Any:
        """What somebody else does to a resource."""
        path = f"{self.url}/{resource['resourceType']}/{resource['id']}"
        answer = self._client.put(path, content=json.dumps(resource, default=float))
        assert answer.status_code == 200, answer.text
        return _document(answer)

    def copies(self, references: Sequence[str]) -> dict[str, Any]:
        """Its current copies, by reference; those it does not have are left out."""
        found: dict[str, Any] = {}
        for start in range(0, len(references), _BATCH):
            wanted = references[start : start + _BATCH]
            entries = [{"request": {"method": "GET", "url": reference}} for reference in wanted]
            bundle = {"resourceType": "Bundle", "type": "batch", "entry": entries}
            answer = self._client.post(self.url, content=json.dumps(bundle))
            assert answer.status_code == 200, answer.text
            for reference, entry in zip(wanted, _document(answer)["entry"], strict=True):
                if "resource" in entry:
                    found[reference] = entry["resource"]
        return found

    def count(self, resource_type: str) -> int:
        return int(self.get(f"{resource_type}?_summary=count")["total"])

    def errors_in(self, resource_type: str, content: bytes) -> list[tuple[str, str]]:
        """What its validator holds against a resource: (element, words) of each issue that is an error."""
        answer = self._client.post(f"{self.url}/{resource_type}/$validate", content=content)
        outcome = _document(answer)
        assert outcome["resourceType"] == "OperationOutcome", answer.text
        return [
            (str((issue.get("expression") or [""])[0]), str(issue.get("diagnostics")))
            for issue in outcome["issue"]
            if issue["severity"] in ("fatal", "error")
        ]


def _document(answer: httpx.Response) -> Any:
    return json.loads(answer.content, parse_float=Decimal)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
