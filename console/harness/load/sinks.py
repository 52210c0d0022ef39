"""Where snapshots go: JSON lines on a stream, the run folder's own file. terminal.py is one more."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import IO

from console.harness.load.live import Problem, Second, Snapshot

_EVERY_S = 0.95


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
    """RunFolder.snapshots, for its owner alone: about one a second of the run, and each that changes the state; seconds
    and problems of those between are in the next. Raises OSError when it cannot be written."""

    def __init__(self, path: Path) -> None:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        self._file = os.fdopen(descriptor, "w", encoding="utf-8", buffering=1)
        self._series: list[Second] = []
        self._problems: list[Problem] = []
        self._last: Snapshot | None = None

    def __call__(self, snapshot: Snapshot) -> None:
        last = self._last
        self._series += snapshot.series
        self._problems += snapshot.problems
        if last is not None and last.state is snapshot.state and snapshot.elapsed_s - last.elapsed_s < _EVERY_S:
            return
        self._last = snapshot
        self._file.write(as_line(replace(snapshot, series=self._series, problems=self._problems)))
        self._series, self._problems = [], []

    def close(self) -> None:
        self._file.close()
