"""Room kept for finishing: a ballast file that is given up when the disk fills.

When SQLite reports a full disk even a DELETE fails, so the space to drain deliveries must have been set aside before.
While the ballast is gone, or less than `minimum_free` bytes are left, new messages are refused (AE: the sender keeps
them); work already accepted goes on. The ballast comes back by itself when there is room for it.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from console.core.errors import EnvironmentFault

BALLAST_BYTES = 32 * 1024 * 1024
MINIMUM_FREE_BYTES = 64 * 1024 * 1024
_LOOK_EVERY_S = 0.5
_BLOCK = bytes(1024 * 1024)


class Reserve:
    """The ballast of one data folder. Used on the journal's thread only."""

    def __init__(
        self,
        path: Path,
        *,
        ballast: int = BALLAST_BYTES,
        minimum_free: int = MINIMUM_FREE_BYTES,
        monotonic: Callable[[], float] = time.monotonic,
        free_bytes: Callable[[Path], int] = lambda folder: shutil.disk_usage(folder).free,
    ) -> None:
        """Sizes in bytes; 0 switches that half off."""
        self._path = path
        self._ballast = ballast
        self._minimum_free = minimum_free
        self._monotonic = monotonic
        self._free_bytes = free_bytes
        self._looked_at = float("-inf")
        self._shortage: EnvironmentFault | None = None

    def shortage(self) -> EnvironmentFault | None:
        """Why new messages must be refused now; None when there is room. Looks at the disk twice a second at most."""
        now = self._monotonic()
        if now - self._looked_at >= _LOOK_EVERY_S:
            self._looked_at = now
            self._shortage = self._look()
        return self._shortage

    def spend(self) -> None:
        """Gives the ballast back to the disk: called when a write found it full."""
        if self._ballast:
            self._path.unlink(missing_ok=True)
            self._looked_at = float("-inf")

    def _look(self) -> EnvironmentFault | None:
        try:
            free = self._free_bytes(self._path.parent)
            if free < self._minimum_free:
                return _full(self._path.parent)
            if self._ballast and not self._is_whole():
                if free < self._minimum_free + 2 * self._ballast:  # or it would be taken back from those it was for
                    return _full(self._path.parent)
                self._fill()
        except OSError as error:
            self._path.unlink(missing_ok=True)
            return _full(self._path.parent, detail=str(error))
        return None

    def _is_whole(self) -> bool:
        return self._path.exists() and self._path.stat().st_size >= self._ballast

    def _fill(self) -> None:
        """Writes the ballast in full: a sparse file would hold no room. Raises OSError when there is none."""
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(descriptor, 0, self._ballast)
            else:
                left = self._ballast
                while left > 0:
                    left -= os.write(descriptor, _BLOCK[:left])
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _full(folder: Path, *, detail: str = "") -> EnvironmentFault:
    return EnvironmentFault(
        f"The disk of {folder} is nearly full: new messages are refused until there is room.",
        code="store-full",
        detail=detail,
    )
