"""What a worker has to tell beside the ledger: answers that were not plainly positive, and what it did to connections.

Lines are kept in memory and written when the load has a moment; nothing here makes a send wait for the disk.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

from console.core.errors import EnvironmentFault
from console.harness.load.live import Problem

MOST_LINES = 20_000
LONGEST_ANSWER = 2_000


class Journal:
    """A file of JSON lines that only grows, for its owner alone. At most `most` lines; the rest is counted."""

    def __init__(self, path: Path, *, most: int = MOST_LINES) -> None:
        self._path = path
        self._most = most
        self._kept: list[bytes] = []
        self.count = 0
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600)
        self._file = os.fdopen(descriptor, "wb", buffering=0)

    def add(self, body: dict[str, Any]) -> None:
        self.count += 1
        if self.count <= self._most:
            self._kept.append(json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")

    @property
    def full(self) -> bool:
        return self.count >= self._most

    def flush(self) -> None:
        """Writes what is kept. Raises EnvironmentFault when the disk is full."""
        if not self._kept:
            return
        kept, self._kept = self._kept, []
        try:
            self._file.write(b"".join(kept))
        except OSError as error:
            raise EnvironmentFault(
                f"{self._path} cannot be written: {error.strerror or error}. "
                "Free disk space, or use a data folder on another disk.",
                code="storage-full",
            ) from error

    def close(self) -> None:
        self._file.close()


class Problems:
    """Problems and events of one worker. `events` is told of connection faults only and is never long."""

    def __init__(self, problems: Path, events: Path) -> None:
        self._problems = Journal(problems)
        self._events = Journal(events)

    @property
    def count(self) -> int:
        return self._problems.count

    def tell(self, problem: Problem) -> None:
        self._problems.add(asdict(problem))

    @property
    def full(self) -> bool:
        """Further problems are only counted: nobody needs to make them any more."""
        return self._problems.full

    def uncounted(self) -> None:
        self._problems.count += 1

    def event(self, kind: str, label: str, *, at_s: float, until_s: float) -> None:
        """See RunFolder.events."""
        self._events.add({"at_s": round(at_s, 3), "kind": kind, "label": label, "until_s": round(until_s, 3)})

    def flush(self) -> None:
        self._problems.flush()
        self._events.flush()

    def close(self) -> None:
        self.flush()
        self._problems.close()
        self._events.close()
