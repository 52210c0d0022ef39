"""Things sorted by order number into parts, in memory while they are few and on disk when they are many."""

from __future__ import annotations

import pickle
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Any
from zlib import crc32

from console.core.errors import EnvironmentFault

BYTES_A_PART = 10_000_000
"""So many bytes of messages make a part: some 80,000 results, about 250 MB of memory while it is judged."""
_MOST_PARTS = 512
_BUFFER = 64 * 1024


def parts_for(size: int) -> int:
    """Parts for messages of so many bytes."""
    return max(1, min(_MOST_PARTS, -(-size // BYTES_A_PART)))


class Spool:
    """`parts` piles of picklable things. One pile stays in memory; several are files of the owner's in a folder below
    `folder`, gone after `close`."""

    def __init__(self, parts: int, folder: Path) -> None:
        self.parts = parts
        self._memory: list[Any] = []
        self._files: list[IO[bytes]] = []
        self._folder: Path | None = None
        if parts > 1:
            try:
                self._folder = Path(tempfile.mkdtemp(prefix="verify-", dir=folder))
                self._files = [
                    open(self._folder / f"{number}", "w+b", buffering=_BUFFER)  # noqa: SIM115 - closed in close()
                    for number in range(parts)
                ]
            except OSError as error:
                self.close()
                raise _full(folder, error) from error

    def part_of(self, order: str) -> int:
        """Which part an order number belongs to."""
        return crc32(order.encode("utf-8", "surrogatepass")) % self.parts

    def put(self, part: int, thing: Any) -> None:
        """Raises EnvironmentFault when the disk is full."""
        if not self._files:
            self._memory.append(thing)
            return
        try:
            pickle.dump(thing, self._files[part], protocol=5)
        except OSError as error:
            raise _full(self._folder or Path(), error) from error

    def read(self, part: int) -> Iterator[Any]:
        """The things of a part, in the order they came."""
        if not self._files:
            yield from self._memory
            return
        file = self._files[part]
        try:
            file.seek(0)
        except OSError as error:
            raise _full(self._folder or Path(), error) from error
        while True:
            try:
                yield pickle.load(file)
            except EOFError:
                return

    def close(self) -> None:
        for file in self._files:
            file.close()
        self._files.clear()
        self._memory.clear()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self) -> Spool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _full(folder: Path, error: OSError) -> EnvironmentFault:
    return EnvironmentFault(
        f"{folder} has no room for the comparison: {error.strerror or error}. Free disk space and verify again.",
        code="storage-full",
    )
