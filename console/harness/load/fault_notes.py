"""What was done to which message on purpose: a line in faults-K.jsonl as each shot is made, beside the load."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

from console.core.errors import EnvironmentFault
from console.harness.load.ledger import NO_ORIGIN
from console.harness.load.shots import Shots, Special


def noted(stream: Iterator[Shots], path: Path) -> Iterator[Shots]:
    """The same shots; each special one is a line in the file before it is handed on. The file is made with the first
    of them. Shots that were made ahead and never begun are in it too: their rows are behind the ledger's last.

    Raises EnvironmentFault when it cannot be written.
    """
    row = 0
    mode = "w"
    for chunk in stream:
        if chunk.specials:
            lines = [line_of(row + at, chunk, at, special) for at, special in sorted(chunk.specials.items())]
            try:
                with open(path, mode, encoding="utf-8", opener=_private) as file:
                    file.writelines(lines)
            except OSError as error:
                raise EnvironmentFault(
                    f"{path} cannot be written: {error.strerror or error}. Free disk space.", code="storage-full"
                ) from error
            mode = "a"
        row += len(chunk)
        yield chunk


def line_of(row: int, chunk: Shots, at: int, special: Special) -> str:
    """One line: the row, the content message (null for garbage), what happened and what a receiver may say to it."""
    origin = chunk.origins[at]
    body = {
        "row": row,
        "origin": None if origin == NO_ORIGIN else origin,
        "control_id": chunk.control_ids[at].decode("utf-8", "replace"),
        "fault": special.fault.value,
        "note": special.note,
        "broken": special.broken,
        "damaged": special.damaged,
        "expected": list(special.expected),
    }
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")) + "\n"


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
