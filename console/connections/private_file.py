"""Small files for one user's eyes: mode 0600, replaced in one step, never followed through a link."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from console.core.errors import EnvironmentFault, Refused

LARGEST = 64 * 1024


def private_folder(path: Path) -> None:
    """Makes the folder and what is missing above it, all for the owner alone (`mkdir(parents=True)` would leave the
    parents open to others). Raises OSError."""
    missing = [folder for folder in (path, *path.parents) if not folder.exists()]
    for folder in reversed(missing):
        folder.mkdir(mode=0o700, exist_ok=True)


def read_private(path: Path) -> str | None:
    """The file's text, None when there is no such file.

    Raises Refused when others may read it or it belongs to somebody else (code `file-not-private`), EnvironmentFault
    when it cannot be read.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise EnvironmentFault(
            f"{path} cannot be read: {error.strerror or error}. Check who owns it.",
            code="file-not-readable",
            retryable=False,
        ) from error
    with os.fdopen(descriptor, encoding="utf-8") as file:
        _check_private(path, os.fstat(file.fileno()))
        return file.read(LARGEST)


def _check_private(path: Path, status: os.stat_result) -> None:
    if os.name != "posix":
        return
    if stat.S_IMODE(status.st_mode) & 0o077:
        raise Refused(
            f"Others may read {path}. Run: chmod 600 {path}, and make a new secret if they have.",
            code="file-not-private",
        )
    if status.st_uid not in (os.getuid(), 0):
        raise Refused(f"{path} belongs to another user. Remove it or run as its owner.", code="file-not-private")


def write_private(path: Path, text: str) -> None:
    """Replaces the file in one step: whoever reads sees the old text or the new, also after a power cut.

    Makes the folder (0700) when missing. Raises EnvironmentFault when it cannot be written.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        private_folder(path.parent)
        beside.unlink(missing_ok=True)
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        raise EnvironmentFault(
            f"{path} cannot be written: {error.strerror or error}. Check the folder's owner and free space.",
            code="file-not-writable",
        ) from error
