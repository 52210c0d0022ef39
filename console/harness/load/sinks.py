"""Where snapshots go: JSON lines on a stream, the run folder's own file. terminal.py is one more."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import IO

from console.harness.load.live import Snapshot


def as_line(snapshot: Snapshot) -> str:
    """One JSON object on one line, the newline included."""
    return json.dumps(snapshot.as_json(), ensure_ascii=False, separators=(",", ":"), allow_nan=False) + "\n"


class JsonLines:
    """Each snapshot as a line on a text stream, at once. Raises OSError when nobody reads any more."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream

    def __call__(self, snapshot: Snapshot) -> None:
        self._stream.write(as_line(snapshot))
        self._stream.flush()


class SnapshotFile:
    """RunFolder.snapshots, for its owner alone. Raises OSError when it cannot be written."""

    def __init__(self, path: Path) -> None:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        self._file = os.fdopen(descriptor, "w", encoding="utf-8", buffering=1)

    def __call__(self, snapshot: Snapshot) -> None:
        self._file.write(as_line(snapshot))

    def close(self) -> None:
        self._file.close()
