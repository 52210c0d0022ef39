"""Who ran what against whom: one line a run in `<data>/harness/audit.jsonl`, for the owner's eyes alone, no payload."""

from __future__ import annotations

import getpass
import json
import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from console.connections.private_file import private_folder
from console.core.clock import iso
from console.core.errors import EnvironmentFault

AUDIT = Path("harness") / "audit.jsonl"
"""Below the data folder."""


def append_run(
    data: Path, *, at: datetime, what: str, run: str, targets: Sequence[str], digest: str, seed: int, **more: Any
) -> None:
    """Adds a line, on the disk when this returns. `what`: `send`, `single`, `probe`; `targets` HOST:PORT as asked for;
    `digest` the scenario's SHA-256; `more` is what else to know, no payload.

    Raises EnvironmentFault (code `audit-not-writable`): a run nobody can look up afterwards must not begin.
    """
    line = {
        "at": iso(at),
        "who": _user(),
        "what": what,
        "run": run,
        "targets": list(targets),
        "scenario_sha256": digest,
        "seed": seed,
        **more,
    }
    path = data / AUDIT
    try:
        private_folder(path.parent)
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
        descriptor = os.open(path, flags, 0o600)
        with os.fdopen(descriptor, "ab") as file:
            if os.name == "posix":
                os.fchmod(file.fileno(), 0o600)
            file.write(json.dumps(line, ensure_ascii=False).encode("utf-8") + b"\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise EnvironmentFault(
            f"{path} cannot be written: {error.strerror or error}. Runs are recorded there; check its owner and the "
            "free space, or name another data folder with --data.",
            code="audit-not-writable",
            retryable=False,
        ) from error


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return f"uid {os.getuid()}" if hasattr(os, "getuid") else "unknown"
