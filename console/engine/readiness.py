"""One engine per data folder, and how others find it: the lock, the running mark and the ready file."""

from __future__ import annotations

import contextlib
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import orjson

from console.connections.private_file import private_folder
from console.core.errors import EnvironmentFault

LOCK_FILE = "engine.lock"
RUNNING_FILE = "engine.running"
ADDRESS_FILE = "running.json"
"""In the data folder while the engine runs: what a ready file holds, for commands that are given only the folder."""

if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


class FolderLock:
    """Held while the engine runs; the operating system lets go of it when the process ends, however it ends.

    `unclean`: the last engine in this folder did not stop in order (crash, kill, power).
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._descriptor = -1
        self.unclean = False

    def __enter__(self) -> FolderLock:
        """Raises EnvironmentFault (`folder-in-use`) when another engine has it, `folder-not-writable` otherwise."""
        path = self._folder / LOCK_FILE
        try:
            private_folder(self._folder)
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise EnvironmentFault(
                f"The data folder {self._folder} cannot be used: {error.strerror}. Choose another with --data.",
                code="folder-not-writable",
            ) from error
        try:
            _lock(descriptor)
        except OSError as error:
            holder = ""
            with contextlib.suppress(OSError):  # Windows locks the bytes as well
                holder = os.read(descriptor, 32).decode("ascii", "replace").strip()
            os.close(descriptor)
            raise EnvironmentFault(
                f"Another engine{f' (process {holder})' if holder else ''} uses the data folder {self._folder}. "
                "Stop it, or choose another folder with --data.",
                code="folder-in-use",
            ) from error
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode())
        self._descriptor = descriptor
        mark = self._folder / RUNNING_FILE
        self.unclean = mark.exists()
        mark.touch(mode=0o600)
        return self

    def stopped_in_order(self) -> None:
        """Everything is on the disk: the next start need not check."""
        (self._folder / RUNNING_FILE).unlink(missing_ok=True)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._descriptor)


@dataclass(frozen=True, slots=True)
class Ready:
    """Where a running engine is reached. `http` and `mllp` are None for a role that does not serve them."""

    http: str | None
    mllp: str | None
    token_file: str | None
    pid: int


def write_ready_file(path: Path, ready: Ready) -> None:
    """Puts the file there whole: whoever sees it can read it. Raises EnvironmentFault naming `--ready-file`."""
    body = {"http": ready.http, "mllp": ready.mllp, "token_file": ready.token_file, "pid": ready.pid}
    temporary = path.with_name(path.name + ".new")
    try:
        temporary.write_bytes(orjson.dumps(body))
        temporary.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise EnvironmentFault(
            f"--ready-file {path} cannot be written: {error.strerror}.", code="ready-file", retryable=False
        ) from error
